"""`outbid dry-run`: what a market file would have done to the leads of the last days; nothing is changed or sent."""

import argparse
import sys
from typing import Any

import msgspec

from outbid.api.said.instants import utc
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.leads import market_of
from outbid.cli.market import planned, read_file, stand_ins
from outbid.cli.shown.document import Document
from outbid.cli.shown.table import print_table
from outbid.core.foresee.result import OfferForeseen, Result, Side, result_of
from outbid.exchange.ahead.foresee import Wish, foresee
from outbid.exchange.clock import Clock
from outbid.settings import read_settings

CELL = 0
MOST_OFFERS = 20


def run(given: argparse.Namespace) -> int:
    """Play the leads of the last days under the market in a file."""
    if given.days < 1 or given.most < 1:
        raise CommandError("--days and --most are numbers from 1 on")
    name = "standard input" if given.file == "-" else given.file
    document = read_file(given.file, name)
    wish = Wish(given.days, given.campaign, given.source, given.most)
    with Database(read_settings()) as database:
        database.migrate()
        result = database.use(lambda connection: _run(connection, document, name, wish))
    if given.json:
        print(msgspec.json.format(msgspec.json.encode(result), indent=1).decode())
    else:
        _print(result)
    return 0


async def _run(connection: Any, document: Document, name: str, wish: Wish) -> Result:
    unchanged = await market_of(connection, words=await stand_ins(connection))
    changed = await planned(connection, document, name, before=unchanged)
    found = await foresee(connection, CELL, (unchanged, changed), wish, Clock().now_ms(), _tell)
    print(file=sys.stderr)
    return result_of(found.foresight, changed, (found.from_ms, found.until_ms), found.leads, found.played, CELL)


async def _tell(done: int, of: int) -> None:
    print(f"\r{done} of {of} leads", end="", file=sys.stderr, flush=True)


def _print(result: Result) -> None:
    print(f"{result.leads} leads from {utc(result.from_ms)} to {utc(result.until_ms)}", end="")
    print("." if result.played == result.leads else f"; {result.played} of them were drawn and played.")
    print(f"Without the change {result.repeated} of {result.plain} end as they ended, where nothing is assumed.")
    print(f"With the change {result.differing} end otherwise.\n")
    print_table(("", "as it was", "unchanged", "changed"), _rows(result))
    print()
    print_table(("offer", "asked", "bids", "won", "revenue", "assumed"), [_offer(one) for one in _moving(result)])
    if result.unknown:
        print(f"\nNothing is known of these, so they are taken to bid as others do: {', '.join(result.unknown)}")
    if result.samples:
        print("\nLeads that end otherwise: " + " ".join(result.samples[-5:]))


def _rows(result: Result) -> list[tuple[str, ...]]:
    sides = (result.recorded, result.unchanged, result.changed)
    rows = [
        ("sold", *(str(side.sold) for side in sides)),
        *_reasons("unsold", sides),
        *_reasons("refused", sides),
        ("waiting", *(str(side.waiting) for side in sides)),
    ]
    for currency in sorted({money.currency for side in sides for money in side.money}):
        for what in ("revenue", "payout", "margin", "assumed"):
            name = f"revenue that is assumed {currency}" if what == "assumed" else f"{what} {currency}"
            rows.append((name, *(_amount(side, currency, what) for side in sides)))
    rows.append(("leads with an assumption", *(_share(side) for side in sides)))
    return rows


def _reasons(status: str, sides: tuple[Side, ...]) -> list[tuple[str, ...]]:
    told: list[dict[str, int]] = [getattr(side, status) for side in sides]
    reasons = dict.fromkeys(reason for side in told for reason in side)
    return [(f"{status}: {reason}", *(str(side.get(reason, 0)) for side in told)) for reason in reasons]


def _amount(side: Side, currency: str, what: str) -> str:
    return next((getattr(money, what) for money in side.money if money.currency == currency), "0")


def _share(side: Side) -> str:
    return f"{100 * side.assumed / side.leads:.1f} %" if side.leads else "0 %"


def _moving(result: Result) -> list[OfferForeseen]:
    return [one for one in result.offers if one.unchanged != one.changed][:MOST_OFFERS]


def _offer(one: OfferForeseen) -> tuple[str, ...]:
    pairs = [(getattr(one.unchanged, name), getattr(one.changed, name)) for name in ("asked", "bids", "won", "revenue")]
    return (one.offer, *(f"{before} → {after}" for before, after in pairs), str(one.changed.assumed))
