"""`outbid leads receipts`: one line for every offer of a lead's campaign, with the reason as a code."""

import argparse
from typing import Any

import msgspec

from outbid.cli.database import Database
from outbid.cli.leads import market_of, read_lead
from outbid.cli.shown.table import print_table
from outbid.cli.shown.words import Words
from outbid.core.market.snapshot import Market
from outbid.core.money import text_of
from outbid.core.replay.receipts import Receipt, receipts
from outbid.core.route import Plan
from outbid.settings import read_settings
from outbid.store.leads import Record


def show(given: argparse.Namespace) -> int:
    """Why each offer bought the lead, or did not."""
    with Database(read_settings()) as database:
        database.migrate()
        record, market = database.use(lambda connection: _read(connection, given.lead))
    campaign = market.campaigns[record.campaign]
    plan = Plan(campaign, market.sources[record.source])
    events = [event for chapter in record.chapters for event in chapter.events]
    print_receipts(Words(market, campaign), receipts(plan, msgspec.json.decode(record.facts), events))
    return 0


async def _read(connection: Any, name: str) -> tuple[Record, Market]:
    record = await read_lead(connection, name)
    return record, await market_of(connection, record.version)


def print_receipts(words: Words, found: list[Receipt]) -> None:
    """Receipts as a table."""
    print_table(
        ("offer", "tier", "outcome", "reason", "price", "seen"),
        [
            (
                words.offer(receipt.offer),
                words.tier(receipt.tier),
                receipt.outcome.replace("_", " "),
                receipt.reason,
                "" if receipt.price_micros is None else text_of(receipt.price_micros),
                words.detail(receipt),
            )
            for receipt in found
        ],
    )
