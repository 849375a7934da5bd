"""`outbid people requests`: what persons asked, by a message of an intake or written down in the house."""

import argparse
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.privacy.looking import user
from outbid.cli.shown.table import print_table
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock
from outbid.settings import read_settings
from outbid.store import market as markets
from outbid.store.people import requests

CELL = 0
PAGE = 500
_Line = tuple[str, str, str, str, str, str, str]


def list_requests(given: argparse.Namespace) -> int:
    """Every request, the newest first."""
    settings = read_settings()
    with Database(settings) as database:
        database.migrate()
        lines = database.use(lambda connection: _lines(connection, only_open=given.open))
    print_table(("request", "kind", "at (UTC)", "source", "their id", "leads", "answered"), lines)
    return 0


async def persons_of(connection: Any, name: str) -> list[bytes]:
    """The hashes of the person of a request. Raises CommandError."""
    found = await requests.find(connection, HOUSE, CELL, bytes.fromhex(name)) if requests.is_id(name) else None
    if found is None:
        raise CommandError(f"there is no request {name!r}; see: outbid people requests")
    if not found.persons:
        raise CommandError("the message named no phone and no e-mail that can be read: find the person by --phone")
    return found.persons


async def mark_done(connection: Any, name: str, leads: int) -> None:
    """A request to be forgotten is answered: the person has no lead that could be read."""
    result = requests.Result.erased(Clock().now_ms(), f"command line: {user()}", leads)
    await requests.done(connection, HOUSE, CELL, bytes.fromhex(name), result, kind="deletion")


async def _all(connection: Any, *, only_open: bool = False) -> AsyncIterator[requests.Kept]:
    before = requests.LAST
    while found := await requests.page(connection, HOUSE, CELL, before, PAGE, only_open=only_open):
        for kept in found:
            yield kept
        before = found[-1].id


async def _lines(connection: Any, *, only_open: bool) -> list[_Line]:
    _, nouns = await markets.load(connection)
    names = {number: slug for slug, (number, _) in nouns.get("source", {}).items()}
    return [
        (
            kept.id.hex(),
            kept.kind,
            _at(kept.at_ms),
            "" if kept.source is None else names.get(kept.source, str(kept.source)),
            kept.reference,
            str(kept.leads),
            "" if kept.done_ms is None else _at(kept.done_ms),
        )
        async for kept in _all(connection, only_open=only_open)
    ]


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
