"""Saved views: a name for a page of the portal and its query, of one person, or shared with all of the house."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

MOST = 500
"""How many somebody may keep."""


class View(msgspec.Struct, frozen=True):
    """A saved view. `owner` made it; `at_ms`: when it was last saved."""

    id: bytes
    owner: str
    page: str
    name: str
    query: str
    shared: bool
    at_ms: int


async def views(connection: Connection, scope: Scope, owner: str, page: str | None) -> list[View]:
    """Somebody's own, and those that others share, by page and name."""
    rows = await connection.fetch(
        """select id, owner, page, name, query, shared, made_at from saved_view
            where $1 = 'house' and (owner = $2 or shared) and ($3::text is null or page = $3)
            order by page, name, owner""",
        scope.kind,
        owner,
        page,
    )
    return [View(*row.values()) for row in rows]


async def save(connection: Connection, scope: Scope, view: View) -> View | None:
    """Save a view; of one page and name its owner has one. None: he has as many as he may keep."""
    rows = await connection.fetch(
        """insert into saved_view as v (id, owner, page, name, query, shared, made_at)
           select $2, $3, $4, $5, $6, $7, $8 where $1 = 'house'
              and ((select count(*) from saved_view where owner = $3) < $9
                   or exists (select from saved_view where owner = $3 and page = $4 and name = $5))
           on conflict (owner, page, name) do update
              set query = excluded.query, shared = excluded.shared, made_at = excluded.made_at
           returning id, owner, page, name, query, shared, made_at""",
        scope.kind,
        view.id,
        view.owner,
        view.page,
        view.name,
        view.query,
        view.shared,
        view.at_ms,
        MOST,
    )
    return View(*rows[0].values()) if rows else None


async def remove(connection: Connection, scope: Scope, owner: str, identifier: bytes) -> bool:
    """Forget a view of one's own; False if there is none."""
    done = await connection.execute(
        "delete from saved_view where $1 = 'house' and owner = $2 and id = $3", scope.kind, owner, identifier
    )
    return str(done) != "DELETE 0"
