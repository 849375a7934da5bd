"""Privacy requests that came in by intakes: who asks to be forgotten, and which of them are answered."""

import re
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.scope import HOUSE
from outbid.store.people import requests

PATH = "/v1/privacy-requests"
_ID = re.compile(r"[0-9a-f]{32}")


class RequestsWish(msgspec.Struct, frozen=True):
    """Which requests."""

    state: Annotated[Literal["open"] | None, Meta(description="open: not answered yet; absent: all")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class PrivacyRequestTold(msgspec.Struct, frozen=True):
    """A request of somebody to be forgotten.

    source     by which it came; reference: the sender's own id of the person or lead, empty if he gave none
    leads      how many leads were found by the phone and e-mail of the message
    done_at    when it was answered; null: it waits
    """

    id: str
    kind: requests.Kind
    at: str
    source: str
    reference: str
    leads: int
    done_at: str | None


class PrivacyRequestPage(msgspec.Struct, frozen=True):
    """A page of requests, the newest first."""

    items: list[PrivacyRequestTold]
    next: str | None


class PrivacyRequests:
    """The route of privacy requests."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List them."""
        listed = Said(
            summary="Who asks to be forgotten",
            query=RequestsWish,
            answers={200: ("the newest first", PrivacyRequestPage)},
        )
        return [route("GET", PATH, listed, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: RequestsWish = request.state.query
        if asked.cursor and not _ID.fullmatch(asked.cursor):
            raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
        before, exchange = bytes.fromhex(asked.cursor) or requests.LAST, self._desk.exchange
        only_open = asked.state == "open"
        async with self._desk.database() as connection:
            found = await requests.page(connection, HOUSE, exchange.cell, before, asked.limit + 1, only_open=only_open)
        rows = [self._told(each) for each in found[: asked.limit]]
        return answer(PrivacyRequestPage(rows, rows[-1].id if len(found) > asked.limit else None))

    def _told(self, kept: requests.Kept) -> PrivacyRequestTold:
        source = self._desk.exchange.market.name("source", kept.source)
        done = None if kept.done_ms is None else utc(kept.done_ms)
        return PrivacyRequestTold(kept.id.hex(), kept.kind, utc(kept.at_ms), source, kept.reference, kept.leads, done)
