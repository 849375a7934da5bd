"""Lanes and what they guard, on PostgreSQL itself: who may be taken over, who is fenced, who writes a chapter."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import pytest_asyncio
from msgspec.structs import replace

from outbid.core.ledger.account import LEADS, Limit, account_of
from outbid.core.ledger.hold import hold_for
from outbid.store import database
from outbid.store.commit import lanes
from outbid.store.commit.entry import Claim, EntryFailed, Fenced, Superseded
from outbid.store.commit.journal import Journal, stop
from outbid.store.commit.writer import SqlWriter
from outbid.store.upkeep import partitions
from store.test_writer import NOW_MS, PRICE, sold, wishing

MANY = 3_000
"""Claims of a batch: so many that two batches are in the middle of them at once."""


@pytest_asyncio.fixture
async def connection(database_url):
    connection = await database.connect(database_url)
    await partitions.make_ahead(connection, NOW_MS)
    await connection.execute(
        """insert into version (number, by) values (1, 'test');
           insert into noun values ('offer', 1, 1, null, 'an-offer', '{"paused": false}')"""
    )
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def open_writer(connection, database_url):
    """A function that opens a lane and a writer for it."""
    async with AsyncExitStack() as stack:

        async def make() -> SqlWriter:
            lane = await lanes.open_lane(connection, 0, "test", NOW_MS)
            writer = SqlWriter(lambda: database.connect(database_url), lane, lambda: NOW_MS)
            stack.push_async_callback(writer.close)
            return writer

        yield make


async def test_a_lane_is_taken_over_when_its_lease_is_over_and_not_before(connection, open_writer):
    dead, living, heir = [await open_writer() for _ in range(3)]
    assert await lanes.renew(connection, living._lane, bytes(16), NOW_MS + lanes.LEASE_MS)
    await lanes.adopt(connection, heir._lane, NOW_MS + lanes.LEASE_MS)
    assert await lanes.adopted_by(connection, heir._lane) == [], "the lease is as long as it says"
    await lanes.adopt(connection, heir._lane, NOW_MS + lanes.LEASE_MS + 1)
    assert [found.lane for found in await lanes.adopted_by(connection, heir._lane)] == [dead._lane.id]
    assert not await lanes.renew(connection, dead._lane, bytes(16), NOW_MS + lanes.LEASE_MS + 2)
    with pytest.raises(Fenced):
        await dead.write([wishing()])
    assert await connection.fetchval("select count(*) from lead") == 0
    await living.write([wishing()])
    assert await connection.fetchval("select count(*) from lead") == 1


async def test_who_was_taken_over_after_a_batch_is_fenced_in_the_next(connection, open_writer):
    sleeper, heir = await open_writer(), await open_writer()
    entry = wishing()
    await sleeper.write([entry])
    await lanes.adopt(connection, heir._lane, NOW_MS + lanes.LEASE_MS + 1)
    with pytest.raises(Fenced):
        await sleeper.write([sold(entry)])
    assert await connection.fetchval("select status from sale") == "posting"
    await heir.write([sold(entry)])
    assert await connection.fetchval("select status from sale") == "sold"


@pytest.mark.parametrize("beside", [0, 3])
async def test_a_chapter_is_written_once_though_two_lanes_try(connection, open_writer, beside):
    """Whoever comes second is told so by the chapter's number or by the books; either way nothing moves."""
    one, other = await open_writer(), await open_writer()
    entry = wishing()
    await one.write([entry, *(wishing() for _ in range(beside))])
    await one.write([sold(entry)])
    with pytest.raises(Superseded if beside else EntryFailed):
        await other.write([sold(entry)])
    rows = await connection.fetch("select unit, posted, held from account order by unit")
    assert [tuple(row) for row in rows] == [("LEAD", 1, beside), ("USD", PRICE, beside * PRICE)]
    assert await connection.fetchval("select count(*) from transfer") == 2
    assert await connection.fetchval("select count(*) from chapter") == beside + 2


async def test_a_lead_that_the_database_cannot_store_falls_alone(connection, open_writer):
    entries = [wishing() for _ in range(5)]
    assert entries[2].birth is not None
    entries[2].birth = replace(entries[2].birth, facts=b'{"state": "a\\u0000"}')
    journal = Journal(await open_writer(), gather_ms=1)
    task = asyncio.create_task(journal.run())
    told = await asyncio.gather(*map(journal.submit, entries), return_exceptions=True)
    await stop(task)
    assert [place for place, one in enumerate(told) if isinstance(one, EntryFailed)] == [2]
    assert await connection.fetchval("select count(*) from lead") == 4
    assert await connection.fetchval("select held from account where unit = 'LEAD'") == 4


@asynccontextmanager
async def starting_line(connection, url, table):
    """Whoever writes to a table within waits, and all begin at the same moment."""
    line = await database.connect(url)
    async with line.transaction():
        await line.execute(f"lock table {table} in exclusive mode")
        yield
        while await connection.fetchval("select count(*) from pg_locks where not granted") < 2:
            await asyncio.sleep(0.005)
    await line.close()


@pytest.mark.parametrize(("wanted", "rounds"), [("accounts", 25), ("claims", 4)])
async def test_two_lanes_that_want_the_same_in_any_order_never_lock_each_other_out(
    connection, database_url, open_writer, wanted, rounds
):
    """A deadlock would be `Contention`: there is none, for accounts and claims are locked in one order each."""
    limits = [Limit(f"offer:{n}", LEADS, "total", "UTC", 10_000) for n in range(1, 161)]
    accounts = [account_of(limit, NOW_MS, 1) for limit in limits]

    def holding(turn, step):
        """Two leads that want all accounts between them, upwards or downwards."""
        for few in (accounts[::step][:100], accounts[::step][60:]):
            entry = wishing()
            wish = entry.wishes[0]
            deal = replace(wish.deal, hold=hold_for(tuple(few), PRICE))
            entry.wishes = (replace(wish, deal=deal, accounts=tuple(few)),)
            yield entry

    def claiming(turn, step):
        entry = wishing()
        entry.wishes = ()
        hashes = [(turn * MANY + n).to_bytes(16, "big") for n in range(MANY)]
        entry.claims = tuple(Claim(one, "house", "phone", NOW_MS + 9) for one in hashes[::step])
        yield entry

    made = {"accounts": holding, "claims": claiming}[wanted]
    lanes_at_once = [(await open_writer(), step) for step in (1, -1)]
    for turn in range(rounds):
        async with starting_line(connection, database_url, wanted.removesuffix("s")):
            writing = [asyncio.create_task(w.write(list(made(turn, step)))) for w, step in lanes_at_once]
        await asyncio.gather(*writing)
    if wanted == "accounts":
        held = await connection.fetchval("select sum(held) from account where unit = 'LEAD'")
        assert held == 2 * rounds * (100 + 100)
    else:
        assert await connection.fetchval("select count(*) from claim") == rounds * MANY
