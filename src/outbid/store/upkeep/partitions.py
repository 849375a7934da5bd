"""Partitions by week of the id, which is time: made ahead, so that no lead ever meets a missing one."""

from outbid.core.ids import first_of
from outbid.store.database import Connection

TABLES = ("lead", "lead_key", "lead_status", "chapter", "traffic", "quote")
WEEK_MS = 7 * 24 * 3600 * 1000
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
