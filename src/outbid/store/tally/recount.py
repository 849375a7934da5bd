"""What a lane wrote past its mark, read back from the chapters: for whoever takes the lane over."""

import msgspec

from outbid.core.lead import event as ev
from outbid.core.scope import Scope
from outbid.core.tally.dimension import DAY_MS
from outbid.store.commit.lanes import CLOCK_STEP_MS
from outbid.store.database import Connection
from outbid.store.tally.writing import Mark

AT_ONCE = 2_000
"""Chapters that are read for one step of a recount; a batch has 128 at most."""


class Written(msgspec.Struct, frozen=True):
    """A chapter with what it is tallied by. `facts` is JSON; `earlier` are the events of all chapters before it."""

    seq: int
    at_ms: int
    source: int
    campaign: int
    version: int
    test: bool
    arrived_ms: int
    facts: bytes
    events: list[ev.Event]
    earlier: list[ev.Event]


async def written_past(connection: Connection, scope: Scope, cell: int, lane: int, mark: Mark) -> list[Written]:
    """Whole batches of a lane past its mark, in the order in which they were written; nothing if there are none.

    Only the house may ask: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house counts a lane")
    rows = await connection.fetch(
        """select c.lead_id, c.n, c.seq, c.at, c.events, l.source, l.campaign, l.version, l.test, l.arrived_at, l.facts
             from chapter c join lead l on l.cell = c.cell and l.id = c.lead_id
            where c.cell = $1 and c.lane = $2 and c.seq > $3 and c.at >= $4 order by c.seq, c.place limit $5""",
        cell,
        lane,
        mark.seq,
        mark.at_ms - CLOCK_STEP_MS,
        AT_ONCE,
    )
    if len(rows) == AT_ONCE:
        rows = [row for row in rows if row["seq"] < rows[-1]["seq"]]  # the last batch may not be whole
    earlier = await _earlier(connection, cell, {row["lead_id"]: row["n"] for row in rows})
    return [
        Written(
            row["seq"],
            row["at"],
            row["source"],
            row["campaign"],
            row["version"],
            row["test"],
            row["arrived_at"],
            row["facts"],
            ev.decode(row["events"]),
            [event for n, events in earlier.get(row["lead_id"], ()) if n < row["n"] for event in events],
        )
        for row in rows
    ]


async def _earlier(
    connection: Connection, cell: int, newest: dict[bytes, int]
) -> dict[bytes, list[tuple[int, list[ev.Event]]]]:
    """The chapters of leads, by lead; none is needed of a lead whose first chapter is the newest."""
    found: dict[bytes, list[tuple[int, list[ev.Event]]]] = {}
    wanted = [lead for lead, n in newest.items() if n > 1]
    if not wanted:
        return found
    for row in await connection.fetch(
        """select lead_id, n, events as told from chapter where cell = $1 and lead_id = any($2::uuid[])
            order by lead_id, n""",
        cell,
        wanted,
    ):
        found.setdefault(row["lead_id"], []).append((row["n"], ev.decode(row["told"])))
    return found


async def dimensions_known(
    connection: Connection, cell: int, lane: int, first_ms: int, last_ms: int
) -> list[tuple[int, int, str]]:
    """The dimensions that a lane has rows of, from one UTC day to another: quarter, source, dimension."""
    rows = await connection.fetch(
        """select quarter, source, dimension from tally
            where cell = $1 and quarter >= $2 and quarter < $3 and lane = $4 and dimension <> ''""",
        cell,
        first_ms - first_ms % DAY_MS,
        last_ms - last_ms % DAY_MS + DAY_MS,
        lane,
    )
    return [(row["quarter"], row["source"], row["dimension"]) for row in rows]
