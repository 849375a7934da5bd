"""Bids in; an order of picks out, each with its price and the seller's payout."""

import msgspec

from outbid.core.contract import Bid, PingReply
from outbid.core.lead.event import BidLine
from outbid.core.lead.state import State
from outbid.core.market.snapshot import Campaign, Offer, Source, Tier


class Pick(msgspec.Struct, frozen=True):
    """One offer that may be posted, at its price, for the seller's payout (both micros)."""

    offer: int
    price_micros: int
    payout_micros: int


def floor_micros(campaign: Campaign, source: Source, tier: Tier) -> int:
    """The least price in a tier: the highest of all floors, and what payout and least margin need."""
    floor = max(campaign.floor_micros, source.floor_micros, tier.floor_micros)
    return max(floor, source.payout.least_price(campaign.least_margin_micros))


def line_of_reply(offer: Offer, reply: PingReply, floor: int, currency: str, ms: int, won_today: int) -> BidLine:
    """A ping's answer as a line of the round, with the reason why it cannot win, if so."""
    if reply.outcome != "bid":
        return BidLine(offer.number, reply.outcome, ms=ms, reason=reply.reason)
    reason = ""
    if reply.currency is not None and reply.currency.upper() != currency:
        reason = "wrong_currency"
    elif reply.price_micros < max(floor, offer.floor_micros):
        reason = "below_floor"
    return BidLine(offer.number, "bid", reply.price_micros, ms, reason, won_today)


def picks(campaign: Campaign, source: Source, tier: Tier, state: State) -> list[Pick]:
    """Whom to post, best first: every line that may win and was not tried, in the method's order.

    A price is final for the offer (first price); the payout follows from the source's terms, rounded down.
    """
    bids = [
        Bid(line.offer, line.price_micros, offer.priority, line.won_today, offer.weight)
        for line in state.bids
        if line.outcome in ("bid", "direct")
        and not line.reason
        and line.offer not in state.tried
        and (offer := campaign.offers.get(line.offer)) is not None
    ]
    return [Pick(bid.offer, bid.price_micros, source.payout.of(bid.price_micros)) for bid in tier.rank(bids, 0, 0.0)]
