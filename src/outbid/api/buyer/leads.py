"""Leads that a buyer bought and fetches himself, in the order in which they were sold to him, as JSON or CSV."""

import re
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.buyer.sales import offer_named
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.dialect.formats.table import csv_of
from outbid.core.money import text_of
from outbid.core.schedule.instant import utc
from outbid.core.scope import Scope
from outbid.exchange.work.later.rows import Row, rows_of
from outbid.store import parcels

PATH = "/v1/buyer/leads"
CSV = "text/csv; charset=utf-8"
NEXT = "Next-Cursor"
_MOST_DIGITS = 18
_COLUMNS = ("sale", "lead", "offer", "campaign", "price", "currency", "sold_at")
_LIKE_OURS = re.compile(rf"(fields\.)*({'|'.join(_COLUMNS)})")


class LeadsWish(msgspec.Struct, frozen=True):
    """From where on."""

    offer: Annotated[Text | None, Meta(description="only those of this offer of yours, by slug")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before; absent: the oldest that are kept")] = ""
    limit: Limit = 100
    format: Annotated[
        Literal["json", "csv"], Meta(description="csv: where to go on stands in the header `Next-Cursor`")
    ] = "json"
    machine: Annotated[bool, Meta(description="cells of CSV stay as they are, also what a spreadsheet would run")] = (
        False
    )


class BoughtLead(msgspec.Struct, frozen=True):
    """A lead that you bought.

    sale    the sale's id
    lead    your own name for the lead: the `ref`
    price   what you pay
    fields  what you agreed to be told, by your own names; null where the person was erased since
    """

    sale: str
    lead: str
    offer: str
    campaign: str
    price: str
    currency: str
    sold_at: str
    fields: dict[str, Any] | None


class BoughtLeadPage(msgspec.Struct, frozen=True):
    """Leads that you bought, the oldest first, kept for 90 days. `next`: where to go on, also if nothing was new."""

    items: list[BoughtLead]
    next: str


_EXAMPLE = {
    "sale": "sl_00006b98r1j3ipo8a2o3m1c4n5q6u",
    "lead": "5b0c6f2d9a41e7c85d3f1a02",
    "offer": "oak-auto",
    "campaign": "auto",
    "price": "25.00",
    "currency": "USD",
    "sold_at": "2026-11-25T09:12:04.361Z",
    "fields": {"name": "Ann Oak", "phone": "+15125550142"},
}


class BoughtLeads:
    """The route of leads that wait to be fetched."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        listed = Said(
            summary="Leads that you bought of offers whose leads you fetch, with their fields",
            query=LeadsWish,
            answers={200: ("those past the cursor, the oldest first", BoughtLeadPage)},
            example={"items": [_EXAMPLE], "next": "1"},
            text="text/csv",
            door=BUYER,
        )
        return [route("GET", PATH, listed, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        rows, cursor = await self._rows(request)
        if request.state.query.format == "csv":
            return self._file(rows, cursor, for_people=not request.state.query.machine)
        items = [BoughtLead(**self._told(row), fields=row.cells) for row in rows]
        return answer(BoughtLeadPage(items, cursor))

    def _file(self, rows: list[Row], cursor: str, *, for_people: bool) -> Response[bytes]:
        there = [row for row in rows if row.cells is not None]
        lines = [self._told(row) | {_column(name): cell for name, cell in (row.cells or {}).items()} for row in there]
        names = dict.fromkeys((*_COLUMNS, *(name for line in lines for name in line)))
        body = csv_of(names, lines, header=True, for_people=for_people)
        return Response(body, media_type=CSV, headers={"Cache-Control": "no-store", NEXT: cursor})

    async def _rows(self, request: Asked) -> tuple[list[Row], str]:
        asked: LeadsWish = request.state.query
        scope: Scope = request.state.asker.scope
        exchange = self._desk.exchange
        if asked.cursor and not (asked.cursor.isdecimal() and len(asked.cursor) <= _MOST_DIGITS):
            raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
        async with self._desk.database() as connection:
            offer = await offer_named(connection, scope, asked.offer)
            after = int(asked.cursor or "0")
            found = await parcels.page(connection, scope, exchange.cell, after, offer, asked.limit)
            rows = await rows_of(exchange, connection, found)
        return rows, str(found[-1].n) if found else asked.cursor or "0"

    def _told(self, row: Row) -> dict[str, str]:
        return {
            "sale": row.sale,
            "lead": row.lead,
            "offer": self._desk.exchange.market.name("offer", row.parcel.offer),
            "campaign": row.campaign,
            "price": text_of(row.price_micros),
            "currency": row.currency,
            "sold_at": utc(row.sold_ms),
        }


def _column(name: str) -> str:
    """His name of a column; one that is called like ours has a word before it, so no two are called alike."""
    return f"fields.{name}" if _LIKE_OURS.fullmatch(name) else name
