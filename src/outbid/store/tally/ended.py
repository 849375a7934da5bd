"""What methods read of the past: how posts ended, and how many leads each offer won today."""

from outbid.core.contract import Ends
from outbid.core.scope import Scope
from outbid.store.database import Connection


async def ended(
    connection: Connection, scope: Scope, cell: int, sources: list[int], since_ms: int
) -> dict[tuple[int, int], Ends]:
    """How posts of leads that came since then ended, by source and offer. Only the house may ask.

    A sale that was settled counts once: as accepted or not, whatever it was taken for before.
    """
    if scope.kind != "house":
        raise PermissionError("only the house sees how posts of several sources ended")
    rows = await connection.fetch(
        """select source, offer, outcome, reason = 'settled' as settled, sum(times)::bigint as times from tally
            where cell = $1 and quarter >= $2 and clock = 'arrival' and source = any($3::integer[]) and offer > 0
              and outcome in ('sold', 'rejected', 'uncertain') and dimension = ''
            group by source, offer, outcome, reason = 'settled'""",
        cell,
        since_ms,
        sources,
    )
    found: dict[tuple[int, int], Ends] = {}
    for row in rows:
        accepted = row["times"] if row["outcome"] == "sold" else 0
        posts = 0 if row["settled"] else row["times"]  # it was counted as uncertain
        key = row["source"], row["offer"]
        found[key] = found.get(key, Ends()).plus(Ends(accepted, posts))
    return found


async def won_since(
    connection: Connection, scope: Scope, cell: int, offers: list[int], since_ms: int, but: int
) -> dict[int, int]:
    """How many sales each of the offers made since then, in all lanes `but` one. Only the house may ask."""
    if scope.kind != "house":
        raise PermissionError("only the house sees the sales of several buyers")
    rows = await connection.fetch(
        """select offer, sum(times)::bigint as times from tally
            where cell = $1 and quarter >= $2 and clock = 'sale' and offer = any($3::integer[]) and outcome = 'sold'
              and dimension = '' and lane <> $4
            group by offer""",
        cell,
        since_ms,
        offers,
        but,
    )
    return {row["offer"]: row["times"] for row in rows}
