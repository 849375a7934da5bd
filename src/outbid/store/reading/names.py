"""Numbers of nouns and their slugs, each from the other: a number belongs to one slug for ever."""

from collections.abc import Iterable

from outbid.core.scope import Scope
from outbid.store.database import Connection


async def number_of(connection: Connection, scope: Scope, kind: str, slug: str) -> int | None:
    """The number of a noun that is or was there; None if there never was one."""
    found: int | None = await connection.fetchval(
        "select number from noun where $1 = 'house' and kind = $2 and slug = $3 limit 1", scope.kind, kind, slug
    )
    return found


async def slugs_of(connection: Connection, scope: Scope, owners: Iterable[str]) -> dict[str, str]:
    """Owners of accounts (`buyer:7`) with the slugs of their numbers; what is no noun is left out."""
    parts = [owner.partition(":") for owner in set(owners)]
    numbered = [(kind, int(number)) for kind, _, number in parts if number.isdecimal()]
    rows = await connection.fetch(
        """select distinct n.kind, n.number, n.slug
             from unnest($2::text[], $3::integer[]) u (kind, number)
             join noun n on n.kind = u.kind and n.number = u.number
            where $1 = 'house'""",
        scope.kind,
        [kind for kind, _ in numbered],
        [number for _, number in numbered],
    )
    return {f"{row['kind']}:{row['number']}": row["slug"] for row in rows}
