"""A sample of leads is drawn by their ids alone."""

from random import Random

import pytest

from outbid.core.ids import uuid7
from outbid.core.tally.sample import is_drawn


@pytest.mark.parametrize("share", [10_000, 250_000])
def test_about_as_many_leads_are_drawn_as_the_share_says_and_always_the_same(share):
    chance = Random(7)
    ids = [uuid7(1_764_000_000_000 + n, chance.randbytes(10)) for n in range(20_000)]
    drawn = [one for one in ids if is_drawn(one, share)]
    assert abs(len(drawn) - 20_000 * share / 1_000_000) < 5 * (20_000 * share / 1_000_000) ** 0.5
    assert [one for one in ids if is_drawn(one, share)] == drawn
    assert {one for one in ids if is_drawn(one, share // 2)} < set(drawn), "a smaller share draws some of the same"


def test_none_is_drawn_of_nothing_and_every_one_of_all():
    first, last = b"\x01" * 10 + b"\x00" * 6, b"\x01" * 10 + b"\xff" * 6
    assert [is_drawn(one, share) for share in (0, 1_000_000) for one in (first, last)] == [False, False, True, True]
