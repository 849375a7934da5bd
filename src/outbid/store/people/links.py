"""Links to posting instructions that need no login: only the SHA-256 of a token is kept, and each ends by itself."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

MOST = 200


class Link(msgspec.Struct, frozen=True):
    """A link to the instructions of a source. `by` made it; times are UTC milliseconds."""

    id: bytes
    source: int
    note: str
    by: str
    made_ms: int
    expires_ms: int


async def put(connection: Connection, scope: Scope, link: Link, token_hash: bytes) -> None:
    """Keep a link. Those that are over go. Only the house may: else PermissionError."""
    _only_the_house(scope)
    await connection.execute("delete from instruction_link where expires_at <= $1", link.made_ms)
    await connection.execute(
        """insert into instruction_link (token_hash, id, source, note, by, made_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        token_hash,
        link.id,
        link.source,
        link.note,
        link.by,
        link.made_ms,
        link.expires_ms,
    )


async def of_source(connection: Connection, scope: Scope, source: int, now_ms: int) -> list[Link]:
    """The links of a source that stand, the newest first."""
    rows = await connection.fetch(
        """select id, source, note, by, made_at, expires_at from instruction_link
            where $1 = 'house' and source = $2 and expires_at > $3 order by id desc limit $4""",
        scope.kind,
        source,
        now_ms,
        MOST,
    )
    return [Link(*row.values()) for row in rows]


async def remove(connection: Connection, scope: Scope, source: int, identifier: bytes) -> bool:
    """Revoke a link; False if there is none. Only the house may: else PermissionError."""
    _only_the_house(scope)
    done = await connection.execute("delete from instruction_link where source = $1 and id = $2", source, identifier)
    return str(done) != "DELETE 0"


async def find(connection: Connection, token_hash: bytes, now_ms: int) -> int | None:
    """The source whose instructions a link opens; None if it opens nothing."""
    found: int | None = await connection.fetchval(
        "select source from instruction_link where token_hash = $1 and expires_at > $2", token_hash, now_ms
    )
    return found


def _only_the_house(scope: Scope) -> None:
    if scope.kind != "house":
        raise PermissionError("only the house makes and revokes links")
