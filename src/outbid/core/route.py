"""What comes next for a lead: one function for each stage, all of them pure. The whole exchange loops around it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Literal

import msgspec
from msgspec.structs import force_setattr, replace

from outbid.core.lead.event import BidLine, Pinged, WaitsFor
from outbid.core.lead.state import Stage, State, fold
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Campaign, Source, Terms
from outbid.core.match.routes import route_of, tiers_left
from outbid.core.price.lines import NOT_AWAITED
from outbid.core.price.picking import Pick, choose, named, ranking
from outbid.core.price.terms import terms_of

MOST_OFFERED = 100
"""How many bids a seller is told of at most, where he may choose."""
MOST_ASKS = 2
"""How often a post without an answer is asked again with the same key, where the delivery allows it."""


class Inspect(msgspec.Struct, frozen=True):
    """Let the validators judge."""

    stage: Literal["arrival", "before_ping"]


class Match(msgspec.Struct, frozen=True):
    """Find out who of a tier may be asked."""

    tier: int


class Ping(msgspec.Struct, frozen=True):
    """Ask all at once; offers with a fixed price take part without being asked."""

    tier: int
    offers: tuple[int, ...]


class Quote(msgspec.Struct, frozen=True):
    """Promise the seller what this pick would bring him. `offered`: all that he may choose from, best first."""

    pick: Pick
    offered: tuple[Pick, ...] = ()


class Recheck(msgspec.Struct, frozen=True):
    """The quote's lead is here: find out which of the bidders may still buy."""


class Post(msgspec.Struct, frozen=True):
    """Hold room, then send the full lead, to all of them side by side."""

    picks: tuple[Pick, ...]


class Ask(msgspec.Struct, frozen=True):
    """Ask a post again whose answer is not known."""

    sale: str


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do until something happens; no task is held for it.

    at_ms  when it is over at the latest, UTC milliseconds; 0 if never
    tier   the queue whose time that is
    """

    until: WaitsFor
    at_ms: int = 0
    tier: int = -1


class Close(msgspec.Struct, frozen=True):
    """Nothing more will happen."""

    status: Literal["sold", "unsold", "refused"]
    reason: str = ""


Step = Inspect | Match | Ping | Quote | Recheck | Post | Ask | Wait | Close


class Plan(msgspec.Struct, frozen=True):
    """The campaign and source that a lead pinned, and the facts that decide about it by now.

    `_terms` remembers terms that follow from rules: a round asks for the same ones many times.
    """

    campaign: Campaign
    source: Source
    facts: Mapping[str, Scalar] = {}
    _terms: dict[tuple[int, int], Terms] = {}

    def __post_init__(self) -> None:
        """Other facts have other terms: what is made of another plan remembers nothing of it."""
        force_setattr(self, "_terms", {})

    def terms(self, tier: int, at_ms: int) -> Terms:
        """By which prices the lead is sold in a tier, in a round that was matched at an instant."""
        campaign, source = self.campaign, self.source
        if campaign.rules is None and source.rules is None and source.floor_fact is None:
            return terms_of(campaign, source, campaign.tiers[tier], self.facts, at_ms)
        found = self._terms.get((tier, at_ms))
        if found is None:
            found = self._terms[tier, at_ms] = terms_of(campaign, source, campaign.tiers[tier], self.facts, at_ms)
        return found

    def way(self, state: State) -> Sequence[int]:
        """The tiers that the lead goes through, in order."""
        campaign = self.campaign
        if campaign.routes:
            route = route_of(campaign, self.source, self.facts, state.lot, state.routed_ms)
            if route is not None:
                return route.tiers
        return range(len(campaign.tiers))


def next_step(plan: Plan, state: State) -> Step | None:
    """The one step that follows from where a lead stands; None if it is closed."""
    return _STAGES[state.stage](plan, state)


def _received(plan: Plan, state: State) -> Step:
    return Inspect("before_ping" if state.quoting else "arrival")


def _inspected(plan: Plan, state: State) -> Step:
    """Bids at this point are a quote's: what is taken up after a crash or a verdict begins its round anew."""
    if state.refused is None and not state.quoting:
        if state.held:
            return Wait("reviewed", state.held_ms + plan.campaign.review_ms)
        if state.bids:
            return Recheck()
    return _tier(plan, state, anew=state.anew)


def _tier(plan: Plan, state: State, *, anew: bool) -> Step:
    """The next tier that may still sell a place; without one the lead waits for what is uncertain, or is closed.

    `anew`: the present one may be the next.
    """
    if state.refused is None and not state.wanted and posts_left(plan, state):
        for number in tiers_left(plan.way(state), state.tier, anew=anew):
            if places_left(plan, state, number) and (step := _try(plan, state, number)) is not None:
                return step
    return _end(plan, state)


def _try(plan: Plan, state: State, number: int) -> Step | None:
    """How a tier is begun: a queue's time must have come. None if the lead is too old for the queue, or not for one.

    What was sold in part waits for no more, and a ping waits for nothing.
    """
    queue = plan.campaign.tiers[number].queue
    if queue is None:
        return Match(number)
    if state.quoting or state.placed():
        return None
    ends_ms, came = state.arrived_ms + queue.until_ms, number == state.due_tier
    if came and state.stage == "inspected":
        return Match(number) if state.due_ms <= ends_ms else None
    next_ms = state.due_ms + queue.every_ms if came else state.arrived_ms + queue.after_ms
    return Wait("due", next_ms, number) if next_ms <= ends_ms else None


