"""Limited accounts: how much room wallets and caps have."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.live.buyers import paces_of, runway_hours
from outbid.api.operator.money.naming import amount_text, names_of, owner_of
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text, id_of
from outbid.api.said.reading import Asked
from outbid.core.ledger import account as core
from outbid.core.ledger.window import FOREVER_MS
from outbid.core.scope import HOUSE
from outbid.store.reading import money

Paces = Mapping[tuple[int, str], float]
"""By a buyer's number and a currency: what he spends, in micros an hour."""


class AccountsWish(msgspec.Struct, frozen=True):
    """Which accounts."""

    kind: Literal["buyer", "seller", "source", "campaign", "offer", "group"] | None = None
    slug: Annotated[Text | None, Meta(description="only of this owner, by slug; needs the kind")] = None
    open: Annotated[bool | None, Meta(description="only those whose window has, or has not, yet to end")] = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class AccountTold(msgspec.Struct, frozen=True):
    """A limited account: `room` is `ceiling` less `posted` less `held`.

    unit     LEAD, or a currency; amounts are text in it
    posted   what was captured, for a wallet less what was paid in
    ends_at  null: its window never ends
    full_at  about when it will be full if leads come and are bought as they were; null: not within its window
    runway_hours  of a wallet: how long it lasts at the pace of the last day; null: nothing is spent from it
    """

    owner: str
    window: str
    unit: str
    starts_at: str
    ends_at: str | None
    full_at: str | None
    ceiling: str
    posted: str
    held: str
    room: str
    runway_hours: float | None


class AccountPage(msgspec.Struct, frozen=True):
    """A page of limited accounts, by owner, window and start."""

    items: list[AccountTold]
    next: str | None


class Accounts:
    """The route of limited accounts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(
            summary="How much room wallets and caps have",
            query=AccountsWish,
            answers={200: ("a page, by owner, window and start", AccountPage)},
        )
        return [route("GET", "/v1/accounts", said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: AccountsWish = request.state.query
        after = id_of(asked.cursor)
        if asked.slug is not None and asked.kind is None:
            raise Refused("parameter_faulty", "slug: name the kind too, for slugs are unique in their kind only")
        async with self._desk.database() as connection:
            owner = None if asked.slug is None else await owner_of(connection, asked.kind or "", asked.slug)
            wish = money.AccountWish(after=after, kind=asked.kind, owner=owner, open=asked.open, limit=asked.limit + 1)
            found = await money.accounts(connection, HOUSE, self._desk.exchange.cell, wish)
            names = await names_of(connection, (row.owner for row in found))
            paces = await self._paces(connection, found)
        page = found[: asked.limit]
        rest = page[-1].id.hex() if len(found) > asked.limit else None
        return answer(AccountPage([self._told(row, names[row.owner], paces) for row in page], rest))

    async def _paces(self, connection: Any, found: list[money.AccountRow]) -> Paces:
        """What is spent from wallets, if there are any among them."""
        exchange = self._desk.exchange
        if not any(row.window == "wallet" for row in found):
            return {}
        return await paces_of(connection, exchange.cell, exchange.market, exchange.clock.now_ms())

    def _told(self, row: money.AccountRow, owner: str, paces: Paces) -> AccountTold:
        return _told(row, owner, self._full_at_ms(row), _runway(row, paces))

    def _full_at_ms(self, row: money.AccountRow) -> int | None:
        """An offer's leads come as its campaign's do, in its hours; those of others evenly."""
        exchange = self._desk.exchange
        kind, _, number = row.owner.partition(":")
        offer = exchange.market.offers.get(int(number)) if kind == "offer" and number.isdecimal() else None
        hours = None if offer is None or offer.when is None else offer.when.calendar
        limit = core.Limit(row.owner, row.unit, row.window, "UTC", row.ceiling, open=hours)
        ends_at_ms = FOREVER_MS if row.ends_at_ms is None else row.ends_at_ms
        account = core.Account(row.id, limit, row.starts_at_ms, ends_at_ms, 0)
        campaign = 0 if offer is None else offer.campaign
        return exchange.paces.full_at_ms(account, row.posted + row.held, campaign, exchange.clock.now_ms())


def _runway(row: money.AccountRow, paces: Paces) -> float | None:
    kind, _, number = row.owner.partition(":")
    if row.window != "wallet" or kind != "buyer" or not number.isdecimal():
        return None
    return runway_hours(row.ceiling - row.posted - row.held, paces.get((int(number), row.unit), 0.0))


def _told(row: money.AccountRow, owner: str, full_at_ms: int | None, runway: float | None) -> AccountTold:
    room = row.ceiling - row.posted - row.held
    ceiling, posted, held, left = (amount_text(one, row.unit) for one in (row.ceiling, row.posted, row.held, room))
    ends = row.ends_at_ms is None or row.ends_at_ms >= FOREVER_MS
    return AccountTold(
        owner,
        row.window,
        row.unit,
        utc(row.starts_at_ms),
        None if ends or row.ends_at_ms is None else utc(row.ends_at_ms),
        None if full_at_ms is None else utc(full_at_ms),
        ceiling,
        posted,
        held,
        left,
        runway,
    )
