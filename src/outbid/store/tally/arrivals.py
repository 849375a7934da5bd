"""When leads came: counts of quarter-hours, for caps that are spread over their window."""

from outbid.core.scope import Scope
from outbid.store.database import Connection


async def arrivals(
    connection: Connection, scope: Scope, cell: int, sources: list[int], since_ms: int
) -> list[tuple[int, int]]:
    """Leads of these sources in each quarter-hour since then (UTC milliseconds, count). Only the house may ask."""
    if scope.kind != "house":
        raise PermissionError("only the house sees the leads of several sources")
    rows = await connection.fetch(
        """select quarter, sum(times)::bigint as times from tally
            where cell = $1 and quarter >= $2 and clock = 'arrival' and source = any($3::integer[]) and offer = 0
              and dimension = ''
            group by quarter""",
        cell,
        since_ms,
        sources,
    )
    return [(row["quarter"], row["times"]) for row in rows]
