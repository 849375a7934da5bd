"""One lead: its whole story for everybody of the house, and its personal fields for operators alone."""

import asyncio
import logging
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.naming import Naming
from outbid.api.operator.leads.receipts import Receipt, Receipts
from outbid.api.operator.leads.story import BidTold, Moment, SaleTold, bids, moments, sales
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked
from outbid.core.ids import LEAD, SALE, parse, public
from outbid.core.lead.event import LeadStatus
from outbid.core.lead.state import fold_all
from outbid.core.lead.value import Scalar
from outbid.core.ledger.transfer import Transfer
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.exchange.revive import Erased, lead_of, notes_of
from outbid.recent import Recent
from outbid.store import leads
from outbid.store import market as markets
from outbid.store.leads import Record

log = logging.getLogger("outbid.api")
MARKETS_KEPT = 4
WHICH = {"lead": "the lead's id, ld_…"}


class Moved(msgspec.Struct, frozen=True):
    """What a sale moved: `amount` goes from `debit` to `credit`."""

    sale: str
    kind: str
    debit: str
    credit: str
    amount: str
    currency: str


class LeadLog(msgspec.Struct, frozen=True):
    """The whole story of a lead, without anything personal. `version` is the market's that it pinned.

    facts     what decided: plain values and parts of fields
    erased    the person was erased, so that the fields cannot be read any more
    receipts  one for every offer of the campaign
    """

    id: str
    arrived_at: str
    source: str
    campaign: str
    version: int
    test: bool
    status: LeadStatus
    reason: str
    currency: str
    erased: bool
    facts: dict[str, Scalar]
    sales: list[SaleTold]
    timeline: list[Moment]
    bids: list[BidTold]
    transfers: list[Moved]
    receipts: list[Receipt]


class FieldTold(msgspec.Struct, frozen=True):
    """A declared field: `raw` as it arrived, `value` as it was understood, both null where there was nothing."""

    name: str
    type: str
    personal: bool
    raw: Scalar | None
    value: Scalar | None
    fault: str | None


class NoteTold(msgspec.Struct, frozen=True):
    """Free text that came back from a buyer: what he said, his token, his reference, where to send the person.

    about  the sale's id, or the slug of the offer that was pinged
    """

    what: str
    about: str
    text: str


class LeadFields(msgspec.Struct, frozen=True):
    """What is sealed of a lead. `undeclared` came under names that the campaign does not declare."""

    id: str
    fields: list[FieldTold]
    undeclared: dict[str, Any]
    notes: list[NoteTold]


class OneLead:
    """The routes of a single lead."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._markets: Recent[int, Market] = Recent(MARKETS_KEPT)

    def routes(self) -> list[HTTPRouteHandler]:
        """The log and the fields."""
        story = Said(
            summary="The whole story of a lead",
            path=WHICH,
            answers={200: ("what happened, and why, for every offer", LeadLog)},
            problems=("lead_unknown",),
        )
        fields = Said(
            summary="The personal fields of a lead; each look is noted in the program's log",
            path=WHICH,
            answers={200: ("what arrived, and what buyers wrote back", LeadFields)},
            problems=("lead_unknown", "lead_erased", "role_not_allowed"),
        )
        return [
            route("GET", "/v1/leads/{lead:str}/log", story, self._log),
            route("GET", "/v1/leads/{lead:str}/fields", fields, self._fields),
        ]

    async def _log(self, request: Asked) -> Response[bytes]:
        record, moved, market = await self._read(request)
        campaign, source = market.campaigns[record.campaign], market.sources[record.source]
        naming = Naming(market, campaign)
        events = [event for chapter in record.chapters for event in chapter.events]
        state = fold_all(events)
        facts = msgspec.json.decode(record.facts)
        told = LeadLog(
            id=public(LEAD, record.cell, record.id),
            arrived_at=utc(record.arrived_at_ms),
            source=source.slug,
            campaign=campaign.slug,
            version=record.version,
            test=record.test,
            status=state.status,
            reason=state.reason,
            currency=campaign.currency,
            erased=record.wrapped is None,
            facts=facts,
            sales=sales(state, naming),
            timeline=moments(events, naming, record.arrived_at_ms),
            bids=bids(events, naming),
            transfers=[_moved(record.cell, transfer, naming) for transfer in moved],
            receipts=Receipts(campaign, source, facts, events, state).all(naming),
        )
        return answer(told)

    async def _fields(self, request: Asked) -> Response[bytes]:
        asker = request.state.asker
        if asker.role != "operator":
            raise Refused("role_not_allowed")
        record, _, market = await self._read(request)
        name = public(LEAD, record.cell, record.id)
        try:
            lead = lead_of(self._desk.exchange.vault, record, market)
            notes = notes_of(self._desk.exchange.vault, record)
        except Erased:
            raise Refused("lead_erased") from None
        log.info("%s looked at the personal fields of lead %s", asker.by, name)
        campaign = market.campaigns[record.campaign]
        told = [
            FieldTold(field.name, field.type, field.personal, value.raw, value.value, value.fault)
            for field in campaign.fields
            for value in [lead.values[field.name]]
        ]
        naming = Naming(market, campaign)
        return answer(LeadFields(name, told, lead.unknown, [_note(key, notes[key], naming) for key in notes]))

    async def _read(self, request: Asked) -> tuple[Record, list[Transfer], Market]:
        """The lead in the address, what its sales moved, and the market as it was when it came. Raises Refused."""
        try:
            cell, lead_id = parse(LEAD, request.path_params["lead"].lower())
        except ValueError as error:
            raise Refused("lead_unknown", str(error)) from None
        async with self._desk.database() as connection:
            record = await leads.read(connection, HOUSE, cell, lead_id)
            if record is None:
                raise Refused("lead_unknown")
            moved = await leads.transfers(connection, HOUSE, cell, lead_id)
            known = self._known(record.version)
            numbered = None if known is not None else await markets.load(connection, record.version)
        if numbered is None:
            assert known is not None
            return record, moved, known
        market = await asyncio.to_thread(compile_market, *numbered, self._desk.plugins)
        self._markets.put(record.version, market)
        return record, moved, market

    def _known(self, version: int) -> Market | None:
        """The market at a version, if this process has it compiled."""
        now = self._desk.exchange.market
        return now if now.version == version else self._markets.get(version)


def _moved(cell: int, transfer: Transfer, naming: Naming) -> Moved:
    return Moved(
        public(SALE, cell, transfer.sale_id),
        transfer.kind,
        naming.account(transfer.debit),
        naming.account(transfer.credit),
        text_of(transfer.amount_micros),
        transfer.unit,
    )


def _note(key: str, text: str, naming: Naming) -> NoteTold:
    """A note by its key: `said 7` is of the offer with that number, `said sl_…` of a sale."""
    what, _, about = key.partition(" ")
    return NoteTold(what, naming.offer(int(about)) if about.isdecimal() else about, text)
