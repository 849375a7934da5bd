"""Caps as those whom they bind are told of them: with the room that is left now."""

from collections.abc import Mapping, Sequence

import msgspec

from outbid.api.said.instants import utc
from outbid.core.ledger.account import LEADS, Account, Limit, account_of
from outbid.core.ledger.window import FOREVER_MS
from outbid.core.money import text_of
from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.reading.parties import room

WALLET = "wallet"


class CapTold(msgspec.Struct, frozen=True):
    """A cap in its present window. `most` and `room` are leads where the unit is LEAD, else money in that currency.

    of       what it binds: a source or an offer, or all of a seller's or a buyer's
    ends_at  null: its window never ends
    """

    of: str
    window: str
    unit: str
    most: str
    room: str
    ends_at: str | None


def caps_of(limits: Sequence[Limit], kinds: Sequence[str], at_ms: int) -> list[Account]:
    """The accounts of those limits that belong to owners of these kinds and are caps."""
    mine = (limit for limit in limits if limit.owner.partition(":")[0] in kinds and limit.window != WALLET)
    return [account for limit in mine if (account := account_of(limit, at_ms, 0)) is not None]


async def tell_caps(
    connection: Connection, scope: Scope, cell: int, caps: Mapping[str, list[Account]]
) -> dict[str, list[CapTold]]:
    """Caps by whatever they are named by, told with their room."""
    wanted = list({account.id for accounts in caps.values() for account in accounts})
    used = await room.used(connection, scope, cell, wanted) if wanted else {}
    return {
        name: [_told(account, used.get(account.id, room.NOTHING)) for account in accounts]
        for name, accounts in caps.items()
    }


def _told(account: Account, used: room.Used) -> CapTold:
    limit = account.limit
    left = max(0, limit.ceiling - used.posted - used.held)
    most, rest = (str(n) if limit.unit == LEADS else text_of(n) for n in (limit.ceiling, left))
    ends_at = None if account.ends_at_ms >= FOREVER_MS else utc(account.ends_at_ms)
    return CapTold(limit.owner.partition(":")[0], limit.window, limit.unit, most, rest, ends_at)
