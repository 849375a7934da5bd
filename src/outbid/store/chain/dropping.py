"""A week of leads is dropped when its days are over: first it is checked, and what its lanes need to go on is kept."""

import asyncpg

from outbid.core.ids import first_of
from outbid.core.scope import Scope
from outbid.core.seal.chain import Chain
from outbid.store.chain.reading import anchors, chapters
from outbid.store.database import Connection, log
from outbid.store.upkeep.partitions import DAY_MS, WEEK_MS

TABLES = ("lead", "lead_key", "lead_status", "chapter", "traffic")
"""What is dropped of a week; sales, transfers and tallies stay."""
PAGE = 2_000
LOCK_TIMEOUT = "set local lock_timeout = '200ms'"
"""Whoever waits longer for the tables keeps all leads waiting: the week is dropped another time."""


class _Kept(Exception):
    """A week that cannot be dropped, and why."""


async def drop_history(connection: Connection, scope: Scope, now_ms: int, days: int) -> list[str]:
    """Drop the weeks of leads that ended so many days ago; returns the names of their chapters' partitions.

    A week stays if a lead of it is not settled, or if its chapters are not what was sealed. Needs the owner's rights.
    """
    rows = await connection.fetch(
        "select relname from pg_class where relispartition and relkind = 'r' and relname like 'chapter\\_%'"
        " and relnamespace = current_schema()::regnamespace"
    )
    starts = sorted(int(row["relname"].rpartition("_")[2]) * 1000 for row in rows)
    dropped = []
    for start_ms in starts:
        if start_ms + WEEK_MS > now_ms - days * DAY_MS:
            break
        try:
            async with connection.transaction():
                await _drop(connection, scope, start_ms)
        except _Kept as error:
            log.warning("the leads of the week that began at %s are kept: %s", start_ms // 1000, error)
        except asyncpg.LockNotAvailableError:
            log.info("the leads of the week that began at %s are dropped later: somebody reads them", start_ms // 1000)
        else:
            dropped.append(f"chapter_{start_ms // 1000}")
    return dropped


async def _drop(connection: Connection, scope: Scope, start_ms: int) -> None:
    low, high = first_of(start_ms), first_of(start_ms + WEEK_MS)
    await connection.execute(LOCK_TIMEOUT)
    await connection.execute(f"lock table chapter_{start_ms // 1000} in share mode")
    if await _unsettled(connection, scope, low, high):
        raise _Kept("a lead of it is not settled yet")
    for cell in await _cells(connection, scope, low, high):
        await _anchor(connection, scope, cell, low, high)
    await connection.execute("delete from person where lead_id >= $1 and lead_id < $2", low, high)
    for table in TABLES:
        await connection.execute(f"drop table {table}_{start_ms // 1000}")


async def _unsettled(connection: Connection, scope: Scope, low: bytes, high: bytes) -> bool:
    found: bool = await connection.fetchval(
        """select exists (
             select from lead l left join lead_status s on s.cell = l.cell and s.lead_id = l.id
              where l.id >= $1 and l.id < $2 and $3 = 'house'
                and (s.status is null or s.status not in ('sold', 'unsold', 'refused')))""",
        low,
        high,
        scope.kind,
    )
    return found


async def _cells(connection: Connection, scope: Scope, low: bytes, high: bytes) -> list[int]:
    rows = await connection.fetch(
        "select distinct cell from chapter where lead_id >= $1 and lead_id < $2 and $3 = 'house'", low, high, scope.kind
    )
    return [row["cell"] for row in rows]


async def _anchor(connection: Connection, scope: Scope, cell: int, low: bytes, high: bytes) -> None:
    """Keep the ends of what is dropped, joined with what was dropped before. Raises _Kept."""
    chain, after = Chain(await anchors(connection, cell)), (low, 0)
    while page := [found for found in await chapters(connection, scope, cell, after, PAGE) if found.lead_id < high]:
        if not all(chapter.is_sealed() for chapter in page):
            raise _Kept("a chapter of it is not what was sealed; `outbid verify` tells which")
        for chapter in page:
            chain.add(chapter.run())
        after = (page[-1].lead_id, page[-1].n)
    if chain.doubles:
        raise _Kept("a chapter of it stands at a place where another one stood; `outbid verify` tells which")
    await connection.execute("delete from chapter_anchor where cell = $1", cell)
    await connection.executemany(
        """insert into chapter_anchor (cell, lane, seq, place, prev_hash, last_seq, last_place, hash, chapters)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [(cell, r.lane, *r.first, r.prev_hash, *r.last, r.hash, r.chapters) for r in chain.runs()],
    )
