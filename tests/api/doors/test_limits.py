"""How often sellers and buyers may ask."""

import asyncio

import pytest

from api.problems import assert_problem
from harness.house import request
from outbid.api.door.doors import BUYER, SELLER


@pytest.mark.parametrize(
    ("path", "key", "door"), [("/v1/seller/sources", "ob_seller", SELLER), ("/v1/buyer/wallet", "ob_buyer", BUYER)]
)
async def test_who_asks_too_fast_is_told_when_to_come_again(shared, path, key, door):
    answers = []
    for _ in range(8):
        answers += await asyncio.gather(*(request(shared.port, "GET", path, key=key) for _ in range(40)))
        if answers[-1].status == 429:
            break
    late = next(answer for answer in answers if answer.status == 429)
    assert_problem(late, 429, "too_many_requests")
    assert int(late.headers["retry-after"]) >= 1
    assert answers[0].headers["ratelimit-limit"] == str(door.burst)
    assert [answer.status for answer in answers].count(200) >= door.burst
