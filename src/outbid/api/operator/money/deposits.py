"""Deposits: money that a buyer paid in, counted once for each reference."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.market.noun import Currency
from outbid.core.money import micros, text_of
from outbid.core.scope import HOUSE
from outbid.store.money import ledger

PATH = "/v1/deposits"


class DepositWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money that a buyer paid in.

    buyer      his slug
    amount     decimal text, more than zero
    reference  the payment's own name: for one buyer, the same one counts once
    currency   absent: the one in which all campaigns trade
    note       a word on it, kept with it
    """

    buyer: Annotated[str, Meta(max_length=63, examples=["oak"])]
    amount: Annotated[str, Meta(max_length=20, examples=["500.00"], description="decimal text, such as 500.00")]
    reference: Annotated[str, Meta(min_length=1, max_length=200, examples=["wire-2026-0117"])]
    currency: Currency | None = None
    note: Annotated[str, Meta(max_length=500)] = ""


class DepositTold(msgspec.Struct, frozen=True):
    """A payment as it was counted. `id` is its transfer's."""

    id: str
    at: str
    buyer: str
    amount: str
    currency: str
    reference: str
    note: str
    by: str


class Deposits:
    """The route of deposits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Pay in."""
        said = Said(
            summary="Pay into a buyer's wallet, once for each reference",
            body=DepositWish,
            answers={
                201: ("counted: his wallet has the room now", DepositTold),
                200: ("counted before, under this reference, as told", DepositTold),
            },
            problems=("deposit_differs",),
            example={
                "id": "9f2c4b7de01a4c5f8a6b3c2d1e0f9a8b",
                "at": "2026-11-25T08:00:00.000Z",
                "buyer": "oak",
                "amount": "100.00",
                "currency": "USD",
                "reference": "inv-2026-014",
                "note": "from the bank",
                "by": "key 6f0c1f7a",
            },
        )
        return [route("POST", PATH, said, self._pay_in)]

    async def _pay_in(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), DepositWish)
        payment = ledger.Payment(
            wish.buyer, _amount(wish.amount), wish.reference, wish.currency or "", wish.note, request.state.asker.by
        )
        exchange = self._desk.exchange
        async with self._desk.database() as connection:
            made = await ledger.pay_in(connection, HOUSE, exchange.cell, payment, exchange.clock.now_ms())
        if isinstance(made, ledger.NotDeposited):
            raise _refused(made)
        kept = made.payment
        told = DepositTold(
            made.id.hex(),
            utc(made.at_ms),
            kept.buyer,
            text_of(kept.amount_micros),
            kept.currency,
            kept.reference,
            kept.note,
            kept.by,
        )
        return answer(told, 201 if made.first else 200)


def _amount(text: str) -> int:
    try:
        return micros(text)
    except ValueError as error:
        raise Refused("body_faulty", errors=(error_at(("amount",), "setting_faulty", str(error)),)) from None


def _refused(made: ledger.NotDeposited) -> Refused:
    if made.code == "deposit_differs":
        return Refused("deposit_differs", made.detail)
    return Refused("body_faulty", errors=(error_at((made.part,), made.code, made.detail),))
