"""Chores: claims that ended are swept, living ones stay; partitions are there before anybody needs them."""

import os

from outbid.store import database
from outbid.store.upkeep import chores, partitions

NOW_MS = 1_795_000_000_000


async def test_claims_that_ended_are_swept_and_living_ones_stay(database_url):
    connection = await database.connect(database_url)
    for ended_ms in (0, NOW_MS - 7_200_000, NOW_MS + 1000):
        await connection.execute(
            "insert into claim values ($1, 'house', 0, $2, $3)", os.urandom(16), os.urandom(16), ended_ms
        )
    assert await chores.sweep(connection, "claim", NOW_MS) == 2
    assert await connection.fetchval("select count(*) from claim") == 1
    await connection.close()


async def test_partitions_are_made_for_the_coming_weeks_once(database_url):
    connection = await database.connect(database_url)
    far = NOW_MS + 300 * partitions.WEEK_MS
    assert await partitions.make_ahead(connection, far, 2) == 4 * len(partitions.TABLES)
    assert await partitions.make_ahead(connection, far, 2) == 0
    low, _ = partitions.bounds(partitions.week_of(far))
    assert low[:12] == f"{partitions.week_of(far):012x}"
    await connection.close()
