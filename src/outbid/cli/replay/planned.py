"""`outbid planned`: changes of the market that wait for their time: listed, cancelled."""

import argparse
import re

from outbid.api.said.instants import utc
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.table import print_table
from outbid.core.scope import HOUSE
from outbid.settings import read_settings
from outbid.store.ahead import planned

CELL = 0
_ID = re.compile(r"[0-9a-f]{32}")


def list_planned(given: argparse.Namespace) -> int:
    """List the last planned changes, those that come last first."""
    with Database(read_settings()) as database:
        database.migrate()
        rows = database.use(lambda connection: planned.read(connection, HOUSE))
    print_table(("change", "state", "at", "by", "changes", "note"), [_row(row) for row in rows])
    return 0


def cancel(given: argparse.Namespace) -> int:
    """Cancel a planned change: it will not be made."""
    if not _ID.fullmatch(given.change):
        raise CommandError(f"{given.change!r} names no planned change: `outbid planned list` shows their ids")
    identifier = bytes.fromhex(given.change)
    with Database(read_settings()) as database:
        database.migrate()
        done = database.use(lambda connection: planned.cancel(connection, CELL, identifier))
        rows = [] if done else database.use(lambda connection: planned.read(connection, HOUSE, identifier))
    if not done:
        raise CommandError(f"it is {rows[0].state}, no longer planned" if rows else "there is no such planned change")
    print("It will not be made.")
    return 0


def _row(row: planned.Row) -> tuple[str, ...]:
    names = ", ".join(f"{side.kind} {side.slug}" for side in row.sides[:3])
    more = f" and {len(row.sides) - 3} more" if len(row.sides) > 3 else ""
    return row.id.hex(), row.state, utc(row.starts_at_ms), row.by, names + more, row.error or row.note
