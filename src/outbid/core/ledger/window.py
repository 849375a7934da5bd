"""Windows of caps: when the present minute, hour, day … began and ends, in the owner's time zone, DST-proof.

A day is the time from one local midnight to the next (23 or 25 hours twice a year). Where midnight does not exist,
the day begins at the first instant that does. Weeks begin on Monday (they end on Sunday night, a rule of the trade).
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

FOREVER_MS = 1 << 53
_MINUTE_MS = 60_000


class Span(msgspec.Struct, frozen=True, gc=False):
    """From `starts_at_ms` to just before `ends_at_ms`, UTC milliseconds."""

    starts_at_ms: int
    ends_at_ms: int


@lru_cache(maxsize=4096)
def midnight_ms(zone: str, day: date) -> int:
    """The first instant of a local day. `fold=0` takes the earlier of two midnights; in a gap, Python's mapping
    through the offset before it lands just after the gap, which is the first instant of that day."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp() * 1000)


def _local(zone: str, at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))


def _days(zone: str, first: date, after: date) -> Span:
    return Span(midnight_ms(zone, first), midnight_ms(zone, after))


def _hour(zone: str, at_ms: int) -> Span:
    """Local full hours. Zones off by half an hour begin theirs at the half hour UTC."""
    local = _local(zone, at_ms)
    into_hour_ms = local.minute * _MINUTE_MS + local.second * 1000 + at_ms % 1000
    start = at_ms - into_hour_ms
    return Span(start, start + 60 * _MINUTE_MS)


def span(window: str, zone: str, at_ms: int) -> Span:
    """The window of that name which holds the instant `at_ms`. Raises KeyError for a name that is no window."""
    if window == "total":
        return Span(0, FOREVER_MS)
    if window == "minute":
        return Span(at_ms - at_ms % _MINUTE_MS, at_ms - at_ms % _MINUTE_MS + _MINUTE_MS)
    if window == "hour":
        return _hour(zone, at_ms)
    today = _local(zone, at_ms).date()
    if window == "day":
        return _days(zone, today, today + timedelta(days=1))
    if window == "week":
        monday = today - timedelta(days=today.weekday())
        return _days(zone, monday, monday + timedelta(days=7))
    if window == "month":
        first = today.replace(day=1)
        return _days(zone, first, (first + timedelta(days=32)).replace(day=1))
    raise KeyError(window)
