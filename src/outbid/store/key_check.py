"""Is this the master key that the database was made with? A sealed word in the database tells."""

from outbid.core.fault import Fault
from outbid.store.database import Connection
from outbid.store.vault import KEY_VERSION, SealBroken, Vault

NAME = "master key check"
WORD = b"outbid"


class WrongKey(Fault):
    """The master key is not the one that this database's leads are sealed with."""


async def check_master_key(connection: Connection, vault: Vault) -> None:
    """Compare the key with the database's word; a new database gets its word. Raises WrongKey."""
    sealed = await connection.fetchval("select sealed from secret where name = $1", NAME)
    if sealed is None:
        await connection.execute(
            "insert into secret (name, key_version, sealed) values ($1, $2, $3) on conflict do nothing",
            NAME,
            KEY_VERSION,
            vault.seal_word(NAME, WORD),
        )
        sealed = await connection.fetchval("select sealed from secret where name = $1", NAME)
    try:
        vault.open_word(NAME, sealed)
    except SealBroken:
        raise WrongKey(
            "the master key is not the one that this database was made with, so no lead could be read and no"
            " duplicate found. Put the right master.key back, or set OUTBID_MASTER_KEY to it."
        ) from None
