"""The sealed log of a house that sold: whole as it is, and whatever is altered past the program is found and named."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from harness.buyers import ACCEPT, REJECT, Buyers, Silence, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.core.scope import HOUSE, Scope
from outbid.store.chain.walk import Head, Walk

TABLES = ("chapter", "lead", "lead_status", "sale", "transfer", "tally_mark", "chapter_anchor")


def _silent(got):
    raise Silence


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    """A house in which leads were sold, resold, refused, left, and one is uncertain."""
    await worker_database.empty()
    async with (
        Buyers() as buyers,
        open_house(
            worker_database.url, worker_database.app_url, nouns([offer("a", buyers.port), offer("b", buyers.port)])
        ) as house,
    ):
        buyers.on("a", ping=bid("30"), post=ACCEPT)
        buyers.on("b", ping=bid("20"), post=ACCEPT)
        for _ in range(4):
            assert (await house.sell(lead())).json["outcome"] == "sold"
        buyers.on("a", ping=bid("30"), post=REJECT)
        assert (await house.sell(lead())).json["outcome"] == "sold"
        await house.sell({"zip": "1"})
        buyers.on("a", ping=bid("30"), post=_silent)
        assert (await house.sell(lead())).json["outcome"] == "pending"
        await _counted(house)
        yield house


async def _counted(house):
    """Until the tallies have counted all that is written: their mark says how far a lane went."""
    for _ in range(500):
        if await house.connection.fetchval("select max(m.seq) = (select max(c.seq) from chapter c) from tally_mark m"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing was counted")


async def walk(house, kept=(), scope=HOUSE):
    return await Walk(house.connection, scope, 0, kept).run()


@asynccontextmanager
async def altered(house, *statements: str):
    """The database as somebody altered it who may do anything, and afterwards as it was."""
    for table in TABLES:
        await house.connection.execute(f"create table kept_{table} as table {table}")
    try:
        for statement in statements:
            assert await house.connection.execute(statement) not in ("UPDATE 0", "DELETE 0"), statement
        yield
    finally:
        for table in TABLES:
            await house.connection.execute(f"delete from {table}; insert into {table} table kept_{table}")
            await house.connection.execute(f"drop table kept_{table}")


async def test_a_log_that_nobody_touched_is_whole(house):
    report = await walk(house)
    assert report.faults == []
    assert (report.leads, report.lanes, report.broken) == (7, 1, 0)
    assert report.chapters == await house.connection.fetchval("select count(*) from chapter")


async def test_nobody_but_the_house_walks(house):
    assert (await walk(house, scope=Scope("buyer", 1))).chapters == 0


MIDDLE = "(select lead_id from chapter where events::text like '%\"posting\"%' order by seq, place limit 1 offset 1)"
LAST = "(select lane, seq, place from chapter order by seq desc, place desc limit 1)"
SEALED, FOLLOWS, MISSING = "is not what was sealed", "does not follow from", "missing"


@pytest.mark.parametrize(
    ("statement", "whats"),
    [
        (f"""update chapter set events = replace(events::text, '"price_micros":20000000', '"price_micros":20000001')::json
              where lead_id = {MIDDLE} and events::text like '%"pinged"%'""", [SEALED]),
        (f"update chapter set seq = seq + 1000 where lead_id = {MIDDLE} and n = 2", [SEALED, MISSING, MISSING]),
        (f"update chapter set salt = decode(md5('x'), 'hex') where lead_id = {MIDDLE} and n = 2", [SEALED]),
        (f"update chapter set hash = sha256(hash) where lead_id = {MIDDLE} and n = 2", [SEALED, FOLLOWS]),
        (f"delete from chapter where lead_id = {MIDDLE} and n = 2", ["its chapters are", MISSING]),
        (f"delete from chapter where lead_id = {MIDDLE}", ["no chapter of it is there", MISSING, MISSING, MISSING]),
        (f"delete from lead where id = {MIDDLE}", ["chapters of it and no lead", "is of no lead"]),
        (f"update lead_status set status = 'unsold' where lead_id = {MIDDLE}", ["its status is unsold, and its chapters say sold"]),
        (f"delete from lead_status where lead_id = {MIDDLE}", ["its status is not written"]),
        (f"update sale set price_micros = price_micros - 1 where lead_id = {MIDDLE}", ["its chapters say"]),
        (f"delete from sale where lead_id = {MIDDLE}", ["has no row", "is of no sale", "is of no sale"]),
        (f"update sale set buyer = buyer + 1 where lead_id = {MIDDLE}", [" moved "]),
        (f"delete from transfer where sale_id = (select id from sale where lead_id = {MIDDLE}) and kind = 'margin'", [" moved "]),
        (f"update transfer set amount = amount + 1 where sale_id = (select id from sale where lead_id = {MIDDLE}) and kind = 'payout'",
         [" moved "]),
        ("update transfer set credit = 'seller:77' where id = (select min(id::text)::uuid from transfer where kind = 'payout')", [" moved "]),
        ("update transfer set credit = 'seller:1' where id = (select min(id::text)::uuid from transfer where kind = 'margin')", [" moved "]),
        ("insert into transfer (cell, id, sale_id, kind, debit, credit, unit, amount, at) values (0, gen_random_uuid(), gen_random_uuid(), "
         "'payout', 'buyer:3', 'seller:1', 'USD', 77, now())", ["is of no sale"]),
        ("insert into transfer (cell, id, kind, debit, credit, unit, amount, at) values (0, gen_random_uuid(), 'deposit', 'house:cash', "
         "'buyer:9', 'USD', 77, now())", ["was noted by nobody"]),
        (f"update sale set source = source + 1 where lead_id = {MIDDLE}", ["is of source"]),
        (f"update lead set version = version + 1 where id = {MIDDLE}", ["(source, version, test)"]),
        (f"delete from chapter where (lane, seq, place) = {LAST}", ["the last ones are gone", "counted up to batch", "and its chapters say"]),
        ("delete from chapter where seq > 5", ["counted up to batch", "no chapter of it is there"]),
    ],
)  # fmt: skip
async def test_whatever_is_altered_is_found(house, statement, whats):
    async with altered(house, statement):
        report = await walk(house)
    for what in whats:
        assert any(what in found.what for found in report.faults), (what, report.faults)
    assert report.broken == len(report.faults)
    if SEALED in whats:
        assert sum(SEALED in found.what for found in report.faults) == 1
    if MISSING not in whats and "no chapter of it is there" not in whats:
        assert report.broken == len(whats), report.faults


async def test_an_altered_bid_is_named_with_its_lead(house):
    found = await house.connection.fetchrow(
        f"select lane, seq, place, lead_id from chapter where lead_id = {MIDDLE} and n = 2"
    )
    change = "replace(events::text, '\"ms\":', '\"ms\":1')::json"
    async with altered(house, f"update chapter set events = {change} where lead_id = {MIDDLE} and n = 2"):
        report = await walk(house)
    assert [(f.lane, f.place, f.lead_id) for f in report.faults] == [
        (found["lane"], (found["seq"], found["place"]), found["lead_id"])
    ]


async def test_heads_that_were_kept_show_what_was_cut_off_with_all_that_follows_from_it(house):
    before = (await walk(house)).heads
    assert (await walk(house, before)).broken == 0
    await house.sell({"zip": "2"})
    report = await walk(house, before)
    assert report.broken == 0
    assert report.heads != before
    head = report.heads[0]
    lost = f"(select lead_id from chapter where seq = {head.seq} and place = {head.place})"
    cut = [f"delete from {table} where {key} in {lost}"
           for table, key in (("lead_status", "lead_id"), ("lead", "id"), ("chapter", "lead_id"))]  # fmt: skip
    async with altered(house, "update tally_mark set seq = 1", *cut):
        assert (await walk(house)).broken == 0, "who may write anything can cut the end off, and nothing here tells"
        assert [found.what for found in (await walk(house, report.heads)).faults] == [
            "the chapter that stood here when the heads were kept is gone"
        ]
        assert (await walk(house, before)).broken == 0
    other = [Head(head.lane, head.seq, head.place, "00" * 32)]
    assert "another chapter stood here" in (await walk(house, other)).faults[0].what
