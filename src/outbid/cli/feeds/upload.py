"""`outbid upload`: puts a CSV file of leads down; a running exchange sells it, and here it is told how far it is."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from outbid.api.uploads.told import bad_lines, results
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.feeds.instructions import source_named
from outbid.cli.leads import market_of
from outbid.core.market.snapshot import Market, Source
from outbid.core.scope import HOUSE
from outbid.core.upload.columns import ColumnFault
from outbid.core.upload.table import TableFault
from outbid.exchange.clock import Clock, noise_source
from outbid.exchange.uploads.taking import Opened, Wish, look, open_file, take
from outbid.settings import read_settings
from outbid.store import uploads
from outbid.store.uploads import LAST, Upload
from outbid.store.vault import Vault

CELL = 0
EVERY_S = 0.5
SILENT_S = 30.0
"""After how long without progress it is said that nobody may be selling."""


class _Desk:
    """What taking a file needs of an exchange, without one that runs."""

    def __init__(self, vault: Vault) -> None:
        self.vault, self.clock, self.noise, self.cell = vault, Clock(), noise_source(), CELL


def send(given: argparse.Namespace) -> int:
    """Put it down, and wait until it is sold."""
    if not 2 <= given.pace <= 200:
        raise CommandError("--pace is 2 to 200 lines a second")
    wish = Wish(
        name=Path(given.file).name[:200],
        encoding=given.encoding,
        separator="\t" if given.separator == "tab" else given.separator,
        columns=dict(_column(text) for text in given.column or ()),
        pace=given.pace,
    )
    with Database(read_settings()) as database:
        database.migrate()
        vault = database.vault()
        try:
            return database.use(lambda connection: _send(connection, vault, given, wish))
        except (TableFault, ColumnFault) as fault:
            raise CommandError(f"{given.file}: {fault}") from None


def _column(text: str) -> tuple[str, str]:
    column, sign, field = text.rpartition("=")
    if not sign:
        raise CommandError(f"--column {text}: write COLUMN=FIELD; COLUMN= leaves the column out")
    return column, field


async def _send(connection: Any, vault: Vault, given: argparse.Namespace, wish: Wish) -> int:
    market: Market = await market_of(connection)
    source = source_named(market, given.source)
    noun: Any = market.nouns["source"][source.slug][1]
    last = await uploads.page(connection, HOUSE, CELL, source.number, LAST, 1)
    before = dict(zip(last[0].header, last[0].means, strict=True)) if last else {}
    with Path(given.file).open("rb") as file:
        opened = open_file(file, source, wish, noun.intake.settings.get("names", {}), before)
        for column, field in zip(opened.header, opened.means, strict=True):
            print(f"  {column} → {field or '(left out)'}")
        if given.look:
            return _look(opened, source)
        desk: Any = _Desk(vault)
        upload = await take(desk, connection, source, opened, wish, by="command line", test=given.test)
    print(f"{upload.lines} lines are put down as {upload.id.hex()}.")
    if not given.no_wait:
        upload = await _wait(connection, upload)
    for path, parts in (
        (given.bad, bad_lines(connection, HOUSE, vault, upload)),
        (given.results, results(connection, HOUSE, source.campaign.currency, upload)),
    ):
        if path is not None:
            await _write(path, parts)
    return 0


def _look(opened: Opened, source: Source) -> int:
    for row in look(opened, source, Clock().now_ms()):
        wrong = row.wrong or ", ".join(f"{name}: {code}" for name, code in row.flaws.items())
        print(f"  line {row.line}: {wrong or 'can be read'}")
    return 0


async def _wait(connection: Any, upload: Upload) -> Upload:
    """Tell how far it is until it is over."""
    done, since, clock = -1, 0.0, Clock()
    while True:
        found = await uploads.one(connection, HOUSE, upload.cell, upload.id)
        if found is None or found.state != "selling":
            print(file=sys.stderr)
            break
        if found.done != done:
            done, since = found.done, clock.monotonic()
        elif clock.monotonic() - since > SILENT_S:
            print("\nNobody sells it now: it is sold as soon as an exchange runs.", file=sys.stderr)
            break
        print(f"\r{found.done} of {found.lines} lines, {found.bad} bad", end="", file=sys.stderr, flush=True)
        await asyncio.sleep(EVERY_S)
    upload = found or upload
    print(f"{upload.state}: {upload.done} of {upload.lines} lines, {upload.bad} of them can be mended.")
    return upload


async def _write(path: str, parts: AsyncIterator[bytes]) -> None:
    with Path(path).open("wb") as file:
        async for part in parts:
            file.write(part)
    print(f"{path} is written.")
