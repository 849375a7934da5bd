"""The ledger: what moved from whom to whom, and whether it all adds up."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.money.naming import account_named, amount_text, names_of
from outbid.api.said.description import Said
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.paging import Limit, Text, id_of
from outbid.api.said.reading import Asked
from outbid.core.ids import SALE, parse, public
from outbid.core.scope import HOUSE
from outbid.store.money import ledger
from outbid.store.reading import money


class TransfersWish(msgspec.Struct, frozen=True):
    """Which transfers."""

    account: Annotated[
        Text | None, Meta(description="only from or to this account: buyer:SLUG, seller:SLUG, house:margin, house:cash")
    ] = None
    sale: Annotated[Text | None, Meta(description="only of this sale, by its id")] = None
    kind: Literal["payout", "margin", "loss", "deposit"] | None = None
    since: Annotated[Instant | None, Meta(description="only those of then or later (RFC 3339)")] = None
    until: Annotated[Instant | None, Meta(description="only those before (RFC 3339)")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class TransferTold(msgspec.Struct, frozen=True):
    """A transfer: `amount` goes from `debit` to `credit`. `sale` is null where it is of none, as a deposit.

    reference, note  of a deposit: the payment's own name, and what was noted beside it; null for all others
    """

    at: str
    kind: str
    debit: str
    credit: str
    amount: str
    currency: str
    sale: str | None
    reference: str | None
    note: str | None


class TransferPage(msgspec.Struct, frozen=True):
    """A page of transfers, the newest first."""

    items: list[TransferTold]
    next: str | None


class SumTold(msgspec.Struct, frozen=True):
    """What an account was credited, less what it was debited."""

    account: str
    currency: str
    amount: str


class LedgerFault(msgspec.Struct, frozen=True):
    """A law of the ledger that does not hold: where, and the two figures that should be equal (leads, or micros)."""

    law: str
    where: str
    found: int
    expected: int


class Balanced(msgspec.Struct, frozen=True):
    """The trial balance. It adds up if every total is zero and there are no faults.

    totals  the sum over all accounts, by currency
    """

    adds_up: bool
    sums: list[SumTold]
    totals: dict[str, str]
    faults: list[LedgerFault]


class Ledger:
    """The routes of the ledger."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Transfers and balance."""
        moved = Said(
            summary="What moved from whom to whom",
            query=TransfersWish,
            answers={200: ("the newest first", TransferPage)},
        )
        balanced = Said(
            summary="The trial balance, with every law that does not hold; it reads the whole ledger",
            answers={200: ("sums by account, and what is wrong", Balanced)},
        )
        return [
            route("GET", "/v1/transfers", moved, self._transfers),
            route("GET", "/v1/balance", balanced, self._balance),
        ]

    async def _transfers(self, request: Asked) -> Response[bytes]:
        asked: TransfersWish = request.state.query
        cell = self._desk.exchange.cell
        before, sale = id_of(asked.cursor), _sale(asked.sale)
        async with self._desk.database() as connection:
            account = None if asked.account is None else await account_named(connection, asked.account)
            wish = money.TransferWish(
                before=before,
                account=account,
                sale=sale,
                kind=asked.kind,
                since_ms=None if asked.since is None else ms_of(asked.since),
                until_ms=None if asked.until is None else ms_of(asked.until),
                limit=asked.limit + 1,
            )
            found = await money.transfers(connection, HOUSE, cell, wish)
            names = await names_of(connection, (side for row in found for side in (row.debit, row.credit)))
        page = found[: asked.limit]
        told = [
            TransferTold(
                utc(row.at_ms),
                row.kind,
                names[row.debit],
                names[row.credit],
                amount_text(row.amount_micros, row.unit),
                row.unit,
                None if row.sale_id is None else public(SALE, cell, row.sale_id),
                row.reference,
                row.note,
            )
            for row in page
        ]
        return answer(TransferPage(told, page[-1].id.hex() if len(found) > asked.limit else None))

    async def _balance(self, _: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            found = await ledger.trial_balance(connection, HOUSE)
            owners = [fault.where.partition(" ")[0] for fault in found.faults]
            names = await names_of(connection, [*(entry.account for entry in found.sums), *owners])
        sums = [SumTold(names[s.account], s.unit, amount_text(s.amount, s.unit)) for s in found.sums]
        totals = {unit: amount_text(total, unit) for unit, total in found.totals.items()}
        faults = [LedgerFault(f.law, _where(f.where, names), f.found, f.expected) for f in found.faults]
        return answer(Balanced(not faults and not any(found.totals.values()), sums, totals, faults))


def _where(place: str, names: Mapping[str, str]) -> str:
    owner, blank, rest = place.partition(" ")
    return f"{names[owner]}{blank}{rest}"


def _sale(text: str | None) -> bytes | None:
    """The bytes of a sale's id. Raises Refused."""
    if text is None:
        return None
    try:
        return parse(SALE, text.lower())[1]
    except ValueError as error:
        raise Refused("parameter_faulty", f"sale: {error}") from None
