"""What an event moves: the one place from which sale rows, holds, captures and transfers follow."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.state import SaleStatus
from outbid.core.ledger.hold import Hold
from outbid.core.ledger.transfer import Transfer, of_sale


class Deal(msgspec.Struct, frozen=True):
    """The parties of a sale and what it holds: all that is needed to settle it later.

    sale    its public id
    id      the 16 bytes of it
    """

    sale: str
    id: bytes
    offer: int
    buyer: int
    source: int
    seller: int
    currency: str
    price_micros: int
    payout_micros: int
    hold: Hold


class Move(msgspec.Struct, frozen=True):
    """How one event changes a sale: its new status, what happens to its hold, what is transferred."""

    deal: Deal
    status: SaleStatus
    price_micros: int
    payout_micros: int
    on_hold: Literal["keep", "capture", "release"]
    transfers: tuple[Transfer, ...] = ()


def move_of(event: ev.Event, deals: dict[str, Deal]) -> Move | None:
    """The move of one event; None if it moves nothing. Posting is not a move: its hold is decided in the batch."""
    move = _MOVES.get(type(event))
    return None if move is None else move(event, deals[event.sale])  # type: ignore[union-attr]


def _sold(event: ev.Sold, deal: Deal) -> Move:
    return _captured(deal, event.price_micros, event.payout_micros)


def _rejected(event: ev.Rejected, deal: Deal) -> Move:
    return _released(deal)


def _unsure(event: ev.Unsure, deal: Deal) -> Move:
    return Move(deal, "uncertain", deal.price_micros, deal.payout_micros, "keep")


def _settled(event: ev.Settled, deal: Deal) -> Move:
    if event.outcome == "sold":
        return _captured(deal, deal.price_micros, deal.payout_micros)
    return _released(deal)


def _captured(deal: Deal, price_micros: int, payout_micros: int) -> Move:
    transfers = of_sale(deal.id, deal.buyer, deal.seller, deal.currency, price_micros, payout_micros)
    return Move(deal, "sold", price_micros, payout_micros, "capture", transfers)


def _released(deal: Deal) -> Move:
    return Move(deal, "rejected", deal.price_micros, deal.payout_micros, "release")


_MOVES: dict[type, Callable[[Any, Deal], Move]] = {
    ev.Sold: _sold,
    ev.Rejected: _rejected,
    ev.Unsure: _unsure,
    ev.Settled: _settled,
}
