"""How often a key may ask: told with every answer, refused with the seconds to wait."""

import asyncio

import pytest

from api.operator.asking import ask
from api.problems import assert_problem
from harness.house import request
from outbid.api.door.bucket import Buckets, Left
from outbid.api.door.doors import OPERATOR

RATE, BURST = OPERATOR.rate, OPERATOR.burst

NAMES = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


async def a_key(house) -> str:
    return (await ask(house, "POST", "/v1/keys", {"holder": "house"})).json["secret"]


async def test_every_answer_tells_what_is_left(house):
    key = await a_key(house)
    first = await request(house.port, "GET", "/v1/session", key=key)
    assert [int(first.headers[name]) for name in NAMES] == [BURST, BURST - 1, 1]
    refused = await request(house.port, "GET", "/v1/sellers/none", key=key)
    assert refused.status == 404
    assert int(refused.headers["ratelimit-remaining"]) <= BURST - 1
    stranger = await request(house.port, "GET", "/v1/session", key="ob_nobody")
    assert set(NAMES) & set(stranger.headers) == set()


async def test_who_asks_too_fast_is_told_when_to_come_again(house):
    key, other = await a_key(house), await a_key(house)
    statuses = []
    for _ in range(8):
        answers = await asyncio.gather(*(request(house.port, "GET", "/v1/session", key=key) for _ in range(40)))
        statuses += [answer.status for answer in answers]
        late = next((answer for answer in answers if answer.status == 429), None)
        if late is not None:
            break
    assert statuses.count(200) >= BURST
    assert_problem(late, 429, "too_many_requests")
    assert int(late.headers["retry-after"]) >= 1
    assert late.headers["ratelimit-remaining"] == "0"
    assert (await request(house.port, "GET", "/v1/session", key=other)).status == 200, "each key has its own"
    await asyncio.sleep(2 / RATE)
    assert (await request(house.port, "GET", "/v1/session", key=key)).status == 200


async def test_what_anybody_may_see_is_not_counted(house):
    answers = await asyncio.gather(*(request(house.port, "GET", "/v1/reasons", key=None) for _ in range(BURST + 20)))
    assert {answer.status for answer in answers} == {200}


def test_a_bucket_fills_with_time_and_never_over_its_rim():
    now = 0.0
    buckets = Buckets(2.0, 4, lambda: now)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert buckets.left("a") == Left(4, 0, 2)
    now = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") == 1
    assert buckets.take("b") == 0
    now = 100.0
    assert buckets.left("a") == Left(4, 4, 0)
    buckets.give_back("a")
    assert buckets.left("a") == Left(4, 4, 0)


@pytest.mark.parametrize(("rate", "seconds"), [(1 / 30, 30), (1 / 5, 5), (50.0, 1)])
def test_the_seconds_to_wait_are_enough(rate, seconds):
    now = 0.0
    buckets = Buckets(rate, 1, lambda: now)
    assert buckets.take("a") == 0
    assert buckets.take("a") == seconds
    now += seconds
    assert buckets.take("a") == 0
