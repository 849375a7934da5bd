"""Figures beside those of a week before: of the same quarter-hours, or of the day up to the same time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from outbid.api.said.instants import utc
from outbid.core.ledger.window import span
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.core.tally.histogram import merged, quantile
from outbid.core.tally.rows import QUARTER_MS, quarter_of
from outbid.store.database import Connection
from outbid.store.tally import reading

WEEK = timedelta(days=7)


class MoneyCompared(msgspec.Struct, frozen=True):
    """Both days up to the last whole quarter-hour, which ends at `until`."""

    until: str
    revenue: str
    margin: str
    revenue_before: str
    margin_before: str


class MoneyToday(msgspec.Struct, frozen=True):
    """Sales that were made since midnight, in one currency. `compared`: null where there was nothing a week before."""

    currency: str
    revenue: str
    margin: str
    margin_percent: float | None
    compared: MoneyCompared | None


class Rates(msgspec.Struct, frozen=True):
    """Of a time. Shares in percent, null where there was nothing to take one of."""

    leads_a_second: float
    sold_percent: float | None
    answer_p95: int | None
    reject_percent: float | None


def percent(part: int, whole: int) -> float | None:
    """A part of a whole in percent, to two places; null of nothing."""
    return round(100 * part / whole, 2) if whole else None


def week_before(at_ms: int, zone: str) -> int:
    """The same time by the clock on the wall, seven days before."""
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    return int((local - WEEK).timestamp() * 1000)


async def money_today(
    connection: Connection, cell: int, campaign: str | None, zone: str, now_ms: int
) -> list[MoneyToday]:
    """What was sold for since midnight in a zone, a row for each currency."""
    midnight_ms, quarter_ms = span("day", zone, now_ms).starts_at_ms, quarter_of(now_ms)
    whole = await _sold(connection, cell, campaign, midnight_ms, quarter_ms + QUARTER_MS)
    up_to = await _sold(connection, cell, campaign, midnight_ms, quarter_ms)
    began_ms, ended_ms = week_before(midnight_ms, zone), week_before(quarter_ms, zone)
    before = await _sold(connection, cell, campaign, quarter_of(began_ms), quarter_of(ended_ms))
    return [_today(name, whole, up_to, before, quarter_ms) for name in sorted(whole.keys() | before.keys())]


async def rates_before(
    connection: Connection, cell: int, campaign: str | None, zone: str, since_ms: int, until_ms: int
) -> Rates | None:
    """The rates of the quarter-hours that a window touched a week before; None where nothing was counted in them."""
    since_ms = quarter_of(week_before(since_ms, zone))
    until_ms = quarter_of(week_before(until_ms, zone) - 1) + QUARTER_MS
    wish = reading.Wish(since_ms=since_ms, until_ms=until_ms, campaign=campaign, by=frozenset(("reason",)))
    leads = await reading.read(connection, HOUSE, cell, wish)
    if not leads:
        return None
    offers = await reading.read(connection, HOUSE, cell, msgspec.structs.replace(wish, level="offers"))
    times: list[int] = []
    for row in leads:
        if row.outcome == "answered":
            times = merged(times, row.histogram)
    sold = _times(leads, "sold")
    ended = sold + _times(leads, "unsold") + _times(leads, "refused")
    rejects = _times([row for row in offers if row.reason != "settled"], "rejected")
    return Rates(
        round(_times(leads, "received") * 1000 / (until_ms - since_ms), 3),
        percent(sold, ended),
        quantile(times, 0.95),
        percent(rejects, _times(offers, "posted")),
    )


def _times(rows: Sequence[reading.Sum], outcome: str) -> int:
    return sum(row.times for row in rows if row.outcome == outcome)


Sold = dict[str, tuple[int, int]]
"""Price and margin in micros, by currency."""


async def _sold(connection: Connection, cell: int, campaign: str | None, since_ms: int, until_ms: int) -> Sold:
    if until_ms <= since_ms:
        return {}
    wish = reading.Wish(since_ms=since_ms, until_ms=until_ms, clock="sale", campaign=campaign, outcome="sold")
    rows = await reading.read(connection, HOUSE, cell, wish)
    return {row.currency: (row.price_micros, row.price_micros - row.payout_micros) for row in rows}


def _today(currency: str, whole: Sold, up_to: Sold, before: Sold, until_ms: int) -> MoneyToday:
    price, margin = whole.get(currency, (0, 0))
    compared = None
    if currency in before:
        amounts = (*up_to.get(currency, (0, 0)), *before[currency])
        compared = MoneyCompared(utc(until_ms), *(text_of(amount) for amount in amounts))
    return MoneyToday(currency, text_of(price), text_of(margin), percent(margin, price), compared)
