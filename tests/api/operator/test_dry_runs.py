"""Changes against leads that came: queued, run beside the exchange one at a time, told, stopped; no fault is lost."""

import msgspec
import pytest
import pytest_asyncio

from api.operator.asking import ask, version_of
from api.problems import assert_problem
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import uuid7
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.store import database
from outbid.store.ahead import dry_runs

PATH = "/v1/dry-runs"


@pytest_asyncio.fixture
async def house(database_url, app_database_url):
    async with Buyers() as buyers:
        made = nouns([offer("ace", buyers.port), offer("bee", buyers.port)])
        made["key"]["house"] = msgspec.convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
        buyers.on("ace", ping=bid("20"), post=ACCEPT)
        buyers.on("bee", ping=bid("10"), post=ACCEPT)
        async with open_house(database_url, app_database_url, made) as found:
            yield found


async def changes(house, **more) -> dict:
    document = (await ask(house, "GET", "/v1/market")).json
    (campaign,) = document["campaigns"]
    return {"campaigns": [campaign | more]}


async def ended(house, name: str) -> dict:
    async def is_over() -> bool:
        return (await ask(house, "GET", f"{PATH}/{name}")).json["state"] not in ("queued", "running")

    await until(is_over, 60)
    return (await ask(house, "GET", f"{PATH}/{name}")).json


async def test_a_change_is_played_in_a_process_of_its_own_and_told(house):
    for _ in range(3):
        assert "price" in (await house.sell(lead())).json
    tag = await version_of(house)
    put = await ask(house, "POST", PATH, {"changes": await changes(house, floor="25"), "days": 1})
    assert (put.status, put.json["state"]) == (202, "queued")
    second = await ask(house, "POST", PATH, {"changes": await changes(house, floor="15"), "source": "web"})
    found = await ended(house, put.json["id"])
    assert (found["state"], found["done"], found["leads"], found["error"]) == ("done", 3, 3, "")
    result = found["result"]
    assert (result["plain"], result["repeated"], result["differing"]) == (3, 3, 3)
    assert result["recorded"]["money"] == [
        {"currency": "USD", "revenue": "60.00", "payout": "48.00", "margin": "12.00", "assumed": "0.00"}
    ]
    assert result["changed"]["sold"] == 0
    assert result["changed"]["unsold"] == {"no_bids": 3}
    assert result["changed"]["money"] == []
    assert (await ended(house, second.json["id"]))["result"]["changed"]["money"][0]["revenue"] == "60.00"
    assert [row["id"] for row in (await ask(house, "GET", PATH)).json["items"]] == [second.json["id"], put.json["id"]]
    assert await version_of(house) == tag, "nothing was changed"

    async def no_job_is_left() -> bool:
        return await house.connection.fetchval("select count(*) from job") == 0

    await until(no_job_is_left)


async def test_what_the_market_cannot_be_is_told_as_when_it_is_applied(house):
    body = await changes(house, tiers=[])
    refused = assert_problem(await ask(house, "POST", PATH, {"changes": body}), 422, "market_faulty")
    applied = assert_problem(await ask(house, "POST", "/v1/market?dry=true", body), 422, "market_faulty")
    pointers = [error["pointer"].removeprefix("/changes") for error in refused["errors"]]
    assert pointers == [error["pointer"] for error in applied["errors"]]
    assert_problem(await ask(house, "POST", PATH, {"changes": {}, "days": 0}), 422, "body_faulty")


@pytest.mark.parametrize("kind", ["campaign", "source"])
async def test_leads_of_nothing_that_is_there_are_refused_at_once(house, kind):
    put = await ask(house, "POST", PATH, {"changes": await changes(house, floor="3"), kind: "nobody"})
    (error,) = assert_problem(put, 422, "body_faulty")["errors"]
    there = {"campaign": "auto", "source": "web"}[kind]
    assert (error["pointer"], error["detail"]) == (f"/{kind}", f"there is no {kind} 'nobody'; there are: {there}")
    assert (await ask(house, "GET", PATH)).json["items"] == []


