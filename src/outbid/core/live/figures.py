"""Beats added up: the figures of a second or of a window, of a house or of one campaign."""

from collections.abc import Callable, Iterable

import msgspec

from outbid.core.live.beat import Beat, OfferSums, Sums, Times, add_times
from outbid.core.tally.histogram import BUCKETS, quantile

Currency = Callable[[int], str]
"""The currency of a source, by its number."""


class Money(msgspec.Struct):
    """Of one currency, in millionths of it. The margin is what is left of the price when the seller is paid."""

    price_micros: int = 0
    payout_micros: int = 0


class Figures(msgspec.Struct):
    """Sums over sources. `stopped`: leads that ended unsold or refused, by status and reason."""

    received: int = 0
    sold: int = 0
    unsold: int = 0
    refused: int = 0
    stopped: dict[tuple[str, str], int] = {}
    money: dict[str, Money] = {}
    answered: Times = {}
    pings: int = 0
    bids: int = 0
    posts: int = 0
    rejects: int = 0


def figures_of(beats: Iterable[Beat], has: Callable[[int], bool], currency: Currency) -> Figures:
    """The figures of the sources that `has` says yes to."""
    found = Figures()
    for beat in beats:
        for source, sums in beat.sources.items():
            if has(source):
                _add(found, sums, currency(source))
    return found


def offers_of(beats: Iterable[Beat], has: Callable[[int], bool]) -> dict[int, OfferSums]:
    """Sums of each offer that `has` says yes to."""
    found: dict[int, OfferSums] = {}
    for beat in beats:
        for number, sums in beat.offers.items():
            if has(number):
                _add_offer(found.setdefault(number, OfferSums()), sums)
    return found


def total_of(offers: Iterable[OfferSums]) -> OfferSums:
    """What several offers did together."""
    found = OfferSums()
    for sums in offers:
        _add_offer(found, sums)
    return found


def _add_offer(into: OfferSums, sums: OfferSums) -> None:
    for name in ("pings", "bids", "late", "posts", "sold", "rejects", "price_micros"):
        setattr(into, name, getattr(into, name) + getattr(sums, name))
    add_times(into.answers, sums.answers)


def ms_of(times: Times, share: float) -> int | None:
    """The milliseconds that a share of all times does not pass; None of nothing."""
    return quantile([times.get(bucket, 0) for bucket in range(BUCKETS)], share)


def _add(found: Figures, sums: Sums, currency: str) -> None:
    found.received += sums.received
    found.sold += sums.sold
    for status, ended in (("unsold", sums.unsold), ("refused", sums.refused)):
        for reason, n in ended.items():
            key = (status, reason)
            found.stopped[key] = found.stopped.get(key, 0) + n
    found.unsold += sum(sums.unsold.values())
    found.refused += sum(sums.refused.values())
    if sums.price_micros or sums.payout_micros:
        money = found.money.setdefault(currency, Money())
        money.price_micros += sums.price_micros
        money.payout_micros += sums.payout_micros
    add_times(found.answered, sums.answered)
    for name in ("pings", "bids", "posts", "rejects"):
        setattr(found, name, getattr(found, name) + getattr(sums, name))
