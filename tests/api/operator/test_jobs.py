"""Verdicts on uncertain sales, and the jobs that carry them out."""

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.operator.test_session import PASSWORD, Browser, sign_in
from api.problems import assert_problem, pointers
from harness.buyers import ACCEPT, Buyers, Silence, bid
from harness.house import House, open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, parse, uuid7
from outbid.core.market.noun import Key
from outbid.store import jobs
from outbid.store.people import users

LATER_MS = 600_000
_NEXT = iter(range(1, 1000))


def _silent(got):
    raise Silence


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(worker_database):
    await worker_database.empty()
    async with Buyers() as buyers:
        market = nouns([offer("a", buyers.port)])
        market["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
        async with open_house(worker_database.url, worker_database.app_url, market) as found:
            yield found, buyers


@pytest_asyncio.fixture
async def house(shared) -> House:
    """The shared house without jobs."""
    await shared[0].connection.execute("delete from job")
    return shared[0]


@pytest_asyncio.fixture
async def uncertain(house, shared) -> tuple[str, str]:
    """A lead whose sale nobody is sure of, and the sale."""
    shared[1].on("a", ping=bid("10"), post=_silent)
    answer = await house.sell(lead())
    assert answer.json["outcome"] == "pending", answer
    name = answer.json["lead"]
    await until(lambda: is_uncertain(house, name))
    shared[1].on("a", post=ACCEPT)
    return name, (await house.state(name)).sales[0].id


async def is_uncertain(house, name: str) -> bool:
    return (await house.state(name)).status == "uncertain"


async def put(house, *, state: str = "dead", key: str | None = None, kind: str = "nothing") -> str:
    """A job that no process takes: dead, or due much later."""
    now_ms = house.process.exchange.clock.now_ms()
    identifier = uuid7(now_ms + next(_NEXT), bytes(10))
    assert await jobs.put(house.connection, 0, identifier, kind, {}, now_ms + LATER_MS, key)
    if state == "dead":
        await house.connection.execute(
            "update job set state = 'dead', attempt = 10, error = 'it was away' where id = $1", identifier
        )
    return identifier.hex()


async def listed(house, query: str = "") -> list[str]:
    return [job["id"] for job in (await ask(house, "GET", f"/v1/jobs?{query}")).json["items"]]


@pytest.mark.parametrize("outcome", ["sold", "rejected"])
async def test_a_verdict_is_carried_out_and_told_with_who_gave_it(house, uncertain, outcome):
    name, sale = uncertain
    answer = await ask(house, "POST", f"/v1/sales/{sale}/settle", {"outcome": outcome})
    assert (answer.status, answer.json) == (202, {"sale": sale, "lead": name, "outcome": outcome})
    await until(lambda: _is_settled(house, name))
    log = (await ask(house, "GET", f"/v1/leads/{name}/log")).json
    settled = next(moment["what"] for moment in log["timeline"] if moment["type"] == "settled")
    assert settled == {"sale": sale, "outcome": outcome, "by": "key house"}
    assert next(s["status"] for s in log["sales"] if s["id"] == sale) == outcome
    assert_problem(await ask(house, "POST", f"/v1/sales/{sale}/settle", {"outcome": "sold"}), 409, "sale_not_uncertain")


async def _is_settled(house, name: str) -> bool:
    return (await house.state(name)).stage == "closed"


async def test_one_verdict_at_a_time(house, uncertain):
    _, sale = uncertain
    await put(house, state="open", key=f"settle {sale}")
    assert_problem(await ask(house, "POST", f"/v1/sales/{sale}/settle", {"outcome": "sold"}), 409, "sale_settling")


@pytest.mark.parametrize("name", ["1", "ld_" + "0" * 29, "sl_" + "0" * 29, "sl_%00"])
async def test_what_is_no_sale_is_unknown(house, name):
    assert_problem(await ask(house, "POST", f"/v1/sales/{name}/settle", {"outcome": "sold"}), 404, "sale_unknown")


@pytest.mark.parametrize("body", [{}, {"outcome": "maybe"}, {"outcome": "sold", "price": "1"}])
async def test_a_verdict_that_cannot_be_is_refused(house, uncertain, body):
    found = assert_problem(await ask(house, "POST", f"/v1/sales/{uncertain[1]}/settle", body), 422, "body_faulty")
    assert pointers(found) in (["/outcome"], ["/price"])


async def test_a_reader_gives_no_verdict_and_no_job_another_try(house, uncertain):
    name = f"rita{next(_NEXT)}"
    await users.create(house.connection, name, PASSWORD, "viewer")
    reader = Browser(house, await sign_in(house, name))
    settle = f"/v1/sales/{uncertain[1]}/settle"
    assert_problem(await reader.ask("POST", settle, {"outcome": "sold"}), 403, "role_not_allowed")
    job = await put(house)
    assert_problem(await reader.ask("POST", f"/v1/jobs/{job}/again"), 403, "role_not_allowed")
    assert (await reader.ask("GET", "/v1/jobs")).status == 200


async def test_jobs_are_listed_the_newest_first(house):
    dead, waiting = await put(house), await put(house, state="open", key="settle it")
    assert await listed(house) == [waiting, dead]
    assert await listed(house, "state=dead") == [dead]
    assert await listed(house, "state=open") == [waiting]
    rows = (await ask(house, "GET", "/v1/jobs")).json["items"]
    assert [(r["kind"], r["key"], r["state"], r["attempt"], r["error"]) for r in rows] == [
        ("nothing", "settle it", "open", 0, ""),
        ("nothing", "", "dead", 10, "it was away"),
    ]


async def test_jobs_come_in_pages(house):
    wanted = [await put(house) for _ in range(5)][::-1]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"/v1/jobs?limit=2&cursor={cursor}")).json
        seen += [job["id"] for job in page["items"]]
        cursor = page["next"]
    assert seen == wanted