def _over(plan: Plan, state: State) -> Step:
    """A tier has done what it could now: a queue is tried again later, the others were tried."""
    return _tier(plan, state, anew=plan.campaign.tiers[state.tier].queue is not None)


def _end(plan: Plan, state: State) -> Step:
    placed = state.placed()
    if any(sale.status == "uncertain" for sale in placed):
        return Wait("settled")
    if placed:
        return Close("sold")
    if state.refused is not None:
        return Close("refused", state.refused)
    return Close("unsold", _why_unsold(state) if posts_left(plan, state) else "resell_limit")


def places_left(plan: Plan, state: State, tier: int) -> int:
    """How many more may buy in a tier. Who bought in a tier of N was promised that no more than N do, in any tier."""
    tiers = plan.campaign.tiers
    if not state.sales:
        return tiers[tier].places
    placed = state.placed()
    if any(_alone(plan, sale.offer, sale.round_ms) for sale in placed):
        return 0
    return max(0, min([tiers[tier].places, *(tiers[sale.tier].places for sale in placed)]) - len(placed))


def posts_left(plan: Plan, state: State) -> int:
    """How many more buyers may be reached, by the campaign's limit and the source's."""
    return max(0, min(plan.campaign.most_posts, plan.source.most_posts) - state.posts)


def _why_unsold(state: State) -> str:
    """What would have to be mended first. Who had no room when he had won (`tried`) would have bought."""
    if state.sales:
        return "all_rejected" if state.posts else "none_reached"
    if state.promise_micros is not None:
        return "capped_since_ping" if state.without_room else "bids_gone"
    if state.without_room and (state.tried or not state.underbid):
        return "no_room"
    if state.known:
        return "known_to_buyers"
    return "no_bids" if state.matched_any else "no_match"


def _matched(plan: Plan, state: State) -> Step:
    if not state.offers:
        return _over(plan, state)
    return Ping(state.tier, state.offers)


def _bidding(plan: Plan, state: State) -> Step:
    posted_here = sum(sale.reached and sale.offer in state.offers for sale in state.sales)
    left = plan.campaign.tiers[state.tier].most_posts - posted_here
    most = min(places_left(plan, state, state.tier), posts_left(plan, state), left)
    if state.promised is not None:
        most = min(most, 1)  # the first sale keeps the promise; only then others may buy beside it
    if most > 0 and state.refused is None and (chosen := _choose(plan, state, most)):
        return _quote(plan, state, chosen[0]) if state.quoting else Post(chosen)
    return _over(plan, state)


def _quote(plan: Plan, state: State, best: Pick) -> Quote:
    """The best, or where the seller may choose every bid that would be sold, each as if it were the best."""
    if not plan.source.quotes.all:
        return Quote(best)
    tier, terms = plan.campaign.tiers[state.tier], plan.terms(state.tier, state.matched_ms)
    offered = tuple(islice(ranking(plan.campaign, terms, tier, state), MOST_OFFERED))
    return Quote(offered[0], offered)


def _choose(plan: Plan, state: State, most: int) -> tuple[Pick, ...]:
    """The best picks, never two of one group of buyers; who buys alone does so if he is the best of them.

    Where the seller chose, the first of his choice are the best.
    """
    if state.wanted:
        return named(plan.campaign, state, most, lambda offer: _alone(plan, offer, state.round_ms))
    terms = plan.terms(state.tier, state.matched_ms)
    tier, round_ms = plan.campaign.tiers[state.tier], state.round_ms
    return choose(plan.campaign, terms, tier, state, most, lambda offer: _alone(plan, offer, round_ms))


def _alone(plan: Plan, offer: int, round_ms: int) -> bool:
    """Whether an offer buys without others beside it, at the hour of a round."""
    when = plan.campaign.offers[offer].when
    return when is not None and when.is_alone(round_ms)


def decided(plan: Plan, state: State, pinged: Pinged) -> bool:
    """Whether a round may end before all have answered: whoever has not has a line in it as `not_awaited`.

    It may if the same are posted although each of those bids the most that his offer pays, one millisecond after all
    who are there: with a steady method no answer can do more than that. Where an open bid could still set the price of
    others, they must be posted at the same prices whether each of those bids the most or nothing. A quote waits for
    everybody, for with it the seller chooses.
    """
    tier = plan.campaign.tiers[pinged.tier]
    if not tier.early or state.quoting:
        return False
    missing = {line.offer for line in pinged.bids if line.reason == NOT_AWAITED}
    step = next_step(plan, fold(state, replace(pinged, bids=tuple(_at_best(plan, line) for line in pinged.bids))))
    if not isinstance(step, Post) or not missing.isdisjoint(pick.offer for pick in step.picks):
        return False
    return tier.pricing is None or step == next_step(plan, fold(state, pinged))


def _at_best(plan: Plan, line: BidLine) -> BidLine:
    if line.reason != NOT_AWAITED:
        return line
    most = plan.campaign.offers[line.offer].most_micros
    return BidLine(line.offer, "bid", most, line.ms + 1, won_today=line.won_today, score=line.score)


def _posting(plan: Plan, state: State) -> Step:
    """Reached only when a process died between hold and answer, or when no answer came."""
    return Ask(next(sale.id for sale in state.sales if sale.status == "posting"))


def _nothing(plan: Plan, state: State) -> None:
    """A closed lead stays so; a quote waits for its lead, or for its end."""
    return


_STAGES: dict[Stage, Callable[[Plan, State], Step | None]] = {
    "received": _received,
    "inspected": _inspected,
    "matched": _matched,
    "bidding": _bidding,
    "quoted": _nothing,
    "posting": _posting,
    "closed": _nothing,
}
