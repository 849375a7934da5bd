"""Shared sales door to door: several buyers of one lead, side by side, never two of one group."""

import asyncio
import time
from collections import Counter

from harness.buyers import ACCEPT, REJECT, Silence, bid
from harness.house import open_house
from harness.market import lead, nouns, offer

THREE = {
    "tiers": [{"slug": "main", "deadline_ms": 2000, "places": 3}, {"slug": "rest", "deadline_ms": 2000, "places": 3}]
}


def _silent(got):
    raise Silence


async def test_the_best_three_buy_and_the_seller_is_paid_for_each(database_url, app_database_url, buyers):
    for slug, price in (("a", "10"), ("b", "20"), ("c", "5"), ("d", "15")):
        buyers.on(slug, ping=bid(price), post=ACCEPT)
    market = nouns([offer(slug, buyers.port) for slug in "abcd"], campaign_more=THREE)
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert (answer.status, answer.json["outcome"], answer.json["price"]) == (200, "sold", "36.00")
        assert [len(buyers.posts(slug)) for slug in "abcd"] == [1, 1, 0, 1]
        assert (await house.balance()).faults == ()


async def test_posts_go_out_side_by_side(database_url, app_database_url, buyers):
    async def slowly(got):
        await asyncio.sleep(0.3)
        return ACCEPT

    for slug in "abc":
        buyers.on(slug, ping=bid("10"), post=slowly)
    market = nouns([offer(slug, buyers.port) for slug in "abc"], campaign_more=THREE)
    async with open_house(database_url, app_database_url, market) as house:
        started = time.monotonic()
        assert (await house.sell(lead())).json["price"] == "24.00"
        assert time.monotonic() - started < 0.8


async def test_who_rejects_gives_his_place_to_the_next_and_then_to_the_next_tier(
    database_url, app_database_url, buyers
):
    for slug, price, post in (("a", "30", REJECT), ("b", "20", ACCEPT), ("c", "10", REJECT), ("d", "9", ACCEPT)):
        buyers.on(slug, ping=bid(price), post=post)
    buyers.on("later", ping=bid("4"), post=ACCEPT)
    offers = [*(offer(slug, buyers.port) for slug in "abcd"), offer("later", buyers.port, tier="rest")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=THREE)) as house:
        answer = await house.sell(lead())
        assert answer.json["price"] == "26.40"
        assert [sale.status for sale in (await house.state(answer.json["lead"])).sales] == [
            "rejected", "sold", "rejected", "sold", "sold",
        ]  # fmt: skip


async def test_never_two_of_one_group(database_url, app_database_url, buyers):
    for slug, price in (("a", "30"), ("b", "20"), ("c", "10")):
        buyers.on(slug, ping=bid(price), post=ACCEPT)
    grouped = {slug: {"group": "one-house"} for slug in "ab"}
    market = nouns([offer(slug, buyers.port) for slug in "abc"], buyers=grouped, campaign_more=THREE)
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["price"] == "32.00"
        assert buyers.posts("b") == []


async def test_a_place_without_room_is_passed_over_and_the_others_are_sold(database_url, app_database_url, buyers):
    for slug, price in (("a", "30"), ("b", "20"), ("c", "10")):
        buyers.on(slug, ping=bid(price), post=ACCEPT)
    capped = offer("b", buyers.port, caps=[{"window": "day", "leads": 1}])
    market = nouns([offer("a", buyers.port), capped, offer("c", buyers.port)], campaign_more=THREE)
    async with open_house(database_url, app_database_url, market) as house:
        prices = Counter([(await house.sell(lead())).json["price"], (await house.sell(lead())).json["price"]])
        assert prices == {"48.00": 1, "32.00": 1}
        house.process.exchange.rooms.clear()  # asked all the same: the hold finds that there is no room
        assert (await house.sell(lead())).json["price"] == "32.00"
        assert (await house.balance()).faults == ()


async def test_an_uncertain_place_is_kept_the_others_are_sold_and_settling_ends_it(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("30"), post=_silent)
    buyers.on("b", ping=bid("20"), post=ACCEPT)
    buyers.on("c", ping=bid("10"), post=REJECT)
    market = nouns([offer(slug, buyers.port) for slug in "abc"], campaign_more=THREE)
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert (answer.status, answer.json["outcome"], answer.json["reason"]) == (202, "pending", "unsettled")
        state = await house.state(answer.json["lead"])
        assert {sale.offer: sale.status for sale in state.sales} == dict(
            zip((sale.offer for sale in state.sales), ("uncertain", "sold", "rejected"), strict=True)
        )


async def test_an_exclusive_sale_is_never_shared_afterwards(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("30"), post=ACCEPT)
    buyers.on("later", ping=bid("40"), post=ACCEPT)
    tiers = {"tiers": [{"slug": "main", "deadline_ms": 2000}, {"slug": "rest", "deadline_ms": 2000, "places": 5}]}
    offers = [offer("a", buyers.port), offer("later", buyers.port, tier="rest")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=tiers)) as house:
        assert (await house.sell(lead())).json["price"] == "24.00"
        assert buyers.pings("later") == []


async def test_a_round_robin_gives_everybody_his_turn_however_many_leads_are_in_flight(
    database_url, app_database_url, buyers
):
    async def slowly(got):
        await asyncio.sleep(0.02)
        return bid("10")

    for slug in "abcd":
        buyers.on(slug, ping=slowly, post=ACCEPT)
    tiers = {"tiers": [{"slug": "main", "deadline_ms": 2000, "method": {"plugin": "round_robin"}}]}
    market = nouns([offer(slug, buyers.port, post_ms=5000) for slug in "abcd"], campaign_more=tiers)
    async with open_house(database_url, app_database_url, market) as house:
        answers = await asyncio.gather(*(house.sell(lead()) for _ in range(40)))
        assert {answer.json["outcome"] for answer in answers} == {"sold"}
        assert [len(buyers.posts(slug)) for slug in "abcd"] == [10, 10, 10, 10]


async def test_a_lead_that_is_posted_on_beside_an_uncertain_sale_has_no_status_until_that_is_over(
    database_url, app_database_url, buyers
):
    statuses = []

    async def look_then_accept(got):
        statuses.append(await house.connection.fetchval("select count(*) from lead_status"))
        return ACCEPT

    buyers.on("a", ping=bid("10"), post=_silent)
    buyers.on("later", ping=bid("5"), post=look_then_accept)
    offers = [offer("a", buyers.port), offer("later", buyers.port, tier="rest")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=THREE)) as house:
        assert (await house.sell(lead())).json["outcome"] == "pending"
        assert statuses == [0], "whoever takes the lane over must find the lead"
        assert await house.connection.fetchval("select status from lead_status") == "uncertain"
