"""From when to when: ranges of instants and of days, as lists and sums are asked for."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from outbid.api.door.refusal import Refused
from outbid.api.said.instants import Instant, ms_of
from outbid.core.ledger.window import midnight_ms

DAY_MS = 86_400_000
USUAL_DAYS = 31
MOST_DAYS = 366
Since = Annotated[Instant | None, Meta(description=f"only then or later; absent: {USUAL_DAYS} days before `until`")]
Until = Annotated[Instant | None, Meta(description="only before; absent: until now")]
FirstDay = Annotated[date | None, Meta(description=f"the first day; absent: {USUAL_DAYS} days up to the last")]
LastDay = Annotated[date | None, Meta(description="the last day, included; absent: today")]


def span_of(since: datetime | None, until: datetime | None, now_ms: int) -> tuple[int, int]:
    """From and until which millisecond: the last 31 days where nothing is said. What is new now is within."""
    end = now_ms + DAY_MS if until is None else ms_of(until)
    return (end - USUAL_DAYS * DAY_MS if since is None else ms_of(since)), end


def days_of(first: date | None, last: date | None, zone: str, now_ms: int) -> list[date]:
    """The days from the first to the last one, as they are counted in a zone. Raises Refused for too many, or none."""
    end = last or datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    begin = first or max(end, date.min + timedelta(USUAL_DAYS)) - timedelta(USUAL_DAYS - 1)
    count = (end - begin).days + 1
    if not 1 <= count <= MOST_DAYS:
        raise Refused("parameter_faulty", f"from {begin} to {end}: ask for 1 to {MOST_DAYS} days")
    if begin.year < 1970 or end.year > 9000:
        raise Refused("parameter_faulty", f"from {begin} to {end}: ask for days since 1970")
    return [begin + timedelta(days) for days in range(count)]


def bounds_of(days: list[date], zone: str) -> list[int]:
    """When each of these days begins in a zone, and when the last one ends, in UTC milliseconds."""
    return [midnight_ms(zone, day) for day in [*days, days[-1] + timedelta(1)]]
