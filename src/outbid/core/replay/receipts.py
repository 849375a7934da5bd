"""Why each offer of a campaign bought a lead, or did not: exactly one outcome an offer.

What was live (room, bids, posts) stands in the events. What version and facts decide is decided again, by the very
functions that decided it then, so it can be told of offers too about which nothing was stored.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from outbid.core.answer import PENDING
from outbid.core.control.patience import in_words
from outbid.core.lead import event as ev
from outbid.core.lead.learned import facts_after, facts_at_ping
from outbid.core.lead.state import Sale, State, fold_all, standing_at
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Offer, Terms
from outbid.core.match.match import receipt as static_receipt
from outbid.core.price.lines import MAY_WIN, PAST_PATIENCE, least_for
from outbid.core.price.terms import agreed, terms_of
from outbid.core.replay.priced import Priced, priced
from outbid.core.route import Plan

Outcome = Literal[
    "sold", "posting", "uncertain", "rejected", "not_reached", "no_room",
    "bid", "direct", "pass", "late", "error", "nonsense", "unreachable", "skipped", "not_asked",
]  # fmt: skip


class Receipt(msgspec.Struct, frozen=True):
    """What became of one offer.

    tier          index of the tier that the offer is in
    outcome       how far it came: not asked, skipped for want of room, how it answered the ping, how it took the post
    reason        why it came no further, as a code; empty for a sold sale and for one that has no answer yet
    live          something live was told of it; else version and facts alone decide, or how far the lead came
    price_micros  the last price that was named, if any
    floor_micros  the floor that the price does not reach, if that is the reason
    account       the account without room, if that is the reason
    detail        the part of the filter that failed and the value seen, or what was known, in words: nothing personal
    ms            how long the offer took to answer its ping
    score         what the method knew of the offer, where it reads that; explored: it was set higher, to learn
    sale          the sale's public id, where it came to a post
    priced        what made its price then
    place         which of the bids of its reply this is, counted from 1; 0 where the reply was one bid
    others        the other bids of that reply, each with the reason why it did not win
    """

    offer: int
    tier: int
    outcome: Outcome
    reason: str = ""
    live: bool = True
    price_micros: int | None = None
    floor_micros: int | None = None
    account: str = ""
    detail: str = ""
    ms: int = 0
    sale: str = ""
    priced: Priced | None = None
    score: int = 0
    explored: bool = False
    place: int = 0
    others: tuple[ev.FurtherBid, ...] = ()


def receipts(plan: Plan, facts: Mapping[str, Scalar], events: list[ev.Event], tier: int | None = None) -> list[Receipt]:
    """One receipt for every offer of the campaign, or of one tier, in the order of tiers and positions."""
    found = _Receipts(plan, facts, events)
    tiers = range(len(plan.campaign.tiers)) if tier is None else (tier,)
    return [found.of(number, offer) for number in tiers for offer in plan.campaign.tiers[number].offers]


def receipts_of(
    plan: Plan, facts: Mapping[str, Scalar], events: list[ev.Event], offers: Iterable[int]
) -> list[Receipt]:
    """The receipts of some offers, in their order, without what made their prices: much less work than all of all."""
    found, wanted = _Receipts(plan, facts, events, {}), list(offers)
    where = {offer: number for offer in wanted for number, tier in enumerate(plan.campaign.tiers) if offer in tier.book}
    return [found.of(where[offer], plan.campaign.offers[offer]) for offer in wanted]


_Live = Sale | ev.NoRoom | ev.BidLine | ev.Skip


class _Receipts:
    def __init__(
        self, plan: Plan, facts: Mapping[str, Scalar], events: list[ev.Event], made: Mapping[str, Priced] | None = None
    ) -> None:
        self._facts = facts_after(facts, events)
        self._plan = replace(plan, facts=self._facts)
        self._state: State = fold_all(events)
        came = next((event for event in events if isinstance(event, ev.Received)), None)
        asked = events[: events.index(came)] if came is not None else events
        later = came.later if came is not None else ()
        # When each tier was matched last: rules by the hour go by it. Who was not reached is told as if it were now.
        self._reached = {event.tier: event.at_ms for event in events if isinstance(event, ev.Matched)}
        self._last_ms = events[-1].at_ms if events else 0
        self._at_ping = {event.tier for event in asked if isinstance(event, ev.Matched)}
        self._told = facts_at_ping({name: value for name, value in facts.items() if name not in later}, events)
        self._priced = priced(plan, facts, events) if made is None else made
        self._by_tier: dict[int, Terms] = {}
        self._live: dict[int, _Live] = {fact.offer: fact for event in events for fact in _told_by(event)}
        self._lines = {number: fact for number, fact in self._live.items() if isinstance(fact, ev.BidLine)}
        rounds = [event for event in events if isinstance(event, ev.Pinged)]
        self._listed = {line.offer: (line, event.at_ms) for event in rounds for line in event.bids if line.more}
        self._waits = {
            line.offer: event.wait for event in rounds for line in event.bids if line.reason == PAST_PATIENCE
        }
        self._rechecked_ms = next((event.at_ms for event in events if isinstance(event, ev.Rechecked)), 0)
        self._live |= {sale.offer: sale for sale in self._state.sales}
        offers = plan.campaign.offers
        self._groups = {offers[sale.offer].group for sale in self._state.placed()}

    def of(self, tier: int, offer: Offer) -> Receipt:
        found, line = self._of(tier, offer), self._lines.get(offer.number)
        if offer.number in self._listed:
            found = self._with_others(found, *self._listed[offer.number])
        if found.reason == PAST_PATIENCE and (wait := self._waits.get(offer.number)) is not None:
            offers = self._plan.campaign.offers
            found = replace(found, detail=in_words(wait, lambda number: offers[number].slug))
        return found if line is None or not line.score else replace(found, score=line.score, explored=line.explored)

    def _with_others(self, found: Receipt, line: ev.BidLine, round_ms: int) -> Receipt:
        """Of the bids of one reply one may be posted; the others share its fate where nothing else is wrong."""
        sale = next((sale for sale in self._state.sales if sale.offer == found.offer), None)
        best = standing_at(line, round_ms, self._rechecked_ms)
        stand = {bid.place for bid in best.bids()}
        place = best.place if sale is None else sale.place
        why = found.reason if sale is None else "other_bid_posted"
        others = [
            replace(bid, reason=bid.reason or (why if bid.place in stand else "bid_expired"))
            for bid in line.bids()
            if bid.place != place
        ]
        return replace(found, place=place, others=tuple(others))

    def _of(self, tier: int, offer: Offer) -> Receipt:
        live = self._live.get(offer.number)
        if live is None:
            return self._not_asked(tier, offer)
        if isinstance(live, Sale):
            outcome: Outcome = live.status if live.reached else "not_reached"
            made = self._priced.get(live.id)
            price = live.price_micros
            return Receipt(offer.number, tier, outcome, live.reason, price_micros=price, sale=live.id, priced=made)
        if isinstance(live, ev.BidLine):
            return self._of_line(tier, offer, live)
        outcome = "no_room" if isinstance(live, ev.NoRoom) else "skipped"
        detail = (
            f"{live.bids} of {live.answers} answers were bids" if isinstance(live, ev.Skip) and live.answers else ""
        )
        return Receipt(offer.number, tier, outcome, live.reason, account=live.account, detail=detail)

    def _of_line(self, tier: int, offer: Offer, line: ev.BidLine) -> Receipt:
        if line.outcome not in MAY_WIN:
            return Receipt(offer.number, tier, line.outcome, line.reason, ms=line.ms)
        reason = line.reason or self._passed_over(tier, offer, line.price_micros)
        floor = self._floor(tier, offer, line.price_micros) if reason == "below_floor" else None
        return Receipt(
            offer.number, tier, line.outcome, reason, price_micros=line.price_micros, floor_micros=floor, ms=line.ms
        )

    def _passed_over(self, tier: int, offer: Offer, price_micros: int) -> str:
        """Why a bid with which nothing is wrong was not posted."""
        status = self._state.status
        if self._plan.campaign.tiers[tier].places > 1 and offer.group in self._groups:
            return "buyer_has_it"
        if self._state.stage != "closed":
            return PENDING[status]
        if self._state.wanted and all(bid.offer != offer.number for bid in self._state.wanted):
            return "not_chosen"
        if price_micros < (self._state.promised or 0):
            return "below_promise"
        if self._state.refused is not None:
            return self._state.refused
        # Where nobody bought, only a limit of posts keeps a good bid back.
        return "outbid" if status == "sold" else "resell_limit"

    def _not_asked(self, tier: int, offer: Offer) -> Receipt:
        number, state = offer.number, self._state
        if tier not in self._reached and state.refused is not None:
            return Receipt(number, tier, "not_asked", state.refused, live=False)
        if state.routed_ms and tier not in self._plan.way(state):
            return Receipt(number, tier, "not_asked", "not_on_route", live=state.lot >= 0)
        source, facts, at_ms = self._plan.source, self._facts_in(tier), self._at_ms(tier)
        reason, detail = static_receipt(offer, source, self._terms(tier), facts, at_ms)
        if reason == "below_floor":
            price = agreed(offer, source, facts, at_ms) or offer.most_micros
            floor = self._floor(tier, offer, price)
            return Receipt(number, tier, "not_asked", reason, live=False, price_micros=price, floor_micros=floor)
        if not reason and offer.when is not None and tier in self._reached:
            reason = offer.when.reason_against(self._reached[tier]) or ""
        if not reason:
            reason = "tier_not_reached" if state.stage == "closed" else PENDING[state.status]
        return Receipt(number, tier, "not_asked", reason, live=False, detail=detail)

    def _floor(self, tier: int, offer: Offer, price_micros: int) -> int:
        """The least price, from one that is too low on, at which the offer could have bought."""
        return least_for(offer, self._terms(tier), price_micros)

    def _terms(self, tier: int) -> Terms:
        plan = self._plan
        found = self._by_tier.get(tier)
        if found is None:
            facts, at_ms = self._facts_in(tier), self._at_ms(tier)
            found = self._by_tier[tier] = terms_of(plan.campaign, plan.source, plan.campaign.tiers[tier], facts, at_ms)
        return found

    def _facts_in(self, tier: int) -> Mapping[str, Scalar]:
        """At a ping nobody was matched by what the ping did not tell."""
        return self._told if tier in self._at_ping else self._facts

    def _at_ms(self, tier: int) -> int:
        return self._reached.get(tier, self._last_ms)


def _told_by(event: ev.Event) -> Iterable[ev.NoRoom | ev.BidLine | ev.Skip]:
    """What an event tells of single offers: whatever comes last of one counts."""
    if isinstance(event, ev.Pinged):
        return event.bids
    if isinstance(event, ev.Matched):
        return event.skips
    if isinstance(event, ev.Rechecked):
        return event.gone
    return (event,) if isinstance(event, ev.NoRoom) else ()
