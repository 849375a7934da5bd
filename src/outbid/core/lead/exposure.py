"""Who was shown which field of a lead, and when: from its events, its facts and the market that it pinned.

An event names no field. What a request reads follows from the delivery that the lead pinned, what there was to read
from `Received.present` and the facts; the events say to whom it went, and strike what never left. It errs on one side
only: what may have been shown is listed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from outbid.core.lead import event as ev
from outbid.core.lead.learned import taught
from outbid.core.lead.state import State, fold
from outbid.core.lead.value import Scalar, Value
from outbid.core.market.snapshot import Campaign, Enricher, Field, Offer
from outbid.core.match.filter import facts_read
from outbid.core.match.match import static_reason
from outbid.core.match.routes import tiers_left
from outbid.core.price.terms import terms_of
from outbid.core.route import Plan


class Exposure(msgspec.Struct, frozen=True):
    """One request that held fields of the lead.

    offer, buyer  who was asked: their numbers, both 0 where it was an enricher
    at_ms     when the event was written; of what is only possible, the latest it can have been
    fields    the fields and facts (`birth_date.age`) that it held
    possibly  a process died in between: the request may have gone out, or not
    enricher  the name of the enricher that was asked, empty where it was a buyer
    """

    offer: int
    buyer: int
    at_ms: int
    step: Literal["ping", "post", "enrich"]
    fields: tuple[str, ...]
    possibly: bool = False
    enricher: str = ""


def present_of(fields: tuple[Field, ...], values: Mapping[str, Value]) -> str:
    """Which declared fields came with something: a bit for each by its place, in hex. No value can be told from it."""
    bits = 0
    for place, field in enumerate(fields):
        if values[field.name].raw is not None:
            bits |= 1 << place
    return f"{bits:x}"


def exposure(plan: Plan, facts: Mapping[str, Scalar], events: Iterable[ev.Event]) -> list[Exposure]:
    """Every request that held something of the lead, in order. Test leads are shown to nobody."""
    return _Told(plan, facts).all(list(events))


class _Told:
    """One reading of a lead's events. A post counts as possible until an event says more of it."""

    def __init__(self, plan: Plan, facts: Mapping[str, Scalar]) -> None:
        self._plan, self._came, self._facts = plan, facts, facts
        self._given = frozenset(name for enricher in plan.campaign.enrichers for name in enricher.gives)
        self._held: frozenset[str] = frozenset()
        self._found: list[Exposure | None] = []
        self._posts: dict[str, int] = {}
        self._waiting: set[str] = set()
        self._later: dict[str, int] = {}
        self._doubtful: set[str] = set()

    def all(self, events: list[ev.Event]) -> list[Exposure]:
        state = State()
        later = next((event.later for event in events if isinstance(event, ev.Received)), ())
        for event in events:
            if isinstance(event, ev.Received | ev.Quoting):
                if event.test:
                    return []
                self._facts = self._came
                self._held = self._present(event.present, later if isinstance(event, ev.Quoting) else ())
            self._take(event, state)
            state = fold(state, event)
        if events and state.status == "open":
            # Nobody has finished it yet: in flight, or its process died. What is not written may have gone out.
            self._add_possible(events[-1].at_ms, state)
        # A delivery that is to come may have come, and nobody has written it down yet.
        late = [self._request(offer, events[-1].at_ms, "post", possibly=True) for offer in self._later.values()]
        return [found for found in (*self._found, *late) if found is not None]

    def _comes_later(self, number: int) -> bool:
        later = self._plan.campaign.offers[number].delivery.later
        return later is not None and later.way != "kept"

    def _present(self, present: str, later: tuple[str, ...]) -> frozenset[str]:
        bits = int(present or "0", 16)
        named = (field.name for place, field in enumerate(self._plan.campaign.fields) if bits >> place & 1)
        return frozenset(named) | (frozenset(self._facts) - frozenset(later))

    def _take(self, event: ev.Event, state: State) -> None:
        if isinstance(event, ev.Pinged):
            asked = (line.offer for line in event.bids if line.outcome != "direct" and line.sent)
            self._found += [self._request(offer, event.at_ms, "ping", possibly=False) for offer in asked]
        elif isinstance(event, ev.Enriched):
            self._learn_more(event)
        elif isinstance(event, ev.Delivered):
            offer = self._later.pop(event.sale, 0)
            if offer:
                self._found.append(self._request(offer, event.at_ms, "post", possibly=False))
        elif isinstance(event, ev.Posting) and self._comes_later(event.offer):
            self._later[event.sale] = event.offer
        elif isinstance(event, ev.Posting):
            self._posts[event.sale] = len(self._found)
            self._waiting.add(event.sale)
            self._found.append(self._request(event.offer, event.at_ms, "post", possibly=True))
        elif isinstance(event, ev.Resumed):
            self._doubtful |= self._waiting
            self._add_possible(event.at_ms, state)
        elif isinstance(event, (ev.Sold, ev.Rejected, ev.Unsure, ev.Settled)):
            self._learn(event)

    def _learn_more(self, event: ev.Enriched) -> None:
        """An enricher is shown what it reads; what it gives can be shown to those who come after it."""
        if event.sent:
            enricher = next(each for each in self._plan.campaign.enrichers if each.name == event.enricher)
            self._found.append(self._asked(enricher, event.at_ms, possibly=False))
        self._facts = taught(self._facts, event)
        self._held |= frozenset(event.gave) | frozenset(event.facts)

    def _asked(self, enricher: Enricher, at_ms: int, *, possibly: bool) -> Exposure:
        held = tuple(name for name in enricher.reads if name in self._held)
        return Exposure(0, 0, at_ms, "enrich", held, possibly, enricher.name)

    def _learn(self, event: ev.Sold | ev.Rejected | ev.Unsure | ev.Settled) -> None:
        """What the end of a sale says about its post: who answers has read it, who was not reached has not."""
        if event.sale in self._later:
            if isinstance(event, ev.Rejected) or (isinstance(event, ev.Settled) and event.outcome == "rejected"):
                del self._later[event.sale]
            return
        place, doubtful = self._posts[event.sale], event.sale in self._doubtful
        self._waiting.discard(event.sale)
        post = self._found[place]
        if post is None:
            return
        if isinstance(event, ev.Rejected) and not event.reached:
            self._found[place] = post if doubtful else None
        elif isinstance(event, ev.Settled):
            self._found[place] = replace(post, possibly=post.possibly and event.outcome != "sold")
        else:
            self._found[place] = replace(post, possibly=doubtful and isinstance(event, ev.Unsure))

    def _add_possible(self, at_ms: int, state: State) -> None:
        """What a dead process may have done. What it learned then is not known: it may have been anything."""
        if self._given and state.stage == "received":
            for enricher in self._plan.campaign.enrichers:
                self._found.append(self._asked(enricher, at_ms, possibly=True))
            held = self._held
            self._held = held | {name for name in self._reads_of_all() if name.partition(".")[0] in self._given}
            self._add_possible_pings(at_ms, state)
            self._held = held
        else:
            self._add_possible_pings(at_ms, state)

    def _reads_of_all(self) -> Iterator[str]:
        for offer in self._plan.campaign.offers.values():
            yield from offer.delivery.reads.most("ping")

    def _add_possible_pings(self, at_ms: int, state: State) -> None:
        for offer in self._may_have_been_pinged(state):
            self._found.append(self._request(offer.number, at_ms, "ping", possibly=True))

    def _may_have_been_pinged(self, state: State) -> Iterator[Offer]:
        """Offers that pass the static checks in the tiers that a dead process may have come to."""
        campaign, source = self._plan.campaign, self._plan.source
        if state.stage == "closed" or state.refused is not None:
            return
        # Whoever took it over before, and died too before he wrote, has run the last round anew.
        every = state.stage == "received" or state.quoting  # by what is known later it may have gone another way
        way = range(len(campaign.tiers)) if every else replace(self._plan, facts=self._facts).way(state)
        for number in tiers_left(way, state.tier, anew=state.anew or state.stage in ("matched", "bidding")):
            tier, at_ms = campaign.tiers[number], state.matched_ms
            terms = terms_of(campaign, source, tier, self._facts, at_ms)
            for offer in tier.offers:
                asked = not offer.direct and offer.number not in state.tried
                if asked and self._may_pass(static_reason(offer, source, terms, self._facts, at_ms), offer, state):
                    yield offer

    def _may_pass(self, reason: str | None, offer: Offer, state: State) -> bool:
        """Does an offer pass the static checks, as far as is known: a filter of what may have been learned is not.

        Nor is a floor by rule: by another hour, or by what may have been learned, it may be lower.
        """
        if reason == "below_floor" and not (self._plan.campaign.rules is None and self._plan.source.rules is None):
            return True
        if reason != "filtered" or offer.node is None or state.stage != "received":
            return reason is None
        return any(name.partition(".")[0] in self._given for name in facts_read(offer.node))

    def _request(self, number: int, at_ms: int, step: Literal["ping", "post"], *, possibly: bool) -> Exposure:
        offer = self._plan.campaign.offers[number]
        held = tuple(name for name in offer.delivery.reads.told(step, self._facts) if name in self._held)
        return Exposure(offer.number, offer.buyer, at_ms, step, held, possibly)


def personal_of(campaign: Campaign, fields: Iterable[str]) -> tuple[str, ...]:
    """Which of the names are personal fields; parts of fields are not, they are facts."""
    personal = {field.name for field in campaign.fields if field.personal}
    return tuple(name for name in fields if name in personal)
