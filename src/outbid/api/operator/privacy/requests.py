"""What persons ask of the house: that came by intakes or was written down here, until when, and how it was answered."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.looking import may_look
from outbid.api.operator.privacy.meant import Written, hashes_of, put_on_record, request_named
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import uuid7
from outbid.core.scope import HOUSE
from outbid.store.house import settings
from outbid.store.people import persons, requests, suppressions

PATH = "/v1/privacy-requests"
DAY_MS = 86_400_000
OLDEST_MS = 3653 * DAY_MS


class RequestsWish(msgspec.Struct, frozen=True):
    """Which requests."""

    state: Annotated[Literal["open"] | None, Meta(description="open: not answered yet; absent: all")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class RequestWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to be put on record: of whom, by phone, e-mail or both, and when it came; absent: now.

    kind       deletion: to be forgotten; access: to be told what is held; stop: to be sold no more
    reference  how the house finds it again: a ticket, a letter; no name, for it is kept
    """

    kind: requests.Kind
    phone: Written | None = None
    email: Written | None = None
    received_at: Instant | None = None
    reference: Annotated[str, Meta(max_length=200)] = ""


class RequestResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a request was answered. `do_not_contact`: put the person on the house's suppression list as well."""

    result: Annotated[str, Meta(min_length=3, max_length=200, pattern=r"\S.+\S", description="kept: no name")]
    do_not_contact: bool = False


class PrivacyRequestTold(msgspec.Struct, frozen=True):
    """A request of a person.

    source     by whose message it came; null: somebody of the house wrote it down
    reference  the sender's own id of the person or lead, or what was written down; may be empty
    leads      how many leads were found by the phone and e-mail of the request
    due_at     until when it has to be answered, by the days in the house's settings
    done_at    when it was answered; null: it waits; done_by, result: by whom and how
    """

    id: str
    kind: requests.Kind
    at: str
    due_at: str
    source: str | None
    reference: str
    leads: int
    done_at: str | None
    done_by: str
    result: str


class PrivacyRequestPage(msgspec.Struct, frozen=True):
    """A page of requests, the newest first."""

    items: list[PrivacyRequestTold]
    next: str | None


class PrivacyRequests:
    """The routes of privacy requests."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, put on record, answer."""
        listed = Said(
            summary="What persons ask of the house",
            query=RequestsWish,
            answers={200: ("the newest first", PrivacyRequestPage)},
        )
        put = Said(
            summary="Put a person's request on record; only keyed hashes of phone and e-mail are kept",
            body=RequestWish,
            answers={201: ("it stands on record", PrivacyRequestTold)},
        )
        done = Said(
            summary="Say that a person's request is answered, and how",
            path={"asked": "the request's id"},
            body=RequestResult,
            answers={200: ("it is answered", PrivacyRequestTold)},
            problems=("request_unknown", "request_answered"),
        )
        return [
            route("GET", PATH, listed, self._list),
            route("POST", PATH, put, self._put),
            route("POST", f"{PATH}/{{asked:str}}/done", done, self._done),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: RequestsWish = request.state.query
        if asked.cursor and not requests.is_id(asked.cursor):
            raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
        before, exchange = bytes.fromhex(asked.cursor) or requests.LAST, self._desk.exchange
        only_open = asked.state == "open"
        async with self._desk.database() as connection:
            found = await requests.page(connection, HOUSE, exchange.cell, before, asked.limit + 1, only_open=only_open)
            days = (await settings.read(connection, HOUSE)).request_days
        rows = [self._told(each, days) for each in found[: asked.limit]]
        return answer(PrivacyRequestPage(rows, rows[-1].id if len(found) > asked.limit else None))

    async def _put(self, request: Asked) -> Response[bytes]:
        asker = may_look(request.state.asker)
        wish = convert(await read_json(request), RequestWish)
        exchange = self._desk.exchange
        hashes = hashes_of(exchange.vault, self._desk.plugins, wish.phone, wish.email)
        now_ms = exchange.clock.now_ms()
        at_ms = now_ms if wish.received_at is None else ms_of(wish.received_at)
        if at_ms > now_ms:
            detail = "It cannot have come later than now."
            raise Refused("body_faulty", errors=(error_at(("received_at",), "setting_faulty", detail),))
        if at_ms < now_ms - OLDEST_MS:
            detail = "It cannot have come more than ten years ago."
            raise Refused("body_faulty", errors=(error_at(("received_at",), "setting_faulty", detail),))
        name = uuid7(now_ms, exchange.noise(10))
        made = requests.Request(exchange.cell, name, at_ms, None, wish.kind, tuple(hashes), wish.reference, name)
        async with self._desk.database() as connection:
            leads = await persons.leads_of(connection, HOUSE, hashes)
            await put_on_record(self._desk, connection, asker, leads, "found", f"request {name.hex()}, {wish.kind}")
            await requests.put(connection, made)
            return answer(await self._read(connection, name.hex()), 201)

    async def _done(self, request: Asked) -> Response[bytes]:
        asker, exchange = may_look(request.state.asker), self._desk.exchange
        wish = convert(await read_json(request), RequestResult)
        name, now_ms = request.path_params["asked"], exchange.clock.now_ms()
        async with self._desk.database() as connection, connection.transaction():
            kept = await request_named(self._desk, connection, name)
            if wish.do_not_contact and not kept.persons:
                detail = "The request names no phone and no e-mail that could stand on a list."
                raise Refused("body_faulty", errors=(error_at(("do_not_contact",), "setting_faulty", detail),))
            result = requests.Result(now_ms, asker.by, wish.result.strip())
            if not await requests.done(connection, HOUSE, exchange.cell, kept.id, result):
                raise Refused("request_answered")
            if wish.do_not_contact:
                await suppressions.add(connection, suppressions.HOUSE_LIST, kept.persons, now_ms, None)
            return answer(await self._read(connection, name))

    async def _read(self, connection: Any, name: str) -> PrivacyRequestTold:
        kept = await request_named(self._desk, connection, name)
        return self._told(kept, (await settings.read(connection, HOUSE)).request_days)

    def _told(self, kept: requests.Kept, days: int) -> PrivacyRequestTold:
        name = self._desk.exchange.market.name
        return PrivacyRequestTold(
            kept.id.hex(),
            kept.kind,
            utc(kept.at_ms),
            utc(kept.at_ms + days * DAY_MS),
            None if kept.source is None else name("source", kept.source),
            kept.reference,
            kept.leads,
            None if kept.done_ms is None else utc(kept.done_ms),
            kept.done_by,
            kept.result,
        )
