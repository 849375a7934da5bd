"""Partitions by week of the id, which is time: made ahead, so that no lead meets a missing one; traffic is emptied."""

from outbid.core.ids import first_of
from outbid.store.database import Connection

TABLES = ("lead", "lead_key", "lead_status", "chapter", "traffic", "quote")
DAY_MS = 24 * 3600 * 1000
WEEK_MS = 7 * DAY_MS
# Unix time began on a Thursday; Monday is the fourth day before the week after.
_MONDAY_MS = 4 * 24 * 3600 * 1000
WEEKS_AHEAD = 5
_LOCK = 0x6F75746269640003  # "outbid", 3


def week_of(at_ms: int) -> int:
    """The Monday 00:00 UTC, in milliseconds, of the week that holds an instant."""
    return at_ms - (at_ms - _MONDAY_MS) % WEEK_MS


def bounds(start_ms: int) -> tuple[str, str]:
    """The ids between which a week's leads lie, as hex."""
    return first_of(start_ms).hex(), first_of(start_ms + WEEK_MS).hex()


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
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        there = {row["relname"] for row in await connection.fetch("select relname from pg_class where relispartition")}
        for week in range(-1, weeks + 1):
            start_ms = week_of(now_ms) + week * WEEK_MS
            low, high = bounds(start_ms)
            for table in TABLES:
                name = f"{table}_{start_ms // 1000}"
                if name in there:
                    continue
                await connection.execute(
                    f"create table {name} partition of {table} for values from ('{low}') to ('{high}')"
                )
                made += 1
    return made
