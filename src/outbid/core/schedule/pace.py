"""How a cap is spread over its window: by the hours that are open, and by when in the week leads usually come."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import msgspec

from outbid.core.ledger.window import Span
from outbid.core.schedule.week import Calendar

QUARTER_MS = 900_000
QUARTERS_OF_A_WEEK = 7 * 96
LEAST_LEADS = 500
"""Below so many, when leads come is not known."""


class Curve(msgspec.Struct, frozen=True):
    """How many leads usually come in each quarter-hour of the local week, from Monday 00:00 on."""

    zone: str
    weights: tuple[float, ...]

    def at(self, at_ms: int) -> float:
        """The weight of the quarter-hour that holds an instant."""
        local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self.zone))
        return self.weights[local.weekday() * 96 + local.hour * 4 + local.minute // 15]


def curve_of(zone: str, counts: Iterable[tuple[int, int]]) -> Curve:
    """The curve of past quarter-hours (UTC milliseconds → leads), each smoothed with its neighbours.

    Quarter-hours in which nothing came have a little weight too, for something may come; too few leads tell nothing.
    """
    sums, total, where = [0.0] * QUARTERS_OF_A_WEEK, 0, ZoneInfo(zone)
    for starts_at_ms, leads in counts:
        local = datetime.fromtimestamp(starts_at_ms / 1000, where)
        sums[local.weekday() * 96 + local.hour * 4 + local.minute // 15] += leads
        total += leads
    if total < LEAST_LEADS:
        return FLAT
    near = range(-2, 3)
    smooth = [
        sum(sums[(place + step) % QUARTERS_OF_A_WEEK] for step in near) / 5 for place in range(QUARTERS_OF_A_WEEK)
    ]
    return Curve(zone, tuple(max(weight, 0.02 * total / QUARTERS_OF_A_WEEK) for weight in smooth))


FLAT = Curve("UTC", (1.0,) * QUARTERS_OF_A_WEEK)


class Course:
    """Which share of a window's leads should have been bought by an instant."""

    __slots__ = ("_edges", "_now", "_sums")

    def __init__(self, span: Span, calendar: Calendar | None, curve: Curve) -> None:
        pieces = [(start, end, curve.at(start) * (end - start)) for start, end in _quarters(span, calendar)]
        if not any(weight for _, _, weight in pieces):
            pieces = [(start, end, float(end - start)) for start, end, _ in pieces]
        total = sum(weight for _, _, weight in pieces) or 1.0
        self._edges = [(start, end, weight / total) for start, end, weight in pieces]
        self._sums = [0.0, *accumulate(share for _, _, share in self._edges)]
        self._now = (0, 0, 0.0, 0.0)

    def share(self, at_ms: int) -> float:
        """From 0 at the window's beginning to 1 at the end of its last open hour."""
        start, end, share, before = self._now
        if not start <= at_ms < end:
            place = bisect_right(self._edges, at_ms, key=lambda edge: edge[0]) - 1
            if place < 0:
                return 0.0
            (start, end, share), before = self._edges[place], self._sums[place]
            self._now = start, end, share, before
        return min(1.0, before + share * min(1.0, (at_ms - start) / (end - start)))

    def reaches_ms(self, share: float) -> int | None:
        """When so much of the window's leads has come; None if not within it."""
        for (start, end, part), before in zip(self._edges, self._sums, strict=False):
            if part and before + part >= share:
                return start + round((end - start) * max(0.0, share - before) / part)
        return None


def _quarters(span: Span, calendar: Calendar | None) -> list[tuple[int, int]]:
    """The open time of a span, cut at each quarter-hour."""
    found: list[tuple[int, int]] = []
    now = span.starts_at_ms
    while now < span.ends_at_ms:
        moment = None if calendar is None else calendar.at(now)
        until = span.ends_at_ms if moment is None else min(span.ends_at_ms, moment.until_ms)
        if moment is None or moment.slot >= 0:
            edges = [now, *range(now - now % QUARTER_MS + QUARTER_MS, until, QUARTER_MS), until]
            found += pairwise(edges)
        now = until
    return found
