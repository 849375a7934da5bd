"""`outbid changes` and `outbid return`: two versions of the market compared, and the way back to one."""

import argparse
from typing import Any

from outbid.api.operator.ahead.versions import noun_changed
from outbid.api.operator.market.whole import told_of
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.market import agreed, apply_nouns, short, told_difference
from outbid.core.market.difference import Plain, going_back
from outbid.core.market.noun import KINDS
from outbid.settings import read_settings
from outbid.store import market as markets


def changes(given: argparse.Namespace) -> int:
    """Show what differs between two versions."""
    with Database(read_settings()) as database:
        database.migrate()
        found = database.use(lambda connection: _between(connection, given.since, given.to))
    for noun in (noun_changed(row) for row in found):
        print(f"{_MARKS[noun.what]} {noun.kind} {noun.slug}")
        for field in noun.fields if noun.what == "changed" else ():
            print(f"    {field.pointer}: {short(field.before)} → {short(field.after)}")
    if not found:
        print("Nothing differs.")
    return 0


def go_back(given: argparse.Namespace) -> int:
    """Make the market what it was at a version; keys and secrets stay as they are."""
    with Database(read_settings()) as database:
        database.migrate()
        found, wanted = database.use(lambda connection: _way_back(connection, given.version))
        print(told_difference([told_of(row) for row in found]))
        if given.dry_run or not found:
            return 0
        gone = [row for row in found if row.after is None]
        if gone and not given.yes and not agreed(len(gone)):
            return 1
        note = given.note or f"returned to version {given.version}"
        version = database.use(lambda connection: apply_nouns(connection, wanted, note))
    print(f"The market is at version {version} now.")
    return 0


async def _between(connection: Any, since: int, to: int | None) -> list[markets.Difference]:
    before = await _at(connection, since)
    return markets.differences(before, _plain(await _at(connection, to)))


async def _way_back(connection: Any, version: int) -> tuple[list[markets.Difference], Plain]:
    now = await _at(connection, None)
    wanted = going_back(_plain(await _at(connection, version)), _plain(now))
    return markets.differences(now, wanted), wanted


async def _at(connection: Any, version: int | None) -> markets.Nouns:
    """The nouns at a version. Raises CommandError if there is none."""
    newest = await markets.version_now(connection)
    if version is not None and not 0 <= version <= newest:
        raise CommandError(f"there is no version {version}; the newest is {newest}")
    return (await markets.load(connection, version))[1]


def _plain(nouns: markets.Nouns) -> Plain:
    return {kind: {slug: noun for slug, (_, noun) in nouns[kind].items()} for kind in KINDS}


_MARKS = {"new": "+", "gone": "-", "changed": "~"}
