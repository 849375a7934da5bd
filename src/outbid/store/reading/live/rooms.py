"""How much room buyers have now, and how fast they spend."""

import msgspec

from outbid.core.ledger.account import UNLIMITED
from outbid.core.scope import Scope
from outbid.store.database import Connection


class Room(msgspec.Struct, frozen=True):
    """A limit of an owner (`buyer:7`, `offer:9`) in its present window; amounts are leads, or micros of `unit`."""

    owner: str
    window: str
    unit: str
    ceiling: int
    taken: int


class Spent(msgspec.Struct, frozen=True):
    """What an offer bought for since an instant, in micros, and in which quarter-hour the first of it."""

    offer: int
    price_micros: int
    first_ms: int


async def rooms(connection: Connection, scope: Scope, cell: int, owners: list[str]) -> list[Room]:
    """The open accounts of these owners whose limit stands. Only the house may ask, else PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house reads the room of all")
    rows = await connection.fetch(
        """select owner, window_name, unit, coalesce(ceiling, 0) as ceiling, posted + held as taken from account
            where cell = $1 and owner = any($2::text[]) and starts_at <= now() and (ends_at is null or ends_at > now())
              and ceiling is distinct from $3
            order by owner, window_name, unit""",
        cell,
        owners,
        UNLIMITED,
    )
    return [Room(*row.values()) for row in rows]


async def spent(connection: Connection, scope: Scope, cell: int, since_ms: int) -> list[Spent]:
    """What offers bought for since a quarter-hour (UTC milliseconds). Only the house may ask, else PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house reads what all spend")
    rows = await connection.fetch(
        """select offer, sum(price_micros)::bigint as price_micros, min(quarter) as first from tally
            where cell = $1 and quarter >= $2 and clock = 'sale' and offer > 0 and outcome = 'sold' and dimension = ''
            group by offer""",
        cell,
        since_ms,
    )
    return [Spent(*row.values()) for row in rows]