async def test_a_dead_job_is_tried_again_and_done(house, uncertain):
    name, sale = uncertain
    job = await put(house, kind="settle", key=f"settle {sale}")
    await house.connection.execute(
        "update job set payload = $1",
        b'{"lead": "%s", "sale": "%s", "outcome": "sold", "by": "ann"}'
        % (parse(LEAD, name)[1].hex().encode(), sale.encode()),
    )
    assert (await ask(house, "POST", f"/v1/jobs/{job}/again")).status == 204
    await until(lambda: _is_settled(house, name))
    await until(lambda: _has_no_jobs(house))


async def _has_no_jobs(house) -> bool:
    return not await listed(house)


async def test_only_a_dead_job_is_tried_again(house):
    waiting = await put(house, state="open", key="same")
    assert_problem(await ask(house, "POST", f"/v1/jobs/{waiting}/again"), 409, "job_not_dead")
    for unknown in ("0" * 32, "1", "G" * 32, "%00"):
        assert_problem(await ask(house, "POST", f"/v1/jobs/{unknown}/again"), 404, "job_unknown")


async def test_a_dead_job_whose_work_an_open_one_does_stays_dead(house):
    dead = await put(house, key="same")
    await put(house, state="open", key="same")
    assert_problem(await ask(house, "POST", f"/v1/jobs/{dead}/again"), 409, "job_open_already")
    assert await listed(house, "state=dead") == [dead]


@pytest.mark.parametrize("query", ["state=done", "cursor=1", "limit=0", "kind=settle"])
async def test_a_parameter_that_cannot_be_is_refused(house, query):
    assert_problem(await ask(house, "GET", f"/v1/jobs?{query}"), 400, "parameter_faulty")


async def test_the_list_fits_its_description(house):
    await put(house)
    described = await document(house)
    schema = described["paths"]["/v1/jobs"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits((await ask(house, "GET", "/v1/jobs")).json, schema, described["components"]["schemas"], "")
