"""Tallies in memory: a row for each key, to which events are added."""

from typing import Literal

import msgspec

from outbid.core.tally.histogram import BUCKETS, bucket_of

QUARTER_MS = 900_000
Clock = Literal["arrival", "sale"]
Key = tuple[int, Clock, int, int, str, str, str]
"""Start of the quarter-hour (UTC ms), clock, source, offer (0: the lead's own row), outcome, reason, dimension."""


class Row(msgspec.Struct):
    """How often, for how much, how long. `histogram` is empty, or has a count for each bucket."""

    times: int = 0
    price_micros: int = 0
    payout_micros: int = 0
    histogram: list[int] = []

    def time(self, ms: int) -> None:
        """Count how long it took."""
        if not self.histogram:
            self.histogram = [0] * BUCKETS
        self.histogram[bucket_of(ms)] += 1


class Tallies(dict[Key, Row]):
    """Rows by key; one that is asked for and not there is made."""

    def __missing__(self, key: Key) -> Row:
        row = self[key] = Row()
        return row


def quarter_of(at_ms: int) -> int:
    """When the quarter-hour began that holds an instant: all zones of the world are whole quarters from UTC."""
    return at_ms - at_ms % QUARTER_MS
