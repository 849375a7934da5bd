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
    weekly = [table for table, period_ms in partitions.PERIODS.items() if period_ms == partitions.WEEK_MS]
    assert await partitions.make_ahead(connection, far, 2) == 4 * len(weekly) + 22
    assert await partitions.make_ahead(connection, far, 2) == 0
    monday = partitions.start_of(partitions.WEEK_MS, far)
    assert partitions.bounds(monday, partitions.WEEK_MS)[0][:12] == f"{monday:012x}"
    await connection.close()


async def test_partitions_of_quotes_are_dropped_a_week_after_their_day_and_those_of_leads_stay(database_url):
    connection = await database.connect(database_url)
    far = NOW_MS + 400 * partitions.WEEK_MS
    await partitions.drop_past(connection, far)
    await partitions.make_ahead(connection, far, 0)
    assert await partitions.drop_past(connection, far) == []
    gone = await partitions.drop_past(connection, far + 2 * partitions.DAY_MS)
    first = partitions.start_of(partitions.DAY_MS, far - partitions.WEEK_MS)
    days = [first + day * partitions.DAY_MS for day in (0, 1)]
    assert gone == [f"quote_{start // 1000}" for start in days]
    assert await partitions.make_ahead(connection, far, 0) == 2
    await connection.close()
