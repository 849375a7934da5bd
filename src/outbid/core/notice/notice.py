"""Notices: what became of each bid, as its bidder may know it; decided from a closed lead's events."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from outbid.core.lead import event as ev
from outbid.core.lead.value import Scalar
from outbid.core.replay.receipts import Receipt, receipts_of
from outbid.core.route import Plan

TOLD = frozenset(
    (
        *("outbid", "below_floor", "late", "not_awaited", "past_patience", "nonsense", "wrong_currency"),
        *("other_bid_posted", "too_many_bids", "not_chosen"),
        *("cap_reached", "wallet_empty", "paced", "paused", "buyer_has_it", "duplicate_at_buyer", "bid_expired"),
    )
)
"""Reasons that are the bidder's own, or the auction's. All others are the seller's or the house's: `withdrawn`."""
_AS: Mapping[str, str] = {"below_promise": "below_floor"}
LOSS_CODES: Mapping[str, int] = {
    "outbid": 102,
    "other_bid_posted": 102,
    "below_floor": 100,
    "nonsense": 3,
    "wrong_currency": 3,
    "too_many_bids": 3,
}
"""The loss reasons of OpenRTB (IAB Tech Lab, "OpenRTB 3.0", list of loss reason codes); 1 is an error of the house."""
LOST_TO_DEAL = 103
_PREFERRED = (100, 125, 160, 200, 250, 315, 400, 500, 630, 800)
"""Ten steps to a power of ten: the preferred numbers R10 of ISO 3."""


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one bid. Amounts are micros.

    outcome  won; lost; rejected: it won, and the buyer did not take the lead; unanswered: no bid was read in time
    reason   why it did not win, as a code; loss_code: the same in OpenRTB's numbers, 0 where it has none
    place    which of the bids of one reply it is, counted from 1; 0 where the reply was one bid
    low_micros, high_micros  the band in which the price lies that won, where the seller lets it be told
    """

    offer: int
    lead: bytes
    at_ms: int
    outcome: Literal["won", "lost", "rejected", "unanswered"]
    reason: str = ""
    loss_code: int = 0
    bid_micros: int = 0
    paid_micros: int = 0
    low_micros: int = 0
    high_micros: int = 0
    place: int = 0


def notices_of(
    plan: Plan, lead: bytes, facts: Mapping[str, Scalar], events: list[ev.Event], wanted: Iterable[int]
) -> Iterator[Notice]:
    """One notice for each bid of the wanted offers about a closed lead; one for an offer whose answer is no bid."""
    bids = {line.offer: line for event in events if isinstance(event, ev.Pinged) for line in event.bids}
    asked = [number for number in wanted if number in bids and bids[number].outcome not in ("pass", "unreachable")]
    won = [event for event in events if isinstance(event, ev.Sold)]
    winner = _winner(events, won)
    at_ms = events[-1].at_ms
    for receipt in receipts_of(plan, facts, events, asked):
        for notice in _notices(receipt, lead, at_ms, bids[receipt.offer]):
            if notice.reason == "outbid":
                direct = winner is not None and winner in bids and bids[winner].outcome == "direct"
                top = max(sale.price_micros for sale in won) if won and plan.source.tells_price else 0
                low, high = band_of(top) if top else (0, 0)
                code = LOST_TO_DEAL if direct else notice.loss_code
                yield replace(notice, loss_code=code, low_micros=low, high_micros=high)
            else:
                yield notice


def _notices(receipt: Receipt, lead: bytes, at_ms: int, line: ev.BidLine) -> Iterator[Notice]:
    """One for the bid that an offer's receipt is about, and one for each other bid of the same reply."""
    if not line.more:
        yield _notice(receipt, lead, at_ms, line.price_micros)
        return
    bid_micros = next(bid.price_micros for bid in line.bids() if bid.place == receipt.place)
    yield replace(_notice(receipt, lead, at_ms, bid_micros), place=receipt.place)
    for bid in receipt.others:
        yield replace(_lost(receipt.offer, lead, at_ms, bid.reason, bid.price_micros), place=bid.place)


def _winner(events: list[ev.Event], won: list[ev.Sold]) -> int | None:
    sales = {event.sale: event.offer for event in events if isinstance(event, ev.Posting)}
    return sales.get(won[0].sale) if won else None


def _notice(receipt: Receipt, lead: bytes, at_ms: int, bid_micros: int) -> Notice:
    if receipt.outcome == "sold":
        return Notice(receipt.offer, lead, at_ms, "won", "", 0, bid_micros, receipt.price_micros or 0)
    if receipt.outcome == "rejected":
        return Notice(receipt.offer, lead, at_ms, "rejected", "", 0, bid_micros)
    reason = _AS.get(receipt.reason, receipt.reason)
    if receipt.outcome in ("late", "error", "nonsense"):
        reason = reason if reason in TOLD else "error"
        return Notice(receipt.offer, lead, at_ms, "unanswered", reason, LOSS_CODES.get(reason, 0))
    return _lost(receipt.offer, lead, at_ms, reason, bid_micros)


def _lost(offer: int, lead: bytes, at_ms: int, why: str, bid_micros: int) -> Notice:
    reason = _AS.get(why, why)
    reason = reason if reason in TOLD else "withdrawn"
    return Notice(offer, lead, at_ms, "lost", reason, LOSS_CODES.get(reason, 1), bid_micros)


def band_of(price_micros: int) -> tuple[int, int]:
    """The two neighbouring preferred numbers between which a price lies: from the first on, below the second."""
    scale = 1
    while price_micros >= 10 * scale:
        scale *= 10
    steps = [step * scale // 100 for step in (*_PREFERRED, 1000)]
    low = max((step for step in steps if step <= price_micros), default=0)
    return low, min(step for step in steps if step > price_micros)
