"""A buyer's money: what he may still spend, and what moved."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.caps import WALLET
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text, id_of
from outbid.api.said.range import Since, Until, span_of
from outbid.api.said.reading import Asked
from outbid.core.ids import SALE, public
from outbid.core.money import text_of
from outbid.store.reading.parties import buyer, room


class WalletTold(msgspec.Struct, frozen=True):
    """A wallet: `left` is `ceiling` less `posted` less `held`.

    ceiling  your credit: how far it may go below zero
    posted   what you bought, less what you paid in
    held     what is held for posts without an answer yet
    """

    currency: str
    ceiling: str
    posted: str
    held: str
    left: str


class WalletList(msgspec.Struct, frozen=True):
    """Your wallets, one for each currency; none: you pay by statement, without a limit."""

    items: list[WalletTold]


class BuyerTransfersWish(msgspec.Struct, frozen=True):
    """Which transfers."""

    since: Since = None
    until: Until = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class BuyerTransfer(msgspec.Struct, frozen=True):
    """What moved on your account: less than zero is what you paid for a sale, more what you paid in.

    sale       null for a deposit
    reference  the name of a payment; null for a sale
    """

    at: str
    kind: Literal["sale", "deposit"]
    amount: str
    currency: str
    sale: str | None
    reference: str | None


class BuyerTransferPage(msgspec.Struct, frozen=True):
    """A page of transfers, the newest first."""

    items: list[BuyerTransfer]
    next: str | None


_WALLET = {"currency": "USD", "ceiling": "500.00", "posted": "61.93", "held": "74.62", "left": "363.45"}
_TRANSFER = {
    "at": "2026-11-25T08:00:00.000Z",
    "kind": "deposit",
    "amount": "50.00",
    "currency": "USD",
    "sale": None,
    "reference": "inv-2026-014",
}


class BuyerMoney:
    """The routes of a buyer's money."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Wallet and transfers."""
        wallet = Said(
            summary="What you may still spend",
            answers={200: ("by currency", WalletList)},
            example={"items": [_WALLET]},
            door=BUYER,
        )
        moved = Said(
            summary="What you paid, and what you paid in",
            query=BuyerTransfersWish,
            answers={200: ("the newest first", BuyerTransferPage)},
            example={"items": [_TRANSFER], "next": None},
            door=BUYER,
        )
        return [
            route("GET", "/v1/buyer/wallet", wallet, self._wallet),
            route("GET", "/v1/buyer/transfers", moved, self._transfers),
        ]

    async def _wallet(self, request: Asked) -> Response[bytes]:
        scope, exchange = request.state.asker.scope, self._desk.exchange
        async with self._desk.database() as connection:
            used = await room.wallets(connection, scope, exchange.cell)
        ceilings = {unit: wallet.ceiling for unit, wallet in used.items()}
        for offer in exchange.market.offers.values():
            if offer.buyer == scope.number:
                ceilings |= {limit.unit: limit.ceiling for limit in offer.limits if limit.window == WALLET}
        return answer(WalletList([_told(u, ceilings[u], used.get(u, room.NOTHING)) for u in sorted(ceilings)]))

    async def _transfers(self, request: Asked) -> Response[bytes]:
        asked: BuyerTransfersWish = request.state.query
        scope, exchange = request.state.asker.scope, self._desk.exchange
        before = id_of(asked.cursor)
        since_ms, until_ms = span_of(asked.since, asked.until, exchange.clock.now_ms())
        async with self._desk.database() as connection:
            wish = buyer.TransferWish(since_ms=since_ms, until_ms=until_ms, before=before, limit=asked.limit + 1)
            found = await buyer.transfers(connection, scope, exchange.cell, wish)
        page = found[: asked.limit]
        told = [
            BuyerTransfer(
                utc(row.at_ms),
                row.kind,  # type: ignore[arg-type]
                text_of(row.amount_micros),
                row.unit,
                None if row.sale_id is None else public(SALE, exchange.cell, row.sale_id),
                row.reference,
            )
            for row in page
        ]
        return answer(BuyerTransferPage(told, page[-1].id.hex() if len(found) > asked.limit else None))


def _told(unit: str, ceiling: int, used: room.Used) -> WalletTold:
    left = ceiling - used.posted - used.held
    return WalletTold(unit, *(text_of(amount) for amount in (ceiling, used.posted, used.held, left)))
