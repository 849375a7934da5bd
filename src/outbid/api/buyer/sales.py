"""A buyer's sales: what he bought, rejected or left unanswered, each under the name by which he knows the lead."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.ids import SALE, first_of, parse, public
from outbid.core.lead import event as ev
from outbid.core.lead.state import SaleStatus
from outbid.core.money import text_of
from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.reading.parties import buyer

PATH = "/v1/buyer/sales"
Status = SaleStatus | Literal["returned"]
HIDDEN = {"price_below_floor": "unsettled"}
"""Reasons that would tell what is not the buyer's to know, and what he is told instead."""


class SalesWish(msgspec.Struct, frozen=True):
    """Which sales."""

    status: Status | None = None
    offer: Annotated[Text | None, Meta(description="only to this offer of yours, by slug")] = None
    since: Annotated[Instant | None, Meta(description="only those posted then or later (RFC 3339)")] = None
    until: Annotated[Instant | None, Meta(description="only those posted before (RFC 3339)")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class BuyerSale(msgspec.Struct, frozen=True):
    """A sale: a lead that was posted to you.

    id     the post's idempotency key
    lead   your own name for the lead: the `ref` of the ping and the post
    price  what you pay or paid; of a rejected sale, what you would have paid
    at     when it came to be as it is
    """

    id: str
    lead: str
    offer: str
    campaign: str
    status: Status
    price: str
    currency: str
    posted_at: str
    at: str


class BuyerSalePage(msgspec.Struct, frozen=True):
    """A page of sales, the newest first."""

    items: list[BuyerSale]
    next: str | None


class SaleMoment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened to a sale. `ms`: how long your answer took; `reason`: a code, and its sentence."""

    at: str
    what: Literal["posted", "asked_again", "sold", "rejected", "uncertain", "settled", "delivered"]
    price: str | None = None
    ms: int | None = None
    reason: str | None = None
    detail: str | None = None


class BuyerSaleStory(BuyerSale, frozen=True, kw_only=True):
    """A sale with all that happened to it, in order."""

    timeline: list[SaleMoment]


_EXAMPLE = {
    "id": "sl_00006b98r1j3ipo8a2o3m1c4n5q6u",
    "lead": "5b0c6f2d9a41e7c85d3f1a02",
    "offer": "oak-auto",
    "campaign": "auto",
    "status": "sold",
    "price": "37.31",
    "currency": "USD",
    "posted_at": "2026-11-25T09:12:04.305Z",
    "at": "2026-11-25T09:12:04.361Z",
}
_TIMELINE = [
    {"at": "2026-11-25T09:12:04.305Z", "what": "posted", "price": "37.31"},
    {"at": "2026-11-25T09:12:04.355Z", "what": "sold", "price": "37.31", "ms": 48},
]


class Sales:
    """The routes of sales."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, and one."""
        listed = Said(
            summary="Your sales",
            query=SalesWish,
            answers={200: ("the newest first", BuyerSalePage)},
            example={"items": [_EXAMPLE], "next": None},
            door=BUYER,
        )
        one = Said(
            summary="A sale of yours, and what happened to it",
            path={"sale": "the sale's id, sl_…"},
            answers={200: ("as it stands now", BuyerSaleStory)},
            example=_EXAMPLE | {"timeline": _TIMELINE},
            problems=("sale_unknown",),
            door=BUYER,
        )
        return [route("GET", PATH, listed, self._list), route("GET", f"{PATH}/{{sale:str}}", one, self._one)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: SalesWish = request.state.query
        scope, exchange = request.state.asker.scope, self._desk.exchange
        before = _place(asked.cursor)
        async with self._desk.database() as connection:
            wish = buyer.SaleWish(
                before=before if asked.until is None else min(before, first_of(ms_of(asked.until))),
                since=first_of(0 if asked.since is None else ms_of(asked.since)),
                status=asked.status,
                offer=await offer_named(connection, scope, asked.offer),
                limit=asked.limit + 1,
            )
            found = await buyer.sales(connection, scope, exchange.cell, wish)
        rows = [BuyerSale(**self._told(line, scope)) for line in found[: asked.limit]]
        return answer(BuyerSalePage(rows, rows[-1].id if len(found) > asked.limit else None))

    async def _one(self, request: Asked) -> Response[bytes]:
        scope: Scope = request.state.asker.scope
        try:
            cell, identifier = parse(SALE, request.path_params["sale"].lower())
        except ValueError as error:
            raise Refused("sale_unknown", str(error)) from None
        async with self._desk.database() as connection:
            found = await buyer.sale(connection, scope, cell, identifier)
        if found is None:
            raise Refused("sale_unknown")
        timeline = [moment for event in found.events for moment in [self._moment(event)] if moment is not None]
        return answer(BuyerSaleStory(**self._told(found.line, scope), timeline=timeline))

    def _told(self, line: buyer.SaleLine, scope: Scope) -> dict[str, Any]:
        return {
            "id": public(SALE, line.cell, line.id),
            "lead": self._desk.exchange.vault.reference(line.lead_id, scope.number),
            "offer": line.offer,
            "campaign": line.campaign,
            "status": line.status,
            "price": text_of(line.price_micros),
            "currency": line.currency,
            "posted_at": utc(int.from_bytes(line.id[:6], "big")),
            "at": utc(line.at_ms),
        }

    def _moment(self, event: ev.Event) -> SaleMoment | None:
        """An event as the buyer is told of it; None for one that is not his."""
        at = utc(event.at_ms)
        if isinstance(event, ev.Posting):
            return SaleMoment(at, "posted", text_of(event.price_micros))
        if isinstance(event, ev.Sold):
            return SaleMoment(at, "sold", text_of(event.price_micros), event.ms)
        if isinstance(event, ev.Rejected):
            return SaleMoment(at, "rejected", None, event.ms, *self._why(event.reason))
        if isinstance(event, ev.Unsure):
            return SaleMoment(at, "uncertain", None, event.ms, *self._why(event.reason))
        if isinstance(event, ev.Delivered):
            return SaleMoment(at, "delivered", ms=event.ms)
        if isinstance(event, ev.Asked):
            return SaleMoment(at, "asked_again")
        return SaleMoment(at, "settled", reason=event.outcome) if isinstance(event, ev.Settled) else None

    def _why(self, code: str) -> tuple[str, str | None]:
        told = HIDDEN.get(code, code)
        reason = self._desk.reasons.get(told)
        return told, None if reason is None else reason.sentence


async def offer_named(connection: Connection, scope: Scope, slug: str | None) -> int | None:
    """The number of the offer that a parameter names. Raises Refused if the reader never had one of that name."""
    if slug is None:
        return None
    number = await buyer.offer_number(connection, scope, slug)
    if number is None:
        raise Refused("parameter_faulty", f"offer: you have no offer {slug!r}")
    return number


def _place(cursor: str) -> bytes:
    if not cursor:
        return buyer.LAST
    try:
        return parse(SALE, cursor)[1]
    except ValueError:
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is") from None
