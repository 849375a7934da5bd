"""What is held of a person: his leads, who was told of them, and all of it as a file for him."""

from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.operator.leads.exposure import Shown, shown_of
from outbid.api.operator.leads.looking import FieldTold, NoteTold, fields_of, may_look
from outbid.api.operator.leads.records import Found, Records
from outbid.api.operator.privacy.meant import PersonMeant, meant, put_on_record
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import LEAD, public
from outbid.core.lead.event import LeadStatus
from outbid.core.lead.state import fold_all
from outbid.core.scope import HOUSE
from outbid.store.people import persons, suppressions

MOST_TOLD = 100
MOST_IN_A_FILE = 1_000


class LeadOfPerson(msgspec.Struct, frozen=True):
    """A lead of a person, without anything personal.

    erased  what was personal of it is gone
    shown   every request to buyers and enrichers that held something of it
    """

    id: str
    arrived_at: str
    campaign: str
    source: str
    status: LeadStatus
    erased: bool
    shown: list[Shown]


class HeldLead(LeadOfPerson, frozen=True):
    """One of those that are listed; `settled`: nothing more happens to it, so it can be erased."""

    settled: bool


class PersonHeld(msgspec.Struct, frozen=True):
    """What is held of a person: his newest leads, 100 at the most, and how many there are in all.

    leads       all that are his; erased: of them, gone before; waiting: still open, or with an uncertain sale
    suppressed  he stands on the house's suppression list
    """

    items: list[HeldLead]
    leads: int
    erased: int
    waiting: int
    suppressed: bool


class LeadInFile(LeadOfPerson, frozen=True):
    """A lead with all that is held of it; of an erased one, `fields`, `undeclared` and `notes` are empty."""

    fields: list[FieldTold]
    undeclared: dict[str, Any]
    notes: list[NoteTold]


class PersonInFile(msgspec.Struct, frozen=True):
    """All that is held of a person, the newest lead first; `more`: there are others beside these thousand."""

    made_at: str
    leads: list[LeadInFile]
    more: bool
    suppressed: bool


class Holding:
    """The routes that tell what is held of a person."""

    def __init__(self, desk: Desk, records: Records) -> None:
        self._desk, self._records = desk, records

    def routes(self) -> list[HTTPRouteHandler]:
        """Tell; as a file."""
        told = Said(
            summary="What is held of a person, without anything personal; each lead that is found is put on record",
            body=PersonMeant,
            answers={200: ("his leads, and who was told of them", PersonHeld)},
            problems=("request_unknown",),
        )
        file = Said(
            summary="All that is held of a person as a file for him; each lead in it is put on record",
            body=PersonMeant,
            answers={200: ("fields as they arrived, what buyers wrote back, who was told", PersonInFile)},
            problems=("request_unknown",),
        )
        return [
            route("POST", "/v1/persons/held", told, self._tell),
            route("POST", "/v1/persons/export", file, self._export),
        ]

    async def _tell(self, request: Asked) -> Response[bytes]:
        asker = may_look(request.state.asker)
        person = convert(await read_json(request), PersonMeant)
        found, suppressed = await self._find(person)
        async with self._desk.database() as connection:
            await put_on_record(self._desk, connection, asker, found[:MOST_TOLD], "found", person.reason)
        items = [_held(await self._read(lead), lead) for lead in found[:MOST_TOLD]]
        erased = sum(lead.erased for lead in found)
        waiting = sum(not lead.erased and not lead.settled for lead in found)
        return answer(PersonHeld(items, len(found), erased, waiting, suppressed))

    async def _export(self, request: Asked) -> Response[bytes]:
        asker = may_look(request.state.asker)
        person = convert(await read_json(request), PersonMeant)
        found, suppressed = await self._find(person)
        some = found[:MOST_IN_A_FILE]
        async with self._desk.database() as connection:
            await put_on_record(self._desk, connection, asker, some, "exported", person.reason)
        leads = [self._in_file(await self._read(lead)) for lead in some]
        now = utc(self._desk.exchange.clock.now_ms())
        file = PersonInFile(now, leads, len(found) > len(some), suppressed)
        body = msgspec.json.format(msgspec.json.encode(file), indent=2)
        name = f'attachment; filename="person-{now[:10]}.json"'
        return Response(
            body, media_type="application/json", headers={"Cache-Control": "no-store", "Content-Disposition": name}
        )

    async def _find(self, person: PersonMeant) -> tuple[list[persons.Lead], bool]:
        """The person's leads, the newest first, and whether he stands on the house's suppression list."""
        hashes, now_ms = await meant(self._desk, person), self._desk.exchange.clock.now_ms()
        async with self._desk.database() as connection:
            found = await persons.leads_of(connection, HOUSE, hashes)
            return found[::-1], await suppressions.holds(connection, HOUSE, hashes, now_ms)

    async def _read(self, lead: persons.Lead) -> Found:
        return await self._records.named(public(LEAD, lead.cell, lead.id))

    def _in_file(self, found: Found) -> LeadInFile:
        fields = None if found.record.wrapped is None else fields_of(self._desk.exchange.vault, found)
        return LeadInFile(
            *_plain(found),
            fields.fields if fields else [],
            fields.undeclared if fields else {},
            fields.notes if fields else [],
        )


def _held(found: Found, lead: persons.Lead) -> HeldLead:
    return HeldLead(*_plain(found), lead.settled)


def _plain(found: Found) -> tuple[str, str, str, str, LeadStatus, bool, list[Shown]]:
    """The settings of a LeadOfPerson."""
    record = found.record
    status = fold_all(found.events()).status
    erased = record.wrapped is None
    arrived_at = utc(record.arrived_at_ms)
    return found.name, arrived_at, found.campaign.slug, found.source.slug, status, erased, shown_of(found)
