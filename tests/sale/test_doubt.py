"""A sale that nobody settles counts in the end as was agreed; whoever settles it before is first."""

import asyncio

from harness.buyers import ACCEPT, Silence, bid
from harness.house import open_house, request, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key


def silent(got):
    raise Silence


async def doubted(house):
    """A lead of which a post has no answer."""
    answer = (await house.sell(lead())).json
    assert answer["outcome"] == "pending"
    return answer["lead"]


async def settled(house, name: str) -> ev.Settled:
    for _ in range(300):
        found = [event for event in await house.events(name) if isinstance(event, ev.Settled)]
        if found:
            return found[0]
        await asyncio.sleep(0.02)
    raise AssertionError("nobody settled it")


async def test_it_counts_as_sold_where_that_was_agreed(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=silent)
    market = nouns([offer("a", buyers.port, post_ms=200, doubt={"after_s": 1, "outcome": "sold"})])
    async with open_house(database_url, app_database_url, market) as house:
        name = await doubted(house)
        assert (await settled(house, name)).by == "agreement"
        for _ in range(100):
            if (await house.state(name)).stage == "closed":
                break
            await asyncio.sleep(0.02)
        state = await house.state(name)
        assert (state.status, state.sales[0].status) == ("sold", "sold")
        assert (await house.balance()).faults == ()


async def test_as_rejected_the_lead_goes_on_to_others(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=silent)
    buyers.on("b", ping=bid("5"), post=ACCEPT)
    doubt = {"after_s": 1, "outcome": "rejected"}
    market = nouns([offer("a", buyers.port, post_ms=200, doubt=doubt), offer("b", buyers.port)])
    async with open_house(database_url, app_database_url, market) as house:
        name = await doubted(house)
        await settled(house, name)
        await until(lambda: len(buyers.posts("b")) == 1)
        assert len(buyers.posts("a")) == 1


async def test_whoever_settles_it_before_is_first(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=silent)
    market = nouns([offer("a", buyers.port, post_ms=200, doubt={"after_s": 2, "outcome": "sold"})])
    market["key"]["house"] = Key(slug="house", holder="house", hash=key_hash("ob_house"))
    async with open_house(database_url, app_database_url, market) as house:
        name = await doubted(house)
        sale = (await house.state(name)).sales[0].id
        path, json = f"/v1/sales/{sale}/settle", ("Content-Type: application/json",)
        told = await request(house.port, "POST", path, b'{"outcome":"rejected"}', key="ob_house", headers=json)
        assert told.status == 202
        first = await settled(house, name)
        assert (first.outcome, first.by) != ("sold", "agreement")
        await asyncio.sleep(2.5)
        assert [event.outcome for event in await house.events(name) if isinstance(event, ev.Settled)] == ["rejected"]
        assert await house.connection.fetchval("select count(*) from job where state = 'dead'") == 0
