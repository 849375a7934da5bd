"""A round that ends early: no answer that was not awaited could have changed who is posted. Tried with all there are."""

from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outbid.core.lead.event import BidLine, Pinged
from outbid.core.lead.state import Sale, State, fold
from outbid.core.market.snapshot import ANY_PRICE_MICROS, NOTHING, Part, Pricing
from outbid.core.price.lines import NOT_AWAITED
from outbid.core.route import Plan, Post, decided, next_step
from outbid.plugins.methods import (
    expected_value,
    fair_share,
    first_to_answer,
    highest_bid,
    round_robin,
    waterfall,
    weighted,
)

MODULES = (expected_value, fair_share, first_to_answer, highest_bid, round_robin, waterfall, weighted)
METHODS = {module.__name__.rsplit(".", 1)[-1]: module for module in MODULES}
PRICES = (1, 2, 3)
ANSWERS = (None, 1, 2, 3, 9)
"""What whoever is open may still say: nothing that counts, or a price, be it higher than all there are. Above the offer's most it is cut."""
OFFERS = range(1, 6)
SCORES = {1: 1_000_000, 2: 500_000, 3: 1_000_000, 4: 400_000, 5: 500_000}
"""What a method that learns knows of each: prices in micros of one, so that some rank alike."""


def plan_of(
    method: str,
    places: int,
    priorities,
    groups,
    mosts=(ANY_PRICE_MICROS,) * 5,
    *,
    early: bool = True,
    most_posts: int = 9,
    rule: str = "first",
) -> Plan:
    module = METHODS[method]
    tier = SimpleNamespace(
        rank=lambda bids, turn, draw: module.rank(bids, turn, draw, module.Settings()),
        early=early,
        places=places,
        most_posts=9,
        queue=None,
        slug="main",
        floor_micros=0,
        reads=frozenset(),
        pricing=None
        if rule == "first"
        else Pricing(rule, 1, (lambda bid: module.worth(bid, module.Settings())) if hasattr(module, "worth") else None),
    )
    rows = zip(OFFERS, priorities, groups, mosts, strict=True)
    offers = {
        n: SimpleNamespace(
            number=n, priority=p, weight=p, group=g, most_micros=m, handicap=0, floor_micros=0, direct=False, when=None
        )
        for n, p, g, m in rows
    }
    campaign = SimpleNamespace(
        tiers=(tier,),
        offers=offers,
        most_posts=most_posts,
        floor_micros=0,
        margin=NOTHING,
        least_margin=NOTHING,
        loss_allowed=False,
        rules=None,
        routes=(),
    )
    source = SimpleNamespace(
        slug="web", payout=Part(800_000), most_posts=9, floor_micros=0, floor_fact=None, rules=None
    )
    return Plan(campaign, source)


def line_of(offer: int, price: int | None, won_today: int, ms: int = 0) -> BidLine:
    if price is None:
        return BidLine(offer, "late", reason=NOT_AWAITED, won_today=won_today, score=SCORES[offer])
    return BidLine(offer, "bid", price, ms, won_today=won_today, score=SCORES[offer])


def asked(*sold: int) -> State:
    sales = tuple(Sale(f"sl_{n}", n, "sold", 1, 1) for n in sold)
    return State(stage="matched", tier=0, offers=tuple(OFFERS), sales=sales, tried=frozenset(sold), matched_any=True)


def posted(plan: Plan, state: State, pinged: Pinged):
    step = next_step(plan, fold(state, pinged))
    return step.picks if isinstance(step, Post) else ()


FIVE = st.tuples(*(st.integers(1, 2) for _ in OFFERS))
MOSTS = st.tuples(*(st.sampled_from((2, 3, ANY_PRICE_MICROS)) for _ in OFFERS))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([(method, "first") for method in sorted(METHODS)] + [("highest_bid", "second")] * 2),
    st.integers(1, 3),
    st.tuples(FIVE, st.tuples(*(st.sampled_from("abcde") for _ in OFFERS)), FIVE, MOSTS),
    st.tuples(*(st.sampled_from((None, *PRICES)) for _ in OFFERS)).filter(lambda prices: prices.count(None) <= 3),
    st.integers(0, 6),
    st.floats(0, 1, exclude_max=True),
)
def test_no_answer_changes_who_is_posted_once_it_is_decided(
    method_and_rule, places, traits, prices, turn, draw
) -> None:
    (method, rule), (priorities, groups, won, mosts) = method_and_rule, traits
    plan, state = plan_of(method, places, priorities, groups, mosts, rule=rule), asked()
    prices = tuple(price and min(price, most) for price, most in zip(prices, mosts, strict=True))
    lines = [line_of(*row) for row in zip(OFFERS, prices, won, strict=True)]
    pinged = Pinged(1, 0, 1, tuple(lines), turn, draw)
    missing = [place for place, price in enumerate(prices) if price is None]
    whole = []
    for answers in product(ANSWERS, repeat=len(missing)):
        told = list(lines)
        for place, price in zip(missing, answers, strict=True):
            told[place] = (
                line_of(OFFERS[place], min(price, mosts[place]), won[place], ms=1)
                if price
                else BidLine(OFFERS[place], "pass")
            )
        whole.append(posted(plan, state, replace(pinged, bids=tuple(told))))
    now = posted(plan, state, pinged)
    if decided(plan, state, pinged):
        assert all(picks == now for picks in whole)
    else:  # nobody is waited for in vain
        assert not now or any(picks != now for picks in whole)


