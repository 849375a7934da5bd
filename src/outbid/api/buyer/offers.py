"""A buyer's offers as they stand now: what he orders, at which price, with how much room."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.caps import CapTold, caps_of, tell_caps
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.control.health import Stage
from outbid.core.ledger.account import Account
from outbid.core.market.noun import Settings
from outbid.core.money import ONE, micros, percent_text, text_of
from outbid.core.scope import Scope
from outbid.store.reading.parties import buyer


class BuyerOffersWish(msgspec.Struct, frozen=True):
    """Which page of a list of offers."""

    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class BuyerOffer(msgspec.Struct, frozen=True):
    """An offer.

    campaign  its slug; `campaign_name`: what people call it
    paused    it is asked for nothing now: it, you, or the campaign is paused
    price     a fixed price; null: each lead is pinged, and you bid
    filter    which leads it wants; null: all
    caps      of the offer, and of all your offers together
    stage     where rules on how your side behaves put it: full, lowered, paused, or trying after a pause
    share     so it takes part in so many of the leads that match
    since     when that was decided; null: never
    """

    slug: str
    name: str
    campaign: str
    campaign_name: str
    currency: str
    paused: bool
    price: str | None
    filter: Settings | None
    caps: list[CapTold]
    stage: Stage
    share: str
    since: str | None


class BuyerOfferPage(msgspec.Struct, frozen=True):
    """A page of offers, by slug."""

    items: list[BuyerOffer]
    next: str | None


_EXAMPLE = {
    "slug": "oak-auto",
    "name": "",
    "campaign": "auto",
    "campaign_name": "Car insurance",
    "currency": "USD",
    "paused": False,
    "price": None,
    "filter": {"fact": "state", "one_of": ["TX", "OK"]},
    "caps": [{"of": "buyer", "window": "total", "unit": "USD", "most": "900.00", "room": "713.45", "ends_at": None}],
    "stage": "lowered",
    "share": "50%",
    "since": "2026-11-24T09:30:00.125Z",
}


class Offers:
    """The route of offers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(
            summary="Your offers, with the room of their caps",
            query=BuyerOffersWish,
            answers={200: ("a page, by slug", BuyerOfferPage)},
            example={"items": [_EXAMPLE], "next": None},
            door=BUYER,
        )
        return [route("GET", "/v1/buyer/offers", said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: BuyerOffersWish = request.state.query
        scope: Scope = request.state.asker.scope
        async with self._desk.database() as connection:
            found = await buyer.offers(connection, scope, asked.cursor, asked.limit + 1)
            page = found[: asked.limit]
            caps = {order.offer.slug: self._caps(order.number) for order in page}
            told = await tell_caps(connection, scope, self._desk.exchange.cell, caps)
        rows = [self._told(order, told[order.offer.slug]) for order in page]
        return answer(BuyerOfferPage(rows, rows[-1].slug if len(found) > asked.limit else None))

    def _caps(self, number: int) -> list[Account]:
        exchange = self._desk.exchange
        offer = exchange.market.offers.get(number)
        return [] if offer is None else caps_of(offer.limits, ("offer", "buyer"), exchange.clock.now_ms())

    def _told(self, order: buyer.Order, caps: list[CapTold]) -> BuyerOffer:
        offer = order.offer
        made = self._desk.exchange.market.offers.get(order.number)
        is_judged = made is not None and made.control is not None and made.control.health is not None
        return BuyerOffer(
            offer.slug,
            offer.name,
            offer.campaign,
            order.campaign_name,
            order.currency,
            order.paused,
            None if offer.price is None else text_of(micros(offer.price)),
            offer.filter,
            caps,
            order.stage if is_judged else "full",
            percent_text(order.share if is_judged else ONE),
            utc(order.since_ms) if is_judged and order.since_ms is not None else None,
        )
