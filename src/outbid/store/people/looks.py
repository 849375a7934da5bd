"""Looks at what is personal, and erasures: who, what, and why; written before it is done, and never edited."""

from typing import Literal

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

What = Literal["fields", "traffic", "found", "exported", "erased"]
LAST = b"\xff" * 16
"""Above every id."""


class Look(msgspec.Struct, frozen=True):
    """One look at a lead, or what was done to it. `who` is a person's name, `key` and a key's id, or `command line`.

    lead_id  None: somebody looked for a person, and no lead was found
    """

    cell: int
    id: bytes
    lead_id: bytes | None
    at_ms: int
    who: str
    what: What
    reason: str


async def note(connection: Connection, look: Look) -> None:
    """Put a look on record. Only then may anything be shown."""
    await connection.execute(
        "insert into look (cell, id, lead_id, at, who, what, reason) values ($1, $2, $3, $4, $5, $6, $7)",
        look.cell,
        look.id,
        look.lead_id,
        look.at_ms,
        look.who,
        look.what,
        look.reason,
    )


async def page(
    connection: Connection, scope: Scope, cell: int, lead_id: bytes | None, before: bytes, limit: int
) -> list[Look]:
    """The newest looks, at one lead or at all, with an id below `before`. Nobody but the house sees any."""
    rows = await connection.fetch(
        """select cell, id, lead_id, at, who, what, reason from look
            where $1 = 'house' and cell = $2 and ($3::uuid is null or lead_id = $3) and id < $4
            order by id desc limit $5""",
        scope.kind,
        cell,
        lead_id,
        before,
        limit,
    )
    return [Look(*row.values()) for row in rows]
