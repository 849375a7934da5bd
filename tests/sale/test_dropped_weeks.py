"""Weeks of leads that are dropped when their days are over: the chains go on over them, and over nothing else."""

from typing import Any

import msgspec
import pytest_asyncio

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.core.scope import HOUSE
from outbid.store import database
from outbid.store.chain import dropping
from outbid.store.chain.walk import Walk
from outbid.store.upkeep.partitions import DAY_MS, WEEK_MS, make_ahead, start_of


class Old(msgspec.Struct):
    """The database of a house that has ended."""

    connection: Any


@pytest_asyncio.fixture
async def old_house(database_url, app_database_url):
    """A house that sold leads of three weeks in turn, and ended: its lane's chapters lie in all of them."""
    async with (
        Buyers() as buyers,
        open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house,
    ):
        clock = house.process.exchange.clock
        real = clock.now_ms
        now_ms = real()
        await make_ahead(house.connection, now_ms, 4)
        buyers.on("a", ping=bid("30"), post=ACCEPT)
        for turn in range(9):
            clock.now_ms = lambda turn=turn: real() + turn % 3 * WEEK_MS
            assert (await house.sell(lead())).json["outcome"] == "sold"
        clock.now_ms = real
    connection = await database.connect(database_url)
    yield Old(connection), now_ms
    await make_ahead(connection, now_ms, 4)
    await connection.close()


async def walk(house, kept=()):
    return await Walk(house.connection, HOUSE, 0, kept).run()


async def drop(house, now_ms: int, days: int = 1, weeks: int = 0) -> list[str]:
    return await dropping.drop_history(house.connection, HOUSE, now_ms + (weeks + 1) * WEEK_MS + days * DAY_MS, days)


async def test_a_chain_goes_on_over_weeks_that_were_dropped_and_over_nothing_else(old_house):
    house, now_ms = old_house
    whole = await walk(house)
    assert (whole.broken, whole.leads, whole.anchored) == (0, 9, 0)
    for week in range(2):
        dropped = await drop(house, now_ms, weeks=week)
        assert dropped
        report = await walk(house, whole.heads)
        assert report.faults == []
        assert report.leads == 9 - 3 * (week + 1)
        assert report.chapters + report.anchored == whole.chapters
        assert report.heads == whole.heads
    assert await house.connection.fetchval("select count(*) from chapter_anchor") > 1
    await house.connection.execute(
        "delete from chapter_anchor where ctid = (select ctid from chapter_anchor order by seq limit 1 offset 1)"
    )
    assert [found.what.partition(",")[0] for found in (await walk(house)).faults] == ["chapters before it are missing"]


async def test_when_all_is_dropped_one_anchor_is_left_of_a_lane(old_house):
    house, now_ms = old_house
    whole = await walk(house)
    await drop(house, now_ms, weeks=5)
    rows = await house.connection.fetch("select lane, chapters, hash from chapter_anchor")
    assert [(row["lane"], row["chapters"], row["hash"].hex()) for row in rows] == [
        (whole.heads[0].lane, whole.chapters, whole.heads[0].hash)
    ]
    report = await walk(house, whole.heads)
    assert (report.broken, report.heads, report.dropped) == (0, whole.heads, 1)
    assert await house.connection.fetchval("select count(*) from transfer") > 0, "the books are kept"


async def test_a_week_is_kept_while_a_lead_of_it_is_not_settled(old_house):
    house, now_ms = old_house
    await house.connection.execute(
        "update lead_status set status = 'uncertain' where lead_id = (select min(id::text)::uuid from lead)"
    )
    assert await drop(house, now_ms) == [f"chapter_{start // 1000}" for start in _weeks_before(now_ms)]
    assert await house.connection.fetchval("select count(*) from lead") == 9


def _weeks_before(now_ms: int) -> list[int]:
    """Weeks without a lead, that were made ahead of the first one."""
    return [start_of(WEEK_MS, now_ms - WEEK_MS)]


async def test_a_week_with_a_chapter_that_is_not_what_was_sealed_is_kept(old_house):
    house, now_ms = old_house
    first = await house.connection.fetchval("select min(id::text)::uuid from lead")
    await house.connection.execute("update chapter set salt = 'x' where lead_id = $1 and n = 1", first)
    assert await drop(house, now_ms) == [f"chapter_{start // 1000}" for start in _weeks_before(now_ms)]
    assert [found.lead_id for found in (await walk(house)).faults] == [first]


async def test_leads_that_are_not_old_enough_stay(old_house):
    house, now_ms = old_house
    assert await dropping.drop_history(house.connection, HOUSE, now_ms, 30) == []


async def test_whoever_reads_leads_puts_the_drop_off_and_nothing_waits_behind_it(old_house, database_url):
    house, now_ms = old_house
    reader = await database.connect(database_url)
    async with reader.transaction():
        await reader.fetch("select 1 from chapter limit 1")
        assert await drop(house, now_ms) == []
    await reader.close()
    assert await drop(house, now_ms) != []
