"""`outbid control --late`: which answers came late, and an estimate of what that cost."""

import argparse
from datetime import timedelta
from typing import Any

from outbid.api.door.refusal import Refused
from outbid.api.said.late import MOST_ROWS, OfferLate, told
from outbid.api.said.range import bounds_of, days_of
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.table import print_table
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock
from outbid.settings import read_settings
from outbid.store.control.late import Late, late
from outbid.store.reading.names import number_of

ZONE = "UTC"


def show(given: argparse.Namespace) -> int:
    """A table of offers over the days, or of the days of one offer."""
    try:
        today = days_of(None, None, ZONE, Clock().now_ms())[-1]
        first = today - timedelta(max(1, min(given.days, today.toordinal() - 1)) - 1)
        days = days_of(first, today, ZONE, 0)
        with Database(read_settings()) as database:
            database.migrate()
            rows = database.use(lambda connection: _late(connection, bounds_of(days, ZONE), given.offer or None))
        offers = told(rows, days, ZONE).items
    except Refused as refused:
        raise CommandError(refused.detail) from None
    if not any(one.late for one in offers):
        print("No answer came late in this time.")
    elif given.offer:
        _print_days(offers)
    else:
        _print_offers(offers)
    return 0


async def _late(connection: Any, bounds: list[int], offer: str | None) -> list[Late]:
    if offer is not None and await number_of(connection, HOUSE, "offer", offer) is None:
        raise CommandError(f"there is no offer {offer!r}")
    return await late(connection, HOUSE, 0, bounds, offer, MOST_ROWS + 1)


def _print_offers(offers: list[OfferLate]) -> None:
    head = ("offer", "buyer", "pings", "answered", "late", "cut", "sold", "missed (estimate)", "unit")
    rows = [
        (
            one.offer,
            one.buyer,
            *map(str, (one.pings, one.answered, one.late, one.cut, one.sold)),
            one.missed or "",
            one.currency,
        )
        for one in offers
    ]
    print_table(head, rows)


def _print_days(offers: list[OfferLate]) -> None:
    head = ("day", "pings", "late", "cut", "missed (estimate)", "unit")
    days = [(day, one.currency) for one in offers for day in one.days]
    print_table(
        head,
        [(day.day, str(day.pings), str(day.late), str(day.cut), day.missed or "", unit) for day, unit in days],
    )
