"""A change against leads that came: what nothing touches repeats, and what is assumed comes near to a known truth."""

import pytest
from msgspec.structs import replace

from harness.planted import BEGIN_MS, Truth, history, market_of
from outbid.core.foresee.foresee import Foresight, Span
from outbid.core.foresee.past import Past
from outbid.core.foresee.result import result_of
from outbid.core.foresee.untouched import Untouched
from outbid.core.market.snapshot import Market
from outbid.exchange.live.checks import lot

COUNT = 3000
DAILY = {"caps": [{"window": "day", "leads": 100}], "filter": {"fact": "state", "one_of": ["NY", "FL"]}}
PACED = DAILY | {"caps": [{"window": "day", "leads": 100, "paced": True}]}
IN_TEXAS = {"fact": "state", "equals": "TX"}
IN_TEXAS_ONLY = {"filter": IN_TEXAS}
NARROW = {"filter": {"fact": "state", "one_of": ["TX", "NY"]}}
ACE, BEE, CAB, DOT, ELK, FIX = range(1, 7)


def foreseen(before: Market, after: Market, pasts: list[Past], taken_now=None) -> Foresight:
    found = Foresight(before, after, Span(BEGIN_MS), lot)
    for past in pasts:
        found.learn(past)
        for sale in past.end.placed():
            found.took(past.at_ms, past.source, sale.offer, sale.price_micros)
    found.begin(taken_now or {})
    for past in pasts:
        found.play(past)
    return found


def revenue(pasts: list[Past]) -> int:
    return sum(sale.price_micros for past in pasts for sale in past.end.sales if sale.status == "sold")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"ace": NARROW}, {}),
        ({}, {"campaign": {"floor": "11"}}),
        ({"campaign": {"floor": "12"}}, {"campaign": {"floor": "6"}}),
        ({"ace": {"paused": True}}, {"ace": {"paused": True}, "bee": {"paused": True}}),
        ({"bee": NARROW, "cab": {"caps": [{"window": "day", "leads": 90}]}}, {"cab": {"caps": []}}),
        ({}, {"ace": {"caps": [{"window": "day", "leads": 100}]}}),
        ({"ace": DAILY}, {"ace": PACED}),
        ({"ace": IN_TEXAS_ONLY, "cab": IN_TEXAS_ONLY}, {}),
        ({"ace": {"paused": True}}, {"ace": {"paused": True}, "fox": {}}),
        ({}, {"gnu": {}}),
        ({"bee": {"paused": True}, "elk": {"paused": True}}, {"fox": {}}),
    ],
    ids=[
        "a wider filter",
        "a higher floor",
        "a lower floor",
        "a buyer who rests",
        "a cap that goes",
        "a new cap",
        "a paced cap",
        "leads that two never saw",
        "a new buyer",
        "a new buyer who pays much",
        "three new buyers",
    ],
)
def test_the_revenue_that_is_foreseen_is_within_a_twentieth_of_the_truth(before, after, seed):
    old = market_of(1, before, **before.get("campaign", {}))
    new = market_of(2, after, before=old, **after.get("campaign", {}))
    truth = Truth(seed)
    pasts = history(old, truth, COUNT, seed)
    found = foreseen(old, new, pasts)
    real, real_before = revenue(history(new, truth, COUNT, seed)), revenue(pasts)
    assert found.recorded.money["USD"].revenue == real_before
    assert found.changed.money["USD"].revenue == pytest.approx(real, rel=0.05)
    assert found.unchanged.money["USD"].revenue == pytest.approx(real_before, rel=0.01)
    assert real != real_before, "the change is one"


CAPPED = {"ace": {"caps": [{"window": "day", "leads": 50}]}, "cab": {"caps": [{"window": "day", "leads": 30}]}}
FEW = 800


@pytest.mark.parametrize(
    ("before", "after", "least"),
    [
        ({}, {"elk": NARROW}, 300),
        ({"elk": NARROW}, {"elk": IN_TEXAS_ONLY, "dot": {"paused": True}}, 0),
        (CAPPED, CAPPED | {"elk": NARROW, "bee": {"floor": "9"} | IN_TEXAS_ONLY}, 0),
        (CAPPED, CAPPED | {"gnu": {"filter": {"fact": "state", "equals": "FL"}}}, 100),
        (CAPPED, {**CAPPED, "elk": {"tier": "rest"} | IN_TEXAS_ONLY}, 0),
        ({}, {"campaign": {"floor": "9"}}, 0),
        ({}, {}, FEW),
    ],
    ids=["narrower", "two", "caps", "a new buyer", "another tier", "a campaign", "nothing"],
)
def test_a_lead_that_a_change_cannot_touch_is_played_once_and_the_figures_are_those_of_two_plays(
    before, after, least, monkeypatch
):
    old = market_of(1, before)
    new = market_of(2, after, before=old, **after.get("campaign", {}))
    pasts = history(old, Truth(4), FEW, 4)
    holds, spared = Untouched.holds, []

    def counted(self, past, played):
        spared.append(holds(self, past, played))
        return spared[-1]

    def told():
        return result_of(foreseen(old, new, pasts), new, (0, 1), FEW, FEW, 0)

    monkeypatch.setattr(Untouched, "holds", counted)
    once = told()
    monkeypatch.setattr(Untouched, "holds", lambda self, past, played: False)
    assert once == told()
    assert FEW >= sum(spared) >= least


def test_a_paced_cap_is_spread_over_its_window_in_a_play():
    old = market_of(1, {"ace": {"caps": [{"window": "day", "leads": 40}]}})
    new = market_of(2, {"ace": {"caps": [{"window": "day", "leads": 40, "paced": True}]}}, before=old)
    pasts = history(old, Truth(5), FEW, 5)
    found = foreseen(old, new, pasts)
    reasons = found.changed.offers[ACE].reasons
    assert reasons["paced"] > 0
    assert reasons.get("cap_reached", 0) < found.unchanged.offers[ACE].reasons["cap_reached"]
    assert found.unchanged.offers[ACE].reasons.get("paced", 0) == 0


def test_whom_a_buyer_had_or_must_not_have_he_does_not_buy_in_a_play_either():
    old = market_of(1, {})
    new = market_of(2, {"elk": NARROW}, before=old)
    pasts = history(old, Truth(1), 300, 1)
    assert revenue(pasts) > 0
    for why, bought in (("suppressed", False), ("duplicate_at_buyer", True)):
        barred = [replace(past, barred=dict.fromkeys(old.offers, why)) for past in pasts]
        found = foreseen(old, new, barred)
        assert any(money.revenue for money in found.changed.money.values()) is bought, "no offer has a rule any more"
