"""How offers stand by the rules of their health, told with every step, and put back by hand."""

import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.problems import assert_problem
from harness.house import House, open_house, until
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.control.health import Figure
from outbid.core.market.noun import Key
from outbid.store.control import steps

HEALTH = {"rules": [{"measure": "rejects", "over": "40%"}], "steps": ["50%", "12.5%"]}
SELDOM = {"after": 10, "under": "20%", "ask": "10%"}
AT_MS = 1_795_000_000_000


@pytest_asyncio.fixture
async def house(database_url, app_database_url) -> House:
    """Two offers with rules of health, one without, and one that may be asked seldom."""
    found = nouns(
        [offer("a", 9, health=HEALTH), offer("b", 9, health=HEALTH), offer("c", 9), offer("d", 9, seldom=SELDOM)]
    )
    found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    async with open_house(database_url, app_database_url, found) as opened:
        yield opened


async def lower(house: House) -> int:
    """Two steps down of the offer b; its number."""
    number = house.process.exchange.market.nouns["offer"]["b"][0]
    for n, share in ((1, 500_000), (2, 125_000)):
        now = steps.Stands(number, n, share, 0, AT_MS + n, n)
        step = steps.Step(n, AT_MS + n, steps.RULES, "worse", "lowered", share, [Figure("rejects", 50, 20 + n)])
        assert await steps.take(house.connection, now, step)
    return number


async def test_offers_are_listed_with_what_they_get(house):
    await lower(house)
    found = await ask(house, "GET", "/v1/control")
    assert found.json["items"] == [
        {"offer": "b", "buyer": "b", "stage": "lowered", "share": "12.5%", "since": "2026-11-18T11:06:40.002Z"},
        {"offer": "a", "buyer": "a", "stage": "full", "share": "100%", "since": None},
    ]


async def test_every_step_is_told_with_its_figures_page_by_page(house):
    await lower(house)
    page = (await ask(house, "GET", "/v1/control/b/events?limit=1")).json
    (step,) = page["items"]
    assert (step["n"], step["by"], step["why"], step["share"]) == (2, "rules", "worse", "12.5%")
    assert step["figures"] == [{"measure": "rejects", "cases": 50, "bad": 22}]
    rest = (await ask(house, "GET", f"/v1/control/b/events?before={page['next']}")).json
    assert [step["n"] for step in rest["items"]] == [1]
    assert rest["next"] is None


async def test_an_offer_is_put_back_at_once_in_the_name_of_who_did_it(house):
    number, shares = await lower(house), house.process.exchange
    await until(lambda: shares.shares == {number: 125_000})
    assert (await ask(house, "POST", "/v1/control/b/reset")).status == 204
    await until(lambda: shares.shares == {})
    newest = (await ask(house, "GET", "/v1/control/b/events")).json["items"][0]
    assert (newest["why"], newest["stage"], newest["by"]) == ("reset", "full", "key house")
    assert_problem(await ask(house, "POST", "/v1/control/b/reset"), 409, "offer_is_full")


async def test_what_is_no_offer_is_told(house):
    assert_problem(await ask(house, "GET", "/v1/control/nobody/events"), 404, "noun_unknown")
    assert_problem(await ask(house, "POST", "/v1/control/nobody/reset"), 404, "noun_unknown")


async def test_who_may_be_asked_seldom_is_listed_by_source_with_the_pings_that_were_spared(house):
    market = house.process.exchange.market
    number, source = market.nouns["offer"]["d"][0], market.nouns["source"]["web"][0]
    quarter = house.process.exchange.clock.now_ms() // 900_000 * 900_000
    rows = [("bid", "", 1, 0), ("pass", "no_bid", 9, 0), ("late", "late", 7, 0), ("skipped", "seldom_bids", 31, 0)]
    rows += [("pass", "no_bid", 1_000, 900_000)]  # older than the newest quarter-hours that hold enough
    for outcome, reason, times, ago_ms in rows:
        await house.connection.execute(
            """insert into tally (cell, lane, quarter, clock, source, offer, outcome, reason, dimension, times,
                                  price_micros, payout_micros, histogram)
               values (0, 0, $1, 'arrival', $2, $3, $4, $5, '', $6, 0, 0, '{}')""",
            quarter - ago_ms,
            source,
            number,
            outcome,
            reason,
            times,
        )
    found = await ask(house, "GET", "/v1/control/seldom")
    row = {"offer": "d", "buyer": "d", "source": "web", "answers": 10, "bids": 1, "asked": "10%", "spared": 31}
    assert found.json == {"items": [row], "spared": 31}
    await house.connection.execute("delete from tally where lane = 0")
