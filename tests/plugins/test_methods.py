"""The methods against what they say in one sentence, over random bids with many ties."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outbid.core.contract import Bid
from outbid.core.money import ONE
from outbid.plugins.methods import (
    expected_value,
    fair_share,
    first_to_answer,
    highest_bid,
    round_robin,
    waterfall,
    weighted,
)

# Few distinct values, so that ties of every depth are common.
BID = st.builds(
    Bid,
    offer=st.integers(1, 6),
    price_micros=st.integers(1, 3).map(lambda dollars: dollars * 1_000_000),
    priority=st.integers(1, 2),
    won_today=st.integers(0, 2),
    ms=st.integers(0, 3),
    weight=st.integers(1, 3),
    score=st.sampled_from((10_000, 500_000, 1_000_000)),
)
BIDS = st.lists(BID, max_size=12)


def better(one: Bid, other: Bid) -> bool:
    if one.price_micros != other.price_micros:
        return one.price_micros > other.price_micros
    if one.priority != other.priority:
        return one.priority < other.priority
    return (one.won_today, one.offer) < (other.won_today, other.offer)


def reference(bids: list[Bid]) -> list[Bid]:
    left, order = list(bids), []
    while left:
        order.append(next(bid for bid in left if not any(better(other, bid) for other in left)))
        left.remove(order[-1])
    return order


@settings(max_examples=300, deadline=None)
@given(BIDS)
def test_highest_bid_is_the_reference(bids: list[Bid]) -> None:
    assert highest_bid.rank(bids, 0, 0.0, highest_bid.Settings()) == reference(bids)


@settings(max_examples=300, deadline=None)
@given(BIDS)
def test_first_to_answer_never_puts_a_slower_answer_first(bids: list[Bid]) -> None:
    """Of equally quick ones it is a waterfall."""
    ranked = first_to_answer.rank(bids, 0, 0.0, first_to_answer.Settings())
    for ms in {bid.ms for bid in bids}:
        equal = [bid for bid in bids if bid.ms == ms]
        assert [bid for bid in ranked if bid.ms == ms] == waterfall.rank(equal, 0, 0.0, waterfall.Settings())
    assert [bid.ms for bid in ranked] == sorted(bid.ms for bid in bids)


@settings(max_examples=300, deadline=None)
@given(BIDS, st.integers(0, 9), st.floats(0, 1), st.randoms(use_true_random=False))
def test_arrival_turn_and_draw_change_nothing(bids: list[Bid], turn: int, draw: float, chance: random.Random) -> None:
    bids = list({bid.offer: bid for bid in bids}.values())
    shuffled = list(bids)
    chance.shuffle(shuffled)
    for method in (highest_bid, waterfall, first_to_answer, fair_share, expected_value):
        ranked = method.rank(bids, 0, 0.0, method.Settings())
        assert method.rank(shuffled, turn, draw, method.Settings()) == ranked
        assert method.rank(tuple(bids), turn, draw, method.Settings()) == ranked


@settings(max_examples=300, deadline=None)
@given(BIDS)
def test_waterfall_never_puts_a_later_offer_first(bids: list[Bid]) -> None:
    ranked = waterfall.rank(bids, 0, 0.0, waterfall.Settings())
    keys = [(bid.priority, -bid.price_micros, bid.won_today, bid.offer) for bid in ranked]
    assert keys == sorted(keys)
    assert sorted(ranked, key=repr) == sorted(bids, key=repr)


def test_round_robin_serves_everybody_in_turn_however_the_others_come_and_go() -> None:
    turn, served = 0, []
    for there in ((1, 2, 3), (1, 2, 3), (1, 3), (1, 2, 3), (2, 3), (1, 2)):
        bids = [Bid(offer, 1_000_000 * offer) for offer in there]
        turn = round_robin.rank(bids, turn, 0.0, round_robin.Settings())[0].offer
        served.append(turn)
    assert served == [1, 2, 3, 1, 2, 1]


def test_weighted_serves_in_proportion_to_the_weights() -> None:
    bids = [Bid(1, 5, weight=1), Bid(2, 5, weight=3), Bid(3, 5, weight=6)]
    chance = random.Random(7)
    draws = [chance.random() for _ in range(20_000)]
    orders = [[bid.offer for bid in weighted.rank(bids, 0, draw, weighted.Settings())] for draw in draws]
    shares = {offer: sum(order[0] == offer for order in orders) / len(orders) for offer in (1, 2, 3)}
    assert all(abs(shares[offer] - wanted) < 0.02 for offer, wanted in ((1, 0.1), (2, 0.3), (3, 0.6)))
    without_first = [order[1] for order in orders if order[0] == 3]
    assert abs(without_first.count(2) / len(without_first) - 0.75) < 0.02


@settings(max_examples=200, deadline=None)
@given(BIDS, st.integers(0, 9), st.floats(0, 1, exclude_max=True), st.randoms(use_true_random=False))
def test_turn_and_draw_give_the_same_order_whatever_the_order_of_arrival(
    bids: list[Bid], turn: int, draw: float, chance: random.Random
) -> None:
    bids = list({bid.offer: bid for bid in bids}.values())
    shuffled = list(bids)
    chance.shuffle(shuffled)
    for method in (round_robin, weighted):
        ranked = method.rank(bids, turn, draw, method.Settings())
        assert method.rank(shuffled, turn, draw, method.Settings()) == ranked
        assert sorted(bid.offer for bid in ranked) == sorted(bid.offer for bid in bids)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        (highest_bid, round_robin, waterfall, weighted, first_to_answer, fair_share, expected_value),
    ),
    st.lists(BID, max_size=6, unique_by=lambda bid: bid.offer),
    st.integers(0, 7),
    st.floats(0, 1, exclude_max=True),
    st.data(),
)
def test_the_methods_are_steady_as_they_promise(method, bids, turn, draw, data) -> None:
    """Others change no order of two, and neither a higher price nor fewer milliseconds move anybody back."""
    assert method.STEADY
    order = method.rank(bids, turn, draw, method.Settings())
    few = data.draw(st.lists(st.sampled_from(bids), unique=True)) if bids else []
    assert method.rank(few, turn, draw, method.Settings()) == [bid for bid in order if bid in few]
    for one in bids:
        for better in (replace(one, price_micros=one.price_micros + 1), replace(one, ms=one.ms - 1)):
            others = [better if bid is one else bid for bid in bids]
            places = [bid.offer for bid in method.rank(others, turn, draw, method.Settings())]
            assert places.index(one.offer) <= [bid.offer for bid in order].index(one.offer)


def test_fair_share_gives_each_his_share_to_the_nearest_lead() -> None:
    weights, won = {1: 1, 2: 3, 3: 6}, {1: 0, 2: 0, 3: 0}
    for leads in range(1, 201):
        bids = [Bid(offer, 1, won_today=won[offer], weight=weight) for offer, weight in weights.items()]
        won[fair_share.rank(bids, 0, 0.0, fair_share.Settings())[0].offer] += 1
        assert all(abs(won[offer] - leads * weight / 10) <= 1 for offer, weight in weights.items())


def test_fair_share_lets_whoever_was_away_catch_up() -> None:
    bids = [Bid(1, 9, won_today=40), Bid(2, 1, won_today=0)]
    assert [bid.offer for bid in fair_share.rank(bids, 0, 0.0, fair_share.Settings())] == [2, 1]


@settings(max_examples=300, deadline=None)
@given(BIDS, st.sampled_from((fair_share, expected_value)))
def test_nobody_stands_before_one_who_has_the_better_claim(bids: list[Bid], method) -> None:
    """A plain reference: the first of those whom nobody beats by the stated figure, in exact numbers."""

    def claim(bid: Bid) -> float:
        below = -(2 * bid.won_today + 1) / bid.weight
        return below if method is fair_share else bid.price_micros * bid.score // ONE

    ranked = method.rank(bids, 0, 0.0, method.Settings())
    assert [claim(bid) for bid in ranked] == sorted(map(claim, bids), reverse=True)
    assert sorted(map(repr, ranked)) == sorted(map(repr, bids))


@settings(max_examples=300, deadline=None)
@given(st.lists(BID, min_size=1, max_size=6, unique_by=lambda bid: bid.offer), st.integers(1, 90_000_000))
def test_at_what_makes_it_level_a_bid_is_worth_as_much_as_its_rival(bids: list[Bid], price: int) -> None:
    """What second price rests on: worth never falls as the price rises, and the best ranked is worth the most."""
    kept = expected_value.Settings()
    ranked = expected_value.rank(bids, 0, 0.0, kept)
    assert [expected_value.worth(bid, kept) for bid in ranked] == sorted(
        (expected_value.worth(bid, kept) for bid in bids), reverse=True
    )
    one = replace(ranked[0], price_micros=price)
    assert expected_value.worth(one, kept) <= expected_value.worth(replace(one, price_micros=price + 1), kept)
