"""Where a lead stands: its events folded into one value, from which the next step follows."""

import re
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from outbid.core.lead import event as ev

Stage = Literal["new", "received", "inspected", "matched", "bidding", "quoted", "posting", "closed"]
SaleStatus = Literal["posting", "sold", "rejected", "uncertain"]
SELLING_SIDE = re.compile(r"(source|seller|campaign):\d+ (?!\w+:)")
"""The names of accounts whose cap refuses the lead, where a buyer's, or a pair's, only skips offers."""
PLACE_TAKEN: frozenset[SaleStatus] = frozenset(("posting", "sold", "uncertain"))


class Sale(msgspec.Struct, frozen=True):
    """One attempt to sell the lead to one offer, in a tier. `asks` counts how often the post was asked again,
    `inquiries` how often its buyer was asked how it ended. `delivered`: the lead came to him after the sale.

    `round_ms`: when the round began in which it won. `place`: which of the bids of its buyer's reply it is, counted
    from 1; 0 where the reply was one bid.
    """

    id: str
    offer: int
    status: SaleStatus
    price_micros: int
    payout_micros: int
    asks: int = 0
    reason: str = ""
    reached: bool = True
    tier: int = 0
    round_ms: int = 0
    place: int = 0
    inquiries: int = 0
    delivered: bool = False


class State(msgspec.Struct, frozen=True):
    """The fold of a lead's events.

    stage    what was done last; `route` has one function for each. `bidding` holds from the end of a round until
             the next one, but for `posting`, which holds while any sale has no answer
    tier     index of the tier that is being tried; anew: its round is to begin anew
    lot      by which routes are drawn, in millionths; -1 where none was. routed_ms: the hour by which the route goes
    offers   offers of this tier that may be asked
    bids     the lines of the last round; turn and draw: what its method reads beside them
    tried    offers that were posted or had no room: never posted again
    sales    every sale, in order
    status   what a list of leads shows
    quoting  a seller asks for a price: there is no lead yet
    promise_micros  the payout that the quote promised; None without a quote
    without_room  somebody had no room; underbid: somebody bid too little; known: somebody has the person, or may not
    offered  the bids of the quote that its seller was told of; wanted: those that he chose, in his order
    round_ms when the last round began
    matched_ms when the tier was matched: rules by the hour go by it
    arrived_ms  when the lead arrived
    held     the reason code for which a person has to look at the lead first; held_ms since when
    waits    for what the lead waits, and waits_ms until when at most
    deferred its seller was told that the outcome is pending: he is told the end
    due_tier the queue whose time came last, and due_ms when that was
    """

    stage: Stage = "new"
    status: ev.LeadStatus = "open"
    reason: str = ""
    refused: str | None = None
    tier: int = -1
    offers: tuple[int, ...] = ()
    bids: tuple[ev.BidLine, ...] = ()
    turn: int = 0
    draw: float = 0.0
    tried: frozenset[int] = frozenset()
    sales: tuple[Sale, ...] = ()
    matched_any: bool = False
    without_room: bool = False
    known: bool = False
    underbid: bool = False
    quoting: bool = False
    promise_micros: int | None = None
    offered: tuple[ev.OfferedBid, ...] = ()
    wanted: tuple[ev.OfferedBid, ...] = ()
    round_ms: int = 0
    matched_ms: int = 0
    arrived_ms: int = 0
    held: str = ""
    held_ms: int = 0
    waits: ev.WaitsFor | Literal[""] = ""
    waits_ms: int = 0
    deferred: bool = False
    due_tier: int = -1
    due_ms: int = 0
    anew: bool = False
    lot: int = -1
    routed_ms: int = 0

    @property
    def posts(self) -> int:
        """How many buyers the lead was posted to; one that was not reached does not count."""
        return sum(sale.reached for sale in self.sales)

    @property
    def promised(self) -> int | None:
        """The payout that the next sale must bring, in micros: what the quote promised, until something is sold.

        Where the seller chose among the bids, each brings what he was told of it: see `owed`.
        """
        if self.promise_micros is None or self.wanted or any(sale.status == "sold" for sale in self.sales):
            return None
        return self.promise_micros

    def owed(self, offer: int, place: int) -> int | None:
        """The payout that a sale to a bid must bring, in micros; None if nothing was promised."""
        if not self.wanted:
            return self.promised
        return next((bid.payout_micros for bid in self.wanted if (bid.offer, bid.place) == (offer, place)), None)

    def placed(self) -> list[Sale]:
        """The sales whose place may have been sold: it is never sold again."""
        return [sale for sale in self.sales if sale.status in PLACE_TAKEN]


