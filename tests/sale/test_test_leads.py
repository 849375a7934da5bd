"""Test leads go the same way and leave no trace in the world: no ping, post, claim, hold or transfer."""

import pytest

from harness.buyers import ACCEPT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.store import leads

TEST = "ob_only_for_tests"


def market(port: int, **more):
    offers = [
        offer("a", port, caps=[{"window": "day", "leads": 1}], filter={"fact": "state", "not_equals": "AK"}),
        offer("b", port, price="12"),
    ]
    found = nouns(offers, **more)
    found["key"]["t"] = Key(slug="t", holder="source", owner="web", hash=key_hash(TEST), test=True)
    return found


async def rows(house) -> dict[str, int]:
    tables = ("sale", "hold", "transfer", "claim", "account")
    return {table: await house.connection.fetchval(f"select count(*) from {table}") for table in tables}


async def test_a_test_lead_is_sold_by_default_and_nothing_leaves_the_house(database_url, app_database_url, buyers):
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        person = lead()
        for _ in range(3):  # no cap fills up, nobody is a duplicate
            answer = await house.sell(person | {"n": _}, key=TEST)
            assert (answer.status, answer.json["outcome"], answer.json["price"]) == (200, "sold", "9.60")
            assert answer.json["test"] is True
        assert buyers.pings("a") == buyers.posts("a") == buyers.posts("b") == []
        assert set((await rows(house)).values()) == {0}
        state = await house.state(answer.json["lead"])
        assert [line.outcome for line in state.bids] == ["bid", "direct"]
        assert (await house.balance()).faults == ()


@pytest.mark.parametrize(
    ("wanted", "status", "outcome", "reason"),
    [
        ("reject", 200, "unsold", "all_rejected"),
        ("no_bid", 200, "unsold", "no_bids"),
        ("timeout", 202, "pending", "unsettled"),
    ],
)
async def test_a_test_ends_as_it_says(database_url, app_database_url, buyers, wanted, status, outcome, reason):
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        answer = await house.sell(lead(test_outcome=wanted), key=TEST)
        assert (answer.status, answer.json["outcome"], answer.json["reason"]) == (status, outcome, reason)
        assert answer.json["test"] is True
        assert set((await rows(house)).values()) == {0}


async def test_a_test_is_checked_and_filtered_like_any_other(database_url, app_database_url, buyers):
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        assert (await house.sell(lead(phone="1"), key=TEST)).status == 422
        far = await house.sell(lead(state="AK"), key=TEST)
        assert [line.outcome for line in (await house.state(far.json["lead"])).bids] == ["direct"]
        odd = await house.sell(lead(test_outcome="win"), key=TEST)
        assert (odd.status, odd.json["code"]) == (422, "test_outcome_unknown")
        assert "accept, reject, no_bid, timeout" in odd.json["detail"]


async def test_the_magic_word_means_nothing_in_a_real_lead(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        answer = await house.sell(lead(test_outcome="reject"))
        assert answer.json["outcome"] == "sold"
        assert "test" not in answer.json


async def test_lists_show_tests_only_when_asked_and_a_full_campaign_takes_tests(database_url, app_database_url, buyers):
    full = {"caps": [{"window": "day", "leads": 0}]}
    async with open_house(database_url, app_database_url, market(buyers.port, campaign_more=full)) as house:
        name = (await house.sell(lead(), key=TEST)).json["lead"]
        assert (await house.state(name)).status == "sold"
        assert await leads.newest(house.connection, HOUSE, 0, 10) == []
        assert [row.status for row in await leads.newest(house.connection, HOUSE, 0, 10, test=True)] == ["sold"]


async def test_a_test_lead_is_counted_in_no_tally_and_leaves_no_job(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        for wanted in ("accept", "reject", "no_bid", "timeout"):
            await house.sell(lead(test_outcome=wanted), key=TEST)
        await house.sell(lead())
        await until(lambda: house.process.tallies.is_whole)
        await until(lambda: _counted(house))
        received = "select sum(times) from tally where outcome = 'received' and dimension = ''"
        assert await house.connection.fetchval(received) == 1, "the real one alone"
        assert await house.connection.fetchval("select sum(times) from tally where outcome = 'posted'") == 1
        assert await house.connection.fetchval("select count(*) from job") == 0


async def _counted(house):
    return await house.connection.fetchval("select count(*) from tally where outcome = 'answered'")
