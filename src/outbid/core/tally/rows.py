"""Tallies in memory: a row for each key, to which events are added."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from outbid.core.tally.histogram import BUCKETS, bucket_of

QUARTER_MS = 900_000
Clock = Literal["arrival", "sale"]
Head = tuple[int, Clock, int]
"""Start of the quarter-hour (UTC milliseconds), clock, source."""
Rest = tuple[int, str, str, str]
"""Offer (0: the lead's own row), outcome, reason, dimension."""
Key = tuple[int, Clock, int, int, str, str, str]
"""Both as one: what a row of the database is found by."""


class Row(msgspec.Struct):
    """How often, for how much, how long. `histogram` is empty, or has a count for each bucket."""

    times: int = 0
    price_micros: int = 0
    payout_micros: int = 0
    histogram: list[int] = []

    def add(self, times: int, price_micros: int, payout_micros: int, ms: int | None) -> None:
        """Count something, and how long it took if that is measured."""
        self.times += times
        if price_micros:
            self.price_micros += price_micros
            self.payout_micros += payout_micros
        if ms is not None:
            if not self.histogram:
                self.histogram = [0] * BUCKETS
            self.histogram[bucket_of(ms)] += 1


class Rows(dict[Rest, Row]):
    """The rows of one quarter-hour, clock and source; one that is asked for and not there is made."""

    def __missing__(self, rest: Rest) -> Row:
        row = self[rest] = Row()
        return row


class Tallies(dict[Head, Rows]):
    """All rows, by the first part of their keys and then by the second: a lead mostly stays within one of the first."""

    def __missing__(self, head: Head) -> Rows:
        rows = self[head] = Rows()
        return rows

    def flat(self) -> Iterator[tuple[Key, Row]]:
        """Every row by its whole key."""
        for head, rows in self.items():
            for rest, row in rows.items():
                yield (*head, *rest), row


def quarter_of(at_ms: int) -> int:
    """When the quarter-hour began that holds an instant: all zones of the world are whole quarters from UTC."""
    return at_ms - at_ms % QUARTER_MS
