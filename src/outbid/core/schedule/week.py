"""Hours of the local week: which of them holds at an instant, from when and until when, DST-proof.

A clock time means the first instant of its day at which the clock shows it, or a later one: hours that the clock skips
in spring do not come on that day, and hours that it shows twice in autumn come once, and last as long as both.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from outbid.core.ledger.window import FOREVER_MS, Span, midnight_ms

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_OF_A_DAY = 24 * 60
_LOOKED_AHEAD = 8
"""Days after which a week has surely come round."""


class Hours(msgspec.Struct, frozen=True):
    """From one clock time to another on some days of the week.

    days    0 is Monday
    start   minutes after midnight, below 1,440
    end     minutes after the same midnight, above `start`; past 1,440 it reaches into the next day
    """

    days: frozenset[int]
    start: int
    end: int

    @property
    def text(self) -> str:
        """As people read it, the same for the same hours: `mon,tue 08:00-18:00`."""
        days = "daily" if len(self.days) == len(DAYS) else ",".join(DAYS[day] for day in sorted(self.days))
        start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.start, self.end % MINUTES_OF_A_DAY))
        return f"{days} {start}-{end}"


class Moment(msgspec.Struct, frozen=True, gc=False):
    """What holds at an instant: `slot` is the first of the hours that do, or -1; the same from … until.

    `span` is the whole occurrence of that slot, UTC milliseconds.
    """

    slot: int
    from_ms: int
    until_ms: int
    span: Span


_NEVER = Span(0, 0)
_ALWAYS = Span(0, FOREVER_MS)


class Calendar:
    """Hours of a week in a zone, but for blocked dates. Without hours it is open all the time, as slot 0."""

    __slots__ = ("_blocked", "_last", "_slots", "_zone")

    def __init__(self, zone: str, slots: tuple[Hours, ...], blocked: frozenset[date] = frozenset()) -> None:
        self._zone = zone
        self._slots = slots
        self._blocked = blocked
        self._last = Moment(-1, 0, 0, _NEVER)

    def __eq__(self, other: object) -> bool:
        """The same hours, dates and zone."""
        return isinstance(other, Calendar) and self._key() == other._key()

    def __hash__(self) -> int:
        """Of what makes it equal."""
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self._zone, self._slots, self._blocked

    def at(self, at_ms: int) -> Moment:
        """What holds at an instant. Remembered, since the next instant that is asked for is nearly the same."""
        last = self._last
        if not last.from_ms <= at_ms < last.until_ms:
            last = self._last = self._look(at_ms)
        return last

    def opens_ms(self, at_ms: int) -> int | None:
        """The first instant from `at_ms` on at which a slot holds; None if that is more than a year away."""
        moment, limit = self.at(at_ms), at_ms + 366 * 86_400_000
        while moment.slot < 0 and moment.until_ms < limit:
            moment = self._look(moment.until_ms)
        return None if moment.slot < 0 else max(at_ms, moment.from_ms)

    def open_ms(self, span: Span) -> int:
        """For how many milliseconds of a span any slot holds."""
        total, now = 0, span.starts_at_ms
        while now < span.ends_at_ms:
            moment = self._look(now)
            until = min(moment.until_ms, span.ends_at_ms)
            total += (until - now) if moment.slot >= 0 else 0
            now = until
        return total

    def _look(self, at_ms: int) -> Moment:
        if not self._slots and not self._blocked:
            return Moment(0, 0, FOREVER_MS, _ALWAYS)
        today = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self._zone)).date()
        found = list(self._occurrences(today))
        edges = {edge for _, span in found for edge in (span.starts_at_ms, span.ends_at_ms)} | set(
            self._midnights(today)
        )
        from_ms = max(edge for edge in edges if edge <= at_ms)
        until_ms = min((edge for edge in edges if edge > at_ms), default=at_ms + 86_400_000)
        if today in self._blocked:
            return Moment(-1, from_ms, until_ms, _NEVER)
        if not self._slots:
            return Moment(0, from_ms, until_ms, _ALWAYS)
        holding = [(slot, span) for slot, span in found if span.starts_at_ms <= at_ms < span.ends_at_ms]
        slot, span = min(holding, key=lambda pair: pair[0], default=(-1, _NEVER))
        return Moment(slot, from_ms, until_ms, span)

    def _midnights(self, today: date) -> Iterator[int]:
        """Today's, before which nothing is looked at, and where a blocked date begins or ends."""
        yield midnight_ms(self._zone, today)
        for ahead in range(_LOOKED_AHEAD + 1):
            day = today + timedelta(days=ahead)
            if (day in self._blocked) != (day - timedelta(days=1) in self._blocked):
                yield midnight_ms(self._zone, day)

    def _occurrences(self, today: date) -> Iterator[tuple[int, Span]]:
        """From yesterday on: what began then may reach into today."""
        for ahead in range(-1, _LOOKED_AHEAD):
            day = today + timedelta(days=ahead)
            for number, hours in enumerate(self._slots):
                if day.weekday() in hours.days:
                    starts_at_ms, ends_at_ms = (clock_ms(self._zone, day, m) for m in (hours.start, hours.end))
                    if starts_at_ms < ends_at_ms:
                        yield number, Span(starts_at_ms, ends_at_ms)


