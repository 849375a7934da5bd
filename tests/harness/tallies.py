"""Whether the tallies of a database are what its chapters add up to: at the end of each test that opens a house."""

import asyncio
from typing import Any

from outbid.core.market.compile import compile_market
from outbid.core.tally.rows import Key
from outbid.plugins.registry import Registry
from outbid.store import market as markets
from simulation.counted import Figures, recounted, summed

MOST_LOOKS = 20
PAUSE_S = 0.25


async def miscounted(connection: Any) -> dict[Key, tuple[Figures | None, Figures | None]]:
    """Where the rows and a recount of all chapters differ: what stands there, and what should."""
    compiled: dict[int, Any] = {}
    leads = {row["id"]: row for row in await connection.fetch("select * from lead")}
    for version in {row["version"] for row in leads.values()}:
        compiled[version] = compile_market(*await markets.load(connection, version), Registry(), lenient=True)
    chapters = await connection.fetch("select lane, seq, place, lead_id, n, events from chapter")
    due = recounted(chapters, leads, lambda version, campaign: compiled[version].campaigns[campaign].dimensions)
    found = summed(await connection.fetch("select * from tally"))
    return {k: (found.get(k), due.get(k)) for k in found.keys() | due.keys() if found.get(k) != due.get(k)}


async def miscounted_at_last(connection: Any) -> dict[Key, tuple[Figures | None, Figures | None]]:
    """As `miscounted`, once other processes that live yet have written what they counted: they do so each second."""
    for _ in range(MOST_LOOKS):
        if not (wrong := await miscounted(connection)):
            break
        await asyncio.sleep(PAUSE_S)
    return wrong
