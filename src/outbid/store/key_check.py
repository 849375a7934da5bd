"""Are these the master keys that the database needs? A word that each of them sealed, in the database, tells.

One key is in use. While it is replaced there is also the next one, or the one before, of which rows are left. The keys
of hashes are those that the first master key gave: without them nobody would be found again. Since that key goes one
day, they are kept, sealed, when it is replaced for the first time.
"""

from typing import Final

from outbid.core.fault import Fault
from outbid.store.database import Connection
from outbid.store.vault import Vault

NAME: Final = "master key check"
NEXT: Final = "master key check, next"
BEFORE: Final = "master key check, before"
HASHES: Final = "keys of hashes"
NEEDED: Final = (NAME, BEFORE)
"""The words whose keys must be at hand, or there are rows that nobody can open."""
RESERVED: Final = [NAME, NEXT, BEFORE, HASHES]
"""Rows of the table `secret` that are no secrets of the market."""
WORD: Final = b"outbid"


class WrongKey(Fault):
    """A master key that the database's leads are sealed with is not here."""


async def fit(connection: Connection, vault: Vault) -> None:
    """Compare the keys with the database's words, and have the vault use what the database says. Raises WrongKey.

    A new database gets its word by the newest key.
    """
    rows = await words(connection)
    if NAME not in rows:
        await connection.execute(
            "insert into secret (name, key_version, sealed) values ($1, $2, $3) on conflict do nothing",
            NAME,
            vault.newest,
            vault.seal_word(NAME, WORD, vault.newest),
        )
        rows = await words(connection)
    for name in NEEDED:
        if name in rows and not vault.is_sealed_by(rows[name][0], NAME, rows[name][1]):
            raise WrongKey(
                f"the master key is not the one that this database was made with: key {rows[name][0]} is not here, so"
                " no lead could be read and no duplicate found. Put the right master.key back, or set"
                " OUTBID_MASTER_KEY to it."
            )
    in_use = rows[NAME][0]
    number, sealed = rows.get(NEXT, rows[NAME])
    ready = number if vault.is_sealed_by(number, NAME, sealed) else in_use
    vault.use(in_use, ready, vault.open_word(HASHES, rows[HASHES][1]) if HASHES in rows else None)


async def words(connection: Connection) -> dict[str, tuple[int, bytes]]:
    """The database's words by name: by which key, and sealed."""
    rows = await connection.fetch("select name, key_version, sealed from secret where name = any($1::text[])", RESERVED)
    return {row["name"]: (row["key_version"], row["sealed"]) for row in rows}
