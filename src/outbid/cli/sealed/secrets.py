"""`outbid secrets`: set, listed, removed. A value is typed unseen or piped in, never an argument, and never shown."""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from typing import Any

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.market import person
from outbid.core.dialect.certificate import PEM, one_line
from outbid.core.dialect.reference import NAME, reference, unfit
from outbid.core.market.referring import Place, places_of
from outbid.core.scope import HOUSE
from outbid.settings import read_settings
from outbid.store import market as markets
from outbid.store.sealed import secrets


def set_secret(given: argparse.Namespace) -> int:
    """Set a secret; every process sends the new value within a moment."""
    if not NAME.fullmatch(given.name):
        raise CommandError(f"{given.name!r} cannot be a name: write lower-case letters, digits, - and _")
    word = _word()
    if fault := unfit(word):
        raise CommandError(f"the value cannot be a secret: {fault}")
    with Database(read_settings()) as database:
        database.migrate()
        vault = database.vault()
        made = database.use(lambda connection: secrets.put(connection, vault, given.name, word, person(), given.note))
    how = "set" if made else "set anew"
    print(f"The secret {given.name} is {how}. The market refers to it as {reference(given.name)}")
    return 0


def list_secrets(given: argparse.Namespace) -> int:
    """List every secret with when it was set and where the market refers to it."""
    with Database(read_settings()) as database:
        database.migrate()
        found, places = database.use(_listed)
    for name, at_ms in found.items():
        at = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        used = ", ".join(map(told, places.get(name, []))) or "-"
        print(f"{name:32} {at}  {used}")
    return 0


async def _listed(connection: Any) -> tuple[dict[str, int], dict[str, list[Place]]]:
    _, nouns = await markets.load(connection)
    return await secrets.names(connection, HOUSE), places_of(nouns)


def remove(given: argparse.Namespace) -> int:
    """Take a secret away that the market does not refer to."""
    with Database(read_settings()) as database:
        database.migrate()
        try:
            gone = database.use(lambda connection: secrets.remove(connection, given.name, person(), given.note))
        except secrets.StillReferredTo as error:
            where = "\n  ".join(map(told, error.places))
            raise CommandError(f"the market refers to the secret {given.name}:\n  {where}") from None
    if not gone:
        raise CommandError(f"there is no secret {given.name!r}; see: outbid secrets list")
    print(f"The secret {given.name} is gone.")
    return 0


def told(place: Place) -> str:
    """A place of the market for people."""
    return f"{place.kind} {place.slug} {'/'.join(map(str, place.path))}"


def _word() -> str:
    """The value, typed unseen; or the first line of standard input where that is no terminal, of PEM all lines."""
    if sys.stdin is None:
        raise CommandError("there is no standard input to read the value from")
    if sys.stdin.isatty():
        return getpass.getpass("Value: ")
    line = sys.stdin.readline().rstrip("\r\n")
    return one_line(line + " " + sys.stdin.read()).strip() if line.startswith(PEM) else line
