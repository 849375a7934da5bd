"""A seller's leads: what became of each, and what he is paid for it."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import SELLER
from outbid.api.door.refusal import Refused
from outbid.api.leads import Standing, error_of, standing_of
from outbid.api.said.description import Said
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.api.seller.naming import source_named
from outbid.core.answer import Error, Outcome
from outbid.core.ids import LEAD, first_of, parse, public
from outbid.core.lead import event as ev
from outbid.core.money import text_of
from outbid.store import leads as records
from outbid.store.reading.parties import seller

PATH = "/v1/seller/leads"
STATUSES: dict[Outcome, tuple[str, ...]] = {
    "sold": ("sold",),
    "unsold": ("unsold",),
    "refused": ("refused",),
    "pending": ("open", "uncertain"),
}
"""What a seller is told of a lead, from what its status is: the words of the answer to his request."""


class SellerLeadsWish(msgspec.Struct, frozen=True):
    """Which leads."""

    status: Outcome | None = None
    source: Annotated[Text | None, Meta(description="only of this source of yours, by slug")] = None
    since: Annotated[Instant | None, Meta(description="only those that arrived then or later (RFC 3339)")] = None
    until: Annotated[Instant | None, Meta(description="only those that arrived before (RFC 3339)")] = None
    test: Annotated[bool, Meta(description="test leads, instead of all others; a key for tests sees no others")] = False
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class SellerLeadRow(msgspec.Struct, frozen=True):
    """A lead. `reason` is null for one that is sold; `payout` is null for one that is not, and for a test lead."""

    id: str
    arrived_at: str
    source: str
    test: bool
    status: Outcome
    reason: str | None
    payout: str | None
    currency: str


class SellerLeadPage(msgspec.Struct, frozen=True):
    """A page of leads, the newest first."""

    items: list[SellerLeadRow]
    next: str | None


class SellerLead(msgspec.Struct, frozen=True):
    """What became of a lead.

    ended_at  null: it is pending
    reason    a code, and `detail` its sentence; null for a lead that is sold
    payout    what you are paid for it, of a test lead what you would be; null for one that is not sold
    redirect  where to send the person, if anywhere
    flaws     everything for which it was refused, at its place (a JSON pointer)
    """

    id: str
    arrived_at: str
    ended_at: str | None
    source: str
    test: bool
    status: Outcome
    reason: str | None
    detail: str | None
    payout: str | None
    currency: str
    redirect: str | None
    flaws: list[Error]


_EXAMPLE = {
    "id": "ld_00006b98r1j3ipo8a2o3m1c4n5q6u",
    "arrived_at": "2026-11-25T09:12:04.120Z",
    "source": "brightleads-web",
    "test": False,
    "status": "sold",
    "reason": None,
    "payout": "29.848",
    "currency": "USD",
}


class SellerLeads:
    """The routes of leads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, and one."""
        listed = Said(
            summary="Your leads, and what became of them",
            query=SellerLeadsWish,
            answers={200: ("the newest first", SellerLeadPage)},
            example={"items": [_EXAMPLE], "next": None},
            door=SELLER,
            for_tests=True,
        )
        one = Said(
            summary="What became of a lead of yours",
            path={"lead": "the lead's id, ld_…"},
            answers={200: ("as it stands now", SellerLead)},
            example=_EXAMPLE | {"ended_at": "2026-11-25T09:12:04.361Z", "detail": None, "redirect": None, "flaws": []},
            problems=("lead_unknown",),
            door=SELLER,
            for_tests=True,
        )
        return [route("GET", PATH, listed, self._list), route("GET", f"{PATH}/{{lead:str}}", one, self._one)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: SellerLeadsWish = request.state.query
        asker, cell = request.state.asker, self._desk.exchange.cell
        before = _place(asked.cursor)
        async with self._desk.database() as connection:
            wish = seller.LeadWish(
                before=before if asked.until is None else min(before, first_of(ms_of(asked.until))),
                since=first_of(0 if asked.since is None else ms_of(asked.since)),
                statuses=None if asked.status is None else STATUSES[asked.status],
                source=await source_named(connection, asker.scope, asked.source),
                test=asked.test or asker.test,
                limit=asked.limit + 1,
            )
            found = await seller.leads(connection, asker.scope, cell, wish)
        rows = [_row(line) for line in found[: asked.limit]]
        return answer(SellerLeadPage(rows, rows[-1].id if len(found) > asked.limit else None))

    async def _one(self, request: Asked) -> Response[bytes]:
        asker, exchange = request.state.asker, self._desk.exchange
        try:
            cell, lead_id = parse(LEAD, request.path_params["lead"].lower())
        except ValueError as error:
            raise Refused("lead_unknown", str(error)) from None
        async with self._desk.database() as connection:
            record = await records.read(connection, asker.scope, cell, lead_id)
            line = None if record is None else await seller.lead(connection, asker.scope, cell, lead_id)
        if record is None or line is None or (asker.test and not record.test):
            raise Refused("lead_unknown")
        closed = (e.at_ms for c in record.chapters for e in c.events if isinstance(e, ev.Closed))
        return answer(self._told(line, standing_of(record, exchange.vault, exchange.market), next(closed, None)))

    def _told(self, line: seller.LeadLine, stands: Standing, ended_at_ms: int | None) -> SellerLead:
        told = stands.answer()
        reason = None if told.reason is None else self._desk.reasons.get(told.reason)
        return SellerLead(
            id=told.lead,
            arrived_at=utc(line.arrived_at_ms),
            ended_at=None if ended_at_ms is None else utc(ended_at_ms),
            source=line.source,
            test=line.test,
            status=told.outcome,
            reason=told.reason,
            detail=None if reason is None else reason.sentence,
            payout=told.price,
            currency=line.currency,
            redirect=told.redirect,
            flaws=[error_of(flaw, self._desk.reasons) for flaw in stands.flaws if told.outcome == "refused"],
        )


def _row(line: seller.LeadLine) -> SellerLeadRow:
    status = next(told for told, kept in STATUSES.items() if line.status in kept)
    reasons = {"open": "in_progress", "uncertain": "unsettled"}
    reason = None if status == "sold" else reasons.get(line.status, line.reason)
    paid = line.payout_micros if status == "sold" else None
    return SellerLeadRow(
        public(LEAD, line.cell, line.id),
        utc(line.arrived_at_ms),
        line.source,
        line.test,
        status,
        reason,
        None if paid is None else text_of(paid),
        line.currency,
    )


def _place(cursor: str) -> bytes:
    if not cursor:
        return seller.LAST
    try:
        return parse(LEAD, cursor)[1]
    except ValueError:
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is") from None
