"""Every decision about a lead, taken again: what the functions decide now must be what was recorded.

What was live (skips, answers, turn, draw, room, verdicts) is taken from the events as it stands there. Personal values
are not needed: what the checks said is an event. So a lead can be replayed after its person was erased.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.lead import event as ev
from outbid.core.lead.learned import taught
from outbid.core.lead.quote import recheck
from outbid.core.lead.state import Sale, SaleStatus, State, fold
from outbid.core.lead.value import Scalar
from outbid.core.match.match import match
from outbid.core.money import text_of
from outbid.core.price.lines import NOT_AWAITED, least_for
from outbid.core.price.lowered import is_too_low, payout_at
from outbid.core.price.picking import Pick
from outbid.core.replay.bids import differs
from outbid.core.replay.enriching import Enriching
from outbid.core.replay.recorded import told_of, unbarred, unfounded, waited_otherwise
from outbid.core.replay.telling import WAITS, Names, offers_of
from outbid.core.route import (
    MOST_ASKS,
    Ask,
    Close,
    Inspect,
    Match,
    Ping,
    Plan,
    Post,
    Quote,
    Recheck,
    Step,
    Wait,
    decided,
    next_step,
)

FULL = ("cap_reached", "wallet_empty", "capped_since_ping")
"""Why a lead is refused that nothing is wrong with: a live fact."""
STALE = ("ping_unknown", "ping_expired", "ping_not_quoted", "changed_since_ping")
"""Why a lead is refused whose quote does not stand: the quote is kept for a week alone."""


class Difference(msgspec.Struct, frozen=True):
    """A decision that does not repeat, in words.

    event     the place of the event in the lead's history, counted from 1; one more than there are if one is missing
    type      the type of that event, as chapters write it
    recorded  what was decided then
    now       what the functions decide now
    """

    event: int
    type: str
    recorded: str
    now: str


Told = Generator[tuple[str, str], None, None]
"""Pairs of what was recorded and what is decided now."""


def replay(
    plan: Plan, facts: Mapping[str, Scalar], events: Sequence[ev.Event], *, test: bool = False
) -> list[Difference]:
    """Where the events of a lead, whole or not, differ from what is decided now; empty if all of it repeats.

    After a difference the history counts as it was written. It ends at an event that cannot be understood at all.
    """
    later = next((event.later for event in events if isinstance(event, ev.Received)), ())
    walk = _Walk(plan, facts, test, later)
    found: list[Difference] = []
    for place, event in enumerate(events, 1):
        kind = type(event).__name__.lower()
        if (strange := walk.strange(event)) is not None:
            return [*found, Difference(place, kind, strange, "nothing from here on can be repeated")]
        found += [Difference(place, kind, *told) for told in COMPARED[type(event)](walk, event)]
        walk.state = fold(walk.state, event)
    return found + [Difference(len(events) + 1, "posting", "nothing", walk.names.picked(pick)) for pick in walk.due]


class _Walk:
    """Goes through the events of a lead. `due`: what the present Post has decided, and no event has told yet.

    `later`: the facts that were not known at its ping.
    """

    def __init__(self, plan: Plan, facts: Mapping[str, Scalar], test: bool, later: Sequence[str]) -> None:
        self.plan, self.whole, self.test = plan, facts, test
        self._know({name: value for name, value in facts.items() if name not in later} if later else facts)
        self.state = State()
        self.due: list[Pick] = []
        self.enriching = Enriching(plan.campaign)
        self.names = Names(plan)

    def strange(self, event: ev.Event) -> str | None:
        """What an event speaks of that is not there, in words; None if all is."""
        begins = isinstance(event, ev.Received | ev.Quoting)
        if begins != (self.state.stage == "new") and not (begins and self.state.stage == "quoted"):
            return "received twice" if begins else "never received"
        sale = None if isinstance(event, ev.Posting) else getattr(event, "sale", None)
        if sale is not None and self._sale(sale) is None:
            return f"sale {sale}, which was never posted"
        strangers = [number for number in offers_of(event) if number not in self.plan.campaign.offers]
        if strangers:
            return f"offer {strangers[0]}, which the campaign does not have"
        if isinstance(event, ev.Received) and any(not 0 < pick <= len(self.state.offered) for pick in event.picks):
            return "a bid that its quote did not tell of"
        if isinstance(event, ev.Enriched) and not self.enriching.knows(event):
            return f"enricher {event.enricher}, which the campaign does not have"
        if isinstance(event, ev.Matched) and not 0 <= event.tier < len(self.plan.campaign.tiers):
            return f"tier {event.tier}, which the campaign does not have"
        return None

    # -- what each event is compared with ------------------------------------------------------------------------------

    def received(self, event: ev.Received | ev.Quoting) -> Told:
        """It came by the source and campaign that it pinned."""
        if isinstance(event, ev.Received):
            self._know(self.whole)
        then, now = (event.source, event.campaign), (self.plan.source.number, self.plan.campaign.number)
        if then != now:
            yield "source {}, campaign {}".format(*then), "source {}, campaign {}".format(*now)

    def resumed(self, event: ev.Resumed) -> Told:
        """A process may die at any time but while it holds: a hold is one commit."""
        self.enriching.begins_anew()
        if self.state.stage == "closed" or self.due:
            yield "taken over by another process", self._next()
            self.due = []

    def enriched_by(self, event: ev.Enriched) -> Told:
        """What it taught was recorded: facts from here on."""
        yield from self._step(Inspect, f"{event.enricher} asked")
        yield from self.enriching.asked(event)
        self._know(taught(self.plan.facts, event))

    def inspected(self, event: ev.Inspected) -> Told:
        """A lead is refused for the first flaw that a refusing check found, or since the seller's side is full."""
        step = yield from self._step(Inspect, f"inspected ({event.stage})")
        yield from self.enriching.over(event.refused)
        if isinstance(step, Inspect) and step.stage != event.stage:
            yield f"inspected ({event.stage})", f"inspected ({step.stage})"
        if (event.lot >= 0) != (self.plan.campaign.draws_routes and self.state.lot < 0 and event.refused is None):
            yield f"lot {event.lot}", "a lot is drawn just where its campaign splits its leads"
        codes = [flaw.code for flaw in event.flaws]
        refuses = [check.on_flaw == "refuse" for check in self.plan.campaign.checks]
        if event.refused in STALE and self.state.promise_micros is None:
            return
        if event.held and not (event.held in codes and self._may_hold()):
            yield f"held for review as {event.held}", "not held: no check says so"
        then = f"refused as {event.refused}" if event.refused else "not refused"
        if codes and all(refuses) and event.refused not in (codes[0], *FULL):
            yield then, f"refused as {codes[0]}"
        elif event.refused is not None and event.refused not in FULL and not (event.refused in codes and any(refuses)):
            yield then, "not refused: no check says so"

    def _may_hold(self) -> bool:
        return any(check.on_flaw == "review" for check in self.plan.campaign.checks)

    def quoted(self, event: ev.Quoted) -> Told:
        """What the best bid pays the seller is promised."""
        step = yield from self._step(Quote, f"quoted {text_of(event.payout_micros)}")
        if isinstance(step, Quote) and step.pick.payout_micros != event.payout_micros:
            yield f"quoted {text_of(event.payout_micros)}", self.names.step(step)
        elif isinstance(step, Quote):
            told = tuple(Pick(bid.offer, bid.price_micros, bid.payout_micros, bid.place) for bid in event.offered)
            if told != step.offered:
                yield f"told of {len(told)} bids", f"of {len(step.offered)}, or at other prices"

    def rechecked(self, event: ev.Rechecked) -> Told:
        """Version, facts and the bids' ends decide; who had no room was recorded."""
        step = yield from self._step(Recheck, "the bidders looked at again")
        if not isinstance(step, Recheck):
            return
        campaign, source, state = self.plan.campaign, self.plan.source, self.state
        terms = self.plan.terms(state.tier, state.matched_ms)
        now = recheck(campaign, source, state, terms, self.plan.facts, told_of(event.gone), event.at_ms)
        yield from self._same(event.offers, now.offers, "may still buy")
        if event.gone != now.gone and event.offers == now.offers:
            yield f"gone: {event.gone}", f"gone: {now.gone}"

    def waiting(self, event: ev.Waiting) -> Told:
        """It waits for what comes next, and as long as that says."""
        step = yield from self._step(Wait, WAITS[event.what])
        if isinstance(step, Wait) and (step.until, step.at_ms) != (event.what, event.until_ms):
            yield f"{WAITS[event.what]}, until {event.until_ms}", f"{WAITS[step.until]}, until {step.at_ms}"

    def deferred(self, event: ev.Deferred) -> Told:
        """A seller's patience is his own."""
        yield from ()

    def due_now(self, event: ev.Due) -> Told:
        """An hour does not come before it is due."""
        step = yield from self._step(Wait, f"its hour in tier {event.tier}")
        if isinstance(step, Wait) and (step.until, step.tier) != ("due", event.tier):
            yield f"its hour in tier {event.tier}", WAITS[step.until]
        elif isinstance(step, Wait) and event.at_ms < step.at_ms and not self.test:
            yield f"its hour came at {event.at_ms}", f"it comes at {step.at_ms}"

    def reviewed(self, event: ev.Reviewed) -> Told:
        """Somebody looked at what was held for it."""
        step = yield from self._step(Wait, f"{event.outcome} by {event.by}")
        if isinstance(step, Wait) and step.until != "reviewed":
            yield f"{event.outcome} by {event.by}", WAITS[step.until]

    def matched(self, event: ev.Matched) -> Told:
        """The index, the floors and what was tried decide; who had no room was recorded."""
        step = yield from self._step(Match, f"tier {self.names.tier(event.tier)} matched")
        if not isinstance(step, Match):
            return
        if step.tier != event.tier:
            yield f"tier {self.names.tier(event.tier)} matched", f"tier {self.names.tier(step.tier)} matched"
            return
        tier = self.plan.campaign.tiers[step.tier]
        terms, facts = self.plan.terms(step.tier, event.at_ms), self.plan.facts
        live, tried = told_of(event.skips), self.state.tried
        now = match(tier, step.tier, self.plan.source, terms, facts, tried, live, event.at_ms)
        yield from self._same(event.offers, now.offers, "asked")
        yield from self._same([s.offer for s in event.skips], [s.offer for s in now.skips], "skipped for a live reason")
        for skip in event.skips:
            if (rather := unfounded(skip, self.plan.campaign.offers[skip.offer])) is not None:
                yield f"{self.names.offer(skip.offer)} skipped as {skip.reason}", rather

    def pinged(self, event: ev.Pinged) -> Told:
        """Everybody who may be asked takes part; what came back was recorded, whether it may win is decided."""
        step = yield from self._step(Ping, f"a round in tier {self.names.tier(event.tier)}")
        if not isinstance(step, Ping):
            return
        if step.tier != event.tier:
            yield f"a round in tier {self.names.tier(event.tier)}", f"in tier {self.names.tier(step.tier)}"
        yield from self._same(sorted(line.offer for line in event.bids), sorted(step.offers), "part of the round")
        terms = self.plan.terms(step.tier, self.state.matched_ms)
        for line in event.bids:
            yield from differs(line, self.plan, terms, self.state.matched_ms, test=self.test)
        yield from waited_otherwise(event, self.plan, test=self.test)
        if any(line.reason == NOT_AWAITED for line in event.bids) and not decided(self.plan, self.state, event):
            yield "decided before all had answered", "an open answer could have won"

    def held(self, event: ev.Posting | ev.NoRoom) -> Told:
        """Whom to post, at which price, for which payout; whether there is room in that moment was recorded."""
        if isinstance(event, ev.Posting):
            event_pick = Pick(event.offer, event.price_micros, event.payout_micros, event.place)
            then = self.names.picked(event_pick)
        else:
            then = f"{self.names.offer(event.offer)} had no room"
        if not self.due:
            step = yield from self._step(Post, then)
            if not isinstance(step, Post):
                return
            self.due = list(step.picks)
        pick = self.due.pop(0)
        if isinstance(event, ev.NoRoom) and (rather := unbarred(event, self.plan.campaign.offers[event.offer])):
            yield then, rather
        if pick.offer != event.offer or (isinstance(event, ev.Posting) and pick != event_pick):
            yield then, self.names.picked(pick)

    def asked(self, event: ev.Asked) -> Told:
        """A post is asked again if its delivery allows it, and not too often."""
        then = f"sale {event.sale} asked again"
        step = yield from self._step(Ask, then)
        if isinstance(step, Ask) and step.sale != event.sale:
            yield then, f"sale {step.sale} asked again"
        elif isinstance(step, Ask) and not self._may_be_asked(event.sale):
            yield then, "uncertain: it may not be asked again"

    def sold(self, event: ev.Sold) -> Told:
        """Captured at the bid, or at what the reply named between floor and bid; the payout follows."""
        sale = yield from self._sale_that_is("posting", event.sale, "sold")
        campaign, promised = self.plan.campaign, self.state.owed(sale.offer, sale.place)
        terms = self.plan.terms(sale.tier, self.state.matched_ms)
        payout = payout_at(campaign, terms, sale, event.price_micros, promised=promised is not None)
        if event.payout_micros != payout:
            yield f"a payout of {text_of(event.payout_micros)}", f"{text_of(payout)} at {text_of(event.price_micros)}"
        offer, bid, then = campaign.offers[sale.offer], sale.price_micros, f"captured {text_of(event.price_micros)}"
        if event.price_micros > bid or is_too_low(campaign, terms, offer, sale, event.price_micros, promised or 0):
            least = max(least_for(offer, terms), promised or 0)
            yield then, f"between {text_of(least)}, the floor, and {text_of(bid)}, the bid"
        elif (event.flag == "price_lowered") != (event.price_micros < bid):
            yield f"{then}, marked as {event.flag or 'the bid'}", f"the bid was {text_of(bid)}"

    def rejected(self, event: ev.Rejected) -> Told:
        """What the buyer answered was recorded."""
        yield from self._sale_that_is("posting", event.sale, "rejected")

    def unsure(self, event: ev.Unsure) -> Told:
        """A post without a clear answer is uncertain where it may not be asked again."""
        yield from self._sale_that_is("posting", event.sale, "uncertain")
        if not self.test and event.reason != "price_below_floor" and self._may_be_asked(event.sale):
            yield f"sale {event.sale} uncertain", "asked again"

    def inquired(self, event: ev.Inquired) -> Told:
        """What the buyer said was recorded."""
        yield from self._sale_that_is("uncertain", event.sale, "asked about")

    def delivered(self, event: ev.Delivered) -> Told:
        """What was sold came to its buyer, later."""
        yield from self._sale_that_is("sold", event.sale, "delivered")

    def settled(self, event: ev.Settled) -> Told:
        """Whoever settled it knew: the verdict was recorded."""
        yield from self._sale_that_is("uncertain", event.sale, f"settled as {event.outcome}")

    def closed(self, event: ev.Closed) -> Told:
        """The lead ends when there is nothing left to try, with the status and reason that follow from its events."""
        now = Close(event.status, event.reason)
        step = yield from self._step(Close, self.names.step(now))
        if isinstance(step, Close) and step != now:
            yield self.names.step(now), self.names.step(step)

    def _know(self, facts: Mapping[str, Scalar]) -> None:
        """These facts decide from here on."""
        self.plan = replace(self.plan, facts=facts)

    # -- what they share -----------------------------------------------------------------------------------------------

    def _step(self, kind: type[Any], then: str) -> Generator[tuple[str, str], None, Step | None]:
        """The next step; tells if it is not of the kind that was recorded."""
        step = None if self.due else next_step(self.plan, self.state)
        if not isinstance(step, kind):
            yield then, self._next()
            self.due = []
        return step

    def _next(self) -> str:
        return self.names.picked(self.due[0]) if self.due else self.names.step(next_step(self.plan, self.state))

    def _same(self, then: Sequence[int], now: Sequence[int], what: str) -> Told:
        were, are = set(then), set(now)
        if gone := [number for number in then if number not in are]:
            yield f"{self.names.offers(gone)} {what}", "not so"
        if new := [number for number in now if number not in were]:
            yield f"{self.names.offers(new)} not {what}", what
        if not gone and not new and list(then) != list(now):
            yield f"{what} in the order {self.names.offers(then)}", f"in the order {self.names.offers(now)}"

    def _sale(self, identifier: str) -> Sale | None:
        return next((sale for sale in self.state.sales if sale.id == identifier), None)

    def _sale_that_is(self, status: SaleStatus, name: str, then: str) -> Generator[tuple[str, str], None, Sale]:
        sale = self._sale(name)
        assert sale is not None, "`strange` has looked"
        if sale.status != status:
            yield f"sale {name} {then}", f"it was {sale.status}"
        return sale

    def _may_be_asked(self, name: str) -> bool:
        sale = self._sale(name)
        assert sale is not None, "`strange` has looked"
        return self.plan.campaign.offers[sale.offer].delivery.repeatable and sale.asks < MOST_ASKS


COMPARED: dict[type, Callable[[_Walk, Any], Told]] = {
    ev.Quoting: _Walk.received,
    ev.Quoted: _Walk.quoted,
    ev.Rechecked: _Walk.rechecked,
    ev.Waiting: _Walk.waiting,
    ev.Deferred: _Walk.deferred,
    ev.Due: _Walk.due_now,
    ev.Reviewed: _Walk.reviewed,
    ev.Received: _Walk.received,
    ev.Resumed: _Walk.resumed,
    ev.Enriched: _Walk.enriched_by,
    ev.Inspected: _Walk.inspected,
    ev.Matched: _Walk.matched,
    ev.Pinged: _Walk.pinged,
    ev.Posting: _Walk.held,
    ev.NoRoom: _Walk.held,
    ev.Sold: _Walk.sold,
    ev.Rejected: _Walk.rejected,
    ev.Unsure: _Walk.unsure,
    ev.Asked: _Walk.asked,
    ev.Inquired: _Walk.inquired,
    ev.Delivered: _Walk.delivered,
    ev.Settled: _Walk.settled,
    ev.Closed: _Walk.closed,
}
"""One comparison for each event that there is."""
