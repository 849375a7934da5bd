"""The market's nouns for people: one, or a page of a kind, each with the version since which it is so."""

from collections.abc import Mapping, Sequence

import msgspec

from outbid.core.market.noun import KINDS, Noun
from outbid.core.scope import Scope
from outbid.store.database import Connection


class Kept(msgspec.Struct, frozen=True):
    """A noun as it stands. `since` is the version that made it so."""

    since: int
    noun: Noun


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which nouns of a kind: those whose slug begins with `prefix` and comes after `after`, in order, at most `limit`.

    words   every one of them stands in the slug or the name, upper and lower case alike
    slugs   only these; None: whatever they are called
    of      what they name: `{"campaign": "auto"}`
    paused  None: whether they are or not
    """

    prefix: str = ""
    after: str = ""
    words: str = ""
    slugs: tuple[str, ...] | None = None
    of: Mapping[str, str] = {}
    paused: bool | None = None
    limit: int = 100


async def one(connection: Connection, scope: Scope, kind: str, slug: str) -> Kept | None:
    """A noun as it stands; None if there is none."""
    row = await connection.fetchrow(
        """select from_version, body from noun
            where $1 = 'house' and kind = $2 and slug = $3 and to_version is null""",
        scope.kind,
        kind,
        slug,
    )
    return None if row is None else _kept(kind, row["from_version"], row["body"])


async def page(connection: Connection, scope: Scope, kind: str, wish: Wish) -> list[Kept]:
    """A page of the nouns of a kind, by slug."""
    rows = await connection.fetch(
        """select from_version, body from noun
            where $1 = 'house' and kind = $2 and to_version is null and slug > $3 and starts_with(slug, $4)
              and ($5::text[] is null or slug = any($5))
              and ($6::boolean is null or coalesce((body ->> 'paused')::boolean, false) = $6)
              and not exists (select 1 from unnest($7::text[], $8::text[]) o (name, slug)
                               where body ->> o.name is distinct from o.slug)
              and not exists (select 1 from regexp_split_to_table(lower($9), '\\s+') word
                               where position(word in lower(slug || ' ' || coalesce(body ->> 'name', ''))) = 0)
            order by slug limit $10""",
        scope.kind,
        kind,
        wish.after,
        wish.prefix,
        wish.slugs,
        wish.paused,
        list(wish.of),
        list(wish.of.values()),
        wish.words,
        wish.limit,
    )
    return [_kept(kind, row["from_version"], row["body"]) for row in rows]


async def counts(connection: Connection, scope: Scope, keys: Sequence[str]) -> list[tuple[str, str, str, int]]:
    """How many nouns of a kind name another: (kind, by which of these keys, the other's slug, how many)."""
    rows = await connection.fetch(
        """select n.kind, k.name, n.body ->> k.name as slug, count(*) as count
             from noun n cross join unnest($2::text[]) k (name)
            where $1 = 'house' and n.to_version is null and n.kind <> 'key' and n.body ->> k.name is not null
            group by 1, 2, 3 order by 1, 2, 3""",
        scope.kind,
        keys,
    )
    return [(row["kind"], row["name"], row["slug"], row["count"]) for row in rows]


def _kept(kind: str, since: int, body: bytes) -> Kept:
    return Kept(since, msgspec.json.decode(body, type=KINDS[kind]))
