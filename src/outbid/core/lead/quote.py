"""Quotes: how long a promise stands, whether a lead is still the one that was pinged, and who may still buy it."""

from collections.abc import Iterable, Mapping

from outbid.core.lead.event import BidLine, FurtherBid, Rechecked, Skip
from outbid.core.lead.state import State, standing_at
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Campaign, Offer, Source, Terms
from outbid.core.match.match import Live, static_reason
from outbid.core.price.lines import MAY_WIN
from outbid.core.price.picking import Pick


def ends_ms(line: BidLine | FurtherBid, round_ms: int) -> int | None:
    """When a bid ends, in UTC milliseconds; None if the buyer set no end."""
    return round_ms + line.stands_s * 1000 if line.stands_s else None


def until_ms(source: Source, state: State, pick: Pick, now_ms: int) -> int:
    """When a quote ends that a bid stands behind: with the bid, or by the source's terms."""
    line = next(line for line in state.bids if line.offer == pick.offer)
    bid_ends = ends_ms(next(bid for bid in line.bids() if bid.place == pick.place), state.round_ms)
    ends = now_ms + source.quotes.stands_ms
    return ends if bid_ends is None else min(ends, bid_ends)


def id_of(quote: str, place: int) -> str:
    """The id of a bid of a quote, as its seller is told: it says nothing of the buyer."""
    return f"{quote}.{place}"


def chosen(quote: str, ids: Iterable[str], offered: int) -> tuple[int, ...] | None:
    """The bids of a quote that ids name, each once, by their places in what was offered; None if one names none."""
    places = {id_of(quote, place): place for place in range(1, offered + 1)}
    found = [places.get(each) for each in dict.fromkeys(ids)]
    return None if None in found else tuple(place for place in found if place is not None)


def changed(decisive: Iterable[str], pinged: Mapping[str, Scalar], posted: Mapping[str, Scalar]) -> list[str]:
    """The facts by which a ping was decided and that its lead tells otherwise. One that was not known is no other."""
    return sorted(name for name in decisive if name in pinged and posted.get(name) != pinged[name])


def recheck(
    campaign: Campaign,
    source: Source,
    state: State,
    terms: Terms,
    facts: Mapping[str, Scalar],
    live: Live,
    now_ms: int,
) -> Rechecked:
    """Which bidders of a quote may still buy, by all that is known now: nobody can come that was not asked.

    Rules by the hour stand as they were at the ping: the seller was promised a price by them.
    """
    offers: list[int] = []
    gone: list[Skip] = []
    for line in state.bids:
        if line.outcome not in MAY_WIN or line.reason:
            continue
        left = standing_at(line, state.round_ms, now_ms) if line.more else line
        skip = _gone(campaign.offers[line.offer], left, source, state, terms, facts, live, now_ms)
        if skip is None:
            offers.append(line.offer)
        else:
            gone.append(skip)
    return Rechecked(now_ms, tuple(offers), tuple(gone))


def _gone(
    offer: Offer,
    line: BidLine,
    source: Source,
    state: State,
    terms: Terms,
    facts: Mapping[str, Scalar],
    live: Live,
    now_ms: int,
) -> Skip | None:
    if (reason := static_reason(offer, source, terms, facts, state.matched_ms)) is not None:
        return Skip(offer.number, reason)
    ends = ends_ms(line, state.round_ms)
    if ends is not None and ends <= now_ms:
        return Skip(offer.number, "bid_expired")
    if offer.when is not None and (reason := offer.when.reason_against(now_ms)) is not None:
        return Skip(offer.number, reason)
    return live(offer, min(bid.price_micros for bid in line.bids() if not bid.reason))
