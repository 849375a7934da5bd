"""One lead: its whole story, for everybody of the house."""

import asyncio

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import answer, route
from outbid.api.operator.leads.naming import Naming
from outbid.api.operator.leads.receipts import Receipt, told
from outbid.api.operator.leads.records import WHICH, Records
from outbid.api.operator.leads.story import BidTold, Moment, SaleTold, bids, moments, sales
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked
from outbid.core.ids import SALE, public
from outbid.core.lead.event import LeadStatus
from outbid.core.lead.learned import facts_after
from outbid.core.lead.state import fold_all
from outbid.core.lead.value import Scalar
from outbid.core.ledger.transfer import Transfer
from outbid.core.money import text_of
from outbid.core.replay.receipts import receipts
from outbid.core.replay.replay import Difference, replay


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

    facts     what decided: plain values and parts of fields, learned ones among them
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


class Replayed(msgspec.Struct, frozen=True):
    """Whether every decision about a lead is the same when it is taken again, at the version that the lead pinned.

    events  how many events there are so far
    """

    id: str
    version: int
    events: int
    repeats: bool
    differences: list[Difference]


class OneLead:
    """The routes of a single lead's story."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def routes(self) -> list[HTTPRouteHandler]:
        """The log and the replay."""
        story = Said(
            summary="The whole story of a lead",
            path=WHICH,
            answers={200: ("what happened, and why, for every offer", LeadLog)},
            problems=("lead_unknown",),
        )
        again = Said(
            summary="Take every decision about a lead again",
            path=WHICH,
            answers={200: ("the decisions that differ from what was recorded, if any", Replayed)},
            problems=("lead_unknown",),
        )
        return [
            route("GET", "/v1/leads/{lead:str}/log", story, self._log),
            route("GET", "/v1/leads/{lead:str}/replay", again, self._replay),
        ]

    async def _log(self, request: Asked) -> Response[bytes]:
        found = await self._records.read(request)
        record, campaign, source, naming = found.record, found.campaign, found.source, found.naming
        events = found.events()
        state = fold_all(events)
        facts = msgspec.json.decode(record.facts)
        # Among ten thousand offers it takes a while: leads must not wait for it.
        all_receipts = await asyncio.to_thread(receipts, found.plan, facts, events)
        log_of_lead = LeadLog(
            id=found.name,
            arrived_at=utc(record.arrived_at_ms),
            source=source.slug,
            campaign=campaign.slug,
            version=record.version,
            test=record.test,
            status=state.status,
            reason=state.reason,
            currency=campaign.currency,
            erased=record.wrapped is None,
            facts=dict(facts_after(facts, events)),
            sales=sales(state, naming),
            timeline=moments(events, naming, record.arrived_at_ms),
            bids=bids(events, naming),
            transfers=[_moved(record.cell, transfer, naming) for transfer in found.moved],
            receipts=[told(one, naming) for one in all_receipts],
        )
        return answer(log_of_lead)

    async def _replay(self, request: Asked) -> Response[bytes]:
        found = await self._records.read(request)
        record, events = found.record, found.events()
        facts = msgspec.json.decode(record.facts)
        differences = await asyncio.to_thread(replay, found.plan, facts, events, test=record.test)
        return answer(Replayed(found.name, record.version, len(events), not differences, differences))


def _moved(cell: int, transfer: Transfer, naming: Naming) -> Moved:
    return Moved(
        public(SALE, cell, transfer.sale_id),
        transfer.kind,
        naming.account(transfer.debit),
        naming.account(transfer.credit),
        text_of(transfer.amount_micros),
        transfer.unit,
    )
