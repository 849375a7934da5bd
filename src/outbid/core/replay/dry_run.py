"""What would become of a lead now: the loop of the exchange on bids that are given, with posts that are all accepted.

The same functions decide as in the exchange (`next_step`, `match`, `picks`); only what it does is imagined.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Score
from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold, fold_all
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Offer, Terms
from outbid.core.match.match import Live, match
from outbid.core.price.lines import why_not_at
from outbid.core.price.picking import Pick, ranking
from outbid.core.price.terms import agreed
from outbid.core.replay.receipts import Receipt, receipts
from outbid.core.route import Close, Match, Ping, Plan, Post, Step, Wait, next_step


class Given(msgspec.Struct, frozen=True):
    """What is taken as given.

    version  the market's
    at_ms    when: UTC milliseconds
    room     the room in accounts now
    bids     what offers without a fixed price would bid (micros), by number; whoever is not named passes
    won      how often each offer has won today, for ties
    live     what each tier's method reads beside the bids: whose turn it was last, and a chance
    scores   what each offer's method knows of it, where it reads that
    """

    version: int
    at_ms: int
    room: Live
    bids: Mapping[int, int]
    won: Mapping[int, int]
    live: Sequence[tuple[int, float]]
    scores: Mapping[int, Score] = {}


class TierAhead(msgspec.Struct, frozen=True):
    """One tier, as if the lead came so far unsold and not refused.

    floor_micros  the least price in it, but for offers with a higher floor of their own
    turn, draw    what its method read beside the bids
    ranking       everybody who may win, best first, each at his price
    receipts      one for each of its offers: `sold` are those that would be posted, and accept
    """

    tier: int
    floor_micros: int
    turn: int
    draw: float
    ranking: tuple[Pick, ...]
    receipts: list[Receipt]


class Ahead(msgspec.Struct, frozen=True):
    """What would become of a lead: all that happens, where it ends, and each tier by itself."""

    events: list[ev.Event]
    end: State
    tiers: tuple[TierAhead, ...]


def dry_run(plan: Plan, facts: Mapping[str, Scalar], inspected: ev.Inspected, given: Given) -> Ahead:
    """Follow a lead, of which the checks have said what they say, to its end; and look at each tier by itself."""
    plan = replace(plan, facts=facts)
    received = ev.Received(given.at_ms, plan.source.number, plan.campaign.number, given.version)
    run = _Run(plan, given)
    events: list[ev.Event] = [received, inspected]
    end = fold_all(events)
    while (step := next_step(plan, end)) is not None:
        for event in run.do(step, end):
            events.append(event)
            end = fold(end, event)
        if end.waits:
            break  # what comes then is not known now
    passed: list[ev.Event] = [received, replace(inspected, refused=None, held="")]
    return Ahead(events, end, tuple(_tier(run, passed, number) for number in range(len(plan.campaign.tiers))))


def _tier(run: "_Run", passed: list[ev.Event], number: int) -> TierAhead:
    """Follow the lead from just before a tier until it leaves it."""
    plan, events = run.plan, list(passed)
    # A queue's hour is taken to have come.
    state = replace(fold_all(events), tier=number, anew=True, due_tier=number, due_ms=run.given.at_ms)
    order: tuple[Pick, ...] = ()
    turn, draw = 0, 0.0
    while (step := next_step(plan, state)) is not None and not (isinstance(step, Match) and step.tier != number):
        if isinstance(step, Close | Wait):
            break
        for event in run.do(step, state):
            events.append(event)
            state = fold(state, event)
        if isinstance(step, Ping):
            terms = plan.terms(number, state.matched_ms)
            order = tuple(ranking(plan.campaign, terms, plan.campaign.tiers[number], state))
            turn, draw = state.turn, state.draw
    events.append(ev.Closed(run.given.at_ms, "sold" if state.placed() else "unsold"))
    floor = plan.terms(number, run.given.at_ms).floor_micros
    return TierAhead(number, floor, turn, draw, order, receipts(plan, plan.facts, events, number))


class _Run:
    """Does in imagination what a step asks for."""

    def __init__(self, plan: Plan, given: Given) -> None:
        self.plan, self.given = plan, given

    def do(self, step: Step, state: State) -> list[ev.Event]:
        """What happens at a step. Raises KeyError for a step that a lead with these events never comes to."""
        return _DONE[type(step)](self, step, state)

    def _match(self, step: Match, state: State) -> list[ev.Event]:
        plan, given = self.plan, self.given
        tier, terms = plan.campaign.tiers[step.tier], plan.terms(step.tier, given.at_ms)
        return [match(tier, step.tier, plan.source, terms, plan.facts, state.tried, given.room, given.at_ms)]

    def _ping(self, step: Ping, state: State) -> list[ev.Event]:
        terms = self.plan.terms(step.tier, state.matched_ms)
        lines = tuple(self._line(self.plan.campaign.offers[number], terms) for number in step.offers)
        return [ev.Pinged(self.given.at_ms, step.tier, 0, lines, *self.given.live[step.tier])]

    def _line(self, offer: Offer, terms: Terms) -> ev.BidLine:
        won, known = self.given.won.get(offer.number, 0), self.given.scores.get(offer.number, Score(0))
        score, explored = known.value, known.explored
        if offer.direct:
            price = agreed(offer, self.plan.source, self.plan.facts, self.given.at_ms) or 0
            return ev.BidLine(offer.number, "direct", price, won_today=won, score=score, explored=explored)
        bid = self.given.bids.get(offer.number)
        if bid is None:
            return ev.BidLine(offer.number, "pass", reason="no_bid")
        price = min(bid, offer.most_micros)
        why = why_not_at(price, offer, terms)
        return ev.BidLine(offer.number, "bid", price, 0, why, won, score=score, explored=explored)

    def _post(self, step: Post, state: State) -> list[ev.Event]:
        at_ms = self.given.at_ms
        named = [(f"imagined {pick.offer}", pick) for pick in step.picks]
        posted = [ev.Posting(at_ms, name, pick.offer, pick.price_micros, pick.payout_micros) for name, pick in named]
        return [*posted, *(ev.Sold(at_ms, name, pick.price_micros, pick.payout_micros) for name, pick in named)]

    def _wait(self, step: Wait, state: State) -> list[ev.Event]:
        if step.until == "due" and step.at_ms <= self.given.at_ms:
            return [ev.Due(self.given.at_ms, step.tier)]
        return [ev.Waiting(self.given.at_ms, step.until, step.at_ms)]

    def _close(self, step: Close, state: State) -> list[ev.Event]:
        return [ev.Closed(self.given.at_ms, step.status, step.reason)]


_DONE: dict[type, Callable[[_Run, Any, State], list[ev.Event]]] = {
    Match: _Run._match,
    Ping: _Run._ping,
    Post: _Run._post,
    Wait: _Run._wait,
    Close: _Run._close,
}
