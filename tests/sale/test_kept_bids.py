"""The same bid on a repeated ask: while it stands, who bid is not pinged again about the same lead."""

import asyncio

import msgspec

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key
from sale.test_quotes import PINGED, ping, post
from sale.test_several import LISTED, brands, log_of


def market(buyers, *, slugs="a", **more):
    kept = {"bids_stand_s": 60, "keeps_bids": True} | more
    made = nouns([offer(slug, buyers.port, **kept) for slug in slugs])
    made["key"]["h"] = Key(slug="h", holder="house", hash=key_hash("ob_house"))
    return made


def counting(price: str, **more):
    """Replies with a token of their own."""
    tokens = iter(range(1, 100))
    return lambda _: bid(price, f"t-{next(tokens)}") | more


async def line_of(house, answer) -> ev.BidLine:
    return next(e for e in await house.events(answer.json["lead"]) if isinstance(e, ev.Pinged)).bids[0]


async def test_who_is_asked_again_about_the_same_lead_is_not_pinged_and_his_bid_and_token_stand(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=counting("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        first, second = await ping(house), await ping(house)
        assert (first.json["price"], second.json["price"], len(buyers.pings("a"))) == ("16.00", "16.00", 1)
        assert second.json["until"] <= first.json["until"]
        answer = await post(house, second)
        assert (answer.json["outcome"], buyers.posts("a")[0].json["token"]) == ("sold", "t-1")
        line = await line_of(house, answer)
        assert (line.kept, line.sent, line.outcome) == (True, False, "bid")
        assert 58 <= line.stands_s < 60
        log = await log_of(house, answer.json["lead"])
        assert [one["kept"] for one in log["bids"]] == [True]


async def test_a_lead_that_tells_anything_else_is_asked_about(database_url, app_database_url, buyers):
    buyers.on("a", ping=counting("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        await ping(house)
        await ping(house, PINGED | {"amount": 11})
        await ping(house, PINGED | {"email": "ann@example.com"})
        assert len(buyers.pings("a")) == 3


async def test_a_bid_that_was_posted_is_not_taken_again(database_url, app_database_url, buyers):
    buyers.on("a", ping=counting("20"), post=REJECT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        await post(house, await ping(house))
        await post(house, await ping(house))
        assert len(buyers.pings("a")) == 2
        assert [got.json["token"] for got in buyers.posts("a")] == ["t-1", "t-2"]


async def test_a_bid_that_has_ended_is_asked_for_again_and_its_own_end_goes_before_the_offers(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=counting("20", stands=1), post=ACCEPT)
    stands = {"delivery": {"ping_reply": {"token_path": "ping_id", "stands_path": "stands"}}}
    async with open_house(database_url, app_database_url, market(buyers, **stands)) as house:
        await ping(house)
        await asyncio.sleep(1.1)
        await ping(house)
        assert len(buyers.pings("a")) == 2


async def test_without_an_end_or_without_the_setting_everybody_is_asked_each_time(
    database_url, app_database_url, buyers
):
    for more in ({"bids_stand_s": 0}, {"keeps_bids": False}):
        buyers.on("a", ping=counting("20"), post=ACCEPT)
        buyers.got.clear()
        async with open_house(database_url, app_database_url, market(buyers, **more)) as house:
            await ping(house)
            await ping(house)
            assert len(buyers.pings("a")) == 2


async def test_a_no_is_not_kept(database_url, app_database_url, buyers):
    buyers.on("a", ping=REJECT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        await ping(house)
        await ping(house)
        assert len(buyers.pings("a")) == 2


async def test_several_bids_of_a_reply_are_kept_together(database_url, app_database_url, buyers):
    buyers.on("a", ping=brands("21", "12"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers, **LISTED)) as house:
        await ping(house)
        answer = await post(house, await ping(house))
        assert len(buyers.pings("a")) == 1
        line = await line_of(house, answer)
        assert [(one.place, one.price_micros) for one in line.bids()] == [(1, 21_000_000), (2, 12_000_000)]


async def test_a_kept_bid_is_no_ping_and_shows_nobody_the_lead(database_url, app_database_url, buyers):
    buyers.on("a", ping=counting("20"), post=REJECT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        await ping(house)
        answer = await post(house, await ping(house))
        path = f"/v1/leads/{answer.json['lead']}/exposure"
        shown = await request(house.port, "GET", path, key="ob_house")
        assert shown.status == 200
        assert [row["step"] for row in msgspec.json.decode(shown.body)["shown"]] == ["post"]


async def test_another_source_is_asked_for_itself(database_url, app_database_url, buyers):
    buyers.on("a", ping=counting("20"), post=ACCEPT)
    made = market(buyers)
    other = msgspec.structs.replace(made["source"]["web"], slug="feed")
    made["source"]["feed"] = other
    made["key"]["f"] = Key(slug="f", holder="source", owner="feed", hash=key_hash("ob_feed"))
    async with open_house(database_url, app_database_url, made) as house:
        await ping(house)
        await ping(house, key="ob_feed")
        assert len(buyers.pings("a")) == 2
        assert (await house.sell(lead())).json["outcome"] == "sold"
