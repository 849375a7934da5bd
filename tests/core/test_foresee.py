"""A change against leads that came: what nothing touches repeats, and what is assumed comes near to a known truth."""

import pytest

from harness.planted import BEGIN_MS, Truth, history, market_of
from outbid.core.foresee.foresee import Foresight, Span
from outbid.core.foresee.past import Past
from outbid.core.market.snapshot import Market
from outbid.exchange.live.checks import lot

COUNT = 3000
IN_TEXAS = {"fact": "state", "equals": "TX"}
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
    ],
    ids=["a wider filter", "a higher floor", "a lower floor", "a buyer who rests", "a cap that goes", "a new cap"],
)
def test_the_revenue_that_is_foreseen_is_within_a_twentieth_of_the_truth(before, after, seed):
    old = market_of(1, before, **before.get("campaign", {}))
    new = market_of(2, after, **after.get("campaign", {}))
    truth = Truth(seed)
    pasts = history(old, truth, COUNT, seed)
    found = foreseen(old, new, pasts)
    real, real_before = revenue(history(new, truth, COUNT, seed)), revenue(pasts)
    assert found.recorded.money["USD"].revenue == real_before
    assert found.changed.money["USD"].revenue == pytest.approx(real, rel=0.05)
    assert found.unchanged.money["USD"].revenue == pytest.approx(real_before, rel=0.01)
    assert real != real_before, "the change is one"
