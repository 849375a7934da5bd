"""Secrets by name: sealed, opened for whoever loads the market, set and taken away; never part of a version.

A secret that is set or removed makes a version in which no noun changes. So it stands on record who did it and when,
and every process loads the market anew.
"""

import logging

from outbid.core.dialect.reference import Words
from outbid.core.market.referring import Place, places_of
from outbid.core.scope import Scope
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.key_check import RESERVED
from outbid.store.vault import SealBroken, Vault

log = logging.getLogger("outbid.store")


class StillReferredTo(Exception):
    """The market refers to the secret, at these places."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__()
        self.places = places


async def values(connection: Connection, scope: Scope, vault: Vault) -> Words:
    """Every secret of the house, opened. One whose seal does not open is left out, as if it were not set."""
    rows = await connection.fetch(
        "select name, sealed from secret where $1 = 'house' and name <> all($2)", scope.kind, RESERVED
    )
    found = {}
    for row in rows:
        try:
            found[row["name"]] = vault.open_word(row["name"], row["sealed"]).decode()
        except SealBroken:
            log.error("the secret %s does not open with this master key: set it again", row["name"])
    return found


async def names(connection: Connection, scope: Scope) -> dict[str, int]:
    """The names of all secrets, in order, each with the instant at which it was set."""
    rows = await connection.fetch(
        "select name, at from secret where $1 = 'house' and name <> all($2) order by name", scope.kind, RESERVED
    )
    return {row["name"]: row["at"] for row in rows}


async def put(connection: Connection, vault: Vault, name: str, word: str, by: str, note: str = "") -> bool:
    """Set a secret, or set it anew; True if it was not there before."""
    async with connection.transaction():
        await markets.hold(connection)
        made: bool = await connection.fetchval(
            """insert into secret as s (name, key_version, sealed) values ($1, $2, $3)
               on conflict (name) do update set key_version = $2, sealed = $3, at = now() returning s.xmax = 0""",
            name,
            vault.in_use,
            vault.seal_word(name, word.encode()),
        )
        await markets.write_bare(connection, by, _noted(f"secret {name} set", note))
    return made


async def remove(connection: Connection, name: str, by: str, note: str = "") -> bool:
    """Take a secret away; False if there is none. Raises StillReferredTo."""
    async with connection.transaction():
        await markets.hold(connection)
        _, nouns = await markets.load(connection)
        if places := places_of(nouns).get(name):
            raise StillReferredTo(places)
        gone = await connection.fetchval(
            "delete from secret where name = $1 and name <> all($2) returning name", name, RESERVED
        )
        if gone is None:
            return False
        await markets.write_bare(connection, by, _noted(f"secret {name} removed", note))
    return True


def _noted(what: str, note: str) -> str:
    """What was done, which the version itself does not show, and why."""
    return f"{what}: {note}" if note else what
