"""`outbid instructions`: what the seller of a source has to know, as a page, Markdown, OpenAPI or JSON Schema."""

import argparse
import re
import sys
from typing import Any

from outbid.api.instructions.made import changes, made, who_gives, written
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.leads import market_of
from outbid.core.market.snapshot import Market, Source
from outbid.core.reasons import ALL
from outbid.exchange.clock import Clock
from outbid.plugins.registry import Registry
from outbid.settings import read_settings

_ADDRESS = re.compile(r"https?://[^\s/?#]+")


def show(given: argparse.Namespace) -> int:
    """Write them to standard output."""
    address = given.address.rstrip("/")
    if not _ADDRESS.fullmatch(address):
        raise CommandError(f"--address {given.address}: write http:// or https:// and a host, without a path")
    with Database(read_settings()) as database:
        database.migrate()
        text = database.use(lambda connection: _written(connection, given.source, given.form, address))
    sys.stdout.write(text.decode())
    if not text.endswith(b"\n"):
        print()
    return 0


async def _written(connection: Any, slug: str, form: Any, address: str) -> bytes:
    market = await market_of(connection)
    source = source_named(market, slug)
    plugins = Registry()
    reasons = {**ALL, **plugins.reasons()}
    changed = await changes(connection, source, plugins)
    house = await who_gives(connection)
    return written(made(market, source, plugins, reasons, changed, address, Clock().now_ms(), house), form)


def source_named(market: Market, slug: str) -> Source:
    """A source by its slug. Raises CommandError."""
    source = next((found for found in market.sources.values() if found.slug == slug), None)
    if source is None:
        there = ", ".join(sorted(found.slug for found in market.sources.values()))
        raise CommandError(f"there is no source {slug!r}; there are: {there or 'none'}")
    return source
