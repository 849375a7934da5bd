"""What needs the operator, as it comes and goes; and what an empty house is missing."""

import json

import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, Silence, bid
from harness.house import House, open_house, until
from harness.market import CHECKS, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS
from outbid.store.control import steps

AT_MS = 1_795_000_000_000
HEALTH = {"rules": [{"measure": "rejects", "over": "40%"}], "steps": ["50%"]}
ADULT = {
    "plugin": "rule",
    "on_flaw": "review",
    "settings": {"name": "adult", "require": {"fact": "birth_date.age", "at_least": 18}, "field": "birth_date"},
}


def silent(got):
    raise Silence


def market(port: int) -> dict:
    """`a` is pinged and has a wallet of 100.00, `b` is never asked: its filter matches nobody."""
    filter_ = {"all": [{"fact": "state", "equals": "AK"}]}
    found = nouns(
        [offer("a", port, post_ms=200), offer("b", port, filter=filter_, health=HEALTH)],
        buyers={"a": {"wallet": {"credit": "100"}}},
        campaign_more={"checks": [*CHECKS, ADULT]},
    )
    keys = [
        {"slug": "house", "holder": "house", "hash": key_hash("ob_house")},
        {"slug": "trial", "holder": "source", "owner": "web", "test": True, "hash": key_hash("ob_trial")},
    ]
    found["key"] |= {row["slug"]: convert(row, KINDS["key"]) for row in keys}
    return found


@pytest_asyncio.fixture
async def open_(database_url, app_database_url):
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        async with open_house(database_url, app_database_url, market(buyers.port)) as house:
            yield house, buyers


async def needs(house: House, query: str = "") -> dict[str, dict]:
    answer = await ask(house, "GET", f"/v1/live/needs?{query}")
    assert answer.status == 200, answer
    return {need["kind"]: need for need in answer.json["items"]}


async def test_nothing_needs_anybody_in_a_house_that_is_well(open_):
    house, _ = open_
    assert await needs(house) == {}


async def test_an_uncertain_sale_is_told_with_what_is_held_until_it_is_settled(open_):
    house, buyers = open_
    buyers.on("a", post=silent)
    name = (await house.sell(lead())).json["lead"]
    need = (await needs(house))["uncertain_sales"]
    assert (need["count"], need["amounts"]) == (1, [{"currency": "USD", "amount": "10.00"}])
    assert (need["sentence"], need["target"]) == ("1 sale is uncertain.", {"noun": "lead", "id": name})
    assert need["since"] is not None
    sale = (await house.state(name)).sales[0].id
    assert (await ask(house, "POST", f"/v1/sales/{sale}/settle", {"outcome": "rejected"})).status == 202

    async def is_settled() -> bool:
        return "uncertain_sales" not in await needs(house)

    await until(is_settled)


async def test_leads_in_review_are_told_until_somebody_decides(open_):
    house, _ = open_
    names = [(await house.sell(lead(birth_date="2015-01-31"))).json["lead"] for _ in range(2)]
    need = (await needs(house))["review"]
    assert (need["count"], need["sentence"]) == (2, "2 leads wait for review.")
    assert need["target"] == {"noun": "lead", "id": names[0]}
    for name in names:
        assert (await ask(house, "POST", f"/v1/leads/{name}/review", {"outcome": "refused"})).status == 202

    async def is_decided() -> bool:
        return "review" not in await needs(house)

    await until(is_decided)