async def test_without_leads_it_fails_with_a_sentence(house):
    put = await ask(house, "POST", PATH, {"changes": await changes(house, floor="3")})
    found = await ended(house, put.json["id"])
    assert (found["state"], found["result"]) == ("failed", None)
    assert "no lead came in the last 7 days" in found["error"]


async def test_one_that_is_not_wanted_stops_and_then_goes(house):
    put = await ask(house, "POST", PATH, {"changes": await changes(house, floor="3")})
    one = f"{PATH}/{put.json['id']}"
    assert (await ask(house, "DELETE", one)).status == 204
    assert (await ended(house, put.json["id"]))["state"] in ("stopped", "failed")
    await ask(house, "DELETE", one)
    assert_problem(await ask(house, "GET", one), 404, "dry_run_unknown")
    assert_problem(await ask(house, "DELETE", f"{PATH}/{'0' * 32}"), 404, "dry_run_unknown")
    assert_problem(await ask(house, "GET", f"{PATH}/nothing"), 404, "dry_run_unknown")


WISH = dry_runs.Wish({}, False, 7, "", "", 10)


@pytest.fixture
async def connection(app_database_url):
    found = await database.connect(app_database_url)
    yield found
    await found.close()


async def test_they_are_taken_in_their_order_and_one_at_a_time(connection):
    first, second = (uuid7(at_ms, bytes(10)) for at_ms in (1000, 2000))
    for one in (first, second):
        assert await dry_runs.put(connection, one, WISH, "ann", 1000)
    assert await dry_runs.take(connection, second, 3000) == "wait"
    assert await dry_runs.take(connection, first, 3000) == "run"
    assert await dry_runs.take(connection, first, 4000) == "wait", "somebody runs it"
    await dry_runs.end(connection, first, "done")
    assert await dry_runs.take(connection, second, 5000) == "run"
    assert await dry_runs.take(connection, first, 5000) == "over"
    assert await dry_runs.beat(connection, second, 5, 10, 6000)


async def test_one_whose_runner_dies_twice_fails_and_the_next_one_runs(connection):
    first, second = (uuid7(at_ms, bytes(10)) for at_ms in (1000, 2000))
    for one in (first, second):
        await dry_runs.put(connection, one, WISH, "ann", 1000)
    assert [await dry_runs.take(connection, first, 3000 + n * 60_000) for n in range(3)] == ["run", "run", "over"]
    assert await dry_runs.take(connection, second, 200_000) == "run"
    states = {row.id: row.state for row in await dry_runs.read(connection, HOUSE, 201_000)}
    assert states == {first: "failed", second: "running"}


async def test_one_of_whose_runner_nothing_is_heard_is_told_as_interrupted(connection):
    first = uuid7(1000, bytes(10))
    await dry_runs.put(connection, first, WISH, "ann", 1000)
    await dry_runs.take(connection, first, 3000)
    states = [(await dry_runs.read(connection, HOUSE, at_ms, first))[0].state for at_ms in (4000, 60_000)]
    assert states == ["running", "interrupted"]
    await dry_runs.beat(connection, first, 5, 10, 60_000)
    assert (await dry_runs.read(connection, HOUSE, 61_000, first))[0].state == "running"


async def test_only_the_last_ones_are_kept(connection):
    names = [uuid7(at_ms, bytes(10)) for at_ms in range(1, 3 * dry_runs.MOST_KEPT)]
    for one in names[: dry_runs.MOST_KEPT]:
        assert await dry_runs.put(connection, one, WISH, "ann", 1)
    assert not await dry_runs.put(connection, names[-1], WISH, "ann", 1), "all of them wait"
    await dry_runs.end(connection, names[3], "done")
    assert await dry_runs.put(connection, names[-1], WISH, "ann", 1)
    kept = [row.id for row in await dry_runs.read(connection, HOUSE, 1)]
    assert (len(kept), names[3] in kept, kept[0]) == (dry_runs.MOST_KEPT, False, names[-1])
