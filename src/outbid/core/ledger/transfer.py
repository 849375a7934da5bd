"""Transfers: immutable, double-entry, in micros; what the house keeps is what the seller does not get."""

import msgspec

MARGIN = "house:margin"
CASH = "house:cash"


class Transfer(msgspec.Struct, frozen=True):
    """`amount_micros` goes from the account `debit` to the account `credit`, for a sale."""

    kind: str
    debit: str
    credit: str
    unit: str
    amount_micros: int
    sale_id: bytes


def of_sale(
    sale_id: bytes, buyer: int, seller: int, unit: str, price_micros: int, payout_micros: int
) -> tuple[Transfer, ...]:
    """What moves when a sale is captured: the buyer pays the seller his payout and the house the rest.

    A payout above the price is the house's loss: the rest then flows from the house to the seller.
    """
    payer, payee = f"buyer:{buyer}", f"seller:{seller}"
    paid = Transfer("payout", payer, payee, unit, min(payout_micros, price_micros), sale_id)
    rest = price_micros - payout_micros
    if rest > 0:
        return paid, Transfer("margin", payer, MARGIN, unit, rest, sale_id)
    if rest < 0:
        return paid, Transfer("loss", MARGIN, payee, unit, -rest, sale_id)
    return (paid,)
