"""Leads, a page at a time: one row a lead, however often it was sold."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.ids import LEAD, parse, public
from outbid.core.lead.event import LeadStatus
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.store.database import Connection
from outbid.store.reading import leads, names

LEADS = "/v1/leads"


class LeadsWish(msgspec.Struct, frozen=True):
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
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class LeadRow(msgspec.Struct, frozen=True):
    """A lead. `sold` counts its sold sales; `price` and `payout` are sums over them, in `currency`."""

    id: str
    arrived_at: str
    source: str
    campaign: str
    test: bool
    status: str
    reason: str
    sold: int
    price: str
    payout: str
    currency: str


class LeadPage(msgspec.Struct, frozen=True):
    """A page of leads, the newest first."""

    items: list[LeadRow]
    next: str | None


class Listing:
    """The route of the list of leads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(summary="List leads", query=LeadsWish, answers={200: ("the newest first", LeadPage)})
        return [route("GET", LEADS, said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: LeadsWish = request.state.query
        cell = self._desk.exchange.cell
        before = _place(asked.cursor)
        async with self._desk.database() as connection:
            wish = leads.Wish(
                before=before,
                since_ms=None if asked.since is None else ms_of(asked.since),
                until_ms=None if asked.until is None else ms_of(asked.until),
                status=asked.status,
                reason=asked.reason,
                source=await number_of(connection, "source", asked.source),
                campaign=await number_of(connection, "campaign", asked.campaign),
                buyer=await number_of(connection, "buyer", asked.buyer),
                offer=await number_of(connection, "offer", asked.offer),
                test=asked.test,
                limit=asked.limit + 1,
            )
            found = await leads.page(connection, HOUSE, cell, wish)
        rows = [_row(line) for line in found[: asked.limit]]
        return answer(LeadPage(rows, rows[-1].id if len(found) > asked.limit else None))


async def number_of(connection: Connection, kind: str, slug: str | None) -> int | None:
    """The number of the noun that a parameter names. Raises Refused if there never was one."""
    if slug is None:
        return None
    number = await names.number_of(connection, HOUSE, kind, slug)
    if number is None:
        raise Refused("parameter_faulty", f"{kind}: there is no {kind} {slug!r}")
    return number


def _row(line: leads.Line) -> LeadRow:
    return LeadRow(
        public(LEAD, line.cell, line.id),
        utc(line.arrived_at_ms),
        line.source,
        line.campaign,
        line.test,
        line.status,
        line.reason,
        line.sold,
        text_of(line.price_micros),
        text_of(line.payout_micros),
        line.currency,
    )


def _place(cursor: str) -> bytes:
    if not cursor:
        return leads.LAST
    try:
        return parse(LEAD, cursor)[1]
    except ValueError:
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is") from None
