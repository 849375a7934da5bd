"""What a process adds to the tallies in one go, in short: sums by source and by offer, and a sample of leads.

It is read off the very rows that are added, so beats add up to the tallies.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from outbid.core.tally.count import LEAD
from outbid.core.tally.rows import Row, Tallies

Times = dict[int, int]
"""How many times lie in a bucket of the histogram; empty buckets are left out."""
PINGED = frozenset(("bid", "pass", "error", "nonsense", "late", "unreachable"))


class Sums(msgspec.Struct, omit_defaults=True):
    """Of a source. `unsold` and `refused`: leads by reason; `answered`: from arrival to the seller's answer.

    rejects  posts that a buyer refused, but for those that a person or a later word settled
    """

    received: int = 0
    sold: int = 0
    unsold: dict[str, int] = {}
    refused: dict[str, int] = {}
    price_micros: int = 0
    payout_micros: int = 0
    answered: Times = {}
    pings: int = 0
    bids: int = 0
    posts: int = 0
    rejects: int = 0


class OfferSums(msgspec.Struct, omit_defaults=True):
    """Of an offer. `answers`: how long its answers to pings took."""

    pings: int = 0
    bids: int = 0
    late: int = 0
    posts: int = 0
    sold: int = 0
    rejects: int = 0
    price_micros: int = 0
    answers: Times = {}


class Glimpse(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead as it was closed. `offers` bought it; `bids` of its last round; `ms` from its arrival to its end."""

    id: bytes
    at_ms: int
    ms: int
    source: int
    status: Literal["sold", "unsold", "refused"]
    reason: str = ""
    offers: tuple[int, ...] = ()
    price_micros: int = 0
    bids: int = 0


class Beat(msgspec.Struct, omit_defaults=True):
    """Sums by the numbers of sources and offers, and a sample of leads."""

    sources: dict[int, Sums] = {}
    offers: dict[int, OfferSums] = {}
    leads: list[Glimpse] = []


def beat_of(tallies: Tallies, leads: Iterable[Glimpse] = ()) -> Beat:
    """The beat of these rows. Sales are taken by the clock of arrival alone: the other has them once more."""
    beat = Beat(leads=list(leads))
    for (_, clock, source), rows in tallies.items():
        if clock == "arrival":
            sums = beat.sources.setdefault(source, Sums())
            for (offer, outcome, reason, dimension), row in rows.items():
                if dimension:
                    continue
                if offer == LEAD:
                    _add_lead(sums, outcome, reason, row)
                else:
                    _add_offer(sums, beat.offers.setdefault(offer, OfferSums()), outcome, reason, row)
    return beat


def _add_lead(sums: Sums, outcome: str, reason: str, row: Row) -> None:
    if outcome == "received":
        sums.received += row.times
    elif outcome == "sold":
        sums.sold += row.times
        sums.price_micros += row.price_micros
        sums.payout_micros += row.payout_micros
    elif outcome == "unsold":
        sums.unsold[reason] = sums.unsold.get(reason, 0) + row.times
    elif outcome == "refused":
        sums.refused[reason] = sums.refused.get(reason, 0) + row.times
    elif outcome == "answered":
        add_times(sums.answered, _times_of(row))


def _add_offer(sums: Sums, offer: OfferSums, outcome: str, reason: str, row: Row) -> None:
    if outcome in PINGED:
        sums.pings += row.times
        offer.pings += row.times
        add_times(offer.answers, _times_of(row))
        if outcome == "bid":
            sums.bids += row.times
            offer.bids += row.times
        elif outcome == "late":
            offer.late += row.times
    elif outcome == "posted":
        sums.posts += row.times
        offer.posts += row.times
    elif outcome == "sold":
        offer.sold += row.times
        offer.price_micros += row.price_micros
    elif outcome == "rejected" and reason != "settled":
        sums.rejects += row.times
        offer.rejects += row.times


def _times_of(row: Row) -> Times:
    return {bucket: n for bucket, n in enumerate(row.histogram) if n}


def add_times(into: Times, more: Times) -> None:
    """Add the times of one to another."""
    for bucket, n in more.items():
        into[bucket] = into.get(bucket, 0) + n
