"""A plugin that breaks its contract costs one bid or one lead, and nobody else anything."""

import asyncio
from importlib.metadata import EntryPoint

import pytest

from api.conftest import assert_sells
from api.faulty import TRIGGER
from api.problems import assert_problem
from harness.buyers import ACCEPT, bid
from harness.house import open_house, until
from harness.market import CHECKS, FIELDS, lead, nouns, offer
from outbid.exchange import process
from outbid.plugins import registry

KINDS = {
    "deliveries": "delivery",
    "validators": "validator",
    "fields": "field",
    "intakes": "intake",
    "methods": "method",
}


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    points = [EntryPoint("faulty", f"api.faulty:{part}", f"outbid.{kind}") for kind, part in KINDS.items()]
    monkeypatch.setattr(registry, "_installed", lambda: points)


def _market(port: int, where: str, how: str, **more):
    bad = offer("bad", port, filter={"fact": "amount", "equals": 1}, **more)
    bad["delivery"]["plugin"] = "faulty"
    bad["delivery"]["settings"] |= {"where": where, "how": how}
    return nouns([bad, offer("a", port)])


@pytest.mark.parametrize(
    "how",
    [
        "raises before it asks",
        "raises after the answer",
        "asks with a text",
        "is no generator",
        "asks for nothing",
        "gives nothing back",
        "gives a text back",
    ],
)
async def test_a_delivery_that_fails_in_a_ping_costs_the_bid_alone(database_url, app_database_url, buyers, how):
    buyers.on("bad", ping=bid("50"), post=ACCEPT)
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "ping", how)) as house:
        answer = await house.sell(lead(amount=1))
        assert answer.status == 200, answer
        if how != "asks with a text":
            assert answer.json["price"] == "8.00"
        await assert_sells(house)


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("raises before it asks", "sold"),
        ("raises after the answer", "pending"),
        ("is no generator", "sold"),
        ("gives nothing back", "pending"),
        ("gives a text back", "pending"),
    ],
)
async def test_a_delivery_that_fails_in_a_post_is_passed_over_or_uncertain(
    database_url, app_database_url, buyers, how, outcome
):
    buyers.on("bad", ping=bid("50"), post=ACCEPT)
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, _market(buyers.port, "post", how)) as house:
        answer = await house.sell(lead(amount=1))
        assert answer.json["outcome"] == outcome, answer
        assert len(buyers.posts("a")) == (outcome == "sold")
        left = await house.connection.fetchval("select count(*) from sale where status = 'posting'")
        assert left == 0
        await assert_sells(house)


def _with(port: int, kind: str):
    faulty = {"plugin": "faulty"}
    if kind == "validators":
        return nouns([offer("a", port)], campaign_more={"checks": [*CHECKS, faulty]})
    if kind == "fields":
        fields = [{"name": "first_name", "type": "faulty"}, *FIELDS[1:]]
        return nouns([offer("a", port)], campaign_more={"fields": fields})
    if kind == "methods":
        tiers = [{"slug": "main", "deadline_ms": 2000, "method": faulty}]
        return nouns([offer("a", port)], campaign_more={"tiers": tiers})
    return nouns([offer("a", port)], source_more={"intake": faulty})


@pytest.mark.parametrize(
    ("kind", "code"),
    [("validators", "lead_failed"), ("methods", "lead_failed"), ("fields", "fault"), ("intakes", "fault")],
)
async def test_a_plugin_that_raises_costs_the_one_lead(database_url, app_database_url, buyers, kind, code):
    buyers.on("a", ping=bid("13"), post=ACCEPT)
    async with open_house(database_url, app_database_url, _with(buyers.port, kind)) as house:
        answer = await house.sell(lead(first_name=TRIGGER))
        assert_problem(answer, 500, code)
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        await assert_sells(house)


@pytest.mark.xfail(
    strict=True,
    reason="api/intake answers a fault and leaves the durable lead open: nobody in this process takes it up again",
)
async def test_a_lead_that_met_a_fault_does_not_stay_open(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("13"), post=ACCEPT)
    async with open_house(database_url, app_database_url, _with(buyers.port, "methods")) as house:
        person = lead()
        assert_problem(await house.sell(person), 500, "lead_failed")
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        assert (await house.sell(person | {"take": 2})).json.get("code") != "duplicate_in_flight"


async def test_a_lead_that_cannot_be_revived_does_not_keep_others_from_being_taken_over(
    database_url, app_database_url, buyers, monkeypatch
):
    forever = asyncio.Event()

    async def silent(got):
        await forever.wait()

    buyers.on("a", ping=silent, post=ACCEPT)
    tiers = [{"slug": "main", "deadline_ms": 60_000}]
    found = nouns([offer("a", buyers.port)], campaign_more={"tiers": tiers})
    poisoned: list[bytes] = []

    def revive(exchange, record, market, deals):
        if not poisoned or record.id == poisoned[0]:
            poisoned[:] = [record.id]
            raise RecursionError
        return whole(exchange, record, market, deals)

    whole = process.revive
    monkeypatch.setattr(process, "revive", revive)
    async with open_house(database_url, app_database_url, found) as dead:
        selling = [asyncio.create_task(dead.sell(lead())) for _ in range(3)]
        await until(lambda: len(buyers.pings("a")) == 3)
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        async with open_house(database_url, app_database_url) as house:
            dead.process._tasks[1].cancel()  # its lease is renewed no more
            await house.connection.execute("update lane set lease_until = to_timestamp(0) where id = 1")
            count = "select count(*) from lead_status where status = 'sold'"
            try:
                await until(lambda: _is(house, count, 2), 3)
            finally:
                dead.process.fenced.set()
                for task in selling:
                    task.cancel()


async def _is(house, query, expected):
    return await house.connection.fetchval(query) == expected
