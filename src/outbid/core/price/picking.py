"""Bids in, those who are posted out, each with his price and the seller's payout."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Bid
from outbid.core.lead.event import BidLine
from outbid.core.lead.state import State
from outbid.core.market.snapshot import Campaign, Terms, Tier
from outbid.core.price.charged import charged
from outbid.core.price.lines import MAY_WIN


class Pick(msgspec.Struct, frozen=True):
    """One offer that may be posted, at its price, for the seller's payout (both micros).

    `place`: which of the bids of its reply it is, counted from 1; 0 where the reply was one bid.
    """

    offer: int
    price_micros: int
    payout_micros: int
    place: int = 0


def ranked(campaign: Campaign, terms: Terms, tier: Tier, state: State) -> list[Bid]:
    """Who may be posted, best first: every bid that may win and whose offer was not tried, in the method's order.

    What a quote promised is paid by whoever bids at least as much; the others fall out.
    """
    payout_of = terms.split.payout_of if "payout" in tier.reads else None
    promised = state.promised or 0
    bids = [
        Bid(
            line.offer,
            line.price_micros,
            offer.priority,
            line.won_today,
            offer.weight,
            offer.handicap,
            payout_of(line.price_micros) if payout_of else 0,
            line.ms,
            line.score,
            line.place,
        )
        for line in state.bids
        if line.outcome in MAY_WIN
        and not line.reason
        and line.offer not in state.tried
        and line.price_micros >= promised
        and (offer := campaign.offers.get(line.offer)) is not None
    ]
    listed = [line for line in state.bids if line.more]
    if listed:
        bids += _further(bids, listed, promised, payout_of)
    return tier.rank(bids, state.turn, state.draw)


def _further(
    bids: list[Bid], listed: list[BidLine], promised: int, payout_of: Callable[[int], int] | None
) -> list[Bid]:
    """The other bids of replies that listed several. Each line's own is the best: where it may not win, none may."""
    own = {bid.offer: bid for bid in bids}
    return [
        replace(
            own[line.offer],
            price_micros=bid.price_micros,
            payout_micros=payout_of(bid.price_micros) if payout_of else 0,
            place=bid.place,
        )
        for line in listed
        if line.offer in own
        for bid in line.more
        if not bid.reason and bid.price_micros >= promised
    ]


def choose(
    campaign: Campaign, terms: Terms, tier: Tier, state: State, most: int, alone: Callable[[int], bool] | None = None
) -> tuple[Pick, ...]:
    """The best, never two of one group of buyers, each at what he is charged."""
    order = ranked(campaign, terms, tier, state)
    chosen, rival = seated(campaign, order, state, most, alone)
    return tuple(picked(campaign, terms, tier, state, bid, rival) for bid in chosen)


def named(campaign: Campaign, state: State, most: int, alone: Callable[[int], bool] | None = None) -> tuple[Pick, ...]:
    """The bids that the seller chose, in his order, each at the price and for the payout that he was told of."""
    there = {(line.offer, bid.place) for line in state.bids if line.offer not in state.tried for bid in line.bids()}
    order = [
        Pick(bid.offer, bid.price_micros, bid.payout_micros, bid.place)
        for bid in state.wanted
        if (bid.offer, bid.place) in there
    ]
    return tuple(seated(campaign, order, state, most, alone)[0])


class _OfAnOffer(Protocol):
    @property
    def offer(self) -> int: ...


Seat = TypeVar("Seat", bound=_OfAnOffer)


def seated(
    campaign: Campaign, order: Sequence[Seat], state: State, most: int, alone: Callable[[int], bool] | None = None
) -> tuple[list[Seat], Seat | None]:
    """Those of an order who are posted side by side, and the first who would be in the place of any of them.

    `alone`: whether an offer buys alone, if it is the best; beside others it does not buy.
    A buyer is nobody's rival whose group has the lead, or is being posted: he could not buy it anyway.
    """
    offers = campaign.offers
    groups = {offers[sale.offer].group for sale in state.placed()}
    chosen: list[Seat] = []
    for bid in order:
        group = offers[bid.offer].group
        if group in groups:
            continue
        if len(chosen) == most:
            return chosen, bid
        if alone is not None and alone(bid.offer):
            if groups:
                continue
            most = 1
        groups.add(group)
        chosen.append(bid)
    return chosen, None


def picked(campaign: Campaign, terms: Terms, tier: Tier, state: State, bid: Bid, rival: Bid | None) -> Pick:
    """A bid that is posted, at what it is charged. What a quote promised is paid: the house may go to break-even."""
    promised = state.promised
    if tier.pricing is None:
        payout = terms.split.payout_of(bid.price_micros) if promised is None else promised
        return Pick(bid.offer, bid.price_micros, payout, bid.place)
    price = charged(tier.pricing, bid, campaign.offers[bid.offer], terms, rival, promised or 0)
    return Pick(bid.offer, price, terms.split.payout_of(price) if promised is None else promised, bid.place)


def ranking(campaign: Campaign, terms: Terms, tier: Tier, state: State) -> Iterator[Pick]:
    """Everybody who may win, best first, each at what he would be charged if those before him had not bid."""
    order = ranked(campaign, terms, tier, state)
    for place, bid in enumerate(order):
        _, rival = seated(campaign, order[place:], state, 1)
        yield picked(campaign, terms, tier, state, bid, rival)
