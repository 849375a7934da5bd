"""The ledger in the database: the trial balance, what must hold of it, and deposits."""

from hashlib import blake2b

import msgspec

from outbid.core.ledger.account import UNLIMITED, account_id
from outbid.core.ledger.transfer import CASH
from outbid.core.money import text_of
from outbid.core.scope import Scope
from outbid.store.database import Connection

_NAMED = 20
"""How many slugs a sentence names."""


class Sum(msgspec.Struct, frozen=True):
    """What an account has been credited, less what it has been debited, in one unit."""

    account: str
    unit: str
    amount: int


class Fault(msgspec.Struct, frozen=True):
    """A law of the ledger that does not hold: which, where, and the two figures that should be equal."""

    law: str
    where: str
    found: int
    expected: int


class TrialBalance(msgspec.Struct, frozen=True):
    """Every account's sum, the sum of them all by unit (zero), and the faults found (none)."""

    sums: tuple[Sum, ...]
    totals: dict[str, int]
    faults: tuple[Fault, ...]


_SUMS = """
select account, unit, sum(amount)::bigint as amount
  from (select credit as account, unit, amount from transfer
         union all select debit, unit, -amount from transfer) entry
 group by account, unit order by account, unit
"""

# Each law is a query whose rows are its breaches: (where, found, expected).
_LAWS = {
    "held = sum of open holds": """
        select a.owner || ' ' || a.window_name || ' ' || a.unit as place, a.held as found,
               coalesce(h.held, 0)::bigint as expected
          from account a
          left join (select s.cell, u.account, sum(case when u.money then h.price_micros else 1 end) as held
                       from hold h join sale s on s.cell = h.cell and s.id = h.sale_id
                       cross join lateral unnest(h.accounts, h.money) u (account, money)
                      where s.status in ('posting', 'uncertain') group by 1, 2) h
            on h.cell = a.cell and h.account = a.id
         where a.held <> coalesce(h.held, 0)""",
    "posted = sum of captured holds": """
        select a.owner || ' ' || a.window_name || ' ' || a.unit, a.posted,
               (coalesce(h.taken, 0) + a.carried - coalesce(p.paid, 0))::bigint
          from account a
          left join (select s.cell, u.account, sum(case when u.money then s.price_micros else 1 end) as taken
                       from hold h join sale s on s.cell = h.cell and s.id = h.sale_id
                       cross join lateral unnest(h.accounts, h.money) u (account, money)
                      where s.status = 'sold' group by 1, 2) h on h.cell = a.cell and h.account = a.id
          left join (select credit, unit, sum(amount) as paid from transfer where kind = 'deposit' group by 1, 2) p
            on a.window_name = 'wallet' and p.credit = a.owner and p.unit = a.unit
         where a.posted <> coalesce(h.taken, 0) + a.carried - coalesce(p.paid, 0)""",
    "what a buyer paid = price of his sales": """
        select 'sale ' || s.id::text, coalesce(t.paid, 0)::bigint, s.price_micros
          from sale s
          left join (select cell, sale_id, sum(amount) filter (where kind in ('payout', 'margin')) as paid
                       from transfer group by 1, 2) t on t.cell = s.cell and t.sale_id = s.id
         where s.status = 'sold' and coalesce(t.paid, 0) <> s.price_micros
            or s.status <> 'sold' and coalesce(t.paid, 0) <> 0""",
    "nobody buys a lead twice": """
        select 'lead ' || lead_id::text || ' buyer ' || buyer, count(*), 1 from sale
         where status in ('posting', 'sold', 'uncertain') group by cell, lead_id, buyer having count(*) > 1""",
}


