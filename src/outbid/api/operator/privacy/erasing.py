"""Erasing a person, or one lead of his: the keys are destroyed, and who did it and why is on record before."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import Asker
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.looking import LookWish, Why, may_look
from outbid.api.operator.leads.records import WHICH, lead_named
from outbid.api.operator.privacy.meant import PersonMeant, Written, meant, put_on_record
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import LEAD, public
from outbid.core.scope import HOUSE
from outbid.exchange.uploads.forgetting import erase
from outbid.store.database import Connection
from outbid.store.people import persons, requests, suppressions

MOST_NAMED = 100


class ErasureWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is erased, and why: by phone, e-mail or both, or by the id of a request of his.

    leads           how many leads he has, erased ones among them: whoever erases says what he saw
    do_not_contact  put him on the house's suppression list as well
    """

    reason: Why
    leads: Annotated[int, Meta(ge=0)]
    phone: Written | None = None
    email: Written | None = None
    request: Written | None = None
    do_not_contact: bool = False


class Erased(msgspec.Struct, frozen=True):
    """What came of it: so many were erased now, so many were before.

    waiting   the leads that are open or have an uncertain sale, 100 of them at the most: settle them, then erase again
    answered  the request is answered by it
    """

    erased: int
    before: int
    waiting: list[str]
    answered: bool


class LeadErased(msgspec.Struct, frozen=True):
    """The lead is erased. `before`: it was so already."""

    id: str
    before: bool


class Erasing:
    """The routes that erase."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Of a person; of a lead."""
        of_person = Said(
            summary="Erase a person: destroy the keys of all his leads that are settled",
            body=ErasureWish,
            answers={200: ("what came of it", Erased)},
            problems=("request_unknown", "leads_differ"),
        )
        of_lead = Said(
            summary="Erase what is personal of one lead: destroy its key",
            path=WHICH,
            body=LookWish,
            answers={200: ("it can never be read again", LeadErased)},
            problems=("lead_unknown", "lead_not_settled"),
        )
        return [
            route("POST", "/v1/persons/erase", of_person, self._person),
            route("POST", "/v1/leads/{lead:str}/erase", of_lead, self._lead),
        ]

    async def _person(self, request: Asked) -> Response[bytes]:
        asker = may_look(request.state.asker)
        wish = convert(await read_json(request), ErasureWish)
        hashes = await meant(self._desk, PersonMeant(wish.reason, wish.phone, wish.email, wish.request))
        now_ms = self._desk.exchange.clock.now_ms()
        async with self._desk.database() as connection:
            await self._as_many_as_said(connection, asker, wish, hashes)
            return answer(await self._erased(connection, asker, wish, hashes, now_ms))

    async def _as_many_as_said(
        self, connection: Connection, asker: Asker, wish: ErasureWish, hashes: list[bytes]
    ) -> None:
        """Raises Refused where he has another number of leads: that somebody searched is on record then, too."""
        found = await persons.leads_of(connection, HOUSE, hashes)
        if len(found) != wish.leads:
            await put_on_record(self._desk, connection, asker, found, "found", wish.reason)
            raise Refused("leads_differ", f"the person has {len(found)} leads, not {wish.leads}")

    async def _erased(
        self, connection: Connection, asker: Asker, wish: ErasureWish, hashes: list[bytes], now_ms: int
    ) -> Erased:
        async with connection.transaction():
            await persons.one_at_a_time(connection)
            found = await persons.leads_of(connection, HOUSE, hashes)
            if wish.do_not_contact:
                await suppressions.add(connection, suppressions.HOUSE_LIST, hashes, now_ms, None)
            ready = [lead for lead in found if lead.settled and not lead.erased]
            if ready or not found:
                await put_on_record(self._desk, connection, asker, ready, "erased", wish.reason)
            erased = await erase(connection, self._desk.exchange.vault, ready)
            waiting = [public(LEAD, lead.cell, lead.id) for lead in found if not (lead.settled or lead.erased)]
            answered = False
            if wish.request is not None and not waiting:
                name, cell = bytes.fromhex(wish.request), self._desk.exchange.cell
                result = requests.Result.erased(now_ms, asker.by, len(found))
                answered = await requests.done(connection, HOUSE, cell, name, result, kind="deletion")
        return Erased(erased, sum(lead.erased for lead in found), waiting[:MOST_NAMED], answered)

    async def _lead(self, request: Asked) -> Response[bytes]:
        asker = may_look(request.state.asker)
        wish = convert(await read_json(request), LookWish)
        cell, lead_id = lead_named(request.path_params["lead"])
        async with self._desk.database() as connection, connection.transaction():
            await persons.one_at_a_time(connection)
            lead = await persons.lead(connection, HOUSE, cell, lead_id)
            if lead is None:
                raise Refused("lead_unknown")
            if not lead.erased and not lead.settled:
                raise Refused("lead_not_settled")
            if not lead.erased:
                await put_on_record(self._desk, connection, asker, [lead], "erased", wish.reason)
                await erase(connection, self._desk.exchange.vault, [lead])
        return answer(LeadErased(public(LEAD, cell, lead_id), lead.erased))
