"""Tallies counted again from every chapter, to be compared with the rows that processes wrote while they sold."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold
from outbid.core.tally.count import count
from outbid.core.tally.dimension import Names, Subject, dimensions_of
from outbid.core.tally.histogram import merged
from outbid.core.tally.rows import Key, Tallies

Figures = tuple[int, int, int, tuple[int, ...]]
"""Times, price, payout, histogram without empty buckets at its end."""


def recounted(
    chapters: Iterable[Any], leads: dict[bytes, Any], dimensions: Callable[[int, int], tuple[str, ...]]
) -> dict[Key, Figures]:
    """All chapters counted, each lane in its order. `dimensions` are those of a campaign in a version."""
    by_lane: dict[int, list[Any]] = defaultdict(list)
    before: dict[tuple[bytes, int], State] = {}
    state = State()
    for row in sorted(chapters, key=lambda row: (row["lead_id"], row["n"])):
        by_lane[row["lane"]].append(row)
        state = State() if row["n"] == 1 else state
        before[row["lead_id"], row["n"]] = state
        for event in ev.decode(row["events"]):
            state = fold(state, event)
    whole = Tallies()
    for rows in by_lane.values():
        names = Names()
        for row in sorted(rows, key=lambda row: (row["seq"], row["place"])):
            lead = leads[row["lead_id"]]
            if not lead["test"]:
                named = dimensions_of(dimensions(lead["version"], lead["campaign"]), msgspec.json.decode(lead["facts"]))
                subject = Subject(lead["source"], lead["arrived_at"], named)
                count(whole, names, subject, before[row["lead_id"], row["n"]], ev.decode(row["events"]))
    return {k: _figures(r.times, r.price_micros, r.payout_micros, r.histogram) for k, r in whole.flat()}


def summed(rows: Iterable[Any]) -> dict[Key, Figures]:
    """The rows of `tally`, over all lanes."""
    found: dict[Key, Figures] = {}
    for row in rows:
        key = tuple(row[n] for n in ("quarter", "clock", "source", "offer", "outcome", "reason", "dimension"))
        times, price, payout, histogram = found.get(key, (0, 0, 0, ()))
        found[key] = _figures(
            times + row["times"],
            price + row["price_micros"],
            payout + row["payout_micros"],
            merged(histogram, row["histogram"]),
        )
    return found


def _figures(times: int, price: int, payout: int, histogram: Iterable[int]) -> Figures:
    counts = list(histogram)
    while counts and not counts[-1]:
        counts.pop()
    return times, price, payout, tuple(counts)