def clock_ms(zone: str, day: date, minutes: int) -> int:
    """The first instant at which a clock shows so many minutes after midnight, or more; 1,440: the day is over."""
    days, minutes = divmod(minutes, MINUTES_OF_A_DAY)
    day += timedelta(days=days)
    where = ZoneInfo(zone)
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60)
    after = wall.replace(tzinfo=where).astimezone(UTC)
    if after.astimezone(where).replace(tzinfo=None) == wall:
        return int(after.timestamp() * 1000)
    before = wall.replace(tzinfo=where, fold=1).astimezone(UTC)
    steps = range(int((after - before).total_seconds() // 60))
    shows = bisect_left(
        steps, wall, key=lambda m: (before + timedelta(minutes=m)).astimezone(where).replace(tzinfo=None)
    )
    return int((before + timedelta(minutes=shows)).timestamp() * 1000)


def minutes_of(text: str) -> int:
    """Read '08:30' as minutes after midnight; '24:00' is the day's end. Raises ValueError."""
    hour, colon, minute = text.partition(":")
    if not (colon and len(minute) == 2 and hour.isdecimal() and minute.isdecimal() and hour.isascii()):
        raise ValueError(f"{text!r} is no time of day: write 08:30, or 24:00 for the end of the day")
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > MINUTES_OF_A_DAY:
        raise ValueError(f"{text!r} is no time of day: write 08:30, or 24:00 for the end of the day")
    return minutes


def days_of(names: tuple[str, ...]) -> frozenset[int]:
    """Read days such as 'sat' and ranges such as 'mon-fri'; none named: all. Raises ValueError."""
    found: set[int] = set()
    for name in names:
        first, dash, last = name.strip().lower().partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{name!r} is no day: write {', '.join(DAYS)}, or a range such as mon-fri")
        start, end = DAYS.index(first), DAYS.index(last if dash else first)
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(found or range(7))


def hours_of(days: tuple[str, ...], start: str, end: str) -> Hours:
    """Hours as a person writes them; an end that is not after the start is on the next day. Raises ValueError."""
    begins, ends = minutes_of(start), minutes_of(end)
    if begins == MINUTES_OF_A_DAY:
        raise ValueError("'24:00' is the end of a day: nothing begins then; write 00:00")
    return Hours(days_of(days), begins, ends if ends > begins else ends + MINUTES_OF_A_DAY)


def dates_of(texts: tuple[str, ...]) -> frozenset[date]:
    """Read dates such as '2026-12-25'. Raises ValueError."""
    found = set()
    for text in texts:
        try:
            found.add(date.fromisoformat(text))
        except ValueError:
            raise ValueError(f"{text!r} is no date: write 2026-12-25") from None
    return frozenset(found)
