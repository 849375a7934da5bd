"""Ping, quote, post: what a seller is promised, and what becomes of the promise when the lead comes."""

import asyncio

import msgspec
import pytest

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid.core.lead import event as ev

PINGED = {"zip": "78701", "state": "TX", "amount": 10}
"""What a seller tells before the sale: nothing of the person."""


async def ping(house, fields=None, **more):
    return await request(house.port, "POST", "/v1/pings", msgspec.json.encode(fields or PINGED), **more)


async def post(house, quote, **more):
    return await house.sell(lead(**PINGED) | {"ping_id": quote.json["ping"]} | more)


async def test_a_ping_is_quoted_and_its_lead_is_paid_what_was_promised(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer(s, buyers.port) for s in "ab"])) as house:
        quote = await ping(house)
        assert (quote.status, quote.json["outcome"], quote.json["price"], quote.json["currency"]) == (
            200, "quoted", "16.00", "USD",
        )  # fmt: skip
        assert not buyers.posts("b")
        assert (await house.connection.fetchval("select count(*) from lead")) == 0
        answer = await post(house, quote)
        assert (answer.status, answer.json["outcome"], answer.json["price"]) == (200, "sold", "16.00")
        assert [len(buyers.pings(slug)) for slug in "ab"] == [1, 1]
        assert [len(buyers.posts(slug)) for slug in "ab"] == [0, 1]
        assert (await house.balance()).faults == ()
        again = await request(house.port, "GET", f"/v1/pings/{quote.json['ping']}")
        assert again.json == quote.json


async def test_the_buyer_gets_his_token_back_and_knows_the_lead_by_the_name_of_its_ping(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10", "t-1"), post=ACCEPT)
    more = {"delivery": {"ping": {"ref": "@ref", "zip": "zip"}}}
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port, **more)])) as house:
        assert (await post(house, await ping(house))).json["outcome"] == "sold"
        pinged, posted = buyers.pings("a")[0].json, buyers.posts("a")[0].json
        assert posted["token"] == "t-1"
        assert posted["ref"] == pinged["ref"]


async def test_what_hangs_on_the_person_is_checked_when_the_lead_is_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        refused = await ping(house, {"state": "TX"})
        assert (refused.status, [e["pointer"] for e in refused.json["errors"]]) == (422, ["/zip"])
        quote = await ping(house)
        answer = await post(house, quote, phone=None)
        assert (answer.status, [e["pointer"] for e in answer.json["errors"]]) == (422, ["/phone"])


