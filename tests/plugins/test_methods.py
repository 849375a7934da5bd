"""The methods against what they say in one sentence, over random bids with many ties."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.contract import Bid
from outbid.plugins.methods import highest_bid, waterfall

# Few distinct values, so that ties of every depth are common.
BID = st.builds(
    Bid,
    offer=st.integers(1, 6),
    price_micros=st.integers(1, 3).map(lambda dollars: dollars * 1_000_000),
    priority=st.integers(1, 2),
    won_today=st.integers(0, 2),
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
@given(BIDS, st.integers(0, 9), st.floats(0, 1), st.randoms(use_true_random=False))
def test_arrival_turn_and_draw_change_nothing(bids: list[Bid], turn: int, draw: float, chance: random.Random) -> None:
    shuffled = list(bids)
    chance.shuffle(shuffled)
    for method in (highest_bid, waterfall):
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
