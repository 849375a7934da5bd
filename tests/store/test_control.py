"""Figures of offers summed on PostgreSQL itself, and steps that the program can write and never alter."""

import asyncpg
import pytest

from outbid.core.control.figures import Tallied
from outbid.core.control.health import Figure
from outbid.core.scope import HOUSE, Scope
from outbid.core.tally.histogram import BUCKETS, bucket_of
from outbid.core.tally.rows import Tallies
from outbid.store import database
from outbid.store.commit import lanes
from outbid.store.control import steps
from outbid.store.control.figures import tallied
from outbid.store.tally.writing import Mark, add

QUARTER = 1_795_000_500_000
STANDS = steps.Stands(7, 1, 500_000, 0, QUARTER, 1)
STEP = steps.Step(1, QUARTER, "rules", "worse", "lowered", 500_000, [Figure("rejects", 50, 30)])


@pytest.fixture
async def connection(app_database_url):
    connection = await database.connect(app_database_url)
    yield connection
    await connection.close()


def answers(*times_ms):
    tallies = Tallies()
    for ms in times_ms:
        tallies[QUARTER, "arrival", 3][7, "bid", "", ""].add(1, 0, 0, ms)
    return tallies


async def test_figures_are_summed_over_sources_and_lanes_and_slow_is_what_took_longer(connection):
    for more in ((10, 300, 900), (2000, 100)):
        lane = await lanes.open_lane(connection, 0, "test", QUARTER)
        assert await add(connection, 0, lane.id, 0, Mark(1, QUARTER), answers(*more))
    found = await tallied(connection, HOUSE, 0, QUARTER, {7: 500, 8: 0})
    assert found == [Tallied(QUARTER, 7, "bid", "", 5, 2)]
    assert (await tallied(connection, HOUSE, 0, QUARTER, {7: 0}))[0].slow == 0
    assert (await tallied(connection, HOUSE, 0, QUARTER, {7: 130_000}))[0].slow == 0
    assert bucket_of(130_000) < BUCKETS
    assert await tallied(connection, HOUSE, 0, QUARTER + 900_000, {7: 500}) == []


async def test_a_step_is_told_with_its_figures_and_cannot_be_altered(connection):
    assert await steps.take(connection, STANDS, STEP)
    assert await steps.taken(connection, HOUSE, 7, 2, 10) == [STEP]
    assert await steps.stands(connection, HOUSE) == [STANDS]
    for statement in ("update control_step set share = 0", "delete from control_step"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_nobody_but_the_house_reads_them(connection):
    buyer = Scope("buyer", 1)
    for reading in (
        steps.stands(connection, buyer),
        steps.taken(connection, buyer, 7, 2, 10),
        tallied(connection, buyer, 0, QUARTER, {7: 0}),
    ):
        with pytest.raises(PermissionError):
            await reading
