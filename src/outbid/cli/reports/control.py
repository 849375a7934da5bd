"""`outbid control`: in how many of their leads offers take part by the rules of their health, and why."""

import argparse
from typing import Any

from outbid.api.operator.control import LAST, OfferStands, StepTold, standing_of, told_of
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.market import stand_ins
from outbid.cli.reports.late import show as show_late
from outbid.cli.shown.table import print_table
from outbid.core.market.compile import compile_market
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.settings import read_settings
from outbid.store import market as markets
from outbid.store.control import steps

MOST_STEPS = 50


def show(given: argparse.Namespace) -> int:
    """A table of offers, or of the steps of one; or of what came late."""
    if given.late:
        return show_late(given)
    with Database(read_settings()) as database:
        database.migrate()
        if given.offer:
            _print_steps(database.use(lambda connection: _steps(connection, given.offer)))
        else:
            _print_offers(database.use(_offers))
    return 0


async def _offers(connection: Any) -> list[OfferStands]:
    version, nouns = await markets.load(connection)
    market = compile_market(version, nouns, Registry(), await stand_ins(connection), lenient=True)
    return standing_of(market, await steps.stands(connection, HOUSE))


async def _steps(connection: Any, slug: str) -> list[StepTold]:
    _, nouns = await markets.load(connection)
    if slug not in nouns.get("offer", {}):
        raise CommandError(f"there is no offer {slug!r}")
    number = nouns["offer"][slug][0]
    return [told_of(step) for step in await steps.taken(connection, HOUSE, number, LAST, MOST_STEPS)]


def _print_offers(offers: list[OfferStands]) -> None:
    if not offers:
        print("No offer has rules of health.")
        return
    head = ("offer", "buyer", "stage", "share", "since")
    print_table(head, [(one.offer, one.buyer, one.stage, one.share, one.since or "") for one in offers])


def _print_steps(found: list[StepTold]) -> None:
    if not found:
        print("Rules never took a step with this offer.")
        return
    rows = [
        (
            step.at,
            step.by,
            step.why,
            step.stage,
            step.share,
            ", ".join(f"{f.measure} {f.bad}/{f.cases}" for f in step.figures),
        )
        for step in found
    ]
    print_table(("at", "by", "why", "stage", "share", "figures"), rows)