async def test_a_buyer_that_rejects_too_much_and_a_wallet_that_runs_dry_are_told(open_):
    house, buyers = open_
    assert (await house.sell(lead())).json["outcome"] == "sold"
    buyers.on("a", post=REJECT)
    for _ in range(4):
        await house.sell(lead())

    async def both() -> bool:
        return {"buyer_rejects", "wallet_runs_dry"} <= (await needs(house)).keys()

    await until(both)
    found = await needs(house)
    assert (found["buyer_rejects"]["sentence"], found["buyer_rejects"]["count"]) == ("a rejects 80 % of posts.", 4)
    assert found["buyer_rejects"]["target"] == {"noun": "buyer", "id": "a"}
    dry = found["wallet_runs_dry"]
    assert dry["amounts"] == [{"currency": "USD", "amount": "90.00"}]
    assert dry["sentence"] == "The wallet of a lasts 9 hours."
    wallet = (await ask(house, "GET", "/v1/accounts?kind=buyer&slug=a")).json["items"]
    assert [row["runway_hours"] for row in wallet if row["window"] == "wallet"] == [9.0]
    buyers.on("a", ping=bid("90"), post=ACCEPT)
    assert (await house.sell(lead())).json["outcome"] == "sold"

    async def empty() -> bool:
        return (await needs(house))["wallet_runs_dry"]["sentence"] == "The wallet of a is empty."

    await until(empty)
    wallet = (await ask(house, "GET", "/v1/accounts?kind=buyer&slug=a")).json["items"]
    assert [(row["room"], row["runway_hours"]) for row in wallet if row["window"] == "wallet"] == [("0.00", 0.0)]
    assert "buyer_rejects" not in await needs(house, "rejects_over=80")
    assert_problem(await ask(house, "GET", "/v1/live/needs?rejects_over=101"), 400, "parameter_faulty")


async def test_jobs_that_were_given_up_and_offers_that_rules_paused_are_told(open_):
    house, _ = open_
    job = bytes(15) + b"\x07"
    await house.connection.execute(
        "insert into job (cell, id, kind, payload, run_at, state) values (0, $1, 'settle', $2, $3, 'dead')",
        job, json.dumps({}).encode(), AT_MS,
    )  # fmt: skip
    found = (await needs(house))["dead_jobs"]
    assert (found["count"], found["target"]) == (1, {"noun": "job", "id": job.hex()})
    number = house.process.exchange.market.nouns["offer"]["b"][0]
    for level, stage in ((1, "lowered"), (2, "paused")):
        stands = steps.Stands(number, level, 0, 0, AT_MS, level)
        step = steps.Step(level, AT_MS, steps.RULES, "worse", stage, 0, [])
        assert "offer_paused" not in await needs(house)
        assert await steps.take(house.connection, stands, step)
    paused = (await needs(house))["offer_paused"]
    assert (paused["target"], paused["since"]) == ({"noun": "offer", "id": "b"}, "2026-11-18T11:06:40.000Z")
    assert paused["sentence"] == "Rules of health paused the offer b of b."


async def test_an_empty_house_misses_everything(database_url, app_database_url):
    async with open_house(database_url, app_database_url, {"key": {"house": market(9)["key"]["house"]}}) as house:
        start = (await ask(house, "GET", "/v1/start")).json
        assert start["done"] is False
        assert [(step["step"], step["done"], step["ids"]) for step in start["steps"]] == [
            (name, False, []) for name in ("campaign", "source", "buyer", "offer", "test_lead", "live")
        ]


async def test_steps_are_done_whoever_made_what(open_):
    house, _ = open_

    async def done() -> dict:
        start = (await ask(house, "GET", "/v1/start")).json
        return {step["step"]: step["ids"] for step in start["steps"] if step["done"]} | {"all": start["done"]}

    made = {"campaign": ["auto"], "source": ["web"], "buyer": ["a", "b"], "offer": ["a", "b"], "pay_in": ["a"]}
    assert await done() == made | {"all": False}
    test = (await house.sell(lead(), key="ob_trial")).json
    assert test["outcome"] == "sold"
    assert await done() == made | {"test_lead": [test["lead"]], "all": False}
    sold = (await house.sell(lead())).json
    assert await done() == made | {"test_lead": [sold["lead"]], "live": [sold["lead"]], "all": True}
    found = market(9)
    del found["key"]["k"]
    await house.change(found)
    assert (await done())["all"] is False, "without a key of the source nothing comes in"
