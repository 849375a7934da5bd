"""Which of a buyer's answers came late, and what that may have cost him."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.late import MOST_ROWS, LateTold, told
from outbid.api.said.paging import Text
from outbid.api.said.range import FirstDay, LastDay, bounds_of, days_of
from outbid.api.said.reading import Asked
from outbid.core.scope import Scope
from outbid.store.control.late import late
from outbid.store.reading.parties import buyer


class BuyerLateWish(msgspec.Struct, frozen=True):
    """Which days, as your time zone counts them, and of which offer."""

    first_day: FirstDay = None
    last_day: LastDay = None
    offer: Annotated[Text | None, Meta(description="only of this offer, by slug")] = None


_DAY = {"day": "2026-11-25", "pings": 400, "late": 20, "cut": 12, "missed": "93.285"}
_OFFER = {
    "offer": "harbor-auto",
    "buyer": "harbor",
    "currency": "USD",
    "pings": 400,
    "answered": 380,
    "late": 20,
    "cut": 12,
    "sold": 57,
    "price": "1772.415",
    "missed": "93.285",
    "missed_sales": 3.0,
    "estimate": True,
    "days": [_DAY],
}
_EXAMPLE = {"first_day": "2026-11-01", "last_day": "2026-11-30", "zone": "America/New_York", "items": [_OFFER]}


class BuyerLateness:
    """The route of what came late."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Tell it."""
        said = Said(
            summary="Which of your answers came late, by offer and day, and an estimate of what that cost you",
            query=BuyerLateWish,
            answers={200: ("those offers first of which the most came late", LateTold)},
            problems=("noun_unknown",),
            example=_EXAMPLE,
            door=BUYER,
        )
        return [route("GET", "/v1/buyer/late", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        asked: BuyerLateWish = request.state.query
        scope: Scope = request.state.asker.scope
        exchange = self._desk.exchange
        async with self._desk.database() as connection:
            zone = await buyer.zone(connection, scope)
            days = days_of(asked.first_day, asked.last_day, zone, exchange.clock.now_ms())
            if asked.offer is not None and await buyer.offer_number(connection, scope, asked.offer) is None:
                raise Refused("noun_unknown")
            rows = await late(connection, scope, exchange.cell, bounds_of(days, zone), asked.offer, MOST_ROWS + 1)
        return answer(told(rows, days, zone))
