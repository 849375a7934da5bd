"""The same request again and again, to more than one process."""

import asyncio
from contextlib import AsyncExitStack

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer


async def test_many_at_once_to_two_processes_make_one_lead(database_url, app_database_url, buyers):
    async def slow(got):
        await asyncio.sleep(0.1)
        return bid("10")

    buyers.on("a", ping=slow, post=ACCEPT)
    async with AsyncExitStack() as stack:
        found = nouns([offer("a", buyers.port)])
        first = await stack.enter_async_context(open_house(database_url, app_database_url, found))
        second = await stack.enter_async_context(open_house(database_url, app_database_url))
        person = lead()
        answers = await asyncio.gather(*((first, second)[n % 2].sell(person) for n in range(20)))
        assert {answer.json["outcome"] for answer in answers} <= {"sold", "pending"}
        assert len({answer.json["lead"] for answer in answers}) == 1
        assert await first.connection.fetchval("select count(*) from lead") == 1
        assert len(buyers.posts("a")) == 1
        again = await second.sell(person)
        assert (again.status, again.json["outcome"]) == (200, "sold")