async def test_a_duplicate_is_found_at_the_post_and_a_ping_claims_nobody(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        first, second = await ping(house), await ping(house)
        person = lead(**PINGED)
        assert (await house.sell(person | {"ping_id": first.json["ping"]})).json["outcome"] == "sold"
        again = await house.sell(person | {"ping_id": second.json["ping"]})
        assert (again.status, again.json["code"]) == (422, "duplicate")


async def test_what_was_pinged_need_not_be_told_again(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        quote = await ping(house)
        person = {k: v for k, v in lead().items() if k not in PINGED}
        answer = await house.sell(person | {"ping_id": quote.json["ping"]})
        assert answer.json["outcome"] == "sold"
        assert buyers.posts("a")[0].json["zip"] == "78701"


async def test_a_lead_that_tells_other_facts_is_refused_or_auctioned_anew(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    offers = [offer("a", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:
        answer = await post(house, await ping(house), state="CA", amount=11)
        assert (answer.status, answer.json["code"]) == (422, "changed_since_ping")
        assert [e["pointer"] for e in answer.json["errors"]] == ["/amount", "/state"]
        assert not buyers.posts("a")
        await house.change(nouns(offers, source_more={"quotes": {"stale": "anew"}}))
        answer = await post(house, await ping(house), state="CA")
        assert (answer.json["outcome"], len(buyers.pings("a"))) == ("sold", 3)


async def test_a_fact_that_nobody_decides_by_may_be_another(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        quote = await ping(house, PINGED | {"birth_date": "1980-01-31"})
        assert (await post(house, quote, birth_date="1980-02-01")).json["outcome"] == "sold"


async def test_an_offer_that_the_person_does_not_match_is_passed_by(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    buyers.on("b", ping=bid("19"), post=ACCEPT)
    young = {"none": [{"fact": "birth_date.age", "less_than": 30}]}
    offers = [offer("a", buyers.port, filter=young), offer("b", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:
        quote = await ping(house)
        assert quote.json["price"] == "16.00"
        answer = await post(house, quote, birth_date="2005-01-31")
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "16.00")
        assert [len(buyers.posts(slug)) for slug in "ab"] == [0, 1]
        events = await house.events(answer.json["lead"])
        assert [e.gone[0].reason for e in events if isinstance(e, ev.Rechecked)] == ["filtered"]
        assert [e.payout_micros for e in events if isinstance(e, ev.Sold)] == [16_000_000]


async def test_it_is_resold_down_to_break_even_and_no_further(database_url, app_database_url, buyers):
    for slug, price, reply in (("a", "20", REJECT), ("b", "16.50", REJECT), ("c", "15.99", ACCEPT)):
        buyers.on(slug, ping=bid(price), post=reply)
    async with open_house(database_url, app_database_url, nouns([offer(s, buyers.port) for s in "abc"])) as house:
        answer = await post(house, await ping(house))
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "all_rejected")
        assert [len(buyers.posts(slug)) for slug in "abc"] == [1, 1, 0]
        buyers.on("b", ping=bid("16.50"), post=ACCEPT)
        answer = await post(house, await ping(house))
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "16.00")
        assert (await house.balance()).faults == ()


async def test_the_next_tier_is_asked_if_it_can_pay_what_was_promised(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=REJECT)
    buyers.on("b", ping=bid("15"), post=ACCEPT)
    buyers.on("c", ping=bid("17"), post=ACCEPT)
    offers = [offer("a", buyers.port), *(offer(s, buyers.port, tier="rest") for s in "bc")]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:
        answer = await post(house, await ping(house))
        assert (answer.json["price"], len(buyers.posts("c")), len(buyers.posts("b"))) == ("16.00", 1, 0)


async def test_a_quote_makes_one_lead_however_often_it_is_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        quote = await ping(house)
        same = lead(**PINGED) | {"ping_id": quote.json["ping"]}
        answers = await asyncio.gather(*(house.sell(same) for _ in range(5)))
        assert len({answer.json["lead"] for answer in answers}) == 1
        assert len(buyers.posts("a")) == 1
        other = await post(house, quote)
        assert (other.status, other.json["code"]) == (422, "ping_used")


async def test_an_unknown_or_foreign_ping_is_refused_and_the_lead_is_kept(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        quote = await ping(house)
        await house.connection.execute("update quote set source = 99")
        for name in (quote.json["ping"], "pg_nonsense", 12):
            answer = await house.sell(lead(**PINGED) | {"ping_id": name})
            assert (answer.status, answer.json["code"]) == (422, "ping_unknown")
            assert answer.json["errors"][0]["pointer"] == "/ping_id"
            assert (await house.state(answer.json["lead"])).status == "refused"
        assert (await request(house.port, "GET", f"/v1/pings/{quote.json['ping']}")).status == 404
        assert not buyers.posts("a")


async def test_a_quote_ends_with_the_bid_behind_it_and_no_expired_bid_is_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20") | {"stands": 300}, post=REJECT)
    buyers.on("b", ping=bid("19") | {"stands": 1}, post=ACCEPT)
    more = {"delivery": {"ping_reply": {"stands_path": "stands"}}}
    async with open_house(
        database_url, app_database_url, nouns([offer(s, buyers.port, **more) for s in "ab"])
    ) as house:
        quote = await ping(house)
        await asyncio.sleep(1.1)
        answer = await post(house, quote)
        assert (answer.json["outcome"], len(buyers.posts("b"))) == ("unsold", 0)
        events = await house.events(answer.json["lead"])
        assert [e.gone[0].reason for e in events if isinstance(e, ev.Rechecked)] == ["bid_expired"]
        buyers.on("a", ping=bid("20") | {"stands": 1}, post=ACCEPT)
        quote = await ping(house)
        await asyncio.sleep(1.1)
        answer = await post(house, quote)
        assert (answer.status, answer.json["code"]) == (422, "ping_expired")


async def test_a_ping_that_nobody_bids_on_is_unsold_and_cannot_be_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("0"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        quote = await ping(house)
        assert (quote.status, quote.json["outcome"], quote.json["reason"]) == (200, "unsold", "no_bids")
        answer = await post(house, quote)
        assert (answer.status, answer.json["code"]) == (422, "ping_not_quoted")


@pytest.mark.parametrize(("honour", "outcome"), [(False, "unsold"), (True, "sold")])
async def test_a_cap_that_filled_since_the_ping_refuses_unless_quotes_are_honoured(
    database_url, app_database_url, buyers, honour, outcome
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns(
        [offer("a", buyers.port, caps=[{"window": "day", "leads": 1}])], source_more={"quotes": {"honour": honour}}
    )
    async with open_house(database_url, app_database_url, market) as house:
        quotes = [await ping(house), await ping(house)]
        assert (await post(house, quotes[0])).json["outcome"] == "sold"
        answer = await post(house, quotes[1])
        assert answer.json["outcome"] == outcome
        if not honour:
            assert answer.json["reason"] == "capped_since_ping"
        assert (await house.balance()).faults == ()


async def test_an_empty_wallet_is_not_passed_though_quotes_are_honoured(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns(
        [offer("a", buyers.port)],
        buyers={"a": {"wallet": {"credit": "15"}}},
        source_more={"quotes": {"honour": True}},
    )
    async with open_house(database_url, app_database_url, market) as house:
        quotes = [await ping(house), await ping(house)]
        assert (await post(house, quotes[0])).json["outcome"] == "sold"
        answer = await post(house, quotes[1])
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "capped_since_ping")


async def test_a_quote_keeps_the_market_of_its_ping_but_a_paused_offer_is_not_posted(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    buyers.on("b", ping=bid("19"), post=ACCEPT)
    offers = [offer(s, buyers.port) for s in "ab"]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:
        quote = await ping(house)
        offers[0] = offer("a", buyers.port, paused=True)
        await house.change(nouns(offers, source_more={"payout": {"share": "10%"}}))
        answer = await post(house, quote)
        assert (answer.json["price"], [len(buyers.posts(s)) for s in "ab"]) == ("16.00", [0, 1])


async def test_who_is_paused_between_promise_and_hold_is_told_as_gone_and_not_as_capped(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        quote = await ping(house)
        await house.change(nouns([offer("a", buyers.port, paused=True)]))
        answer = await post(house, quote)
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "bids_gone")


async def test_of_a_shared_lead_the_first_sale_keeps_the_promise_and_the_others_come_on_top(
    database_url, app_database_url, buyers
):
    for slug, price, reply in (("a", "20", REJECT), ("b", "18", ACCEPT), ("c", "10", ACCEPT)):
        buyers.on(slug, ping=bid(price), post=reply)
    tiers = {"tiers": [{"slug": "main", "deadline_ms": 2000, "places": 2}]}
    market = nouns([offer(s, buyers.port) for s in "abc"], campaign_more=tiers)
    async with open_house(database_url, app_database_url, market) as house:
        quote = await ping(house)
        assert quote.json["price"] == "16.00"
        answer = await post(house, quote)
        assert answer.json["price"] == "24.00"
        assert (await house.balance()).faults == ()


async def test_a_lower_price_in_the_posts_answer_does_not_touch_the_promise(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post={"accepted": True, "price": "17"})
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        answer = await post(house, await ping(house))
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "16.00")
        buyers.on("a", ping=bid("20"), post={"accepted": True, "price": "15"})
        answer = await post(house, await ping(house))
        assert (answer.status, answer.json["outcome"]) == (202, "pending")
        assert (await house.balance()).faults == ()
