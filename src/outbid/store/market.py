"""The market in the database: nouns with versions; one change is one version, seen by every process at once."""

from typing import Any

import msgspec

from outbid.core.ledger.account import Limit
from outbid.core.market.compile import Numbered
from outbid.core.market.difference import same
from outbid.core.market.noun import KINDS, Noun
from outbid.core.market.snapshot import Rows
from outbid.store.database import Connection
from outbid.store.money import ceilings

CHANNEL = "outbid_version"
_LOCK = 0x6F75746269640002  # "outbid", 2: one change of the market at a time


class Difference(msgspec.Struct, frozen=True):
    """What a change does to one noun. `before` is None for a new one, `after` for one that goes."""

    kind: str
    slug: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Stale(Exception):
    """Somebody changed the market between reading and writing."""


Nouns = dict[str, dict[str, Numbered]]


async def version_now(connection: Connection) -> int:
    """The number of the newest version; 0 for an empty market."""
    return int(await connection.fetchval("select coalesce(max(number), 0) from version"))


async def hold_still(connection: Connection) -> None:
    """Keep the market at its newest version until the caller's transaction is over."""
    await connection.execute("select pg_advisory_xact_lock_shared($1)", _LOCK)


async def load(
    connection: Connection, version: int | None = None, known: tuple[int, Rows] | None = None
) -> tuple[int, Nouns]:
    """All nouns at a version (the newest if none is named): kind → slug → (number, noun).

    Of those `known` at some version, older or newer, only what differs is read; the rest are the same objects.
    What a version holds never changes, so the queries need no common snapshot.
    """
    at = await version_now(connection) if version is None else version
    if known is not None:
        return at, await _load_from(connection, at, *known)
    rows = await connection.fetch(
        """select kind, number, slug, body from noun
            where from_version <= $1 and (to_version is null or to_version > $1) order by kind, number""",
        at,
    )
    nouns: Nouns = {kind: {} for kind in KINDS}
    for row in rows:
        nouns[row["kind"]][row["slug"]] = _numbered(row)
    return at, nouns


async def _load_from(connection: Connection, at: int, known_at: int, known: Rows) -> Nouns:
    rows = await connection.fetch(
        """select kind, number, slug, body,
                  from_version <= $3 and (to_version is null or to_version > $3) as stands
             from noun where from_version > $1 and from_version <= $2 or to_version > $1 and to_version <= $2
            order by stands, kind, number""",
        min(at, known_at),
        max(at, known_at),
        at,
    )
    nouns: Nouns = {kind: found if isinstance(found, dict) else dict(found) for kind, found in known.items()}
    for kind in {row["kind"] for row in rows}:
        nouns[kind] = dict(nouns[kind])
    for row in rows:  # what does not stand comes first: a noun that changed stands again under its slug
        if row["stands"]:
            nouns[row["kind"]][row["slug"]] = _numbered(row)
        else:
            nouns[row["kind"]].pop(row["slug"], None)
    return nouns


def _numbered(row: Any) -> Numbered:
    return row["number"], msgspec.json.decode(row["body"], type=KINDS[row["kind"]])


def differences(nouns: Nouns, wanted: dict[str, dict[str, Noun]]) -> list[Difference]:
    """What would change if `wanted` became the market: only of the kinds that `wanted` names."""
    found: list[Difference] = []
    for kind, after in wanted.items():
        before = {slug: noun for slug, (_, noun) in nouns.get(kind, {}).items()}
        for slug in [*after, *(slug for slug in before if slug not in after)]:
            was, now = before.get(slug), after.get(slug)
            if not same(was, now):
                found.append(Difference(kind, slug, _plain(before.get(slug)), _plain(after.get(slug))))
    return found


def _plain(noun: Noun | None) -> dict[str, Any] | None:
    return None if noun is None else msgspec.to_builtins(noun)


async def assign_numbers(connection: Connection, nouns: Nouns, wanted: dict[str, dict[str, Noun]]) -> Nouns:
    """The nouns that would be the market, numbered: known slugs keep theirs, new ones get the next.

    A slug that was once used gets its old number back, so that its history stays one.
    """
    result: Nouns = {kind: dict(found) for kind, found in nouns.items()}
    for kind, after in wanted.items():
        result[kind] = {}
        for slug, noun in after.items():
            known = nouns.get(kind, {}).get(slug)
            if known is None:
                result[kind][slug] = (await _number(connection, kind, slug), noun)
            else:
                result[kind][slug] = known if known[1] is noun else (known[0], noun)
    return result


async def _number(connection: Connection, kind: str, slug: str) -> int:
    old = await connection.fetchval("select number from noun where kind = $1 and slug = $2 limit 1", kind, slug)
    if old is not None:
        return int(old)
    return int(
        await connection.fetchval(
            """insert into noun_number as n (kind, last) values ($1, 1)
               on conflict (kind) do update set last = n.last + 1 returning last""",
            kind,
        )
    )


async def write(
    connection: Connection,
    based_on: int,
    changes: list[Difference],
    numbered: Nouns,
    limits: list[Limit],
    by: str,
    note: str = "",
) -> int:
    """Make changes the next version, inside the caller's transaction; returns its number.

    `limits` are those of the new market, at least of all nouns that change: open accounts get their new ceilings in the
    same transaction.
    Raises Stale if the market is no longer at `based_on`.
    """
    await hold(connection)
    if await version_now(connection) != based_on:
        raise Stale("somebody else changed the market in the meantime; try again")
    version = await write_bare(connection, by, note)
    for change in changes:
        await _write_one(connection, version, change, numbered)
    owners = [
        f"{change.kind}:{numbered[change.kind][change.slug][0]}" for change in changes if change.after is not None
    ]
    await ceilings.apply(connection, owners, limits, numbered, version)
    return version


async def hold(connection: Connection) -> None:
    """Let nobody else change the market until the caller's transaction is over."""
    await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)


async def write_bare(connection: Connection, by: str, note: str) -> int:
    """Make the next version, in which no noun has changed yet; returns its number. The caller holds the market."""
    version = await version_now(connection) + 1
    await connection.execute("insert into version (number, by, note) values ($1, $2, $3)", version, by, note)
    await connection.execute("select pg_notify($1, $2)", CHANNEL, str(version))
    return version


async def _write_one(connection: Connection, version: int, change: Difference, numbered: Nouns) -> None:
    if change.before is not None:
        await connection.execute(
            "update noun set to_version = $1 where kind = $2 and slug = $3 and to_version is null",
            version,
            change.kind,
            change.slug,
        )
    if change.after is None:
        return
    number, noun = numbered[change.kind][change.slug]
    await connection.execute(
        "insert into noun (kind, number, from_version, slug, body) values ($1, $2, $3, $4, $5)",
        change.kind,
        number,
        version,
        change.slug,
        msgspec.json.encode(noun),
    )