def standing_at(line: ev.BidLine, round_ms: int, at_ms: int) -> ev.BidLine:
    """A line without those of its bids that have ended; as it is if none is left that might win."""
    left = [bid for bid in line.bids() if not bid.stands_s or round_ms + bid.stands_s * 1000 > at_ms]
    if not left or (left[0].reason and not line.reason):
        return line
    best, *more = left
    return replace(
        line,
        place=best.place,
        price_micros=best.price_micros,
        reason=best.reason,
        stands_s=best.stands_s,
        more=tuple(more),
    )


def fold(state: State, event: ev.Event) -> State:
    """The state after one more event."""
    return _FOLDS[type(event)](state, event)


def fold_all(events: list[ev.Event]) -> State:
    """The state after all events of a lead, from the first."""
    state = State()
    for event in events:
        state = fold(state, event)
    return state


def _quoting(state: State, event: ev.Quoting) -> State:
    return replace(state, stage="received", quoting=True)


def _quoted(state: State, event: ev.Quoted) -> State:
    promised, offered = event.payout_micros, event.offered
    return replace(state, stage="quoted", quoting=False, promise_micros=promised, offered=offered)


def _received(state: State, event: ev.Received) -> State:
    """What a quote knew stays known: its tier, its bids, its promise. What ended of what was chosen falls out."""
    if not event.picks:
        return replace(state, stage="received", arrived_ms=event.at_ms)
    chosen = [state.offered[pick - 1] for pick in event.picks if 0 < pick <= len(state.offered)]
    wanted = tuple(bid for bid in chosen if bid.until_ms >= event.at_ms)
    return replace(state, stage="received", arrived_ms=event.at_ms, wanted=wanted)


def _resumed(state: State, event: ev.Resumed) -> State:
    """A round that was not followed by a hold died with its process: it is run anew.

    Bids that a seller chose stand as they were told to him: they are looked at again.
    """
    if state.wanted and state.stage == "bidding":
        return replace(state, stage="inspected")
    if state.stage in ("matched", "bidding"):
        return replace(state, stage="inspected", anew=True, bids=())
    return state


def _enriched(state: State, event: ev.Enriched) -> State:
    """What was learned is a fact of the lead; where it stands is the same."""
    return state


def _inspected(state: State, event: ev.Inspected) -> State:
    """The lot and the hour of a quote's ping stand: its lead goes the same way."""
    return replace(
        state,
        stage="inspected",
        refused=event.refused,
        held=event.held,
        held_ms=event.at_ms,
        lot=event.lot if state.lot < 0 else state.lot,
        routed_ms=state.routed_ms or event.at_ms,
    )


def _matched(state: State, event: ev.Matched) -> State:
    return replace(
        state,
        stage="matched",
        tier=event.tier,
        anew=False,
        matched_ms=event.at_ms,
        offers=event.offers,
        bids=(),
        matched_any=state.matched_any or bool(event.offers),
        without_room=state.without_room or any(skip.reason not in ev.OF_PERSON for skip in event.skips),
        known=state.known or any(skip.reason in ev.OF_PERSON for skip in event.skips),
    )


def _pinged(state: State, event: ev.Pinged) -> State:
    return replace(
        state,
        stage="bidding",
        bids=event.bids,
        turn=event.turn,
        draw=event.draw,
        round_ms=event.at_ms,
        underbid=state.underbid or any(line.reason == "below_floor" for line in event.bids),
    )


def _rechecked(state: State, event: ev.Rechecked) -> State:
    """The bids of those who may still buy are ranked again."""
    return replace(
        state,
        stage="bidding",
        offers=event.offers,
        bids=tuple(
            standing_at(line, state.round_ms, event.at_ms) if line.more else line
            for line in state.bids
            if line.offer in event.offers
        ),
        without_room=state.without_room or any(skip.account for skip in event.gone),
    )


def _posting(state: State, event: ev.Posting) -> State:
    price, payout = event.price_micros, event.payout_micros
    tier, round_ms = state.tier, state.round_ms
    sale = Sale(event.sale, event.offer, "posting", price, payout, tier=tier, round_ms=round_ms, place=event.place)
    return replace(state, stage="posting", sales=(*state.sales, sale), tried=state.tried | {event.offer})


def _no_room(state: State, event: ev.NoRoom) -> State:
    """A full offer or buyer is passed over; a full source, seller or campaign takes no lead at all (trade rule)."""
    tried = state.tried | {event.offer}
    if event.reason in ev.OF_PERSON:
        return replace(state, tried=tried, known=True)
    if SELLING_SIDE.match(event.account):
        reason = event.reason if state.promise_micros is None else "capped_since_ping"
        return replace(state, tried=tried, refused=reason)
    # Who was promised a price hears of caps only where a cap was the cause.
    capped = state.promise_micros is None or event.reason != "paused"
    return replace(state, tried=tried, without_room=state.without_room or capped)


