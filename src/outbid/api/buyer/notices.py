"""A buyer's notices: of his bids and of steps with his offers, the oldest first, so that he reads on."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.said.description import Said
from outbid.api.said.paging import Text, id_of
from outbid.api.said.reading import Asked
from outbid.core.notice.told import Stepped, Told
from outbid.core.scope import Scope
from outbid.store.notice import batches

BATCHES = 20
_decode = msgspec.json.Decoder(list[Told | Stepped]).decode


class NoticesWish(msgspec.Struct, frozen=True):
    """From where on."""

    cursor: Annotated[Text, Meta(description="`next` of the page before; absent: the oldest that are kept")] = ""


class NoticePage(msgspec.Struct, frozen=True):
    """Notices of leads that are over and of steps with your offers, in batches as they were made, kept for 30 days.

    next  where to go on, also if there was nothing new
    """

    items: list[Told | Stepped]
    next: str


_EXAMPLE = {
    "kind": "bid",
    "id": "nt_00006b98r1j3ipo8a2o3m1c4n5q6u",
    "lead": "5b0c6f2d9a41e7c85d3f1a02",
    "offer": "oak-auto",
    "campaign": "auto",
    "at": "2026-11-24T09:30:00.125Z",
    "outcome": "lost",
    "reason": "outbid",
    "loss_code": 102,
    "currency": "USD",
    "bid": "31.50",
    "paid": None,
    "price_to_win": {"low": "31.50", "below": "40.00"},
}


class Notices:
    """The route of notices."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(
            summary="What became of each of your bids, and each step that was taken with your offers",
            query=NoticesWish,
            answers={200: ("those past the cursor, the oldest first", NoticePage)},
            example={"items": [_EXAMPLE], "next": "01a2c1f0a87b7c4d8e1f2a3b4c5d6e7f"},
            door=BUYER,
        )
        return [route("GET", "/v1/buyer/notices", said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: NoticesWish = request.state.query
        scope: Scope = request.state.asker.scope
        after = id_of(asked.cursor) or bytes(16)
        async with self._desk.database() as connection:
            found = await batches.page(connection, scope, self._desk.exchange.cell, after, BATCHES)
        items = [told for batch in found for told in _decode(batch.body)]
        return answer(NoticePage(items, found[-1].id.hex() if found else asked.cursor))
