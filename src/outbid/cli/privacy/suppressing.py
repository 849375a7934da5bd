"""`outbid suppress`: persons that the house, or a buyer, does not take, put on a list from a file and taken off it."""

import argparse
import sys
from datetime import date
from functools import partial
from pathlib import Path

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.table import print_table
from outbid.core.person.lines import BadCell, Read, hashes_in
from outbid.core.reasons import ALL
from outbid.core.scope import HOUSE, Scope
from outbid.exchange.clock import Clock
from outbid.plugins.registry import Registry
from outbid.settings import read_settings
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.people import suppressions
from outbid.store.vault import Vault

DAY_MS = 86_400_000
_ANY_DAY = date(2000, 1, 1)


def add(given: argparse.Namespace) -> int:
    """Put whom a file names on a list."""
    if given.days is not None and not 1 <= given.days <= 3650:
        raise CommandError("--days is 1 to 3650; without it the entries never end")
    return _change(given, "put on the list", remove=False)


def remove(given: argparse.Namespace) -> int:
    """Take whom a file names off a list."""
    return _change(given, "taken off the list", remove=True)


def show(given: argparse.Namespace) -> int:
    """Every list, and how many stand on it."""
    with Database(read_settings()) as database:
        database.migrate()
        found = database.use(lambda connection: suppressions.lists(connection, HOUSE, Clock().now_ms()))
        _, nouns = database.use(markets.load)
    names = {f"buyer:{number}": slug for slug, (number, _) in nouns.get("buyer", {}).items()}
    lines = [(names.get(one.owner, one.owner), str(one.entries), str(one.ending)) for one in found]
    print_table(("list", "entries", "ending"), lines)
    return 0


def _change(given: argparse.Namespace, done: str, *, remove: bool) -> int:
    lines = _lines(given.file)
    with Database(read_settings()) as database:
        database.migrate()
        hashes, bad = _read(database.vault(), lines)
        changed = database.use(lambda connection: _write(connection, given, hashes, remove=remove))
    print(f"{changed} {done}, {len(set(hashes)) - changed} were so already, {len(bad)} lines not understood.")
    reasons = ALL | Registry().reasons()
    for number, cell in bad:
        print(f"  line {number}: {reasons[cell.code].sentence} {reasons[cell.code].fix}", file=sys.stderr)
    return 1 if bad else 0


async def _write(connection: Connection, given: argparse.Namespace, hashes: list[bytes], *, remove: bool) -> int:
    owner, now_ms = await _owner(connection, given.buyer), Clock().now_ms()
    if remove:
        return await suppressions.remove(connection, owner, hashes)
    until_ms = None if given.days is None else now_ms + given.days * DAY_MS
    return await suppressions.add(connection, owner, hashes, now_ms, until_ms)


async def _owner(connection: Connection, buyer: str | None) -> str:
    if buyer is None:
        return suppressions.owner_of(HOUSE)
    _, nouns = await markets.load(connection)
    found = nouns.get("buyer", {})
    if buyer not in found:
        raise CommandError(f"there is no buyer {buyer!r}; there are: {', '.join(found) or 'none'}")
    return suppressions.owner_of(Scope("buyer", found[buyer][0]))


def _lines(name: str) -> list[str]:
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return body.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{name}: byte {error.start} is not UTF-8") from None


def _read(vault: Vault, lines: list[str]) -> tuple[list[bytes], list[tuple[int, BadCell]]]:
    """The keyed hashes of a file, and its lines that were not understood, by their numbers."""
    registry = Registry()
    readers: dict[str, Read] = {}
    for kind in ("phone", "email"):
        plugin = registry.get("fields", kind)
        readers[kind] = partial(plugin.read, settings=plugin.Settings(), today=_ANY_DAY)
    hashes: list[bytes] = []
    bad: list[tuple[int, BadCell]] = []
    for number, line in enumerate(lines, 1):
        found, fault = hashes_in(line, number, readers)
        hashes += [vault.listed(one) for one in found]
        if fault is not None:
            bad.append((number, fault))
    return hashes, bad
