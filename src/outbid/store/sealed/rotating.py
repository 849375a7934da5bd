"""The master key replaced while the exchange runs: the next one made known, put to use, and every row wrapped by it.

Each step is one transaction, and says in the database how far things are. So whatever was killed is taken up by doing
the same again. What a lead's own key sealed stays as it is: only that key is wrapped anew.
"""

from typing import Final

import msgspec

from outbid.core.scope import Scope
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.house import credentials
from outbid.store.key_check import BEFORE, HASHES, NAME, NEXT, RESERVED, WORD
from outbid.store.vault import SealBroken, Vault

AT_ONCE: Final = 1000
_LOCK: Final = 0x6F75746269640003  # "outbid", 3
_WRAPPED: Final = (("lead_key", "lead_id"), ("quote", "id"), ("upload", "id"))


class Standing(msgspec.Struct, frozen=True):
    """How far a change of the master key is.

    in_use     the number of the key that wraps and seals
    next       the key that has been made known and is not in use yet
    before     the key that rows may be wrapped by still
    in_use_ms  since when the key is in use
    now_ms     the database's time
    """

    in_use: int
    next: int | None
    before: int | None
    in_use_ms: int
    now_ms: int


async def standing(connection: Connection, scope: Scope) -> Standing:
    """How far it is. Only the house may know: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house knows its keys")
    rows = await connection.fetch("select name, key_version, at, now() from secret where name = any($1)", RESERVED)
    found = {row["name"]: row for row in rows}
    numbers = {name: row["key_version"] for name, row in found.items()}
    used = found[NAME]
    return Standing(used["key_version"], numbers.get(NEXT), numbers.get(BEFORE), used["at"], used["now"])


async def begin_alone(connection: Connection) -> bool:
    """Let nobody else change the master key while this connection lives; False: somebody does."""
    return bool(await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK))


async def unready(connection: Connection, scope: Scope, number: int) -> list[str]:
    """Who runs without the master key of this number: the owners of living lanes. None but the house is told."""
    rows = await connection.fetch(
        "select owner from lane where $1 = 'house' and lease_until > now() and key_version < $2 order by id",
        scope.kind,
        number,
    )
    return [row["owner"] for row in rows]


async def make_known(connection: Connection, vault: Vault) -> None:
    """Tell the database of the newest key at hand, which is to be the next."""
    await connection.execute(
        """insert into secret (name, key_version, sealed) values ($1, $2, $3)
           on conflict (name) do update set key_version = $2, sealed = $3, at = now()""",
        NEXT,
        vault.newest,
        vault.seal_word(NAME, WORD, vault.newest),
    )


async def put_to_use(connection: Connection, vault: Vault, by: str) -> None:
    """Have every process seal with the next key: they load the version that this makes, within a second."""
    async with connection.transaction():
        await markets.hold(connection)
        await connection.execute("update secret set name = $2 where name = $1", NAME, BEFORE)
        await connection.execute("update secret set name = $2, at = now() where name = $1", NEXT, NAME)
        vault.use(vault.ready, vault.ready, vault.hash_keys)
        await connection.execute(
            """insert into secret (name, key_version, sealed) values ($1, $2, $3)
               on conflict (name) do update set key_version = $2, sealed = $3""",
            HASHES,
            vault.in_use,
            vault.seal_word(HASHES, vault.hash_keys),
        )
        await _seal_secrets(connection, vault)
        await markets.write_bare(connection, by, f"master key {vault.in_use} in use")


async def wrap_all(connection: Connection, vault: Vault) -> int:
    """Wrap by the key in use whatever another one wraps, so many rows in a transaction; returns how many there were.

    A row that somebody else has locked is passed by: so this never waits, and erasing never waits for long.
    """
    count = 0
    for table, column in _WRAPPED:
        last = (-1, bytes(16))
        while page := await _wrap_page(connection, vault, table, column, last):
            count, last = count + len(page), page[-1]
    async with connection.transaction():
        await _seal_secrets(connection, vault)
    return count


async def _wrap_page(
    connection: Connection, vault: Vault, table: str, column: str, last: tuple[int, bytes]
) -> list[tuple[int, bytes]]:
    async with connection.transaction():
        rows = await connection.fetch(
            f"""select cell, {column} as id, wrapped from {table}
                 where (cell, {column}) > ($1, $2::uuid) and key_version <> $3
                 order by cell, {column} limit $4 for update skip locked""",
            *last,
            vault.in_use,
            AT_ONCE,
        )
        await connection.execute(
            f"""update {table} k set key_version = $1, wrapped = u.wrapped
                  from unnest($2::integer[], $3::uuid[], $4::bytea[]) u (cell, id, wrapped)
                 where k.cell = u.cell and k.{column} = u.id and k.{column} = any($3)""",
            vault.in_use,
            [row["cell"] for row in rows],
            [row["id"] for row in rows],
            [vault.wrap_again(row["id"], row["wrapped"]) for row in rows],
        )
    return [(row["cell"], row["id"]) for row in rows]


async def _seal_secrets(connection: Connection, vault: Vault) -> None:
    """Seal the market's secrets and those of people's codes by the key in use; what does not open stays as it is."""
    rows = await connection.fetch(
        "select name, sealed from secret where name <> all($1) and key_version <> $2 order by name for update",
        RESERVED,
        vault.in_use,
    )
    for row in rows:
        try:
            word = vault.open_word(row["name"], row["sealed"])
        except SealBroken:
            continue
        await connection.execute(
            "update secret set key_version = $2, sealed = $3 where name = $1",
            row["name"],
            vault.in_use,
            vault.seal_word(row["name"], word),
        )
    await credentials.seal_again(connection, vault)


async def finish(connection: Connection, vault: Vault) -> bool:
    """Note that no row needs the key before any more; False if one still does."""
    for table, _ in _WRAPPED:
        if await connection.fetchval(f"select exists (select from {table} where key_version <> $1)", vault.in_use):
            return False
    await connection.execute("delete from secret where name = $1", BEFORE)
    return True
