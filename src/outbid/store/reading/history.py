"""The market's past for people: which versions there were, and who changed which setting, from what to what."""

from typing import Any

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

LARGEST = (1 << 63) - 1
Place = tuple[int, str, int]
"""Where a change stands in the order of all: version, kind, number of the noun."""


class VersionRow(msgspec.Struct, frozen=True):
    """A version. `at_ms` is in UTC milliseconds."""

    number: int
    at_ms: int
    by: str
    note: str


class Side(msgspec.Struct, frozen=True):
    """A noun on both sides of a version: None where it was not there."""

    kind: str
    slug: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangeRow(msgspec.Struct, frozen=True):
    """What a version did to one noun. `before` is None for a new one, `after` for one that went."""

    place: Place
    at_ms: int
    by: str
    slug: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def version(connection: Connection, scope: Scope, number: int) -> VersionRow | None:
    """A version by its number; None if there is none."""
    row = await connection.fetchrow(
        "select number, at, by, note from version where $1 = 'house' and number = $2", scope.kind, number
    )
    return None if row is None else VersionRow(*row.values())


async def versions(connection: Connection, scope: Scope, before: int, limit: int) -> list[VersionRow]:
    """The newest versions with a number below `before`."""
    rows = await connection.fetch(
        "select number, at, by, note from version where $1 = 'house' and number < $2 order by number desc limit $3",
        scope.kind,
        before,
        limit,
    )
    return [VersionRow(*row.values()) for row in rows]


_SHORT = """
select f.version, f.kind, f.slug, f.changes, b.body as before, n.body as after
  from (
  select version, kind, number, slug, count(*) over (partition by version) as changes,
         row_number() over (partition by version order by kind, number) as place
    from (
    select n.from_version as version, n.kind, n.number, n.slug from noun n where n.from_version between $2 and $3
    union all
    select b.to_version, b.kind, b.number, b.slug from noun b
     where b.to_version between $2 and $3
       and not exists (
         select from noun n where n.kind = b.kind and n.number = b.number and n.from_version = b.to_version)
    ) each_one
  ) f
  left join noun b on b.kind = f.kind and b.number = f.number and b.to_version = f.version
  left join noun n on n.kind = f.kind and n.number = f.number and n.from_version = f.version
 where $1 = 'house' and f.place <= $4
 order by f.version, f.place
"""


async def in_short(
    connection: Connection, scope: Scope, within: tuple[int, int], most: int
) -> dict[int, tuple[int, list[Side]]]:
    """Of each version `within`, both included: how many nouns it changed, and the first `most` of them."""
    found: dict[int, tuple[int, list[Side]]] = {}
    for row in await connection.fetch(_SHORT, scope.kind, *within, most):
        _, sides = found.setdefault(row["version"], (row["changes"], []))
        sides.append(Side(row["kind"], row["slug"], _plain(row["before"]), _plain(row["after"])))
    return found


_CHANGES = """
select found.*, v.at, v.by from (
  select n.from_version as version, n.kind, n.number, n.slug, b.body as before, n.body as after
    from noun n
    left join noun b on b.kind = n.kind and b.number = n.number and b.to_version = n.from_version
   where (n.from_version, n.kind, n.number) {past} ($2, $3, $4) and n.from_version between $5 and $6
  union all
  select b.to_version, b.kind, b.number, b.slug, b.body, null
    from noun b
   where b.to_version is not null
     and (b.to_version, b.kind, b.number) {past} ($2, $3, $4) and b.to_version between $5 and $6
     and not exists (
       select from noun n where n.kind = b.kind and n.number = b.number and n.from_version = b.to_version)
  ) found
  join version v on v.number = found.version
 where $1 = 'house' and ($7::text is null or found.kind = $7) and ($8::text is null or found.slug = $8)
 order by found.version {way}, found.kind {way}, found.number {way} limit $9"""


async def changes(
    connection: Connection,
    scope: Scope,
    *,
    past: Place | None = None,
    within: tuple[int, int] = (0, LARGEST),
    kind: str | None = None,
    slug: str | None = None,
    newest_first: bool = False,
    limit: int = 100,
) -> list[ChangeRow]:
    """Changes in their order, or the newest first: those past a place, of the versions `within`, both included."""
    end: Place = (LARGEST, "", 0) if newest_first else (-1, "", 0)
    query = _CHANGES.format(past="<" if newest_first else ">", way="desc" if newest_first else "asc")
    rows = await connection.fetch(query, scope.kind, *(past or end), *within, kind, slug, limit)
    return [
        ChangeRow(
            (row["version"], row["kind"], row["number"]),
            row["at"],
            row["by"],
            row["slug"],
            _plain(row["before"]),
            _plain(row["after"]),
        )
        for row in rows
    ]


def _plain(body: bytes | None) -> dict[str, Any] | None:
    return None if body is None else msgspec.json.decode(body, type=dict[str, Any])
