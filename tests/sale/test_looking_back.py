"""A new cap that looks back counts what was sold since its window began, whoever owns it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer


def _cap(**most):
    return {"window": "total", "look_back": True, **most}


def _market(port: int, owner: str, *caps):
    """Two offers of two buyers in one group; the caps are those of `owner`."""
    mine = {"caps": list(caps)}
    first = offer("a", port, **(mine if owner == "offer" else {}))
    if owner == "pair":
        first["source_caps"] = {"web": list(caps)}
    buyers = {slug: {"group": "both"} | (mine if owner == "buyer" and slug == "a" else {}) for slug in ("a", "b")}
    more = {"campaign_more": mine} if owner == "campaign" else {}
    more |= {"source_more": mine} if owner == "source" else {}
    return nouns([first, offer("b", port)], buyers=buyers, **more)


async def _sold(house, times: int) -> int:
    answers = [await house.sell(lead()) for _ in range(times)]
    return sum(answer.json["outcome"] == "sold" for answer in answers)


@pytest.mark.parametrize(
    ("owner", "most", "left"),
    [
        ("offer", {"leads": 5}, 2),
        ("offer", {"money": "60"}, 3),  # three at ten are paid
        ("buyer", {"leads": 4}, 1),
        ("buyer", {"money": "35"}, 0),
        ("pair", {"leads": 4}, 1),
    ],
)
async def test_a_new_cap_counts_what_was_sold_before(database_url, app_database_url, buyers, owner, most, left):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("0"), post=REJECT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "none")) as house:
        assert await _sold(house, 3) == 3
        await house.change(_market(buyers.port, owner, _cap(**most)))
        assert await _sold(house, 4) == left
        assert (await house.balance()).faults == ()


@pytest.mark.parametrize("owner", ["campaign", "source"])
async def test_a_cap_of_many_counts_the_sales_of_each(database_url, app_database_url, buyers, owner):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("8"), post=ACCEPT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "none")) as house:
        assert await _sold(house, 2) == 2
        buyers.on("a", post=REJECT)
        assert await _sold(house, 1) == 1
        await house.change(_market(buyers.port, owner, _cap(leads=4)))
        assert await _sold(house, 3) == 1
        assert (await house.balance()).faults == ()


async def test_a_cap_that_does_not_look_back_begins_at_zero_until_it_is_told_to(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("0"), post=REJECT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "none")) as house:
        assert await _sold(house, 2) == 2
        await house.change(_market(buyers.port, "offer", {"window": "total", "leads": 3}))
        assert await _sold(house, 2) == 2
        await house.change(_market(buyers.port, "offer", _cap(leads=5)))
        assert await _sold(house, 2) == 1
        await house.change(_market(buyers.port, "offer", _cap(leads=6)))  # it looked back once: nothing counts twice
        assert await _sold(house, 2) == 1
        assert (await house.balance()).faults == ()


async def test_a_cap_that_was_taken_away_and_comes_again_counts_what_was_sold_between(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("0"), post=REJECT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "offer", _cap(leads=9))) as house:
        assert await _sold(house, 2) == 2
        await house.change(_market(buyers.port, "none"))
        assert await _sold(house, 3) == 3
        await house.change(_market(buyers.port, "offer", _cap(leads=6)))
        assert await _sold(house, 3) == 1
        assert (await house.balance()).faults == ()


async def test_an_open_sale_counts_as_sold(database_url, app_database_url, buyers):
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(got):
        asked.set()
        await go.wait()
        return REJECT

    buyers.on("a", ping=bid("10"), post=slow)
    buyers.on("b", ping=bid("0"), post=REJECT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "none")) as house:
        open_sale = asyncio.create_task(house.sell(lead()))
        await asked.wait()
        await house.change(_market(buyers.port, "offer", _cap(leads=2)))
        go.set()
        assert (await open_sale).json["outcome"] == "unsold"
        buyers.on("a", post=ACCEPT)
        assert await _sold(house, 2) == 1
        assert (await house.balance()).faults == ()


async def test_a_cap_that_is_full_from_the_beginning_is_told_to_the_other_process(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("0"), post=REJECT)
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(open_house(database_url, app_database_url, _market(buyers.port, "none")))
        two = await stack.enter_async_context(open_house(database_url, app_database_url))
        assert await _sold(one, 2) == 2
        await one.change(_market(buyers.port, "offer", _cap(leads=2)))
        assert await _sold(two, 1) == 0
        assert await _sold(one, 1) == 0
        assert len(buyers.posts("a")) == 2
