"""A seller who is told all bids on his ping, and whom he sells the lead to: those of his choice, and nobody else."""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace

from harness.buyers import ACCEPT, REJECT, Silence, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key
from sale.test_notices import told
from sale.test_quotes import PINGED, ping
from sale.test_several import LISTED, brands, log_of

ALL = {"quotes": {"bids": "all"}}


def market(buyers, *, slugs="abc", quotes=None, campaign_more=None, more=None, **others):
    made = nouns(
        [offer(slug, buyers.port, **((more or {}).get(slug, {}))) for slug in slugs],
        buyers={slug: {"notices": {}} for slug in slugs},
        source_more={"quotes": {"bids": "all"} | (quotes or {})},
        campaign_more=campaign_more,
        **others,
    )
    made["key"]["a"] = Key(slug="a", holder="buyer", owner="a", hash=key_hash("ob_a"))
    made["key"]["h"] = Key(slug="h", holder="house", hash=key_hash("ob_house"))
    return made


def bidding(buyers, **prices):
    for slug, price in prices.items():
        buyers.on(slug, ping=bid(price, f"t-{slug}"), post=ACCEPT)


async def choose(house, quote, *places: int, **more):
    ids = [quote.json["bids"][place - 1]["id"] for place in places]
    return await house.sell(lead(**PINGED) | {"ping_id": quote.json["ping"], "bid_ids": ids} | more)


def posted(buyers) -> dict[str, int]:
    return {slug: len(buyers.posts(slug)) for slug in "abc" if buyers.posts(slug)}


async def test_a_ping_is_told_every_bid_that_would_be_sold_with_what_it_pays_and_an_id(
    database_url, app_database_url, buyers
):
    bidding(buyers, a="10", b="30", c="0.50")
    tiers = [{"slug": "main", "floor": "1", "early": True, "method": {"plugin": "waterfall"}}]
    made = market(buyers, campaign_more={"tiers": tiers}, more={"a": {"priority": 1}})
    async with open_house(database_url, app_database_url, made) as house:
        quote = await ping(house)
        name, told_of = quote.json["ping"], quote.json["bids"]
        assert [(one["id"], one["price"]) for one in told_of] == [(f"{name}.1", "8.00"), (f"{name}.2", "24.00")]
        assert all(set(one) == {"id", "price", "until"} for one in told_of)
        assert quote.json["price"] == told_of[0]["price"]
        again = await request(house.port, "GET", f"/v1/pings/{name}")
        assert again.json == quote.json


async def test_the_lead_goes_to_the_bid_that_was_named_for_what_was_told_of_it(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30", c="20")
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        quote = await ping(house)
        assert [one["price"] for one in quote.json["bids"]] == ["24.00", "16.00", "8.00"]
        answer = await choose(house, quote, 3)
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "8.00")
        assert posted(buyers) == {"a": 1}
        assert buyers.posts("a")[0].json["token"] == "t-a"
        assert (await house.balance()).faults == ()
        log = await log_of(house, answer.json["lead"])
        assert {one["offer"]: one["reason"] for one in log["receipts"]} == {
            "a": "",
            "b": "not_chosen",
            "c": "not_chosen",
        }


async def test_nobody_else_is_posted_when_those_of_his_choice_say_no(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30", c="20")
    buyers.on("c", post=REJECT)
    buyers.on("a", post=REJECT)
    tiers = [{"slug": "main"}, {"slug": "rest"}]
    more = {"b": {"tier": "main"}}
    async with open_house(
        database_url, app_database_url, market(buyers, campaign_more={"tiers": tiers}, more=more)
    ) as house:
        answer = await choose(house, await ping(house), 3, 2)
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "all_rejected")
        assert posted(buyers) == {"a": 1, "c": 1}
        order = [e.offer for e in await house.events(answer.json["lead"]) if isinstance(e, ev.Posting)]
        slugs = {offer.number: offer.slug for offer in house.process.exchange.market.offers.values()}
        assert [slugs[number] for number in order] == ["a", "c"]


