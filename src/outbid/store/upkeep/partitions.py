"""Partitions by ranges of the id, which is time: made ahead, so that no lead meets a missing one; dropped, emptied."""

from outbid.core.ids import first_of
from outbid.store.database import Connection

DAY_MS = 24 * 3600 * 1000
WEEK_MS = 7 * DAY_MS
PERIODS = {
    "lead": WEEK_MS,
    "lead_key": WEEK_MS,
    "lead_status": WEEK_MS,
    "chapter": WEEK_MS,
    "traffic": WEEK_MS,
    "quote": DAY_MS,
}
"""How much time one partition of each table holds."""
KEPT_MS = {"quote": WEEK_MS}
"""How long the rows of a table are kept at least; a table that is not here is kept."""
# Unix time began on a Thursday; Monday is the fourth day before the week after.
_MONDAY_MS = 4 * DAY_MS
WEEKS_AHEAD = 5
_LOCK = 0x6F75746269640003  # "outbid", 3


def start_of(period_ms: int, at_ms: int) -> int:
    """When the period began that holds an instant, in UTC milliseconds: weeks begin on Monday at 00:00 UTC."""
    return at_ms - (at_ms - _MONDAY_MS) % period_ms


def bounds(start_ms: int, period_ms: int) -> tuple[str, str]:
    """The ids between which a period's leads lie, as hex."""
    return first_of(start_ms).hex(), first_of(start_ms + period_ms).hex()


async def empty_traffic(connection: Connection, now_ms: int, days: int) -> int:
    """Empty the weeks of traffic that ended so many days ago; returns how many were emptied. Needs the owner's rights.

    The partitions stay: a lead of that time may still be settled, and written about.
    """
    ended_ms = now_ms - days * DAY_MS - WEEK_MS
    rows = await connection.fetch(
        "select relname from pg_class where relispartition and relkind = 'r' and relname like 'traffic\\_%'"
    )
    names = [row["relname"] for row in rows]
    old = [name for name in sorted(names) if int(name.rpartition("_")[2]) * 1000 <= ended_ms]
    emptied = 0
    for name in old:
        if await connection.fetchval(f"select exists (select from {name})"):
            await connection.execute(f"truncate {name}")
            emptied += 1
    return emptied


async def make_ahead(connection: Connection, now_ms: int, weeks: int = WEEKS_AHEAD) -> int:
    """Make every missing partition from last week to some weeks ahead. Returns how many were made. Needs DDL rights."""
    made = 0
    async with connection.transaction():
        there = await _there(connection)
        for table, period_ms in PERIODS.items():
            start_ms = start_of(period_ms, now_ms - WEEK_MS)
            while start_ms <= now_ms + weeks * WEEK_MS:
                made += await _make(connection, there, table, start_ms, period_ms)
                start_ms += period_ms
    return made


async def drop_past(connection: Connection, now_ms: int) -> list[str]:
    """Drop the partitions of which every row is older than it is kept; returns their names. Needs DDL rights."""
    async with connection.transaction():
        past = [
            name
            for name in sorted(await _there(connection))
            if (table := name.rpartition("_")[0]) in KEPT_MS
            and int(name.rpartition("_")[2]) * 1000 + PERIODS[table] <= now_ms - KEPT_MS[table]
        ]
        for name in past:
            await connection.execute(f"drop table {name}")
    return past


async def _there(connection: Connection) -> set[str]:
    """The partitions that there are; nobody else makes or drops any until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
    rows = await connection.fetch(
        """select relname from pg_class
            where relispartition and relkind = 'r' and relnamespace = current_schema()::regnamespace"""
    )
    return {row["relname"] for row in rows}


async def _make(connection: Connection, there: set[str], table: str, start_ms: int, period_ms: int) -> bool:
    name = f"{table}_{start_ms // 1000}"
    if name in there:
        return False
    low, high = bounds(start_ms, period_ms)
    await connection.execute(f"create table {name} partition of {table} for values from ('{low}') to ('{high}')")
    return True
