"""What a seller earned: by day and currency, and for which lead."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import SELLER
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text, id_of
from outbid.api.said.range import FirstDay, LastDay, Since, Until, bounds_of, days_of, span_of
from outbid.api.said.reading import Asked
from outbid.api.seller.naming import source_named
from outbid.core.ids import LEAD, public
from outbid.core.money import text_of
from outbid.store.reading.parties import seller

OwnSource = Annotated[Text | None, Meta(description="only of this source of yours, by slug")]


class EarnedWish(msgspec.Struct, frozen=True):
    """Which days, and of which source."""

    source: OwnSource = None
    first_day: FirstDay = None
    last_day: LastDay = None


class DayEarned(msgspec.Struct, frozen=True):
    """What a day brought in a currency, for how many sales. A day on which nothing moved is not listed."""

    day: str
    currency: str
    sales: int
    earned: str


class BalanceTold(msgspec.Struct, frozen=True):
    """What was earned, by currency and by day; a day is counted from midnight to midnight in `zone`."""

    first_day: str
    last_day: str
    zone: str
    earned: dict[str, str]
    days: list[DayEarned]


class SellerTransfersWish(msgspec.Struct, frozen=True):
    """Which transfers."""

    source: OwnSource = None
    since: Since = None
    until: Until = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class SellerTransfer(msgspec.Struct, frozen=True):
    """What came to you for a lead."""

    at: str
    lead: str
    source: str
    amount: str
    currency: str


class SellerTransferPage(msgspec.Struct, frozen=True):
    """A page of transfers, the newest first."""

    items: list[SellerTransfer]
    next: str | None


_TRANSFER = {
    "at": "2026-11-25T09:12:04.361Z",
    "lead": "ld_00006b98r1j3ipo8a2o3m1c4n5q6u",
    "source": "brightleads-web",
    "amount": "29.848",
    "currency": "USD",
}


class SellerMoney:
    """The routes of a seller's money."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Balance and transfers."""
        earned = Said(
            summary="What you earned, by currency and day",
            query=EarnedWish,
            answers={200: ("sums, and the days that they are made of", BalanceTold)},
            example={
                "first_day": "2026-11-01",
                "last_day": "2026-11-30",
                "zone": "America/New_York",
                "earned": {"USD": "68.584"},
                "days": [{"day": "2026-11-25", "currency": "USD", "sales": 3, "earned": "68.584"}],
            },
            door=SELLER,
        )
        moved = Said(
            summary="What came to you, and for which lead",
            query=SellerTransfersWish,
            answers={200: ("the newest first", SellerTransferPage)},
            example={"items": [_TRANSFER], "next": None},
            door=SELLER,
        )
        return [
            route("GET", "/v1/seller/balance", earned, self._balance),
            route("GET", "/v1/seller/transfers", moved, self._transfers),
        ]

    async def _balance(self, request: Asked) -> Response[bytes]:
        asked: EarnedWish = request.state.query
        scope, exchange = request.state.asker.scope, self._desk.exchange
        async with self._desk.database() as connection:
            zone = await seller.zone(connection, scope)
            days = days_of(asked.first_day, asked.last_day, zone, exchange.clock.now_ms())
            source = await source_named(connection, scope, asked.source)
            found = await seller.earned(connection, scope, exchange.cell, source, bounds_of(days, zone))
        sums: dict[str, int] = {}
        for row in found:
            sums[row.unit] = sums.get(row.unit, 0) + row.amount_micros
        told = BalanceTold(
            days[0].isoformat(),
            days[-1].isoformat(),
            zone,
            {unit: text_of(amount) for unit, amount in sorted(sums.items())},
            [DayEarned(days[row.day].isoformat(), row.unit, row.sales, text_of(row.amount_micros)) for row in found],
        )
        return answer(told)

    async def _transfers(self, request: Asked) -> Response[bytes]:
        asked: SellerTransfersWish = request.state.query
        scope, exchange = request.state.asker.scope, self._desk.exchange
        before = id_of(asked.cursor)
        since_ms, until_ms = span_of(asked.since, asked.until, exchange.clock.now_ms())
        async with self._desk.database() as connection:
            source = await source_named(connection, scope, asked.source)
            wish = seller.TransferWish(
                since_ms=since_ms, until_ms=until_ms, before=before, source=source, limit=asked.limit + 1
            )
            found = await seller.transfers(connection, scope, exchange.cell, wish)
        page = found[: asked.limit]
        told = [
            SellerTransfer(
                utc(row.at_ms),
                public(LEAD, exchange.cell, row.lead_id),
                row.source,
                text_of(row.amount_micros),
                row.unit,
            )
            for row in page
        ]
        return answer(SellerTransferPage(told, page[-1].id.hex() if len(found) > asked.limit else None))
