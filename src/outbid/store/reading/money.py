"""Limited accounts and transfers for people, a page at a time."""

import msgspec

from outbid.core.ledger.account import UNLIMITED
from outbid.core.scope import Scope
from outbid.store.database import Connection


class AccountWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts: those past the one with the id `after`, by owner, window and start.

    owner  as accounts name it, such as `buyer:7`, alone or in a pair; kind: of all owners of that kind
    open   only those whose window has (True) or has not (False) yet to end
    """

    after: bytes | None = None
    kind: str | None = None
    owner: str | None = None
    open: bool | None = None
    limit: int = 100


class AccountRow(msgspec.Struct, frozen=True):
    """A limited account as it stands. Amounts are leads, or micros of the currency in `unit`."""

    id: bytes
    owner: str
    window: str
    unit: str
    starts_at_ms: int
    ends_at_ms: int | None
    ceiling: int
    posted: int
    held: int


async def accounts(connection: Connection, scope: Scope, cell: int, wish: AccountWish) -> list[AccountRow]:
    """A page of accounts whose limit stands. A buyer finds his own wallet and caps, the house those of all."""
    rows = await connection.fetch(
        """select id, owner, window_name, unit, starts_at, ends_at, coalesce(ceiling, 0), posted, held from account a
            where a.cell = $1 and ($2 = 'house' or a.owner = $2 || ':' || $3)
              and ($4::uuid is null or (owner, window_name, starts_at, id)
                   > (select p.owner, p.window_name, p.starts_at, p.id from account p where p.cell = $1 and p.id = $4))
              and ($5::text is null or starts_with(owner, $5 || ':'))
              and ($6::text is null or owner = $6 or $6 = any(string_to_array(owner, ' ')))
              and ($7::boolean is null or (ends_at is null or ends_at > now()) = $7)
              and ceiling is distinct from $9
            order by owner, window_name, starts_at, id limit $8""",
        cell,
        scope.kind,
        str(scope.number),
        wish.after,
        wish.kind,
        wish.owner,
        wish.open,
        wish.limit,
        UNLIMITED,
    )
    return [AccountRow(*row.values()) for row in rows]


class TransferWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which transfers, the newest first: those before the one with the id `before`.

    account  what is debited or credited, such as `buyer:7` or `house:margin`
    """

    before: bytes | None = None
    account: str | None = None
    sale: bytes | None = None
    kind: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    limit: int = 100


class TransferRow(msgspec.Struct, frozen=True):
    """A transfer. `sale_id` is None for one that is of no sale, as a deposit.

    reference, note  of a deposit: the payment's own name, and what was noted beside it
    """

    id: bytes
    at_ms: int
    kind: str
    debit: str
    credit: str
    unit: str
    amount_micros: int
    sale_id: bytes | None
    reference: str | None
    note: str | None


async def transfers(connection: Connection, scope: Scope, cell: int, wish: TransferWish) -> list[TransferRow]:
    """A page of transfers. Only the house may ask: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees both sides of a sale")
    rows = await connection.fetch(
        """select id, at, kind, debit, credit, unit, amount, sale_id, d.reference, d.note
             from transfer t left join deposit d on d.cell = t.cell and d.transfer_id = t.id
            where t.cell = $1
              and ($2::uuid is null or (at, id) < (select p.at, p.id from transfer p where p.cell = $1 and p.id = $2))
              and ($3::text is null or debit = $3 or credit = $3) and ($4::uuid is null or sale_id = $4)
              and ($5::text is null or kind = $5) and ($6::timestamptz is null or at >= $6)
              and ($7::timestamptz is null or at < $7)
            order by at desc, id desc limit $8""",
        cell,
        wish.before,
        wish.account,
        wish.sale,
        wish.kind,
        wish.since_ms,
        wish.until_ms,
        wish.limit,
    )
    return [TransferRow(*row.values()) for row in rows]
