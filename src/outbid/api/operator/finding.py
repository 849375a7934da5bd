"""Leads of a person, found by phone or e-mail: neither is kept or logged, and each lead that is found is on record."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.looking import Why, may_look
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import LEAD, ms_of, public, uuid7
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.store.people import looks, persons
from outbid.store.vault import Vault

MOST = 100
FIELDS = ("phone", "email")
_ANY_DAY = date(2000, 1, 1)


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is meant, by phone, e-mail or both, and why somebody looks for him."""

    reason: Why
    phone: Annotated[str, Meta(max_length=200)] | None = None
    email: Annotated[str, Meta(max_length=200)] | None = None


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
        hashes = _hashes(exchange.vault, self._desk.plugins, person)
        async with self._desk.database() as connection:
            found = (await persons.leads_of(connection, HOUSE, hashes))[::-1]
            async with connection.transaction():
                for lead in found[:MOST]:
                    now_ms = exchange.clock.now_ms()
                    name = uuid7(now_ms, exchange.noise(10))
                    reason = person.reason.strip()
                    look = looks.Look(lead.cell, name, lead.id, now_ms, asker.by, "found", reason)
                    await looks.note(connection, look)
        rows = [
            LeadOfPerson(public(LEAD, lead.cell, lead.id), utc(ms_of(lead.id)), lead.erased) for lead in found[:MOST]
        ]
        return answer(LeadsOfPerson(rows, len(found) > MOST))


def _hashes(vault: Vault, plugins: Registry, person: Person) -> list[bytes]:
    """The keyed hashes of what was given, read as leads' fields are. Raises Refused."""
    hashes, errors = [], []
    for name in FIELDS:
        text = getattr(person, name)
        if text is None:
            continue
        plugin = plugins.get("fields", name)
        value = plugin.read(text, plugin.Settings(), _ANY_DAY)
        if value.value is None:
            reason = plugin.REASONS.get(value.fault or "")
            sentence = reason.sentence if reason is not None else "It is empty."
            errors.append(error_at((name,), "setting_faulty", sentence, "Write it as a lead would bring it."))
        else:
            hashes.append(vault.person(name, str(value.value)))
    if not hashes and not errors:
        errors.append(error_at((), "setting_missing", "Nobody is named.", "Write a phone, an email, or both."))
    if errors:
        raise Refused("body_faulty", errors=tuple(errors))
    return hashes
