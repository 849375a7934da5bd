"""Leads of a person, found by phone or e-mail: neither is kept or logged, and each lead that is found is on record."""

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.operator.leads.looking import may_look
from outbid.api.operator.privacy.meant import Person, hashes_of, put_on_record
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import LEAD, ms_of, public
from outbid.core.scope import HOUSE
from outbid.store.people import persons

MOST = 100


class LeadOfPerson(msgspec.Struct, frozen=True):
    """A lead of the person. `erased`: what was personal of it is gone."""

    id: str
    arrived_at: str
    erased: bool


class LeadsOfPerson(msgspec.Struct, frozen=True):
    """The newest leads of the person, 100 at the most; `more`: there are others."""

    items: list[LeadOfPerson]
    more: bool


class Finding:
    """The route that finds leads of a person."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Find."""
        said = Said(
            summary="Leads of a person, by phone or e-mail; each that is found is put on record",
            body=Person,
            answers={200: ("the newest first", LeadsOfPerson)},
        )
        return [route("POST", "/v1/leads/find", said, self._find)]

    async def _find(self, request: Asked) -> Response[bytes]:
        asker, exchange = may_look(request.state.asker), self._desk.exchange
        person = convert(await read_json(request), Person)
        hashes = hashes_of(exchange.vault, self._desk.plugins, person.phone, person.email)
        async with self._desk.database() as connection:
            found = (await persons.leads_of(connection, HOUSE, hashes))[::-1]
            await put_on_record(self._desk, connection, asker, found[:MOST], "found", person.reason)
        rows = [
            LeadOfPerson(public(LEAD, lead.cell, lead.id), utc(ms_of(lead.id)), lead.erased) for lead in found[:MOST]
        ]
        return answer(LeadsOfPerson(rows, len(found) > MOST))
