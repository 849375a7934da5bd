"""Which time a report is of: days or instants in a zone, the time it is compared to, and when hours and days begin."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from outbid.core.ledger.window import midnight_ms, span
from outbid.core.tally.rows import QUARTER_MS

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
USUAL_DAYS = 31
MOST_DAYS = 366
FIRST, LAST = date(1970, 1, 2), date(9000, 1, 1)
Compare = Literal["previous", "week"]


class RangeFault(ValueError):
    """A time that cannot be asked for. The message is a sentence."""


class Range(msgspec.Struct, frozen=True):
    """From `since_ms` to just before `until_ms` (UTC milliseconds, whole quarter-hours), as days are in a zone."""

    since_ms: int
    until_ms: int
    zone: str

    def compared(self, to: Compare) -> "Range":
        """The time before it that is as long, or the same time a week before, by the clock on the wall."""
        since, until = self._wall(self.since_ms), self._wall(self.until_ms)
        back = until - since if to == "previous" else timedelta(7)
        ends_ms = self.since_ms if to == "previous" else self._ms(until - back)
        return Range(self._ms(since - back), ends_ms, self.zone)

    def starts(self, every: Literal["hour", "day"]) -> list[int]:
        """When each hour or day of it begins; the first may begin before it."""
        found: list[int] = []
        at_ms = self.since_ms
        while at_ms < self.until_ms:
            one = span(every, self.zone, at_ms)
            found.append(one.starts_at_ms)
            at_ms = one.ends_at_ms
        return found

    def day_of(self, at_ms: int) -> str:
        """The day of an instant in this zone, such as 2026-01-31."""
        return self._wall(at_ms).date().isoformat()

    def _wall(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self.zone)).replace(tzinfo=None)

    def _ms(self, wall: datetime) -> int:
        at_ms = int(wall.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).timestamp() * 1000)
        return at_ms - at_ms % QUARTER_MS


def range_of(since: str, until: str, zone: str, now_ms: int) -> Range:
    """The time that is asked for: days, of which the last one is contained, or instants. Raises RangeFault.

    Where nothing is said it is the last 31 days, with today.
    """
    _known(zone)
    today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)).date()
    until_ms = _bound("to", until, zone, 1) if until else midnight_ms(zone, today + timedelta(1))
    if since:
        since_ms = _bound("from", since, zone, 0)
    else:
        last = datetime.fromtimestamp((until_ms - 1) / 1000, ZoneInfo(zone)).date()
        since_ms = midnight_ms(zone, max(last - timedelta(USUAL_DAYS - 1), FIRST))
    if since_ms >= until_ms:
        raise RangeFault("from, to: the end comes before the beginning")
    if until_ms - since_ms > MOST_DAYS * DAY_MS + HOUR_MS:  # a year may have an hour more than its days
        raise RangeFault(f"from, to: ask for up to {MOST_DAYS} days")
    return Range(since_ms, until_ms, zone)


def _bound(name: str, text: str, zone: str, more_days: int) -> int:
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text)
            _within(name, text, day)
            return midnight_ms(zone, day + timedelta(more_days))
        instant = datetime.fromisoformat(text.replace(" ", "+"))  # what a + of a query that nobody escaped became
    except ValueError:
        raise RangeFault(f"{name}: {text!r} is no day (2026-01-31) and no instant (2026-01-31T12:00:00Z)") from None
    if instant.tzinfo is None:
        raise RangeFault(f"{name}: {text!r} says no zone: write 2026-01-31T12:00:00Z, or a day")
    _within(name, text, instant.date())
    at_ms = int(instant.timestamp() * 1000)
    if at_ms % QUARTER_MS:
        raise RangeFault(f"{name}: reports begin and end on quarter-hours")
    return at_ms


def _within(name: str, text: str, day: date) -> None:
    if not FIRST <= day <= LAST:
        raise RangeFault(f"{name}: {text!r} is not from {FIRST.year} to {LAST.year}")


def _known(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise RangeFault(f"tz: {zone!r} is no time zone, such as America/New_York") from None


def has_full_hours(zone: str, *at_ms: int) -> bool:
    """Do hours of this zone begin where those of UTC do, at these times?"""
    return all(span("hour", zone, one).starts_at_ms % HOUR_MS == 0 for one in at_ms)
