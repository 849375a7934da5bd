"""Leads, a page at a time: one row a lead, however often it was sold; how many there are, and all of them as a file."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.dialect.formats.table import csv_of
from outbid.core.ids import LEAD, parse, public
from outbid.core.lead.event import LeadStatus
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.store.database import Connection
from outbid.store.reading import leads, names

LEADS = "/v1/leads"
MOST_EXPORTED = 50_000
MOST_SKIPPED = leads.MOST_COUNTED
AT_ONCE = 500
CSV = "text/csv"
ID_END = r"^[0-9a-vA-V]{4,29}$"
_DIGITS = "0123456789abcdefghijklmnopqrstuv"


class LeadsChosen(msgspec.Struct, frozen=True):
    """Which leads."""

    status: LeadStatus | None = None
    reason: Annotated[Text | None, Meta(description="only with this reason code")] = None
    source: Annotated[Text | None, Meta(description="only of this source, by slug")] = None
    campaign: Annotated[Text | None, Meta(description="only of this campaign, by slug")] = None
    buyer: Annotated[Text | None, Meta(description="only sold to this buyer, by slug")] = None
    offer: Annotated[Text | None, Meta(description="only sold to this offer, by slug")] = None
    since: Annotated[Instant | None, Meta(description="only those that arrived then or later (RFC 3339)")] = None
    until: Annotated[Instant | None, Meta(description="only those that arrived before (RFC 3339)")] = None
    test: Annotated[bool, Meta(description="test leads, instead of all others")] = False
    id_end: Annotated[str, Meta(pattern=ID_END, description="only those whose id ends so")] | None = None


class LeadsWish(LeadsChosen, frozen=True):
    """Which page of which leads."""

    sort: Annotated[
        Literal["-at", "at", "-price", "price"],
        Meta(description="by arrival or price; `-`: from the last on"),
    ] = "-at"
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    skip: Annotated[
        int,
        Meta(
            description=f"so many leads are passed over first, {MOST_SKIPPED:,} at most",
            extra_json_schema={"minimum": 0, "maximum": MOST_SKIPPED},  # the refusal says what to do instead
        ),
    ] = 0
    limit: Limit = 100


class SoldTo(msgspec.Struct, frozen=True):
    """Who bought the lead."""

    offer: str
    buyer: str


class LeadRow(msgspec.Struct, frozen=True):
    """A lead. `sold` counts its sold sales; `price` and `payout` are sums over them, in `currency`.

    test     a test lead's sales are those that would have been: nothing is paid
    bids     in its last round
    took_ms  from its arrival until its end was written down; null while it has none
    """

    id: str
    arrived_at: str
    source: str
    seller: str
    campaign: str
    test: bool
    status: str
    reason: str
    sold: int
    sold_to: list[SoldTo]
    bids: int
    price: str
    payout: str
    currency: str
    took_ms: int | None


class LeadPage(msgspec.Struct, frozen=True):
    """A page of leads, in the order that was asked for.

    as_of  no lead of it arrived then or later: as `until` it keeps the pages beside it from moving on
    """

    items: list[LeadRow]
    next: str | None
    as_of: str


class LeadCount(msgspec.Struct, frozen=True):
    """How many leads have this value."""

    value: str
    leads: int


class LeadCounts(msgspec.Struct, frozen=True):
    """How many leads there are, and of which kinds.

    total  all of them where `exact`; else there are more than 100,000
    newest the facets are of so many of them, the newest: of all, or of 10,000
    """

    total: int
    exact: bool
    newest: int
    status: list[LeadCount]
    reason: list[LeadCount]
    source: list[LeadCount]
    campaign: list[LeadCount]


COLUMNS = (*(name for name in LeadRow.__struct_fields__ if name != "sold_to"), "offers", "buyers")
"""Of the file: a cell for all offers, and one for all buyers, with spaces between."""


class Listing:
    """The routes of the list of leads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, count, and give as a file."""
        listed = Said(summary="List leads", query=LeadsWish, answers={200: ("the newest first", LeadPage)})
        counted = Said(
            summary="How many leads there are, by status, reason, source and campaign",
            query=LeadsChosen,
            answers={200: ("counts, the largest first", LeadCounts)},
        )
        exported = Said(
            summary="Leads as CSV, without anything personal",
            query=LeadsChosen,
            answers={200: (f"the newest first, {MOST_EXPORTED:,} at the most", None)},
            media=(CSV,),
        )
        return [
            route("GET", LEADS, listed, self._list),
            route("GET", f"{LEADS}/counts", counted, self._count),
            route("GET", f"{LEADS}/export", exported, self._export),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: LeadsWish = request.state.query
        _bounded(asked.skip)
        by_price = asked.sort.endswith("price")
        after = _place(asked.cursor, by_price)
        as_of_ms = self._desk.exchange.clock.now_ms() + 1
        if asked.until is not None:
            as_of_ms = min(as_of_ms, ms_of(asked.until))
        async with self._desk.database() as connection:
            wish = msgspec.structs.replace(await _wish(connection, asked), until_ms=as_of_ms)
            cell, most = self._desk.exchange.cell, asked.limit + 1
            found = await leads.page(connection, HOUSE, cell, wish, after, most, asked.sort, asked.skip)
        page = found[: asked.limit]
        rest = _cursor(page[-1], by_price) if len(found) > asked.limit else None
        return answer(LeadPage([_row(line) for line in page], rest, utc(as_of_ms)))

    async def _count(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            wish = await _wish(connection, request.state.query)
            cell = self._desk.exchange.cell
            total = await leads.count(connection, HOUSE, cell, wish, leads.MOST_COUNTED + 1)
            found = await leads.facets(connection, HOUSE, cell, wish)
        facets: dict[str, list[LeadCount]] = {"status": [], "reason": [], "source": [], "campaign": []}
        for one in found:
            if one.value:
                facets[one.facet].append(LeadCount(one.value, one.leads))
        exact, told = total <= leads.MOST_COUNTED, min(total, leads.MOST_COUNTED)
        return answer(LeadCounts(told, exact, min(told, leads.MOST_SORTED), **facets))

    async def _export(self, request: Asked) -> Response[Any]:
        async with self._desk.database() as connection:
            wish = await _wish(connection, request.state.query)
            total = await leads.count(connection, HOUSE, self._desk.exchange.cell, wish, MOST_EXPORTED + 1)
        if total > MOST_EXPORTED:
            raise Refused("parameter_faulty", f"since, until: these are more than {MOST_EXPORTED:,}; ask for less time")
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="leads.csv"'}
        return Stream(self._lines(wish), media_type=CSV, headers=headers)

    async def _lines(self, wish: leads.Wish) -> AsyncIterator[bytes]:
        """The file, page by page; no connection is held while the client reads."""
        yield csv_of(COLUMNS, [], header=True, for_people=True)
        after: leads.Place | None = None
        while True:
            async with self._desk.database() as connection:
                found = await leads.page(connection, HOUSE, self._desk.exchange.cell, wish, after, AT_ONCE)
            yield csv_of(COLUMNS, [_cells(line) for line in found], header=False, for_people=True)
            if len(found) < AT_ONCE:
                return
            after = leads.Place(found[-1].id)


def _bounded(skip: int) -> None:
    """Raises Refused for more than are passed over in one breath, and says how to come there."""
    if not 0 <= skip <= MOST_SKIPPED:
        detail = f"skip: 0 to {MOST_SKIPPED:,}; for what lies behind, ask for less time (`until`), or turn the order"
        raise Refused("parameter_faulty", detail)


async def _wish(connection: Connection, asked: LeadsChosen) -> leads.Wish:
    return leads.Wish(
        since_ms=None if asked.since is None else ms_of(asked.since),
        until_ms=None if asked.until is None else ms_of(asked.until),
        status=asked.status,
        reason=asked.reason,
        source=await number_of(connection, "source", asked.source),
        campaign=await number_of(connection, "campaign", asked.campaign),
        buyer=await number_of(connection, "buyer", asked.buyer),
        offer=await number_of(connection, "offer", asked.offer),
        test=asked.test,
        id_end=None if asked.id_end is None else hex_end(asked.id_end),
    )


async def number_of(connection: Connection, kind: str, slug: str | None) -> int | None:
    """The number of the noun that a parameter names. Raises Refused if there never was one."""
    if slug is None:
        return None
    number = await names.number_of(connection, HOUSE, kind, slug)
    if number is None:
        raise Refused("parameter_faulty", f"{kind}: there is no {kind} {slug!r}")
    return number


def hex_end(end: str) -> str:
    """The whole hex digits of an id that the end of its public name stands for.

    A character of a name is five bits, and the last bit of a name is none of the id: see `core/ids`.
    """
    number = 0
    for character in end.lower():
        number = number << 5 | _DIGITS.index(character)
    digits = min(32, (5 * len(end) - 1) // 4)
    return f"{number >> 1:032x}"[-digits:]


def _row(line: leads.Line) -> LeadRow:
    return LeadRow(
        public(LEAD, line.cell, line.id),
        utc(line.arrived_at_ms),
        line.source,
        line.seller,
        line.campaign,
        line.test,
        line.status,
        line.reason,
        line.sold,
        [SoldTo(offer, buyer) for offer, buyer in zip(line.offers, line.buyers, strict=True)],
        line.bids,
        text_of(line.price_micros),
        text_of(line.payout_micros),
        line.currency,
        line.took_ms,
    )


def _cells(line: leads.Line) -> dict[str, Any]:
    cells = msgspec.structs.asdict(_row(line))
    return cells | {"offers": " ".join(line.offers), "buyers": " ".join(line.buyers)}


def _cursor(line: leads.Line, by_price: bool) -> str:
    """Where the next page begins: behind this lead."""
    name = public(LEAD, line.cell, line.id)
    return f"{line.price_micros}.{name}" if by_price else name


def _place(cursor: str, by_price: bool) -> leads.Place | None:
    if not cursor:
        return None
    price, _, name = cursor.rpartition(".")
    try:
        if bool(price) != by_price:
            raise ValueError("a cursor goes with its order")
        return leads.Place(parse(LEAD, name)[1], min(int(price or 0), leads.HIGHEST))
    except ValueError:
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is") from None
