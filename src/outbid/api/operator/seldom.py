"""Capacity: who hardly ever bids on leads of a source, and how many pings that spared."""

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.operator.control import PATH
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.control.seldom import Answers, Seldom, hardly_bids
from outbid.core.market.snapshot import Market
from outbid.core.money import ONE, percent_text
from outbid.core.scope import HOUSE
from outbid.exchange.live.learned.bidders import LOOKED_BACK_MS
from outbid.store.control.answers import answered, spared
from outbid.store.database import Connection

DAY_MS = 86_400_000
Spared = dict[tuple[int, int], int]


class Bidder(msgspec.Struct, frozen=True):
    """How an offer answered about leads of a source lately, and in how many of them it is asked.

    `spared`: pings that it did not get for this in the last 24 hours.
    """

    offer: str
    buyer: str
    source: str
    answers: int
    bids: int
    asked: str
    spared: int


class Bidders(msgspec.Struct, frozen=True):
    """Offers with a rule, by source; those first that were spared the most pings. `spared`: all of them together."""

    items: list[Bidder]
    spared: int


class Sparing:
    """The route of those who are asked seldom."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List them."""
        said = Said(
            summary="Offers that may be asked seldom: how they answered by source, and the pings that were spared",
            answers={200: ("those first that were spared the most pings", Bidders)},
        )
        return [route("GET", f"{PATH}/seldom", said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        exchange = self._desk.exchange
        async with self._desk.database() as connection:
            return answer(await bidders(connection, exchange.cell, exchange.market, exchange.clock.now_ms()))


async def bidders(connection: Connection, cell: int, market: Market, now_ms: int) -> Bidders:
    """What is known of every offer with a rule, by source."""
    rules = {n: o.control.seldom for n, o in market.offers.items() if o.control is not None and o.control.seldom}
    enough = {number: rule.after for number, rule in rules.items()}
    known = await answered(connection, HOUSE, cell, now_ms - LOOKED_BACK_MS, enough)
    saved = await spared(connection, HOUSE, cell, now_ms - DAY_MS)
    keys = [key for key in known.keys() | saved.keys() if key[1] in rules and key[0] in market.sources]
    rows = [_told(market, key, rules[key[1]], known.get(key, Answers()), saved.get(key, 0)) for key in keys]
    rows.sort(key=lambda row: (-row.spared, row.offer, row.source))
    return Bidders(rows, sum(row.spared for row in rows))


def _told(market: Market, key: tuple[int, int], rule: Seldom, known: Answers, saved: int) -> Bidder:
    source, offer = market.sources[key[0]], market.offers[key[1]]
    asked = percent_text(rule.ask if hardly_bids(rule, known) else ONE)
    return Bidder(offer.slug, market.name("buyer", offer.buyer), source.slug, known.answers, known.bids, asked, saved)