def pinged_by(*prices: int | None) -> Pinged:
    return Pinged(1, 0, 1, tuple(line_of(n, price, 0) for n, price in zip(OFFERS, prices, strict=True)))


APART = "abcde"
IN_ORDER = (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("method", "places", "groups", "prices", "early"),
    [
        ("waterfall", 1, APART, (5, None, None, None, None), True),
        ("waterfall", 1, APART, (None, 9, 9, 9, 9), False),
        ("waterfall", 2, APART, (5, None, 9, None, None), False),
        ("waterfall", 2, APART, (5, 5, None, None, None), True),
        ("waterfall", 2, "aabcd", (5, None, 5, None, None), True),
        ("waterfall", 1, APART, (None,) * 5, False),
        ("highest_bid", 1, APART, (5, 5, 5, 5, None), False),
        ("highest_bid", 1, APART, (5, 5, 5, 5, 1), True),
        ("round_robin", 1, APART, (5, None, None, None, None), True),
        ("first_to_answer", 1, APART, (None, None, 1, None, None), True),
        ("first_to_answer", 2, APART, (None, None, 1, None, None), False),
        ("first_to_answer", 2, APART, (None, 9, 1, None, None), True),
    ],
)
def test_when_a_round_is_decided(method, places, groups, prices, early) -> None:
    assert decided(plan_of(method, places, IN_ORDER, groups), asked(), pinged_by(*prices)) is early


@pytest.mark.parametrize(("most", "priority", "early"), [(4, 1, True), (5, 1, False), (5, 3, True), (6, 3, False)])
def test_the_highest_bid_waits_for_who_may_bid_more_or_as_much_and_wins_ties(most, priority, early) -> None:
    plan = plan_of("highest_bid", 1, (2, priority, 2, 2, 2), APART, (9, most, 9, 9, 9))
    assert decided(plan, asked(), pinged_by(5, None, 1, 1, 1)) is early


def test_it_is_never_decided_where_the_tier_does_not_say_so_or_the_seller_chooses() -> None:
    pinged = pinged_by(5, None, None, None, None)
    assert not decided(plan_of("waterfall", 1, IN_ORDER, APART, early=False), asked(), pinged)
    quoting = replace(asked(), quoting=True)
    assert not decided(plan_of("waterfall", 1, IN_ORDER, APART), quoting, pinged)


def test_a_place_that_is_sold_already_and_the_limit_of_posts_count() -> None:
    pinged = pinged_by(5, 5, None, None, None)
    assert not decided(plan_of("waterfall", 3, IN_ORDER, APART), asked(), pinged)
    assert decided(plan_of("waterfall", 3, IN_ORDER, APART, most_posts=2), asked(), pinged)


@pytest.mark.parametrize(
    ("prices", "mosts", "early"),
    [
        ((9, 5, None, 1, 1), (9, 9, 5, 9, 9), True),
        ((9, 5, None, 1, 1), (9, 9, 6, 9, 9), False),
        ((9, None, None, None, None), (9, 1, 1, 1, 1), False),
    ],
    ids=["nobody open can be the runner-up", "he could be", "he would be"],
)
def test_under_second_price_it_is_not_decided_while_an_open_answer_could_set_the_price(prices, mosts, early) -> None:
    first = plan_of("highest_bid", 1, IN_ORDER, APART, mosts)
    second = plan_of("highest_bid", 1, IN_ORDER, APART, mosts, rule="second")
    assert decided(first, asked(), pinged_by(*prices))
    assert decided(second, asked(), pinged_by(*prices)) is early
