"""What would become of a lead now: the loop of the exchange on bids that are given, with posts that are all accepted.

The same functions decide as in the exchange (`next_step`, `match`, `picks`); only what it does is imagined.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.auction import Pick, floor_micros, picks, why_not_at
from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold, fold_all
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Offer
from outbid.core.match.match import Live, match
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
    """

    version: int
    at_ms: int
    room: Live
    bids: Mapping[int, int]
    won: Mapping[int, int]
    live: Sequence[tuple[int, float]]


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
    received = ev.Received(given.at_ms, plan.source.number, plan.campaign.number, given.version)
    run = _Run(plan, facts, given)
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
    state = replace(fold_all(events), tier=number - 1, due_tier=number, due_ms=run.given.at_ms)
    ranking: tuple[Pick, ...] = ()
    turn, draw = 0, 0.0
    while (step := next_step(plan, state)) is not None and not (isinstance(step, Match) and step.tier != number):
        if isinstance(step, Close | Wait):
            break
        for event in run.do(step, state):
            events.append(event)
            state = fold(state, event)
        if isinstance(step, Ping):
            ranking = tuple(picks(plan.campaign, plan.source, plan.campaign.tiers[number], state))
            turn, draw = state.turn, state.draw
    events.append(ev.Closed(run.given.at_ms, "sold" if state.placed() else "unsold"))
    floor = floor_micros(plan.campaign, plan.source, plan.campaign.tiers[number])
    return TierAhead(number, floor, turn, draw, ranking, receipts(plan, run.facts, events, number))


class _Run:
    """Does in imagination what a step asks for."""

    def __init__(self, plan: Plan, facts: Mapping[str, Scalar], given: Given) -> None:
        self.plan, self.facts, self.given = plan, facts, given

    def do(self, step: Step, state: State) -> list[ev.Event]:
        """What happens at a step. Raises KeyError for a step that a lead with these events never comes to."""
        return _DONE[type(step)](self, step, state)

    def _match(self, step: Match, state: State) -> list[ev.Event]:
        source, given = self.plan.source, self.given
        tier = self.plan.campaign.tiers[step.tier]
        floor = floor_micros(self.plan.campaign, source, tier)
        return [match(tier, step.tier, source, floor, self.facts, state.tried, given.room, given.at_ms)]

    def _ping(self, step: Ping, state: State) -> list[ev.Event]:
        campaign = self.plan.campaign
        floor = floor_micros(campaign, self.plan.source, campaign.tiers[step.tier])
        lines = tuple(self._line(campaign.offers[number], floor) for number in step.offers)
        return [ev.Pinged(self.given.at_ms, step.tier, 0, lines, *self.given.live[step.tier])]

    def _line(self, offer: Offer, floor: int) -> ev.BidLine:
        won = self.given.won.get(offer.number, 0)
        if offer.price_micros is not None:
            return ev.BidLine(offer.number, "direct", offer.price_micros, won_today=won)
        bid = self.given.bids.get(offer.number)
        if bid is None:
            return ev.BidLine(offer.number, "pass", reason="no_bid")
        price = min(bid, offer.most_micros)
        return ev.BidLine(offer.number, "bid", price, 0, why_not_at(price, offer, floor), won)

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
