"""What an offer's filter would have let through: the counts equal what was sold."""

from collections.abc import AsyncIterator

import pytest_asyncio

from api.conftest import market
from api.operator.asking import ask
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house
from harness.market import lead


@pytest_asyncio.fixture(loop_scope="session")
async def house(worker_database) -> AsyncIterator[House]:
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        async with open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as found:
            yield found


async def test_a_filter_tells_how_many_leads_it_lets_through_rule_by_rule(house):
    for at in range(4):
        sold = await house.sell(lead(phone=f"+1512555010{at}", email=f"p{at}@example.com", amount=at))
        assert sold.json["outcome"] == "sold"
    wish = {"filter": {"all": [{"fact": "amount", "at_least": "1"}, {"fact": "amount", "at_most": "2"}]}, "bid": "12"}
    answer = await ask(house, "POST", "/v1/campaigns/auto/count", wish)
    assert answer.status == 200, answer.body
    found = answer.json
    everything = await ask(house, "POST", "/v1/campaigns/auto/count", {})
    assert everything.json["leads"] == everything.json["matched"] == found["leads"]
    assert found["exact"] is True
    assert [part["pointer"] for part in found["parts"]] == ["/all/0", "/all/1"]
    assert found["matched"] <= min(part["leads"] for part in found["parts"])
    assert found["matched"] == found["sold"]["leads"] == 2
    assert found["sold"]["median"] == "10.00"
    assert found["would_win"] == {"leads": 2, "money": "24.00"}
    assert sum(bar["leads"] for bar in found["sold"]["bars"]) == 2
