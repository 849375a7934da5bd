"""Bids in; an order of picks out, each with its price and the seller's payout."""

from collections.abc import Iterator

import msgspec

from outbid.core.contract import Bid, PingReply
from outbid.core.dialect.wire import Answer, Failure
from outbid.core.lead.event import BidLine, BidOutcome
from outbid.core.lead.state import State
from outbid.core.market.snapshot import Campaign, Offer, Source, Tier

MAY_WIN = ("bid", "direct")
NOT_AWAITED = "not_awaited"
"""Why an offer has no answer in a round that was decided without it."""
_NOT_ASKED = "bad_request"


class Pick(msgspec.Struct, frozen=True):
    """One offer that may be posted, at its price, for the seller's payout (both micros)."""

    offer: int
    price_micros: int
    payout_micros: int


def floor_micros(campaign: Campaign, source: Source, tier: Tier) -> int:
    """The least price in a tier: the highest of all floors, and what payout and least margin need."""
    floor = max(campaign.floor_micros, source.floor_micros, tier.floor_micros)
    return max(floor, source.payout.least_price(campaign.least_margin_micros))


def offer_floor_micros(campaign: Campaign, source: Source, tier: Tier, offer: Offer) -> int:
    """The least price at which an offer of a tier may buy: the tier's, or its own if that is higher."""
    return max(floor_micros(campaign, source, tier), offer.floor_micros)


def line_of_answer(
    offer: Offer, reply: PingReply, answer: Answer | None, floor: int, currency: str, won_today: int
) -> BidLine:
    """What came of one ping as a line of the round, with the reason why it cannot win, if so.

    `answer` is the last one that the delivery got, None if it asked for nothing.
    """
    if answer is None or isinstance(answer, Failure):
        return _unanswered(offer, answer or Failure(reply.reason or _NOT_ASKED, False, "refused"), won_today)
    ms = round(answer.timings.total_ms)
    if reply.outcome != "bid":
        return BidLine(offer.number, reply.outcome, 0, ms, reply.reason)
    price = reply.price_micros
    if reply.currency is not None and reply.currency.upper() != currency:
        reason = "wrong_currency"
    else:
        price = min(price, offer.most_micros)
        reason = why_not_at(price, offer, floor)
    return BidLine(offer.number, "bid", price, ms, reason, won_today, reply.stands_s)


def why_not_at(price_micros: int, offer: Offer, floor: int) -> str:
    """Why an offer cannot win at a price, as a reason code; empty if it can."""
    return "below_floor" if price_micros < floor or price_micros < offer.floor_micros else ""


def _unanswered(offer: Offer, failure: Failure, won_today: int) -> BidLine:
    ms = round(failure.timings.total_ms)
    if failure.reason == "timed_out":
        return BidLine(offer.number, "late", 0, ms, "late", sent=failure.sent)
    if failure.reason == NOT_AWAITED:
        return BidLine(offer.number, "late", 0, ms, NOT_AWAITED, won_today, sent=failure.sent)
    outcome: BidOutcome = "error" if failure.sent else "unreachable"
    return BidLine(offer.number, outcome, 0, ms, failure.reason, sent=failure.sent)


def picks(campaign: Campaign, source: Source, tier: Tier, state: State) -> Iterator[Pick]:
    """Whom to post, best first: every line that may win and was not tried, in the method's order.

    A price is final for the offer (first price); the payout follows from the source's terms, rounded down. What a
    quote promised is paid instead, by whoever bids at least as much: the house may go down to break-even.
    """
    bids = [
        Bid(line.offer, line.price_micros, offer.priority, line.won_today, offer.weight)
        for line in state.bids
        if line.outcome in MAY_WIN
        and not line.reason
        and line.offer not in state.tried
        and (offer := campaign.offers.get(line.offer)) is not None
    ]
    promised = state.promised
    for bid in tier.rank(bids, state.turn, state.draw):
        if promised is None:
            yield Pick(bid.offer, bid.price_micros, source.payout.of(bid.price_micros))
        elif bid.price_micros >= promised:
            yield Pick(bid.offer, bid.price_micros, promised)
