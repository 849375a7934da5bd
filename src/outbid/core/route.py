"""What comes next for a lead: one function for each stage, all of them pure. The whole exchange loops around it."""

from collections.abc import Callable
from typing import Literal

import msgspec

from outbid.core.auction import Pick, picks
from outbid.core.lead.state import Stage, State
from outbid.core.market.snapshot import Campaign, Source

PLACES = 1
"""How many may buy a lead: one, until campaigns say more (shared sales)."""

MOST_ASKS = 2
"""How often a post without an answer is asked again with the same key, where the delivery allows it."""


class Inspect(msgspec.Struct, frozen=True):
    """Let the validators judge."""

    stage: Literal["arrival"]


class Match(msgspec.Struct, frozen=True):
    """Find out who of a tier may be asked."""

    tier: int


class Ping(msgspec.Struct, frozen=True):
    """Ask all at once; offers with a fixed price take part without being asked."""

    tier: int
    offers: tuple[int, ...]


class Post(msgspec.Struct, frozen=True):
    """Hold room, then send the full lead."""

    pick: Pick


class Ask(msgspec.Struct, frozen=True):
    """Ask a post again whose answer is not known."""

    sale: str


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do until something happens; no task is held for it."""

    until: Literal["settled"]


class Close(msgspec.Struct, frozen=True):
    """Nothing more will happen."""

    status: Literal["sold", "unsold", "refused"]
    reason: str = ""


Step = Inspect | Match | Ping | Post | Ask | Wait | Close


class Plan(msgspec.Struct, frozen=True):
    """The campaign and source that a lead pinned."""

    campaign: Campaign
    source: Source


def next_step(plan: Plan, state: State) -> Step | None:
    """The one step that follows from where a lead stands; None if it is closed."""
    return _STAGES[state.stage](plan, state)


def _received(plan: Plan, state: State) -> Step:
    return Inspect("arrival")


def _inspected(plan: Plan, state: State) -> Step:
    if state.refused is not None:
        return Close("refused", state.refused)
    return _tier(plan, state, state.tier + 1)


def _tier(plan: Plan, state: State, tier: int) -> Step:
    if state.posts >= min(plan.campaign.most_posts, plan.source.most_posts):
        return Close("unsold", "resell_limit")
    if tier < len(plan.campaign.tiers):
        return Match(tier)
    return Close("unsold", _why_unsold(state))


def _why_unsold(state: State) -> str:
    if state.sales:
        return "all_rejected" if state.posts else "none_reached"
    if state.without_room:
        return "no_room"
    return "no_bids" if state.matched_any else "no_match"


def _matched(plan: Plan, state: State) -> Step:
    if not state.offers:
        return _tier(plan, state, state.tier + 1)
    return Ping(state.tier, state.offers)


def _bidding(plan: Plan, state: State) -> Step:
    tier = plan.campaign.tiers[state.tier]
    if state.posts >= min(plan.campaign.most_posts, plan.source.most_posts):
        return Close("unsold", "resell_limit")
    posted_here = sum(sale.offer in state.offers for sale in state.sales if sale.reached)
    if posted_here < tier.most_posts:
        for pick in picks(plan.campaign, plan.source, tier, state):
            return Post(pick)
    return _tier(plan, state, state.tier + 1)


def _posting(plan: Plan, state: State) -> Step:
    """Reached only when a process died between hold and answer, or when no answer came."""
    return Ask(next(sale.id for sale in state.sales if sale.status == "posting"))


def _unsure(plan: Plan, state: State) -> Step:
    return Wait("settled")


def _done(plan: Plan, state: State) -> Step:
    return Close("sold") if state.taken() >= PLACES else _tier(plan, state, state.tier + 1)


def _closed(plan: Plan, state: State) -> None:
    return None


_STAGES: dict[Stage, Callable[[Plan, State], Step | None]] = {
    "received": _received,
    "inspected": _inspected,
    "matched": _matched,
    "bidding": _bidding,
    "posting": _posting,
    "unsure": _unsure,
    "done": _done,
    "closed": _closed,
}
