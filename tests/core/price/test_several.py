"""Several bids of one reply in an auction, against references of a few lines."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.contract import MOST_BIDS, ListedBid, PingReply
from outbid.core.dialect.wire import Response
from outbid.core.lead.event import UNKNOWN, Pinged, decode, encode
from outbid.core.lead.state import State, standing_at
from outbid.core.market.snapshot import Part, Pricing
from outbid.core.price.lines import line_of_answer
from outbid.core.price.picking import choose, ranked
from outbid.core.price.terms import _terms
from outbid.core.seal.leaves import cut
from outbid.plugins.methods import first_to_answer, highest_bid, highest_net, waterfall, weighted
from outbid.plugins.methods import round_robin as in_turn

METHODS = (highest_bid, highest_net, waterfall, in_turn, weighted, first_to_answer)
FLOOR = 5
ANSWER = Response(200, (), b"")
PRICES = st.lists(st.integers(0, 40), min_size=1, max_size=5)
ROUND = st.lists(st.tuples(PRICES, st.sampled_from("abc"), st.integers(1, 2)), min_size=1, max_size=5)
ANY = settings(max_examples=300, deadline=None)


def terms():
    return _terms(FLOOR, ((0, Part(None, 0)),), ((0, Part(800_000)),), None)


def offer_of(number: int, group: str, priority: int = 1, most: int = 1 << 62):
    return SimpleNamespace(
        number=number, group=group, priority=priority, weight=1, handicap=0, floor_micros=0, direct=False, most_micros=most
    )  # fmt: skip


def line_of(offer, prices, *, unread: int = 0, stands: tuple[int, ...] = (), currencies: tuple[str, ...] = ()):
    bids = tuple(
        ListedBid(place, price, currencies[place - 1] if currencies else None, stands_s=stands[place - 1] if stands else 0)
        for place, price in enumerate(prices, 1)
    )  # fmt: skip
    return line_of_answer(offer, PingReply("bid", bids=bids, unread=unread), ANSWER, terms(), "USD", UNKNOWN)


def made_of(rows):
    offers = {n: offer_of(n, group, priority) for n, (_, group, priority) in enumerate(rows, 1)}
    lines = tuple(line_of(offers[n], prices) for n, (prices, _, _) in enumerate(rows, 1))
    return SimpleNamespace(offers=offers), State(stage="bidding", tier=0, bids=lines, turn=1, draw=0.37)


def tier_of(method, rule: str = "first", step: int = 0):
    bound = method.Settings()
    return SimpleNamespace(
        rank=lambda bids, turn, draw: method.rank(bids, turn, draw, bound),
        reads=frozenset(getattr(method, "READS", ())),
        pricing=None if rule == "first" else Pricing(rule, step, None),
    )


def sold(campaign, state, method=highest_bid, rule="first", most=1, step=0):
    return choose(campaign, terms(), tier_of(method, rule, step), state, most)


@ANY
@given(ROUND, st.integers(1, 3))
def test_the_best_bids_win_never_two_of_one_offer_or_group(rows, most):
    campaign, state = made_of(rows)
    bids = [
        (-price, priority, n, place, group)
        for n, (prices, group, priority) in enumerate(rows, 1)
        for place, price in enumerate(prices, 1)
        if price >= FLOOR
    ]
    wanted, groups = [], set()
    for price, _, n, place, group in sorted(bids):
        if group not in groups and len(wanted) < most:
            wanted.append((n, place, -price))
            groups.add(group)
    assert [(pick.offer, pick.place, pick.price_micros) for pick in sold(campaign, state, most=most)] == wanted


@ANY
@given(ROUND, st.integers(0, 3))
def test_under_second_price_only_bids_of_other_groups_are_rivals(rows, step):
    campaign, state = made_of(rows)
    for pick in sold(campaign, state, rule="second", step=step):
        group = campaign.offers[pick.offer].group
        others = [price for prices, theirs, _ in rows if theirs != group for price in prices if price >= FLOOR]
        bid = rows[pick.offer - 1][0][pick.place - 1]
        assert pick.price_micros == min(bid, max(others) + step if others else FLOOR)


@ANY
@given(ROUND, st.integers(0, 40), st.sampled_from(METHODS), st.sampled_from(("first", "second")))
def test_another_bid_of_an_offer_that_is_not_its_best_changes_nothing(rows, price, method, rule):
    if rule == "second" and method is not highest_bid:
        return
    campaign, state = made_of(rows)
    before = sold(campaign, state, method, rule)
    prices, group, priority = rows[0]
    if price >= max(prices):
        return
    again, state = made_of([([*prices, price], group, priority), *rows[1:]])
    assert sold(again, state, method, rule) == before


@ANY
@given(ROUND, st.sampled_from(METHODS))
def test_it_is_as_if_each_offer_had_bid_its_best_alone(rows, method):
    campaign, state = made_of(rows)
    alone, single = made_of([([max(prices)], group, priority) for prices, group, priority in rows])
    assert [(pick.offer, pick.price_micros) for pick in sold(campaign, state, method)] == [
        (pick.offer, pick.price_micros) for pick in sold(alone, single, method)
    ]


def test_an_offer_whose_bid_was_posted_has_no_second_one():
    campaign, state = made_of([([30, 20], "a", 1), ([10], "b", 1)])
    state = State(stage="bidding", tier=0, bids=state.bids, tried=frozenset({1}))
    assert [bid.offer for bid in ranked(campaign, terms(), tier_of(highest_bid), state)] == [2]


def test_a_line_holds_the_best_and_says_of_each_other_why_it_cannot_win():
    line = line_of(offer_of(1, "a", most=30), (4, 40, 0, 25, 50), currencies=("USD", "USD", "USD", "usd", "EUR"))
    assert (line.place, line.price_micros, line.reason) == (2, 30, "")
    assert [(bid.place, bid.price_micros, bid.reason) for bid in line.more] == [
        (4, 25, ""),
        (5, 50, "wrong_currency"),
        (1, 4, "below_floor"),
        (3, 0, "nonsense"),
    ]


def test_what_lies_beyond_the_bound_is_told_once():
    line = line_of(offer_of(1, "a"), tuple(range(10, 10 + MOST_BIDS)), unread=3)
    assert (line.place, len(line.more)) == (MOST_BIDS, MOST_BIDS)
    assert (line.more[-1].place, line.more[-1].reason) == (MOST_BIDS + 1, "too_many_bids")


@pytest.mark.parametrize(
    ("stands", "at_ms", "left"),
    [((60, 0, 5), 4_999, [1, 3, 2]), ((60, 0, 5), 5_000, [1, 2]), ((5, 0, 60), 6_000, [3, 2]), ((1, 1, 1), 9_000, [1, 3, 2])],
)  # fmt: skip
def test_bids_of_one_reply_end_one_by_one(stands, at_ms, left):
    line = standing_at(line_of(offer_of(1, "a"), (30, 10, 20), stands=stands), 0, at_ms)
    assert [bid.place for bid in line.bids()] == left


def test_where_only_a_bid_is_left_that_cannot_win_the_line_has_ended_as_a_whole():
    line = line_of(offer_of(1, "a"), (30, 2), stands=(5, 60))
    assert standing_at(line, 0, 6_000) == line


def test_the_log_cuts_the_line_of_a_reply_with_several_bids_out_whole():
    lines = (line_of(offer_of(1, "a"), (30, 10, 20)), line_of(offer_of(2, "b"), (7,)))
    for is_open in (False, True):
        event = Pinged(1, 0, 5, lines, open=is_open)
        _, shown = cut(encode([event]))
        assert decode(encode([event])) == [event]
        whole = b"".join(shown)
        assert b'"place":1,"more":[[3,20,"",0],[2,10,"",0]]' in whole
        assert len(shown) == (5 if is_open else 2)
