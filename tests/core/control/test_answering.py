"""How fast an offer answers: as exact quantiles say to a bucket's width, and as if all had been watched to the end."""

from math import ceil
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.control.answering import Answering, needs_ms, quantile_ms, shares
from outbid.core.tally.histogram import BUCKETS, bucket_of, least_of

TIMES = st.lists(st.integers(0, 100_000), min_size=1, max_size=200)


def of(times, silent=0, left=()):
    known = Answering()
    for ms in times:
        known.hear(ms)
    for ms in left:
        known.leave(ms)
    for _ in range(silent):
        known.fail()
    return known


def width_at(ms):
    return least_of(bucket_of(ms) + 1) - least_of(bucket_of(ms))


@given(TIMES, st.sampled_from((0.5, 0.9, 0.95, 0.99, 1.0)))
def test_quantiles_are_the_exact_ones_within_a_buckets_width(times, share):
    exact = sorted(times)[ceil(share * len(times)) - 1]
    assert abs(quantile_ms(of(times), share) - exact) <= width_at(exact)


@given(TIMES, st.integers(0, 50), st.integers(10_000, 500_000))
def test_no_more_pings_lose_their_answer_than_may_and_no_shorter_time_would_do(times, silent, may_lose):
    known = of(times, silent)
    needs = needs_ms(known, may_lose)
    lost = sum(ms >= needs for ms in times)
    assert lost * 1_000_000 <= may_lose * known.pings + 1
    if needs:
        shorter = least_of(bucket_of(needs - 1))
        assert sum(ms >= shorter for ms in times) * 1_000_000 > may_lose * known.pings - 1


@given(TIMES, st.lists(st.integers(0, 100_000), max_size=50), st.integers(0, 20))
def test_shares_grow_and_stay_shares(times, left, silent):
    by = shares(of(times, silent, left))
    assert len(by) == BUCKETS
    assert by == sorted(by)
    assert 0 <= by[0] <= by[-1] <= 1 + 1e-9


def test_who_never_answers_is_not_waited_for():
    assert needs_ms(of([], silent=500), 50_000) == 0
    assert quantile_ms(of([], silent=500), 0.5) is None
    assert needs_ms(of([1500] * 4, silent=96), 50_000) == 0, "four of a hundred may be lost"
    assert needs_ms(of([1500] * 6, silent=94), 50_000) == least_of(bucket_of(1500) + 1)


@pytest.mark.parametrize("watched_to_the_end", [0.05, 0.2])
def test_whoever_is_cut_off_at_a_deadline_is_seen_as_slow_as_he_is(watched_to_the_end):
    """Of answers from 50 to 450 ms only a few are watched beyond 128 ms: the median is found all the same."""
    chance, known = Random(3), Answering()
    for _ in range(20_000):
        ms, whole = chance.uniform(50, 450), chance.random() < watched_to_the_end
        if whole or ms < 128:
            known.hear(int(ms))
        else:
            known.leave(128)
    assert abs(quantile_ms(known, 0.5) - 250) <= width_at(250)
    assert abs(quantile_ms(known, 0.95) - 430) <= width_at(430)


def test_what_is_left_at_once_or_after_everything_is_no_answer():
    assert shares(of([], left=[0, 5, 200_000]))[-1] == 0
    assert shares(of([10], left=[0]))[-1] == pytest.approx(1.0)
