"""Prices door to door: by rule, by second price, with margins and handicaps; what was posted, paid and told agrees."""

import asyncio
from typing import Any

import msgspec
import pytest

from harness.buyers import ACCEPT, bid
from harness.house import open_house, request
from harness.market import FIELDS, lead, nouns, offer
from outbid import verify_bid
from outbid.api.auth import key_hash
from outbid.api.said.instants import utc
from outbid.core.ids import LEAD, parse
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key

M = 1_000_000
ALWAYS = [{}]


def second(**more: Any) -> dict[str, Any]:
    return {"tiers": [{"slug": "main", "deadline_ms": 2000, "floor": "2", "pricing": {"rule": "second"} | more}]}


async def sold(house, fields: dict[str, Any] | None = None) -> tuple[int, int]:
    """Price and payout of the sale of one lead, in micros."""
    answer = (await house.sell(fields or lead())).json
    assert answer["outcome"] == "sold", answer
    sale = next(event for event in await house.events(answer["lead"]) if isinstance(event, ev.Sold))
    return sale.price_micros, sale.payout_micros


async def test_a_winner_pays_what_the_next_one_bid_or_the_floor(database_url, app_database_url, buyers):
    for name, price in (("a", "9"), ("b", "6")):
        buyers.on(name, ping=bid(price), post=ACCEPT)
    both = [offer("a", buyers.port), offer("b", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(both, campaign_more=second())) as house:
        assert await sold(house) == (6 * M, 4_800_000)
        await house.change(nouns(both, campaign_more=second(step="0.50")))
        assert (await sold(house))[0] == 6_500_000
        await house.change(nouns(both[:1], campaign_more=second()))
        assert (await sold(house))[0] == 2 * M
        await house.change(nouns(both, campaign_more=second(rule="floor_step", step="1")))
        assert (await sold(house))[0] == 3 * M
        assert (await house.balance()).faults == ()


async def test_a_handicap_ranks_lower_and_charges_the_whole(database_url, app_database_url, buyers):
    for name, price in (("a", "10"), ("b", "9")):
        buyers.on(name, ping=bid(price), post=ACCEPT)
    both = [offer("a", buyers.port, handicap="20%"), offer("b", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(both)) as house:
        assert (await sold(house))[0] == 9 * M
        buyers.on("a", ping=bid("12"), post=ACCEPT)
        assert (await sold(house))[0] == 12 * M
        await house.change(nouns(both, campaign_more=second()))
        assert (await sold(house))[0] == 11_250_000, "the least at which 80 % of it are 9"


async def test_the_same_lead_pays_by_state_and_by_the_hour(database_url, app_database_url, buyers):
    """S27: which rule priced a lead is told by its receipts."""
    buyers.on("a", post=ACCEPT)
    rules = [
        {"name": "never", "hours": [{"days": ["mon"], "from": "00:00", "to": "00:01"}], "sources": [], "price": "1"},
        {"name": "texas", "when": {"fact": "state", "equals": "TX"}, "hours": ALWAYS, "price": "16"},
    ]
    market = nouns([offer("a", buyers.port, prices=rules, price="12")])
    async with open_house(database_url, app_database_url, market) as house:
        assert (await sold(house, lead() | {"state": "TX"}))[0] == 16 * M
        assert (await sold(house, lead() | {"state": "CA"}))[0] == 12 * M


async def test_margin_then_payout_then_the_rest_to_the_house(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("30"), post=ACCEPT)
    terms = {"payout": {"share": "70%", "rules": [{"name": "top", "from_price": "25", "share": "90%"}]}}
    more = {"margin": "10%", "least_margin": "15%"}
    market = nouns([offer("a", buyers.port)], campaign_more=more, source_more=terms)
    async with open_house(database_url, app_database_url, market) as house:
        assert await sold(house) == (30 * M, 24_300_000)
        market = nouns([offer("a", buyers.port)], campaign_more=more | {"least_margin": "20%"}, source_more=terms)
        await house.change(market)
        assert (await house.sell(lead())).json["outcome"] == "unsold", "19 % are left, and 20 % are the least"
        await house.change(
            nouns([offer("a", buyers.port)], campaign_more=more | {"loss_allowed": True}, source_more=terms)
        )
        assert await sold(house) == (30 * M, 24_300_000)
        assert (await house.balance()).faults == ()


async def test_a_loss_is_booked_where_it_is_allowed(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("5"), post=ACCEPT)
    terms = {"payout": {"fixed": "8"}}
    market = nouns([offer("a", buyers.port)], campaign_more={"loss_allowed": True}, source_more=terms)
    async with open_house(database_url, app_database_url, market) as house:
        assert await sold(house) == (5 * M, 8 * M)
        balance = await house.balance()
        assert balance.faults == ()
        assert balance.totals == {"USD": 0}


async def test_the_campaign_says_who_bears_a_price_that_is_lowered(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=bid("5"))
    paid = {}
    for who in ("house", "seller", "shared"):
        market = nouns([offer("a", buyers.port)], campaign_more={"shortfall": who, "loss_allowed": True})
        async with open_house(database_url, app_database_url, market) as house:
            paid[who] = await sold(house)
    assert paid == {"house": (5 * M, 8 * M), "seller": (5 * M, 4 * M), "shared": (5 * M, 4 * M)}


async def test_a_buyers_proof_holds_under_second_price(database_url, app_database_url, buyers):
    for name, price in (("a", "9"), ("b", "6")):
        buyers.on(name, ping=bid(price), post=ACCEPT)
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)], campaign_more=second() | {"open": True})
    market["key"]["a"] = Key(slug="a", holder="buyer", owner="a", hash=key_hash("ob_a"))
    async with open_house(database_url, app_database_url, market) as house:
        name = (await house.sell(lead())).json["lead"]
        vault, when = house.process.exchange.vault, utc(house.process.exchange.clock.now_ms())
        reference = vault.reference(parse(LEAD, name)[1], house.process.exchange.market.offers[1].buyer)
        answer = await request(house.port, "GET", f"/v1/buyer/proofs/{reference}?at={when}", key="ob_a")
        told = "\n".join(verify_bid.check(answer.json))
        assert "a was posted at 6 USD, below its own bid, by the rule second" in told
        dearer = msgspec.json.decode(
            msgspec.json.encode(answer.json).replace(b'\\"price_micros\\":6000000', b'\\"price_micros\\":7000000')
        )
        with pytest.raises(verify_bid.Wrong, match="is not what was sealed"):
            list(verify_bid.check(dearer))


async def test_a_seller_names_a_least_price_and_a_time_limit_with_the_lead(database_url, app_database_url, buyers):
    """F40, where the operator lets him; buyers are told neither."""
    buyers.on("a", ping=bid("9"), post=ACCEPT)

    async def slow(got):
        await asyncio.sleep(0.25)
        return bid("20")

    buyers.on("b", ping=slow, post=ACCEPT)
    own = [{"name": name, "type": "decimal", "inner": True} for name in ("least", "ms")]
    market = nouns(
        [offer("a", buyers.port), offer("b", buyers.port)],
        campaign_more={"fields": [*FIELDS, *own]},
        source_more={"floor_fact": "least", "deadline_fact": "ms"},
    )
    async with open_house(database_url, app_database_url, market) as house:
        assert (await sold(house))[0] == 20 * M
        assert (await sold(house, lead() | {"ms": "100"}))[0] == 9 * M
        assert (await house.sell(lead() | {"ms": 100, "least": "9.01"})).json["outcome"] == "unsold"
        assert (await sold(house, lead() | {"ms": 100, "least": "9"}))[0] == 9 * M
        assert not any("least" in got.json or "ms" in got.json for got in buyers.posts("a") + buyers.pings("a"))
