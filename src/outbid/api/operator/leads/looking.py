"""What is personal of a lead, for operators alone: its fields, its traffic. Each look is put on record first."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import Asker
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.naming import Naming
from outbid.api.operator.leads.records import WHICH, Found, Records, lead_named
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.ids import LEAD, public, uuid7
from outbid.core.lead.traffic import Said as Spoken
from outbid.core.lead.value import Scalar
from outbid.core.scope import HOUSE
from outbid.exchange.revive import lead_of, notes_of, traffic_of
from outbid.store import leads
from outbid.store.leads import Record
from outbid.store.people import looks
from outbid.store.vault import Vault

LOOKS = "/v1/looks"
Why = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=200,
        pattern=r"\S.+\S",
        description="why somebody looks; it is kept, so name a case, not a person",
    ),
]


class LookWish(msgspec.Struct, frozen=True):
    """Why somebody looks."""

    reason: Why


class FieldTold(msgspec.Struct, frozen=True):
    """A declared field: `raw` as it arrived, `value` as it was understood, both null where there was nothing."""

    name: str
    type: str
    personal: bool
    raw: Scalar | None
    value: Scalar | None
    fault: str | None


class NoteTold(msgspec.Struct, frozen=True):
    """Free text from outside: what a buyer said, his token, his reference, where to send the person; a learned value.

    about  the sale's id, or the slug of the offer that was pinged; of a value that an enricher gave, its field
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


class HeaderTold(msgspec.Struct, frozen=True):
    """A header line; the value of a secret one is `_hidden_`."""

    name: str
    value: str


class CallTold(msgspec.Struct, frozen=True):
    """A request and its answer, byte for byte but for secrets; what is no text is told as U+FFFD.

    offer, buyer   who was asked, both empty where it was an enricher
    enricher       the name of the enricher that was asked, empty where it was a buyer
    sale           the sale's id, in a post
    status         of the answer; null where there was no whole one
    failure        why there was none, as a reason code; `phase` and `detail` tell how far it came
    sent           whether any of it may have left
    ms             from its start to the end
    request_bytes, answer_bytes  how long the bodies were: longer than what is told where that was cut
    """

    step: Literal["ping", "post", "inquire", "deliver", "enrich"]
    offer: str
    buyer: str
    enricher: str
    sale: str
    at: str
    method: str
    url: str
    headers: list[HeaderTold]
    body: str
    request_bytes: int
    status: int | None
    answer_headers: list[HeaderTold]
    answer: str
    answer_bytes: int
    failure: str
    phase: str
    detail: str
    sent: bool
    ms: int
    connect_ms: int | None


class LeadTraffic(msgspec.Struct, frozen=True):
    """All that was said about a lead, in order; empty if nobody was asked, or if its days are over."""

    id: str
    calls: list[CallTold]


