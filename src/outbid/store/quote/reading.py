"""A quote read back: by the seller who asks about his ping, and when its lead is posted."""

from typing import Any

from outbid.core.lead import event as ev
from outbid.core.scope import Scope
from outbid.store.quote.row import Record


async def read(connection: Any, scope: Scope, cell: int, identifier: bytes) -> Record | None:
    """One quote, or None if there is none in this scope: of the house, or of the source that pinged."""
    row = await connection.fetchrow(
        """select cell, id, source, campaign, version, test, at, until, facts, events, sealed, notes, wrapped
             from quote where cell = $1 and id = $2 and ($3 = 'house' or $3 = 'source' and source = $4)""",
        cell,
        identifier,
        scope.kind,
        scope.number,
    )
    if row is None:
        return None
    return Record(
        row["cell"],
        row["id"],
        row["source"],
        row["campaign"],
        row["version"],
        row["test"],
        row["at"],
        row["until"],
        row["facts"],
        ev.decode(row["events"]),
        row["sealed"],
        row["notes"],
        row["wrapped"],
    )
