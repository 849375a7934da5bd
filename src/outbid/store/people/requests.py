"""Privacy requests: what persons ask of the house, put on record with keyed hashes of who they are."""

import re
from typing import Literal

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

Kind = Literal["deletion", "access", "stop"]
"""To be forgotten; to be told what is held; to be sold no more."""
_ID = re.compile(r"[0-9a-f]{32}")
LAST = b"\xff" * 16
"""Above every id."""


class Request(msgspec.Struct, frozen=True):
    """A request. `persons`: keyed hashes of phone and e-mail; `reference`: the sender's own id; `message`: tells it.

    source  by whose message it came; None: somebody of the house wrote it down
    """

    cell: int
    id: bytes
    at_ms: int
    source: int | None
    kind: Kind
    persons: tuple[bytes, ...]
    reference: str
    message: bytes


class Kept(msgspec.Struct, frozen=True):
    """A request as it stands. `leads`: how many leads the person has.

    done_ms, done_by, result  when it was answered, if it was, by whom and how
    """

    cell: int
    id: bytes
    at_ms: int
    source: int | None
    kind: Kind
    persons: list[bytes]
    reference: str
    done_ms: int | None
    done_by: str
    result: str
    leads: int


class Result(msgspec.Struct, frozen=True):
    """How a request was answered: when (UTC milliseconds), by whom, and what was done."""

    at_ms: int
    by: str
    said: str

    @classmethod
    def erased(cls, at_ms: int, by: str, leads: int) -> "Result":
        """That so many leads of the person are erased, now or before."""
        return cls(at_ms, by, "1 lead erased" if leads == 1 else f"{leads} leads erased")


_KEPT = """r.cell, r.id, r.at, r.source, r.kind, r.persons, r.reference, r.done_at, r.done_by, r.result,
  (select count(distinct (p.cell, p.lead_id)) from person p where p.hash = any(r.persons)) as leads"""


def is_id(text: str) -> bool:
    """Is it written as the id of a request is?"""
    return _ID.fullmatch(text) is not None


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
        f"""select {_KEPT} from privacy_request r
            where $1 = 'house' and r.cell = $2 and r.id < $3 and (r.done_at is null or not $5)
            order by r.id desc limit $4""",
        scope.kind,
        cell,
        before,
        limit,
        only_open,
    )
    return [Kept(*row.values()) for row in rows]


async def find(connection: Connection, scope: Scope, cell: int, identifier: bytes) -> Kept | None:
    """A request by its id; None if there is none. Nobody but the house sees any."""
    row = await connection.fetchrow(
        f"select {_KEPT} from privacy_request r where $1 = 'house' and r.cell = $2 and r.id = $3",
        scope.kind,
        cell,
        identifier,
    )
    return None if row is None else Kept(*row.values())


async def done(
    connection: Connection, scope: Scope, cell: int, identifier: bytes, result: Result, *, kind: Kind | None = None
) -> bool:
    """A request was answered; False if there is none that was not, or it is of another kind.

    Only the house may: else PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house answers requests")
    made = await connection.execute(
        """update privacy_request set done_at = $3, done_by = $4, result = $5
            where cell = $1 and id = $2 and done_at is null and ($6::text is null or kind = $6)""",
        cell,
        identifier,
        result.at_ms,
        result.by,
        result.said,
        kind,
    )
    return str(made) != "UPDATE 0"
