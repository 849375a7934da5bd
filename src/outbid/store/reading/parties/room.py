"""What is used of limited accounts, as their owner is told of them."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection


class Used(msgspec.Struct, frozen=True):
    """What is taken of an account: leads, or micros. What was paid into a wallet lowers `posted`."""

    ceiling: int
    posted: int
    held: int


NOTHING = Used(0, 0, 0)

# A seller owns what his sources own, a buyer what his offers own.
_MINE = """(a.owner = $3 || ':' || $4
       or $3 in ('seller', 'buyer') and a.owner in (
            select n.kind || ':' || n.number from noun n join noun p on p.kind = $3 and p.slug = n.body ->> $3
             where n.kind = case $3 when 'seller' then 'source' else 'offer' end and p.number::text = $4))"""


async def used(connection: Connection, scope: Scope, cell: int, accounts: list[bytes]) -> dict[bytes, Used]:
    """What is used of these accounts by id; those that nobody used yet, or that are not the reader's, are left out."""
    rows = await connection.fetch(
        f"""select a.id, coalesce(a.ceiling, 0) as ceiling, a.posted, a.held from account a
             where a.cell = $1 and a.id = any($2::uuid[]) and {_MINE}""",
        cell,
        accounts,
        scope.kind,
        str(scope.number),
    )
    return {row["id"]: Used(row["ceiling"], row["posted"], row["held"]) for row in rows}


async def wallets(connection: Connection, scope: Scope, cell: int) -> dict[str, Used]:
    """A buyer's wallets by currency, as far as they were used."""
    rows = await connection.fetch(
        """select unit, coalesce(ceiling, 0) as ceiling, posted, held from account
            where cell = $1 and $2 = 'buyer' and owner = 'buyer:' || $3 and window_name = 'wallet'""",
        cell,
        scope.kind,
        str(scope.number),
    )
    return {row["unit"]: Used(row["ceiling"], row["posted"], row["held"]) for row in rows}
