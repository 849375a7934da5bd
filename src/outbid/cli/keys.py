"""`outbid keys`: made, listed, revoked. A key is shown once; only its hash is kept."""

import argparse
import secrets
import sys
from typing import Any

from msgspec.structs import replace

from outbid.api.auth import new_key
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.market import apply_nouns
from outbid.master_key import confirm_copy
from outbid.settings import read_settings
from outbid.store import market as markets


async def add_key(connection: Any, holder: str, owner: str, note: str = "", test: bool = False) -> str:
    """Make a key part of the market; returns its secret."""
    key, secret = new_key(holder, owner, secrets.token_bytes, test=test)
    _, nouns = await markets.load(connection)
    if holder != "house" and owner not in nouns[holder]:
        known = ", ".join(nouns[holder]) or "none"
        raise CommandError(f"there is no {holder} {owner!r}; there are: {known}")
    await apply_nouns(connection, {"key": {**_keys(nouns), key.slug: key}}, note)
    return secret


def _keys(nouns: markets.Nouns) -> dict[str, Any]:
    return {slug: noun for slug, (_, noun) in nouns["key"].items()}


def create(given: argparse.Namespace) -> int:
    """Make a key and show it."""
    if (given.holder == "house") == bool(given.owner):
        raise CommandError("a key of the house has no owner; any other names one: outbid keys create source SLUG")
    if given.test and given.holder != "source":
        raise CommandError("only a key of a source can be for tests")
    with Database(read_settings()) as database:
        database.migrate()
        secret = database.use(lambda connection: add_key(connection, given.holder, given.owner, "key made", given.test))
    print(secret)
    return 0


def list_keys(given: argparse.Namespace) -> int:
    """List every key with its holder."""
    with Database(read_settings()) as database:
        database.migrate()
        _, nouns = database.use(markets.load)
    for slug, key in _keys(nouns).items():
        words = ("revoked" if key.revoked else "open") + (" test" if key.test else "")
        print(f"{slug}  {key.holder:7} {key.owner or '-':24} {words}")
    return 0


def confirm(given: argparse.Namespace) -> int:
    """Compare a copy of the master key, from standard input, with the one in use."""
    confirm_copy(read_settings(), sys.stdin.readline())
    print("The copy is good.")
    return 0


def revoke(given: argparse.Namespace) -> int:
    """Revoke a key; every process knows within a moment."""

    async def change(connection: Any) -> int:
        _, nouns = await markets.load(connection)
        keys = _keys(nouns)
        if given.key not in keys:
            raise CommandError(f"there is no key {given.key!r}; see: outbid keys list")
        keys[given.key] = replace(keys[given.key], revoked=True)
        return await apply_nouns(connection, {"key": keys}, f"key {given.key} revoked")

    with Database(read_settings()) as database:
        database.migrate()
        database.use(change)
    print(f"The key {given.key} is revoked.")
    return 0
