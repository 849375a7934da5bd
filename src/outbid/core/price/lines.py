"""What came of a round: each offer's line, with the reason why it cannot win, if so."""

from msgspec.structs import replace

from outbid.core.contract import MOST_BIDS, ListedBid, PingReply
from outbid.core.dialect.wire import Answer, Failure
from outbid.core.lead.event import BidLine, BidOutcome, FurtherBid, Standing
from outbid.core.market.snapshot import Offer, Terms

MAY_WIN = ("bid", "direct")
NOT_AWAITED = "not_awaited"
"""Why an offer has no answer in a round that was decided without it."""
PAST_PATIENCE = "past_patience"
"""Why an offer has no answer in a round whose tier waited no longer, though there was time."""
_NOT_ASKED = "bad_request"


def line_of_answer(
    offer: Offer, reply: PingReply, answer: Answer | None, terms: Terms, currency: str, standing: Standing
) -> BidLine:
    """What came of one ping as a line of the round, with the reason why it cannot win, if so.

    `answer` is the last one that the delivery got, None if it asked for nothing.
    """
    line = _line(offer, reply, answer, terms, currency, standing)
    return line if answer is None or not answer.second else replace(line, second=True)


def _line(
    offer: Offer, reply: PingReply, answer: Answer | None, terms: Terms, currency: str, standing: Standing
) -> BidLine:
    if answer is None or isinstance(answer, Failure):
        return _unanswered(offer, answer or Failure(reply.reason or _NOT_ASKED, False, "refused"), standing)
    ms = round(answer.timings.total_ms)
    if reply.outcome != "bid":
        return BidLine(offer.number, reply.outcome, 0, ms, reply.reason)
    if reply.bids:
        return _line_of_several(offer, reply, BidLine(offer.number, "bid", 0, ms), terms, currency, standing)
    price, reason = _judged(offer, reply, terms, currency)
    return BidLine(
        offer.number,
        "bid",
        price,
        ms,
        reason,
        standing.won_today,
        reply.stands_s,
        score=standing.score,
        explored=standing.explored,
    )


def _judged(offer: Offer, bid: PingReply | ListedBid, terms: Terms, currency: str) -> tuple[int, str]:
    """A bid's price as it counts, and the reason why it cannot win, if so."""
    if bid.currency is not None and bid.currency.upper() != currency:
        return bid.price_micros, "wrong_currency"
    price = min(bid.price_micros, offer.most_micros)
    return price, why_not_at(price, offer, terms)


def _line_of_several(
    offer: Offer, reply: PingReply, line: BidLine, terms: Terms, currency: str, standing: Standing
) -> BidLine:
    """The line of a reply with a list: its own bid is the best of them, those that may win before all others."""
    found = []
    for bid in reply.bids:
        price, reason = _judged(offer, bid, terms, currency) if bid.price_micros else (0, "nonsense")
        found.append(FurtherBid(bid.place, price, reason, bid.stands_s))
    if reply.unread:
        found.append(FurtherBid(MOST_BIDS + 1, 0, "too_many_bids"))
    best, *more = sorted(found, key=best_first)
    return replace(
        line,
        price_micros=best.price_micros,
        reason=best.reason,
        won_today=standing.won_today,
        stands_s=best.stands_s,
        score=standing.score,
        explored=standing.explored,
        place=best.place,
        more=tuple(more),
    )


def best_first(bid: FurtherBid) -> tuple[bool, int, int]:
    """The order of the bids of one reply."""
    return bool(bid.reason), -bid.price_micros, bid.place


def least_for(offer: Offer, terms: Terms, price_micros: int = 0) -> int:
    """The least price, from one on, at which an offer may buy; above any price if there is none."""
    floor = offer.floor_micros
    return terms.least(price_micros if price_micros > floor else floor)


def why_not_at(price_micros: int, offer: Offer, terms: Terms) -> str:
    """Why an offer cannot win at a price, as a reason code; empty if it can."""
    return "" if least_for(offer, terms, price_micros) == price_micros else "below_floor"


def _unanswered(offer: Offer, failure: Failure, standing: Standing) -> BidLine:
    ms = round(failure.timings.total_ms)
    if failure.reason == "timed_out":
        return BidLine(offer.number, "late", 0, ms, "late", sent=failure.sent)
    if failure.reason == PAST_PATIENCE:
        return BidLine(offer.number, "late", 0, ms, PAST_PATIENCE, sent=failure.sent)
    if failure.reason == NOT_AWAITED:
        won, score = standing.won_today, standing.score
        return BidLine(
            offer.number, "late", 0, ms, NOT_AWAITED, won, sent=failure.sent, score=score, explored=standing.explored
        )
    outcome: BidOutcome = "error" if failure.sent else "unreachable"
    return BidLine(offer.number, outcome, 0, ms, failure.reason, sent=failure.sent)