async def trial_balance(connection: Connection, scope: Scope) -> TrialBalance:
    """The whole ledger, summed and checked. Only the house may ask: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees the whole ledger")
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        sums = tuple(Sum(row["account"], row["unit"], row["amount"]) for row in await connection.fetch(_SUMS))
        faults: list[Fault] = []
        for law, query in _LAWS.items():
            faults += [Fault(law, row[0], row[1], row[2]) for row in await connection.fetch(query)]
    totals: dict[str, int] = {}
    for entry in sums:
        totals[entry.unit] = totals.get(entry.unit, 0) + entry.amount
    return TrialBalance(sums, totals, tuple(faults))


async def deposit(
    connection: Connection, cell: int, identifier: bytes, buyer: int, unit: str, amount_micros: int, now_ms: int
) -> bool:
    """A buyer pays in: once for each identifier (False if it was there already). His wallet has room at once."""
    wallet = account_id(f"buyer:{buyer}", unit, "wallet", 0)
    async with connection.transaction():
        made = await connection.execute(
            """insert into transfer (cell, id, kind, debit, credit, unit, amount, at)
               values ($1, $2, 'deposit', $3, $4, $5, $6, $7) on conflict do nothing""",
            cell,
            identifier,
            CASH,
            f"buyer:{buyer}",
            unit,
            amount_micros,
            now_ms,
        )
        if str(made) == "INSERT 0 0":
            return False
        await connection.execute(
            """insert into account as a (cell, id, owner, unit, window_name, starts_at, ceiling, version, posted)
               values ($1, $2, $3, $4, 'wallet', $5, 0, 0, -$6::bigint)
               on conflict (cell, id) do update set posted = a.posted - $6""",
            cell,
            wallet,
            f"buyer:{buyer}",
            unit,
            0,
            amount_micros,
        )
    return True


class Payment(msgspec.Struct, frozen=True):
    """Money that somebody says a buyer paid in.

    reference  the payment's own name: for one buyer, the same one counts once
    currency   empty: the one in which all campaigns trade
    by         who says so
    """

    buyer: str
    amount_micros: int
    reference: str
    currency: str = ""
    note: str = ""
    by: str = ""


class Deposited(msgspec.Struct, frozen=True):
    """A payment as it was counted. `first` is False if that was before."""

    id: bytes
    at_ms: int
    payment: Payment
    first: bool


class NotDeposited(msgspec.Struct, frozen=True):
    """Why a payment was not counted: a reason code, the part of the payment that is wrong, and what would be right."""

    code: str
    part: str
    detail: str


async def pay_in(
    connection: Connection, scope: Scope, cell: int, payment: Payment, now_ms: int
) -> Deposited | NotDeposited:
    """Count a payment, once for each reference of a buyer. What was counted before is told as it was then.

    Only the house may: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house counts payments")
    if payment.amount_micros <= 0:
        return NotDeposited("setting_faulty", "amount", "a deposit is more than zero")
    if not payment.reference.strip():
        return NotDeposited("setting_faulty", "reference", "a payment needs a name of its own")
    number = await _number_of(connection, payment.buyer)
    if isinstance(number, NotDeposited):
        return number
    currency = await _currency_of(connection, payment.currency)
    if isinstance(currency, NotDeposited):
        return currency
    wanted = msgspec.structs.replace(payment, currency=currency)
    identifier = blake2b(f"deposit|{payment.buyer}|{payment.reference}".encode(), digest_size=16).digest()
    async with connection.transaction():
        if await deposit(connection, cell, identifier, number, currency, payment.amount_micros, now_ms):
            await connection.execute(
                "insert into deposit (cell, transfer_id, reference, note, by) values ($1, $2, $3, $4, $5)",
                cell,
                identifier,
                payment.reference,
                payment.note,
                payment.by,
            )
            return Deposited(identifier, now_ms, wanted, True)
    return await _counted(connection, scope, cell, identifier, wanted)


async def _number_of(connection: Connection, buyer: str) -> int | NotDeposited:
    """The number of a buyer who is in the market."""
    rows = await connection.fetch(
        "select slug, number from noun where kind = 'buyer' and to_version is null order by 2"
    )
    known: dict[str, int] = {row["slug"]: row["number"] for row in rows}
    if buyer in known:
        return known[buyer]
    there = ", ".join(list(known)[:_NAMED]) or "none"
    return NotDeposited("setting_faulty", "buyer", f"there is no buyer {buyer!r}; there are {there}")


async def _currency_of(connection: Connection, currency: str) -> str | NotDeposited:
    """The currency of a payment: one in which a campaign trades."""
    rows = await connection.fetch(
        """select distinct coalesce(body ->> 'currency', 'USD') as currency from noun
            where kind = 'campaign' and to_version is null order by 1"""
    )
    known: list[str] = [row["currency"] for row in rows]
    if currency in known:
        return currency
    if not currency and len(known) == 1:
        return known[0]
    wrong = f"no campaign trades in {currency!r}" if currency else "name the currency"
    return NotDeposited("setting_faulty", "currency", f"{wrong}; there are {', '.join(known) or 'none'}")


async def _counted(
    connection: Connection, scope: Scope, cell: int, identifier: bytes, wanted: Payment
) -> Deposited | NotDeposited:
    """The payment that was counted under this reference, if it is the same one."""
    row = await connection.fetchrow(
        """select t.at, t.unit, t.amount, d.note, d.by from transfer t
             join deposit d on d.cell = t.cell and d.transfer_id = t.id
            where t.cell = $1 and t.id = $2 and $3 = 'house'""",
        cell,
        identifier,
        scope.kind,
    )
    assert row is not None
    if (row["unit"], row["amount"]) != (wanted.currency, wanted.amount_micros):
        told = f"{text_of(row['amount'])} {row['unit']} were counted under {wanted.reference!r}"
        return NotDeposited("deposit_differs", "reference", told)
    kept = msgspec.structs.replace(wanted, note=row["note"], by=row["by"])
    return Deposited(identifier, row["at"], kept, False)


class AccountRow(msgspec.Struct, frozen=True):
    """A limited account as it stands."""

    owner: str
    unit: str
    window: str
    ceiling: int
    posted: int
    held: int


async def accounts(connection: Connection, scope: Scope) -> list[AccountRow]:
    """The limited accounts whose limit stands and whose window has not ended. A buyer sees his own wallet and caps."""
    rows = await connection.fetch(
        """select owner, unit, window_name, ceiling, posted, held from account
            where (ends_at is null or ends_at > now()) and ($1 = 'house' or owner = $1 || ':' || $2)
              and ceiling is distinct from $3
            order by owner, window_name, unit""",
        scope.kind,
        str(scope.number),
        UNLIMITED,
    )
    return [
        AccountRow(row["owner"], row["unit"], row["window_name"], row["ceiling"] or 0, row["posted"], row["held"])
        for row in rows
    ]
