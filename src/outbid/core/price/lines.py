"""What came of a round: each offer's line, with the reason why it cannot win, if so."""

from outbid.core.contract import PingReply
from outbid.core.dialect.wire import Answer, Failure
from outbid.core.lead.event import BidLine, BidOutcome, Standing
from outbid.core.market.snapshot import Offer, Terms

MAY_WIN = ("bid", "direct")
NOT_AWAITED = "not_awaited"
"""Why an offer has no answer in a round that was decided without it."""
_NOT_ASKED = "bad_request"


def line_of_answer(
    offer: Offer, reply: PingReply, answer: Answer | None, terms: Terms, currency: str, standing: Standing
) -> BidLine:
    """What came of one ping as a line of the round, with the reason why it cannot win, if so.

    `answer` is the last one that the delivery got, None if it asked for nothing.
    """
    if answer is None or isinstance(answer, Failure):
        return _unanswered(offer, answer or Failure(reply.reason or _NOT_ASKED, False, "refused"), standing)
    ms = round(answer.timings.total_ms)
    if reply.outcome != "bid":
        return BidLine(offer.number, reply.outcome, 0, ms, reply.reason)
    price = reply.price_micros
    if reply.currency is not None and reply.currency.upper() != currency:
        reason = "wrong_currency"
    else:
        price = min(price, offer.most_micros)
        reason = why_not_at(price, offer, terms)
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
    if failure.reason == NOT_AWAITED:
        won, score = standing.won_today, standing.score
        return BidLine(
            offer.number, "late", 0, ms, NOT_AWAITED, won, sent=failure.sent, score=score, explored=standing.explored
        )
    outcome: BidOutcome = "error" if failure.sent else "unreachable"
    return BidLine(offer.number, outcome, 0, ms, failure.reason, sent=failure.sent)