async def test_the_others_of_the_quote_come_after_them_where_he_allows_it(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30", c="20")
    buyers.on("a", post=REJECT)
    async with open_house(database_url, app_database_url, market(buyers, quotes={"others": True})) as house:
        answer = await choose(house, await ping(house), 3)
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "24.00")
        assert posted(buyers) == {"a": 1, "b": 1}


async def test_as_many_as_there_are_places_are_sold_side_by_side_each_for_its_own(
    database_url, app_database_url, buyers
):
    bidding(buyers, a="10", b="30", c="20")
    tiers = [{"slug": "main", "places": 2}]
    async with open_house(database_url, app_database_url, market(buyers, campaign_more={"tiers": tiers})) as house:
        answer = await choose(house, await ping(house), 3, 2, 1)
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "24.00")
        assert posted(buyers) == {"a": 1, "c": 1}
        sales = (await house.state(answer.json["lead"])).sales
        assert [sale.payout_micros for sale in sales] == [8_000_000, 16_000_000]


async def test_who_names_nobody_gets_the_best(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30", c="20")
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        quote = await ping(house)
        answer = await house.sell(lead(**PINGED) | {"ping_id": quote.json["ping"]})
        assert (answer.json["price"], posted(buyers)) == ("24.00", {"b": 1})


async def test_a_bids_id_names_its_ping_too_and_a_text_with_commas_is_a_list(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30", c="20")
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        ids = [one["id"] for one in (await ping(house)).json["bids"]]
        answer = await house.sell(lead(**PINGED) | {"bid_ids": f"{ids[1]}, {ids[0]}"})
        assert (answer.json["price"], posted(buyers)) == ("16.00", {"c": 1})


@pytest.mark.parametrize("quotes", [{}, {"stale": "anew"}])
async def test_an_id_of_another_quote_or_of_none_is_refused_and_nobody_is_asked(
    database_url, app_database_url, buyers, quotes
):
    bidding(buyers, a="10", b="30")
    async with open_house(database_url, app_database_url, market(buyers, slugs="ab", quotes=quotes)) as house:
        other = await ping(house)
        for wrong in (other.json["bids"][0]["id"], "{}.3", "{}.0", "nonsense"):
            one = await ping(house)
            ids = [one.json["bids"][0]["id"], wrong.format(one.json["ping"])]
            answer = await house.sell(lead(**PINGED) | {"ping_id": one.json["ping"], "bid_ids": ids})
            assert (answer.status, answer.json["code"]) == (422, "bid_unknown")
            assert answer.json["errors"][0]["pointer"] == "/bid_ids"
        assert len(buyers.pings("a")) == 5
        assert not buyers.posts("a")


async def test_where_only_the_best_is_told_no_bid_can_be_named(database_url, app_database_url, buyers):
    bidding(buyers, a="10")
    async with open_house(database_url, app_database_url, market(buyers, slugs="a", quotes={"bids": "best"})) as house:
        quote = await ping(house)
        assert "bids" not in quote.json
        answer = await house.sell(lead(**PINGED) | {"bid_ids": [f"{quote.json['ping']}.1"]})
        assert (answer.status, answer.json["code"]) == (422, "bid_unknown")


async def test_a_bid_that_has_ended_is_not_posted_and_says_so(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30")
    buyers.on("a", ping=bid("10") | {"stands": 1})
    stands = {"delivery": {"ping_reply": {"stands_path": "stands"}}}
    made = market(buyers, slugs="ab", quotes={"stale": "anew"}, more={"a": stands})
    async with open_house(database_url, app_database_url, made) as house:
        first, second = await ping(house), await ping(house)
        assert first.json["bids"][1]["until"] < first.json["until"]
        await asyncio.sleep(1.1)
        answer = await choose(house, first, 2)
        assert (answer.status, answer.json["code"]) == (422, "ping_expired")
        answer = await choose(house, second, 2, 1)
        assert (answer.json["price"], posted(buyers)) == ("24.00", {"b": 1})


async def test_a_choice_without_room_is_unsold_for_that_reason(database_url, app_database_url, buyers):
    bidding(buyers, a="10", b="30")
    capped = {"a": {"caps": [{"window": "total", "leads": 1}]}}
    async with open_house(database_url, app_database_url, market(buyers, slugs="ab", more=capped)) as house:
        first, second = await ping(house), await ping(house)
        assert (await choose(house, first, 2)).json["outcome"] == "sold"
        answer = await choose(house, second, 2)
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "capped_since_ping")
        assert posted(buyers) == {"a": 1}


async def test_of_several_brands_the_seller_names_one_and_its_token_is_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=brands("21", "12"), post=ACCEPT)
    bidding(buyers, b="15")
    made = market(buyers, slugs="ab", more={"a": LISTED}, campaign_more={"tells_brands": True})
    async with open_house(database_url, app_database_url, made) as house:
        quote = await ping(house)
        assert [(one["price"], one.get("brand"), one.get("consent")) for one in quote.json["bids"]] == [
            ("16.80", "Brand 1", "Brand 1 may call me."), ("12.00", None, None), ("9.60", "Brand 2", "Brand 2 may call me."),
        ]  # fmt: skip
        assert (await request(house.port, "GET", f"/v1/pings/{quote.json['ping']}")).json == quote.json
        answer = await choose(house, quote, 3)
        assert (answer.json["price"], buyers.posts("a")[0].json["token"]) == ("9.60", "t-2")
        notices = await told(house, "a", 2)
        assert sorted((one["listed"], one["outcome"], one["reason"]) for one in notices) == [
            (1, "lost", "other_bid_posted"), (2, "won", None),
        ]  # fmt: skip


async def test_brands_are_not_told_unless_the_campaign_says_so(database_url, app_database_url, buyers):
    buyers.on("a", ping=brands("21", "12"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers, slugs="a", more={"a": LISTED})) as house:
        quote = await ping(house)
        assert b"Brand" not in msgspec.json.encode(quote.json)
        assert b"Brand" not in (await request(house.port, "GET", f"/v1/pings/{quote.json['ping']}")).body


async def test_what_is_told_of_bids_names_neither_buyer_nor_his_price(database_url, app_database_url, buyers):
    bidding(buyers, a="37.31", b="11.11")
    async with open_house(database_url, app_database_url, market(buyers, slugs="ab")) as house:
        shown = (await ping(house)).body
        assert not [word for word in (b"37.31", b"11.11", b"t-a", b'"offer"', b"buyer") if word in shown]


async def test_an_uncertain_choice_that_is_not_bought_ends_unsold(database_url, app_database_url, buyers):
    def silence(_):
        raise Silence

    bidding(buyers, a="10", b="30")
    buyers.on("a", post=silence)
    quick = {"a": {"post_ms": 100}}
    async with open_house(database_url, app_database_url, market(buyers, slugs="ab", more=quick)) as house:
        answer = await choose(house, await ping(house), 2)
        assert (answer.status, answer.json["outcome"]) == (202, "pending")
        assert posted(buyers) == {"a": 1}


async def test_a_bid_that_was_told_at_a_loss_is_kept_and_decided_so_again(database_url, app_database_url, buyers):
    """A fixed payout above the price, where the campaign allows a loss; leaving the house plays each lead again."""
    bidding(buyers, a="8")
    made = market(buyers, slugs="a", campaign_more={"loss_allowed": True})
    web = made["source"]["web"]
    made["source"]["web"] = replace(web, payout=replace(web.payout, share=None, fixed="9"))
    async with open_house(database_url, app_database_url, made) as house:
        quote = await ping(house)
        assert [one["price"] for one in quote.json["bids"]] == ["9.00"]
        answer = await choose(house, quote, 1)
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "9.00")
        assert (await house.balance()).faults == ()
