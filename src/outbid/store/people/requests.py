"""Privacy requests: that somebody asks to be forgotten, put on record with keyed hashes of who he is."""

from typing import Literal

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

Kind = Literal["deletion"]
LAST = b"\xff" * 16
"""Above every id."""


class Request(msgspec.Struct, frozen=True):
    """A request. `persons`: keyed hashes of phone and e-mail; `reference`: the sender's own id; `message`: tells it."""

    cell: int
    id: bytes
    at_ms: int
    source: int
    kind: Kind
    persons: tuple[bytes, ...]
    reference: str
    message: bytes


class Kept(msgspec.Struct, frozen=True):
    """A request as it stands. `leads`: how many leads the person has; `done_ms`: when it was answered, if it was."""

    cell: int
    id: bytes
    at_ms: int
    source: int
    kind: Kind
    persons: list[bytes]
    reference: str
    done_ms: int | None
    leads: int


async def put(connection: Connection, request: Request) -> bool:
    """Put a request on record; False if the same message was before."""
    made = await connection.execute(
        """insert into privacy_request (cell, id, at, source, kind, persons, reference, message)
           values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing""",
        request.cell,
        request.id,
        request.at_ms,
        request.source,
        request.kind,
        list(request.persons),
        request.reference,
        request.message,
    )
    return str(made) != "INSERT 0 0"


async def page(
    connection: Connection, scope: Scope, cell: int, before: bytes, limit: int, *, only_open: bool = False
) -> list[Kept]:
    """The newest requests with an id below `before`. Nobody but the house sees any."""
    rows = await connection.fetch(
        """select r.cell, r.id, r.at, r.source, r.kind, r.persons, r.reference, r.done_at,
                  (select count(distinct (p.cell, p.lead_id)) from person p where p.hash = any(r.persons)) as leads
             from privacy_request r
            where $1 = 'house' and r.cell = $2 and r.id < $3 and (r.done_at is null or not $5)
            order by r.id desc limit $4""",
        scope.kind,
        cell,
        before,
        limit,
        only_open,
    )
    return [Kept(*row.values()) for row in rows]


async def done(connection: Connection, scope: Scope, cell: int, identifier: bytes, now_ms: int) -> bool:
    """A request was answered; False if there is none that was not. Only the house may: else PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house answers requests")
    made = await connection.execute(
        "update privacy_request set done_at = $3 where cell = $1 and id = $2 and done_at is null",
        cell,
        identifier,
        now_ms,
    )
    return str(made) != "UPDATE 0"
