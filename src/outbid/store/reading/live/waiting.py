"""What waits for a person: leads in review, sales whose end nobody knows, jobs that were given up."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection


class Waiting(msgspec.Struct, frozen=True):
    """Leads of a status that wait: how many, and since when and which the longest."""

    status: str
    leads: int
    since_ms: int
    oldest: bytes


class Uncertain(msgspec.Struct, frozen=True):
    """Uncertain sales of an offer, and what is held for them in micros."""

    offer: int
    sales: int
    held_micros: int


class Dead(msgspec.Struct, frozen=True):
    """Jobs that were given up: how many, when the first was last tried, and which it is."""

    jobs: int
    since_ms: int
    oldest: bytes


async def waiting(connection: Connection, scope: Scope, cell: int) -> list[Waiting]:
    """Leads in review and those with an uncertain sale, test leads apart. Only the house may ask: PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees what waits for it")
    rows = await connection.fetch(
        """select s.status, count(*) as leads, min(s.at) as since,
                  (array_agg(s.lead_id order by s.at, s.lead_id))[1] as oldest
             from lead_status s join lead l on l.cell = s.cell and l.id = s.lead_id
            where s.cell = $1 and s.status in ('review', 'uncertain') and not l.test group by s.status""",
        cell,
    )
    return [Waiting(*row.values()) for row in rows]


async def uncertain(connection: Connection, scope: Scope, cell: int) -> list[Uncertain]:
    """Uncertain sales by offer. Only the house may ask: PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees what waits for it")
    rows = await connection.fetch(
        """select y.offer, count(*) as sales, sum(y.price_micros)::bigint as held
             from lead_status s join sale y on y.cell = s.cell and y.lead_id = s.lead_id and y.status = 'uncertain'
            where s.cell = $1 and s.status in ('review', 'uncertain') group by y.offer order by y.offer""",
        cell,
    )
    return [Uncertain(*row.values()) for row in rows]


async def dead(connection: Connection, scope: Scope, cell: int) -> Dead | None:
    """Jobs that are dead; None if there are none. Only the house may ask: PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees what waits for it")
    row = await connection.fetchrow(
        """select count(*) as jobs, min(run_at) as since, (array_agg(id order by run_at, id))[1] as oldest
             from job where cell = $1 and state = 'dead'""",
        cell,
    )
    return Dead(*row.values()) if row is not None and row["jobs"] else None
