"""A limit of pings is shared by the processes that live, to the last one."""

from hypothesis import given
from hypothesis import strategies as st

from outbid.core.control.rate import Rate
from outbid.exchange.live.throttle import Throttle

SECOND, DAY = 1_000, 86_400_000


@given(st.integers(0, 10_000), st.integers(1, 64))
def test_the_parts_of_all_processes_add_up_to_the_limit(most, of):
    parts = [Rate("offer:1", SECOND, most).part(place, of) for place in range(of)]
    assert sum(parts) == most
    assert max(parts) - min(parts) <= 1


def test_what_one_limit_refuses_counts_in_none():
    throttle, rates = Throttle(), (Rate("offer:1", DAY, 5), Rate("buyer:1", SECOND, 1))
    assert [throttle.take(rates, at) for at in (0, 1, 999)] == [True, False, False]
    assert [throttle.take(rates, at) for at in (1_000, 2_000, 3_000, 4_000, 5_000)] == [True, True, True, True, False]
    assert throttle.take(rates, DAY)


def test_two_offers_of_a_buyer_share_his_limit():
    throttle = Throttle()
    mine = [(Rate(f"offer:{n}", SECOND, 9), Rate("buyer:1", SECOND, 3)) for n in (1, 2)]
    assert [throttle.take(mine[n % 2], 0) for n in range(5)] == [True, True, True, False, False]


def test_a_process_keeps_to_its_part_as_others_come_and_go():
    throttle, rates = Throttle(), (Rate("offer:1", SECOND, 4),)
    throttle.place = (0, 4)
    assert [throttle.take(rates, 0) for _ in range(2)] == [True, False]
    throttle.place = (0, 2)
    assert [throttle.take(rates, 0) for _ in range(2)] == [True, False]
