"""The same request again and again, to more than one process."""

import asyncio
from contextlib import AsyncExitStack

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key, Payout, Source

DAY_MS = 86_400_000


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


async def test_a_key_is_its_sources_own_and_kept_for_a_day_as_a_hash(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    found = nouns([offer("a", buyers.port)])
    found["source"]["feed"] = Source(slug="feed", seller="acme", campaign="auto", payout=Payout(share="80%"))
    found["key"]["feed"] = Key(slug="feed", holder="source", owner="feed", hash=key_hash("ob_feed"))
    key, people = ("Idempotency-Key: order-4711-of-mine",), [lead(), lead()]
    async with open_house(database_url, app_database_url, found) as house:
        one = await house.sell(people[0], headers=key)
        other = await house.sell(people[1], headers=key, key="ob_feed")
        assert [answer.json["outcome"] for answer in (one, other)] == ["sold", "sold"]
        assert one.json["lead"] != other.json["lead"]
        assert (await house.sell(people[0], headers=key)).json == one.json
        assert (await house.sell(people[0], headers=key, key="ob_feed")).json["code"] == "request_key_reused"
        rows = await house.connection.fetch(
            "select i.*, l.arrived_at from idempotency i join lead l on l.id = i.lead_id"
        )
        assert [0 <= DAY_MS - (row["expires_at"] - row["arrived_at"]) < 1000 for row in rows] == [True, True]
        assert [len(row[name]) for row in rows for name in ("key_hash", "body_hash")] == [16] * 4
        for text in (b"order-4711", people[0]["email"].encode(), people[0]["phone"].encode()):
            assert not any(text in row[name] for row in rows for name in ("key_hash", "body_hash"))