def _with_sale(state: State, identifier: str, **changes: Any) -> State:
    """One sale changed, and what follows from all of them."""
    sales = tuple(replace(s, **changes) if s.id == identifier else s for s in state.sales)
    posting = any(sale.status == "posting" for sale in sales)
    unsure = next((sale for sale in sales if sale.status == "uncertain"), None)
    return replace(
        state,
        stage="posting" if posting else "bidding",
        sales=sales,
        status="open" if unsure is None else "uncertain",
        reason="" if unsure is None else unsure.reason,
    )


def _sold(state: State, event: ev.Sold) -> State:
    return _with_sale(
        state, event.sale, status="sold", price_micros=event.price_micros, payout_micros=event.payout_micros
    )


def _rejected(state: State, event: ev.Rejected) -> State:
    return _with_sale(state, event.sale, status="rejected", reason=event.reason, reached=event.reached)


def _unsure(state: State, event: ev.Unsure) -> State:
    return _with_sale(state, event.sale, status="uncertain", reason=event.reason)


def _asked(state: State, event: ev.Asked) -> State:
    asks = next(sale.asks for sale in state.sales if sale.id == event.sale)
    return _with_sale(state, event.sale, asks=asks + 1)


def _inquired(state: State, event: ev.Inquired) -> State:
    """Where the lead stands is the same: a verdict is an event of its own."""
    sales = tuple(replace(s, inquiries=s.inquiries + 1) if s.id == event.sale else s for s in state.sales)
    return replace(state, sales=sales)


def _delivered(state: State, event: ev.Delivered) -> State:
    """Where the lead stands is the same: it was sold before."""
    sales = tuple(replace(s, delivered=True) if s.id == event.sale else s for s in state.sales)
    return replace(state, sales=sales)


def _settled(state: State, event: ev.Settled) -> State:
    """Whatever place is left: the old bids have expired, so the sale's tier is matched and asked anew."""
    reason = {"reason": ""} if event.outcome == "sold" else {}
    settled = _with_sale(state, event.sale, status=event.outcome, **reason)
    if settled.stage == "posting":
        return settled
    tier = next(sale.tier for sale in state.sales if sale.id == event.sale)
    return replace(settled, stage="inspected", tier=tier, anew=True, bids=())


def _waiting(state: State, event: ev.Waiting) -> State:
    waits = replace(state, waits=event.what, waits_ms=event.until_ms, deferred=True)
    if event.what == "reviewed":
        return replace(waits, status="review", reason=state.held)
    return replace(waits, status="queued", reason="") if event.what == "due" else waits


def _deferred(state: State, event: ev.Deferred) -> State:
    return replace(state, deferred=True)


def _due(state: State, event: ev.Due) -> State:
    """A round begins anew: who had no room may have some now; who was posted had his chance."""
    return replace(
        state,
        stage="inspected",
        status="open",
        tier=event.tier,
        anew=True,
        bids=(),
        tried=frozenset(sale.offer for sale in state.sales),
        waits="",
        due_tier=event.tier,
        due_ms=event.at_ms,
    )


def _reviewed(state: State, event: ev.Reviewed) -> State:
    """What is released is sold like a new one; bids of a quote are too old by now, its promise stands."""
    refused = state.held if event.outcome == "refused" else None
    return replace(state, status="open", reason="", refused=refused, held="", tier=-1, anew=False, bids=(), waits="")


def _closed(state: State, event: ev.Closed) -> State:
    return replace(state, stage="closed", status=event.status, reason=event.reason)


_FOLDS: dict[type, Callable[[State, Any], State]] = {
    ev.Quoting: _quoting,
    ev.Quoted: _quoted,
    ev.Received: _received,
    ev.Resumed: _resumed,
    ev.Enriched: _enriched,
    ev.Inspected: _inspected,
    ev.Matched: _matched,
    ev.Pinged: _pinged,
    ev.Rechecked: _rechecked,
    ev.Posting: _posting,
    ev.NoRoom: _no_room,
    ev.Sold: _sold,
    ev.Rejected: _rejected,
    ev.Unsure: _unsure,
    ev.Asked: _asked,
    ev.Inquired: _inquired,
    ev.Delivered: _delivered,
    ev.Settled: _settled,
    ev.Waiting: _waiting,
    ev.Deferred: _deferred,
    ev.Due: _due,
    ev.Reviewed: _reviewed,
    ev.Closed: _closed,
}