class LooksWish(msgspec.Struct, frozen=True):
    """Which looks."""

    lead: Annotated[Text | None, Meta(description="only at this lead")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class LookTold(msgspec.Struct, frozen=True):
    """Somebody looked at what is personal of a lead, or erased it. `who` as versions name who made them.

    lead  null: a person was looked for, and no lead was found
    """

    id: str
    lead: str | None
    at: str
    who: str
    what: looks.What
    reason: str


class LookPage(msgspec.Struct, frozen=True):
    """A page of looks, the newest first."""

    items: list[LookTold]
    next: str | None


class Looking:
    """The routes that show what is personal, and the list of who looked."""

    def __init__(self, desk: Desk, records: Records) -> None:
        self._desk = desk
        self._records = records

    def routes(self) -> list[HTTPRouteHandler]:
        """Fields, traffic, looks."""
        problems = ("lead_unknown", "lead_erased", "role_not_allowed")
        fields = Said(
            summary="The personal fields of a lead; each look is put on record",
            path=WHICH,
            query=LookWish,
            answers={200: ("what arrived, and what buyers wrote back", LeadFields)},
            problems=problems,
        )
        traffic = Said(
            summary="The requests to buyers and enrichers about a lead, and their replies; each look is put on record",
            path=WHICH,
            query=LookWish,
            answers={200: ("what was said, in order", LeadTraffic)},
            problems=problems,
        )
        listed = Said(
            summary="Who looked at what is personal, and why",
            query=LooksWish,
            answers={200: ("the newest first", LookPage)},
            problems=("lead_unknown", "role_not_allowed"),
        )
        return [
            route("GET", "/v1/leads/{lead:str}/fields", fields, self._fields),
            route("GET", "/v1/leads/{lead:str}/traffic", traffic, self._traffic),
            route("GET", LOOKS, listed, self._looks),
        ]

    async def _fields(self, request: Asked) -> Response[bytes]:
        found = await self._let_look(request, "fields")
        return answer(fields_of(self._desk.exchange.vault, found))

    async def _traffic(self, request: Asked) -> Response[bytes]:
        found = await self._let_look(request, "traffic")
        record = found.record
        async with self._desk.database() as connection:
            sealed = await leads.traffic(connection, HOUSE, record.cell, record.id)
        calls = traffic_of(self._desk.exchange.vault, record, sealed)
        return answer(LeadTraffic(found.name, [call_told(call, found.naming) for call in calls]))

    async def _let_look(self, request: Asked, what: looks.What) -> Found:
        """The lead, after the look was put on record. Raises Refused for who may not look, and for erased leads."""
        asker = may_look(request.state.asker)
        found = await self._records.read(request)
        await put_on_record(self._desk, asker, found.record, what, request.state.query.reason)
        return found

    async def _looks(self, request: Asked) -> Response[bytes]:
        may_look(request.state.asker)
        asked: LooksWish = request.state.query
        cell, lead_id = (self._desk.exchange.cell, None) if asked.lead is None else lead_named(asked.lead)
        before = _place(asked.cursor)
        async with self._desk.database() as connection:
            found = await looks.page(connection, HOUSE, cell, lead_id, before, asked.limit + 1)
        rows = [_look(look) for look in found[: asked.limit]]
        return answer(LookPage(rows, rows[-1].id if len(found) > asked.limit else None))


def fields_of(vault: Vault, found: Found) -> LeadFields:
    """What is sealed of a lead that is not erased."""
    lead = lead_of(vault, found.record, found.market)
    told = [
        FieldTold(field.name, field.type, field.personal, value.raw, value.value, value.fault)
        for field in found.campaign.fields
        for value in [lead.values[field.name]]
    ]
    notes = [_note(key, text, found.naming) for key, text in notes_of(vault, found.record).items()]
    return LeadFields(found.name, told, lead.unknown, notes)


def may_look(asker: Asker) -> Asker:
    """Whoever asks, if he may see what is personal. Raises Refused."""
    asker.must("see_private")
    return asker


async def put_on_record(desk: Desk, asker: Asker, record: Record, what: looks.What, reason: str) -> None:
    """Note that somebody looks at a lead, before he does. Raises Refused for erased leads."""
    if record.wrapped is None:
        raise Refused("lead_erased")
    async with desk.database() as connection:
        await note_look(desk, connection, asker, (record.cell, record.id), what, reason)


async def note_look(
    desk: Desk, connection: Any, asker: Asker, place: tuple[int, bytes | None], what: looks.What, reason: str
) -> None:
    """Note that this person looks now; `place`: a lead's cell and id, or where nothing was found, a cell and None."""
    cell, lead_id = place
    now_ms = desk.exchange.clock.now_ms()
    name = uuid7(now_ms, desk.exchange.noise(10))
    await looks.note(connection, looks.Look(cell, name, lead_id, now_ms, asker.by, what, reason.strip()))


def _place(cursor: str) -> bytes:
    try:
        place = bytes.fromhex(cursor) or looks.LAST
    except ValueError:
        place = b""
    if len(place) != len(looks.LAST):
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
    return place


def _look(look: looks.Look) -> LookTold:
    lead = None if look.lead_id is None else public(LEAD, look.cell, look.lead_id)
    return LookTold(look.id.hex(), lead, utc(look.at_ms), look.who, look.what, look.reason)


def _note(key: str, text: str, naming: Naming) -> NoteTold:
    """A note by its key: `said 7` is of an offer, `token 7.2` of its second bid, `said sl_…` of a sale."""
    what, _, about = key.partition(" ")
    number, _, place = about.partition(".")
    if not number.isdecimal():
        return NoteTold(what, about, text)
    return NoteTold(what, naming.offer(int(number)) + (f", bid {place}" if place else ""), text)


def call_told(spoken: Spoken, naming: Naming) -> CallTold:
    """A request and its answer, with the names of that time."""
    row = spoken.row
    enriches = row.step == "enrich"
    return CallTold(
        row.step,
        "" if enriches else naming.offer(row.offer),
        "" if enriches else naming.buyer_of(row.offer),
        naming.enricher(row.offer) if enriches else "",
        row.sale,
        utc(row.at_ms),
        spoken.head.method,
        spoken.head.url,
        [HeaderTold(*header) for header in spoken.head.headers],
        spoken.body.decode("utf-8", "replace"),
        row.body_bytes,
        row.status or None,
        [HeaderTold(*header) for header in spoken.answer_headers],
        spoken.answered.decode("utf-8", "replace"),
        row.answered_bytes,
        row.reason,
        row.phase,
        row.detail,
        row.sent,
        row.ms,
        row.connect_ms,
    )
