"""Who is meant: a person by phone, e-mail or a request of his, as keyed hashes; each search and deed is on record."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.api.door.asking import Asker
from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.looking import Why, note_look
from outbid.api.said.faults import error_at
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.store.people import looks, requests
from outbid.store.people.persons import Lead
from outbid.store.vault import Vault

FIELDS = ("phone", "email")
Written = Annotated[str, Meta(max_length=200)]
_ANY_DAY = date(2000, 1, 1)


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is meant, by phone, e-mail or both, and why somebody looks for him."""

    reason: Why
    phone: Written | None = None
    email: Written | None = None


class PersonMeant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is meant, and why: by phone, e-mail or both, or by the id of a request of his that stands on record."""

    reason: Why
    phone: Written | None = None
    email: Written | None = None
    request: Written | None = None


def hashes_of(vault: Vault, plugins: Registry, phone: str | None, email: str | None) -> list[bytes]:
    """The keyed hashes of what was given, read as leads' fields are. Raises Refused if nobody is named."""
    hashes, errors = [], []
    for name, text in zip(FIELDS, (phone, email), strict=True):
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


async def meant(desk: Desk, person: PersonMeant) -> list[bytes]:
    """The keyed hashes of a person. Raises Refused."""
    if person.request is None:
        return hashes_of(desk.exchange.vault, desk.plugins, person.phone, person.email)
    if person.phone is not None or person.email is not None:
        detail = "Either a request, or phone and e-mail."
        raise Refused("body_faulty", errors=(error_at(("request",), "setting_faulty", detail),))
    async with desk.database() as connection:
        found = await request_named(desk, connection, person.request)
    if not found.persons:
        detail = "The request names no phone and no e-mail that can be read."
        fix = "Ask who is meant, and write his phone or e-mail."
        raise Refused("body_faulty", errors=(error_at(("request",), "setting_faulty", detail, fix),))
    return found.persons


async def request_named(desk: Desk, connection: Any, name: str) -> requests.Kept:
    """A request by its id. Raises Refused."""
    found = None
    if requests.is_id(name):
        found = await requests.find(connection, HOUSE, desk.exchange.cell, bytes.fromhex(name))
    if found is None:
        raise Refused("request_unknown")
    return found


async def put_on_record(
    desk: Desk, connection: Any, asker: Asker, leads: Sequence[Lead], what: looks.What, reason: str
) -> None:
    """Note a search or a deed, lead by lead, before it is done; if no lead was found, that somebody searched."""
    searched: list[tuple[int, bytes | None]] = [(lead.cell, lead.id) for lead in leads]
    async with connection.transaction():
        for place in searched or [(desk.exchange.cell, None)]:
            await note_look(desk, connection, asker, place, what, reason)
