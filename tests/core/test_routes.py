"""Routes: which tiers a lead goes through. By rule the first that fits, by lot as many leads as each says."""

from collections import Counter
from types import SimpleNamespace

import pytest

from outbid.core.lead.state import State
from outbid.core.market.snapshot import NOTHING, Queue, Route, Rule
from outbid.core.match.routes import route_of, tiers_left
from outbid.core.money import ONE
from outbid.core.route import Close, Match, Plan, Wait, next_step
from outbid.exchange.live.checks import NO_OFFER, lot


def route(
    name: str, *tiers: int, share: int | None = None, sources: tuple[str, ...] | None = None, texas: bool = False
):
    matches = (lambda facts: facts.get("state") == "TX") if texas else None
    return Route(Rule(name, NOTHING, matches=matches, sources=sources and frozenset(sources)), tiers, share)


def plan(*routes: Route, queue: Queue | None = None, source: str = "web", **facts: str) -> Plan:
    tiers = [SimpleNamespace(slug=f"tier {i}", places=1, queue=None) for i in range(3)]
    tiers[2].queue = queue
    campaign = SimpleNamespace(tiers=tuple(tiers), offers={}, routes=routes, most_posts=9, review_ms=1)
    return Plan(campaign, SimpleNamespace(slug=source, most_posts=9), facts)


def named(plan: Plan, lot: int) -> str | None:
    found = route_of(plan.campaign, plan.source, plan.facts, lot, 0)
    return found and found.rule.name


def test_the_first_route_that_fits_takes_the_lead_and_without_one_it_goes_through_all_tiers() -> None:
    routes = (route("bound", 2, sources=("partner",)), route("texas", 1, 0, texas=True))
    assert named(plan(*routes, source="partner", state="TX"), -1) == "bound"
    assert named(plan(*routes, state="TX"), -1) == "texas"
    assert named(plan(*routes, state="CA"), -1) is None
    assert list(plan(*routes, state="CA").way(State())) == [0, 1, 2]


def test_a_percentage_is_of_all_leads_that_fit_and_the_rest_goes_on() -> None:
    split = (route("a", 0, share=300_000), route("of texas", 1, share=500_000, texas=True), route("b", 2))
    assert [named(plan(*split), at) for at in (0, 299_999, 300_000, 999_999)] == ["a", "a", "b", "b"]
    texas = plan(*split, state="TX")
    assert [named(texas, at) for at in (299_999, 300_000, 799_999, 800_000)] == ["a", "of texas", "of texas", "b"]
    assert named(plan(route("a", 0, share=300_000)), 300_000) is None


def test_lots_of_leads_split_them_as_the_routes_say() -> None:
    split = plan(route("a", 0, share=200_000), route("b", 1, share=300_000), route("c", 2))
    counts = Counter(named(split, lot(n.to_bytes(16, "big"), NO_OFFER)) for n in range(20_000))
    assert all(abs(counts[name] / 20_000 - wanted) < 0.01 for name, wanted in (("a", 0.2), ("b", 0.3), ("c", 0.5)))
    assert ONE == 1_000_000


def test_what_is_left_of_a_way() -> None:
    assert list(tiers_left((2, 0, 1), -1, anew=False)) == [2, 0, 1]
    assert list(tiers_left((2, 0, 1), 2, anew=False)) == [0, 1]
    assert list(tiers_left((2, 0, 1), 0, anew=True)) == [0, 1]
    assert list(tiers_left((2, 0), 1, anew=False)) == [2, 0]


BACK = (route("back", 2, 0),)
LEFT = {"stage": "matched", "arrived_ms": 100, "matched_any": True}


@pytest.mark.parametrize(
    ("plan", "state", "step"),
    [
        (plan(*BACK), State(stage="inspected"), Match(2)),
        (plan(*BACK), State(stage="matched", tier=2), Match(0)),
        (plan(*BACK), State(stage="matched", tier=0), Close("unsold", "no_match")),
        (plan(*BACK), State(stage="inspected", tier=0, anew=True), Match(0)),
        (plan(*BACK), State(stage="inspected", tier=1, anew=True), Match(2)),
        (plan(*BACK, queue=Queue(10, 5, 20)), State(stage="inspected", arrived_ms=100), Wait("due", 110, 2)),
        (plan(*BACK, queue=Queue(0, 5, 20)), State(**LEFT, tier=2, due_tier=2, due_ms=110), Wait("due", 115, 2)),
        (plan(*BACK, queue=Queue(0, 5, 20)), State(**LEFT, tier=2, due_tier=2, due_ms=118), Match(0)),
    ],
)
def test_tiers_are_tried_as_the_route_has_them(plan, state, step) -> None:
    assert next_step(plan, state) == step
