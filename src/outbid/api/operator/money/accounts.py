"""Limited accounts: how much room wallets and caps have."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.money.naming import amount_text, names_of, owner_of
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text, id_of
from outbid.api.said.reading import Asked
from outbid.core.ledger.window import FOREVER_MS
from outbid.core.scope import HOUSE
from outbid.store.reading import money


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
    """

    owner: str
    window: str
    unit: str
    starts_at: str
    ends_at: str | None
    ceiling: str
    posted: str
    held: str
    room: str


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
        page = found[: asked.limit]
        rest = page[-1].id.hex() if len(found) > asked.limit else None
        return answer(AccountPage([_told(row, names[row.owner]) for row in page], rest))


def _told(row: money.AccountRow, owner: str) -> AccountTold:
    amounts = (row.ceiling, row.posted, row.held, row.ceiling - row.posted - row.held)
    ends = row.ends_at_ms is None or row.ends_at_ms >= FOREVER_MS
    return AccountTold(
        owner,
        row.window,
        row.unit,
        utc(row.starts_at_ms),
        None if ends or row.ends_at_ms is None else utc(row.ends_at_ms),
        *(amount_text(amount, row.unit) for amount in amounts),
    )
