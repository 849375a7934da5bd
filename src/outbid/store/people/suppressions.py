"""Suppression lists: persons whom the house, or a buyer, does not take, by keyed hash alone."""

from collections.abc import Sequence

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

CHANNEL = "outbid_suppression"
HOUSE_LIST = "house"
AT_ONCE = 10_000


class List(msgspec.Struct, frozen=True):
    """A list: whose it is, how many entries count now, and how many of them will end."""

    owner: str
    entries: int
    ending: int


def owner_of(scope: Scope) -> str:
    """The list of whoever asks. Raises PermissionError: sellers and their sources have none."""
    if scope.kind == "house":
        return HOUSE_LIST
    if scope.kind != "buyer":
        raise PermissionError("only the house and buyers have suppression lists")
    return f"buyer:{scope.number}"


async def add(connection: Connection, owner: str, hashes: Sequence[bytes], at_ms: int, until_ms: int | None) -> int:
    """Put persons on a list, until an instant or for ever; returns how many were not on it.

    Who is on it already is from now on there until then.
    """
    new = 0
    async with connection.transaction():
        made = await connection.execute(
            "insert into suppression_list (owner) values ($1) on conflict do nothing", owner
        )
        for some in _parts(hashes):
            rows = await connection.fetch(
                """insert into suppression as s (hash, owner, added_at, expires_at)
                   select h, $2, $3, $4 from unnest($1::bytea[]) h order by h
                   on conflict (hash, owner) do update set expires_at = excluded.expires_at
                   returning s.xmax = 0 as new""",
                some,
                owner,
                at_ms,
                until_ms,
            )
            new += sum(row["new"] for row in rows)
        if str(made) != "INSERT 0 0":
            await connection.execute("select pg_notify($1, $2)", CHANNEL, owner)
    return new


async def remove(connection: Connection, owner: str, hashes: Sequence[bytes]) -> int:
    """Take persons off a list; returns how many were on it."""
    gone = 0
    async with connection.transaction():
        for some in _parts(hashes):
            rows = await connection.fetch(
                """delete from suppression where (hash, owner) in (
                     select hash, owner from suppression where hash = any($1::bytea[]) and owner = $2
                      order by hash for update) returning 1""",
                some,
                owner,
            )
            gone += len(rows)
    return gone


def _parts(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes sorted, each once, some at a time: all who write lock them in this order."""
    once = sorted(set(hashes))
    return [once[at : at + AT_ONCE] for at in range(0, len(once), AT_ONCE)]


async def lists(connection: Connection, scope: Scope, at_ms: int) -> list[List]:
    """The lists that a scope may see: the house's eyes see all, a buyer's his own."""
    rows = await connection.fetch(
        """select l.owner, count(s.hash) as entries, count(s.expires_at) as ending
             from suppression_list l
             left join suppression s on s.owner = l.owner and (s.expires_at is null or s.expires_at >= $3)
            where $1 = 'house' or ($1 = 'buyer' and l.owner = 'buyer:' || $2::text)
            group by l.owner order by l.owner""",
        scope.kind,
        str(scope.number),
        at_ms,
    )
    return [List(row["owner"], row["entries"], row["ending"]) for row in rows]


async def holds(connection: Connection, scope: Scope, hashes: Sequence[bytes], at_ms: int) -> bool:
    """Does one of these persons stand on the list of whoever asks, at an instant?"""
    found: bool = await connection.fetchval(
        """select exists (select from suppression
            where hash = any($1::bytea[]) and owner = $2 and (expires_at is null or expires_at >= $3))""",
        list(hashes),
        owner_of(scope),
        at_ms,
    )
    return found


async def owners(connection: Connection) -> frozenset[str]:
    """Whose lists are looked into."""
    return frozenset(row["owner"] for row in await connection.fetch("select owner from suppression_list"))
