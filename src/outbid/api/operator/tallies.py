"""Tallies: how many, for how much, how fast, summed over a time as the operator asks."""

from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Text
from outbid.api.said.range import DAY_MS, MOST_DAYS, Since, Until, span_of
from outbid.api.said.reading import Asked
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.core.tally.histogram import quantile
from outbid.core.tally.rows import QUARTER_MS
from outbid.store.reading.names import number_of
from outbid.store.tally import reading

MOST_ROWS = 10_000
LATEST_MS = 221_845_392_000_000
"""The year 9000: no calendar ends before it."""
GROUPS = get_args(reading.Group)
NOUNS = ("source", "campaign", "seller", "offer", "buyer")


class TalliesWish(msgspec.Struct, frozen=True):
    """Which tallies, and by what they are divided."""

    since: Since = None
    until: Until = None
    clock: Annotated[
        Literal["arrival", "sale"],
        Meta(description="`arrival`: everything, when the lead came; `sale`: sales, when they were made"),
    ] = "arrival"
    of: Annotated[
        Literal["leads", "offers"] | None,
        Meta(description="rows of leads or of offers; absent: offers where an offer or buyer is named, else leads"),
    ] = None
    every: Annotated[
        Literal["quarter", "hour", "day"] | None, Meta(description="a row for each; absent: one for the whole time")
    ] = None
    zone: Annotated[Text, Meta(description="the time zone in which hours and days begin")] = "UTC"
    by: Annotated[Text, Meta(description=f"a row for each of these, with commas between: {', '.join(GROUPS)}")] = ""
    dimension: Annotated[Text, Meta(description="a row for each value of this dimension of the campaign")] = ""
    source: Annotated[Text | None, Meta(description="only of this source, by slug")] = None
    campaign: Annotated[Text | None, Meta(description="only of this campaign, by slug")] = None
    seller: Annotated[Text | None, Meta(description="only of this seller, by slug")] = None
    offer: Annotated[Text | None, Meta(description="only of this offer, by slug")] = None
    buyer: Annotated[Text | None, Meta(description="only of this buyer, by slug")] = None
    outcome: Annotated[Text | None, Meta(description="only this outcome")] = None
    reason: Annotated[Text | None, Meta(description="only with this reason")] = None


class TallyRow(msgspec.Struct, frozen=True):
    """Sums of one outcome. Null: the row is not divided by it.

    starts   when its quarter-hour, hour or day began
    value    of the dimension; null for the rest too, of which `rest` is true
    p50, p90, p99  milliseconds that so many percent did not pass, to an eighth; null where no time is measured
    """

    starts: str | None
    outcome: str
    source: str | None
    campaign: str | None
    seller: str | None
    offer: str | None
    buyer: str | None
    reason: str | None
    value: str | None
    rest: bool
    times: int
    price: str
    payout: str
    currency: str
    p50: int | None
    p90: int | None
    p99: int | None


class TalliesTold(msgspec.Struct, frozen=True):
    """All rows of a time, in order of time, outcome and names."""

    since: str
    until: str
    zone: str
    clock: str
    of: str
    items: list[TallyRow]


class Tallied:
    """The route of tallies."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Read."""
        said = Said(
            summary="How many leads and attempts, for how much, how fast",
            query=TalliesWish,
            answers={200: ("sums over the time", TalliesTold)},
        )
        return [route("GET", "/v1/tallies", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        exchange = self._desk.exchange
        wish = wish_of(request.state.query, exchange.clock.now_ms())
        async with self._desk.database() as connection:
            found = await reading.read(connection, HOUSE, exchange.cell, wish)
            if not found:
                await self._refuse_unknown(connection, wish)
        if len(found) > MOST_ROWS:
            raise Refused("parameter_faulty", f"these are more than {MOST_ROWS:,} rows: ask for less time, or by less")
        rows = [row_of(wish, line) for line in found]
        return answer(TalliesTold(utc(wish.since_ms), utc(wish.until_ms), wish.zone, wish.clock, wish.level, rows))

    async def _refuse_unknown(self, connection: Any, wish: reading.Wish) -> None:
        """Nothing was found: say so where that is because there never was what was named. Raises Refused."""
        for kind in NOUNS:
            slug = getattr(wish, kind, None)
            if slug is not None and await number_of(connection, HOUSE, kind, slug) is None:
                raise Refused("parameter_faulty", f"{kind}: there is no {kind} {slug!r}")
        known = {name for campaign in self._desk.exchange.market.campaigns.values() for name in campaign.dimensions}
        if wish.dimension and wish.dimension not in known:
            there = ", ".join(sorted(known)) or "none"
            raise Refused("parameter_faulty", f"dimension: no campaign has {wish.dimension!r}; there are: {there}")


def wish_of(asked: TalliesWish, now_ms: int) -> reading.Wish:
    """What is asked for. Raises Refused."""
    since_ms, until_ms = span_of(asked.since, asked.until, now_ms)
    for name, given, at_ms in (("since", asked.since, since_ms), ("until", asked.until, until_ms)):
        if given is not None and at_ms % QUARTER_MS:
            raise Refused("parameter_faulty", f"{name}: tallies begin and end on quarter-hours")
    since_ms, until_ms = since_ms - since_ms % QUARTER_MS, until_ms - until_ms % QUARTER_MS
    if until_ms < since_ms:
        raise Refused("parameter_faulty", "since, until: the end comes before the beginning")
    if not 0 <= until_ms - since_ms <= MOST_DAYS * DAY_MS or since_ms < 0 or until_ms > LATEST_MS:
        raise Refused("parameter_faulty", f"since, until: ask for up to {MOST_DAYS} days")
    by = _groups(asked.by)
    level = asked.of or ("offers" if asked.offer or asked.buyer or by & {"offer", "buyer"} else "leads")
    return reading.Wish(
        since_ms=since_ms,
        until_ms=until_ms,
        clock=asked.clock,
        level=level,
        period=asked.every,
        zone=zone_of(asked.zone),
        by=by,
        dimension=_dimension(asked.dimension),
        source=asked.source,
        campaign=asked.campaign,
        seller=asked.seller,
        offer=asked.offer,
        buyer=asked.buyer,
        outcome=asked.outcome,
        reason=asked.reason,
        most=MOST_ROWS + 1,
    )


def row_of(wish: reading.Wish, line: reading.Sum) -> TallyRow:
    """A row as it is told."""
    _, named, value = line.dimension.partition("=")
    divided = {name: getattr(line, name) if name in wish.by else None for name in GROUPS}
    p50, p90, p99 = (quantile(line.histogram, share) for share in (0.5, 0.9, 0.99))
    return TallyRow(
        starts=utc(line.starts_ms) if wish.period else None,
        outcome=line.outcome,
        **divided,
        value=value if named else None,
        rest=bool(line.dimension) and not named,
        times=line.times,
        price=text_of(line.price_micros),
        payout=text_of(line.payout_micros),
        currency=line.currency,
        p50=p50,
        p90=p90,
        p99=p99,
    )


def _groups(text: str) -> frozenset[reading.Group]:
    named = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := named - set(GROUPS):
        raise Refused("parameter_faulty", f"by: there is no {sorted(unknown)[0]!r}; there are: {', '.join(GROUPS)}")
    return frozenset(group for group in GROUPS if group in named)


def _dimension(text: str) -> str:
    if "=" in text:
        raise Refused("parameter_faulty", "dimension: write the name of a field or part alone")
    return text


def zone_of(text: str) -> str:
    """A time zone by its name. Raises Refused."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise Refused("parameter_faulty", f"zone: {text!r} is no time zone, such as America/New_York") from None
    return text
