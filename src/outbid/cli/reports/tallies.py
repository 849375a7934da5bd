"""`outbid tallies`: how many leads and attempts, for how much, how fast."""

import argparse
from datetime import UTC, datetime

from outbid.api.door.refusal import Refused
from outbid.api.operator.tallies import GROUPS, MOST_ROWS, TalliesWish, TallyRow, row_of, wish_of
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.table import print_table
from outbid.core.scope import HOUSE
from outbid.core.tally.rows import QUARTER_MS, quarter_of
from outbid.exchange.clock import Clock
from outbid.settings import read_settings
from outbid.store.tally import reading

DAY_MS = 86_400_000


def show(given: argparse.Namespace) -> int:
    """A table, up to and with the present quarter-hour."""
    now_ms = Clock().now_ms()
    until_ms = quarter_of(now_ms) + QUARTER_MS
    asked = TalliesWish(
        since=_instant(until_ms - given.days * DAY_MS),
        until=_instant(until_ms),
        clock=given.clock,
        of=given.of,
        every=given.every,
        zone=given.zone,
        by=given.by,
        dimension=given.dimension,
        source=given.source,
        campaign=given.campaign,
        seller=given.seller,
        offer=given.offer,
        buyer=given.buyer,
    )
    try:
        wish = wish_of(asked, now_ms)
    except Refused as refused:
        raise CommandError(refused.detail) from None
    with Database(read_settings()) as database:
        database.migrate()
        found = database.use(lambda connection: reading.read(connection, HOUSE, 0, wish))
    if len(found) > MOST_ROWS:
        raise CommandError(f"these are more than {MOST_ROWS:,} rows: ask for fewer days, or by less")
    _print(wish, [row_of(wish, line) for line in found])
    return 0


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(max(at_ms, 0) / 1000, UTC)


def _print(wish: reading.Wish, rows: list[TallyRow]) -> None:
    if not rows:
        print("Nothing was counted in this time.")
        return
    starts = ["starts"] if wish.period else []
    groups = [name for name in GROUPS if name in wish.by]
    values = [wish.dimension] if wish.dimension else []
    head = [*starts, *groups, *values, "outcome", "times", "price", "payout", "unit", "p50 ms", "p90 ms", "p99 ms"]
    print_table(head, [_line(row, groups, bool(starts), bool(values)) for row in rows])


def _line(row: TallyRow, groups: list[str], starts: bool, values: bool) -> list[str]:
    return [
        *([row.starts or ""] if starts else []),
        *(getattr(row, name) for name in groups),
        *(["(the rest)" if row.rest else row.value or ""] if values else []),
        row.outcome,
        str(row.times),
        row.price,
        row.payout,
        row.currency,
        *("" if ms is None else str(ms) for ms in (row.p50, row.p90, row.p99)),
    ]
