"""Changes for a time: kept, told, cancelled, made once at their hour, and not made over what others changed."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from api.operator.asking import ask, version_of
from api.problems import assert_problem
from harness.house import until
from outbid.core.ids import uuid7
from outbid.core.scope import HOUSE
from outbid.exchange.work.planning import make
from outbid.store.ahead import planned

PATH = "/v1/planned-changes"


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


async def offer_b(house, **more) -> dict:
    offers = {row["slug"]: row for row in (await ask(house, "GET", "/v1/market")).json["offers"]}
    return {"offers": [offers["b"] | more]}


async def plan(house, body: dict, at: str, query: str = "&note=later"):
    path = f"/v1/market?starts_at={at}{query}"
    return await ask(house, "POST", path, body, If_Match=await version_of(house))


async def state(house, name: str) -> dict:
    return (await ask(house, "GET", f"{PATH}/{name}")).json


async def price(house) -> str:
    return (await offer_b(house))["offers"][0]["price"]


async def test_a_change_is_made_at_its_time_and_not_before(house):
    put = await plan(house, await offer_b(house, price="9"), soon(1.5))
    assert (put.status, [row["slug"] for row in put.json["changes"]]) == (202, ["b"])
    base = int((await version_of(house)).strip('"'))
    assert put.json["base"] == base
    assert await price(house) == "5"
    assert (await state(house, put.json["planned"]))["state"] == "planned"

    async def is_made() -> bool:
        return (await state(house, put.json["planned"]))["state"] == "made"

    await until(is_made, 20)
    assert await price(house) == "9"
    found = await state(house, put.json["planned"])
    assert (found["version"], found["by"], found["error"]) == (base + 1, "key house", "")
    version = (await ask(house, "GET", f"/v1/versions/{base + 1}")).json
    assert (version["by"], version["note"]) == ("key house", "later")
    assert put.json["planned"] in [row["id"] for row in (await ask(house, "GET", PATH)).json["items"]]
    assert_problem(await ask(house, "DELETE", f"{PATH}/{put.json['planned']}"), 409, "planned_change_over")


async def test_what_cannot_be_is_told_at_once(house):
    assert_problem(await plan(house, await offer_b(house, price="9"), soon(-5)), 400, "parameter_faulty")
    assert_problem(await plan(house, await offer_b(house, tier="none"), soon(60)), 422, "market_faulty")
    assert_problem(await ask(house, "GET", f"{PATH}/{'0' * 32}"), 404, "planned_change_unknown")
    assert_problem(await ask(house, "DELETE", f"{PATH}/x"), 404, "planned_change_unknown")


async def test_a_cancelled_change_is_not_made(house):
    put = await plan(house, await offer_b(house, price="9"), soon(600))
    one = f"{PATH}/{put.json['planned']}"
    assert (await ask(house, "DELETE", one)).status == 204
    assert await house.connection.fetchval("select count(*) from job") == 0, "nobody waits for its hour"
    before = await version_of(house)
    await make_now(house, put.json["planned"])
    assert (await state(house, put.json["planned"]))["state"] == "cancelled"
    assert await version_of(house) == before


async def make_now(house, name: str) -> None:
    exchange = house.process.exchange
    await make(house.connection, exchange.vault, exchange.market, bytes.fromhex(name))


@pytest.mark.parametrize("other", [False, True], ids=["the same noun", "another noun"])
async def test_what_others_changed_meanwhile_is_not_overwritten(house, other):
    put = await plan(house, await offer_b(house, price="9"), soon(600))
    body = {"buyers": [{"slug": "new"}]} if other else await offer_b(house, weight=4)
    tag = await version_of(house)
    assert (await ask(house, "POST", "/v1/market", body, If_Match=tag)).status == 200
    await make_now(house, put.json["planned"])
    found = await state(house, put.json["planned"])
    if other:
        assert (found["state"], await price(house)) == ("made", "9")
    else:
        assert (found["state"], await price(house)) == ("failed", "5")
        assert found["error"] == f"changed since version {put.json['base']}, on which the plan was based: offer b"


async def test_after_a_crash_it_is_made_once(house):
    put = await plan(house, await offer_b(house, price="9"), soon(600))
    await make_now(house, put.json["planned"])
    after = await version_of(house)
    await make_now(house, put.json["planned"])
    assert await version_of(house) == after
    assert (await state(house, put.json["planned"]))["version"] == int(after.strip('"'))


async def test_a_market_that_it_can_no_longer_be_is_told(house):
    now_ms = time.time_ns() // 1_000_000
    identifier = uuid7(now_ms, bytes(10))
    base = int((await version_of(house)).strip('"'))
    gone = planned.Side("buyer", "a", None)
    await planned.put(house.connection, identifier, ("ann", ""), (now_ms, now_ms + 600_000), base, [gone])
    await make_now(house, identifier.hex())
    (row,) = await planned.read(house.connection, HOUSE, identifier)
    assert row.state == "failed"
    assert "'a'" in row.error
