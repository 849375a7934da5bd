"""What needs a house of its own: keys that are revoked while it runs, pauses, a cap with one lead too many."""

import asyncio

import pytest
from msgspec.structs import replace

from api.conftest import assert_sells, market
from api.problems import assert_problem
from api.speak import Talk, whole
from api.test_leaks import look
from api.test_leaks import market as two_sellers
from harness.buyers import ACCEPT, REJECT, bid, http
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key


async def test_a_key_opens_nothing_once_it_is_revoked(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    found = market(buyers.port)
    async with open_house(database_url, app_database_url, found) as house, Talk(house.port) as talk:
        await assert_sells(house)
        old = found["key"]["k"]
        found["key"]["k"] = Key(slug="k", holder="source", owner="web", hash=old.hash, revoked=True)
        found["key"]["new"] = Key(slug="new", holder="source", owner="web", hash=key_hash("ob_new"))
        await house.change(found)
        assert_problem(await house.sell(lead()), 401, "key_unknown")
        await talk.say(whole(b"{}"))
        assert_problem(await talk.hear(), 401, "key_unknown")
        await assert_sells(house, key="ob_new")


def patient(campaign):
    return replace(campaign, tiers=tuple(replace(tier, deadline_ms=5000) for tier in campaign.tiers))


async def test_a_lead_on_its_way_when_the_key_is_revoked_is_sold(database_url, app_database_url, buyers):
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(got):
        asked.set()
        await go_on.wait()
        return bid("10")

    buyers.on("a", ping=slow, post=ACCEPT)
    found = market(buyers.port)
    found["campaign"]["auto"] = patient(found["campaign"]["auto"])
    async with open_house(database_url, app_database_url, found) as house:
        selling = asyncio.create_task(house.sell(lead()))
        await asked.wait()
        old = found["key"]["k"]
        found["key"]["k"] = Key(slug="k", holder="source", owner="web", hash=old.hash, revoked=True)
        await house.change(found)
        go_on.set()
        assert (await selling).json["outcome"] == "sold"


@pytest.mark.parametrize("paused", ["source", "campaign"])
async def test_what_is_paused_takes_no_leads(database_url, app_database_url, buyers, paused):
    buyers.on("a", ping=REJECT)
    found = market(buyers.port)
    slug = {"source": "web", "campaign": "auto"}[paused]
    found[paused][slug] = replace(found[paused][slug], paused=True)
    async with open_house(database_url, app_database_url, found) as house:
        assert_problem(await house.sell(lead()), 403, "source_closed")
        assert buyers.pings("a") == []
        found[paused][slug] = replace(found[paused][slug], paused=False)
        await house.change(found)
        assert (await house.sell(lead())).status == 200


async def test_one_lead_more_than_the_cap_at_once_sells_as_many_as_the_cap(database_url, app_database_url, buyers):
    most = 7
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    found = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": most}], post_ms=5000)])
    async with open_house(database_url, app_database_url, found) as house:
        answers = await asyncio.gather(*(house.sell(lead()) for _ in range(most + 1)))
        assert sorted(answer.json["outcome"] for answer in answers) == ["sold"] * most + ["unsold"]
        assert len(buyers.posts("a")) == most
        assert (await house.balance()).faults == ()


async def test_a_source_that_goes_to_another_seller_takes_no_leads_of_either_with_it(
    database_url, app_database_url, buyers
):
    buyers.on("zebra-mutual", ping=bid("37.31"), post=ACCEPT)
    buyers.on("lynx-direct", ping=REJECT)
    found = two_sellers(buyers.port)
    async with open_house(database_url, app_database_url, found) as house:
        before = (await house.sell(lead(), key="ob_web")).json["lead"]
        found["source"]["web"] = replace(found["source"]["web"], seller="stork")
        await house.change(found)
        after = (await house.sell(lead(), key="ob_web")).json["lead"]
        seen = {
            (role, name): (await look(house, name, f"ob_{role}")).status
            for role in ("acme", "stork")
            for name in (before, after)
        }
        assert seen == {("acme", before): 200, ("acme", after): 404, ("stork", before): 404, ("stork", after): 200}


async def test_a_buyer_who_was_sent_the_lead_counts_as_a_post_whatever_he_answers(
    database_url, app_database_url, buyers
):
    for name in "abc":
        buyers.on(name, post=http(403, b"<h1>Forbidden</h1>"))
    offers = [offer(name, buyers.port, price="10") for name in "abc"]
    async with open_house(database_url, app_database_url, nouns(offers, source_more={"most_posts": 1})) as house:
        answer = await house.sell(lead())
        assert answer.json["reason"] == "resell_limit"
        assert sum(len(buyers.posts(name)) for name in "abc") == 1
