"""Limits as the database knows them: the ceilings of open accounts, and what a new cap finds that looks back."""

from typing import Final

from outbid.core.ids import first_of
from outbid.core.ledger.account import LEADS, UNLIMITED, Account, Limit, account_of
from outbid.core.market.looking_back import Sales, sales_of
from outbid.core.market.snapshot import Rows
from outbid.store.database import Connection
from outbid.store.money import rooms
from outbid.store.money.accounts import open_accounts

_Key = tuple[str, str, str]  # owner, unit, window

_KNOWN: Final = """select owner, unit, window_name, ceiling, looks_back from ceiling
 where split_part(owner, ' ', 1) = any($1::text[])"""

_KEEP: Final = """insert into ceiling as c (owner, unit, window_name, ceiling, looks_back)
select u.* from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[]) u
on conflict (owner, unit, window_name) do update set ceiling = excluded.ceiling, looks_back = excluded.looks_back
 where c.ceiling <> excluded.ceiling or c.looks_back <> excluded.looks_back"""

_APPLY: Final = """update account a set ceiling = u.ceiling, version = $5
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) u (owner, unit, window_name, ceiling)
 where a.owner = u.owner and a.unit = u.unit and a.window_name = u.window_name
   and (a.ends_at is null or a.ends_at > now() - interval '1 minute')"""

# A sale whose hold names the account is in its figures already. One that is open counts as sold: its hold was written
# without this account, so nothing will tell the account how it ended.
_CARRY: Final = """update account a set carried = s.taken, posted = a.posted + s.taken - a.carried
  from (select coalesce(sum(case when $3::boolean then s.price_micros else 1 end), 0)::bigint as taken
          from sale s left join hold h on h.cell = s.cell and h.sale_id = s.id
         where s.cell = $1 and s.id >= $4::uuid and s.at >= $5::timestamptz and s.status <> 'rejected'
           and ($2::uuid = any(h.accounts)) is not true
           and ($6::integer[] is null or s.offer = any($6)) and s.offer <> all($9::integer[])
           and ($7::integer[] is null or s.buyer = any($7))
           and ($8::integer[] is null or s.source = any($8))) s
 where a.cell = $1 and a.id = $2 returning a.ceiling - a.posted - a.held as room"""

_APART_MS = 3_600_000
"""How much older a sale's id may be than the instant of its hold, with room to spare."""

_NOW: Final = "select (extract(epoch from now()) * 1000)::bigint"
_CELLS: Final = "select distinct cell from lane"


async def apply(connection: Connection, changed: list[str], limits: list[Limit], nouns: Rows, version: int) -> None:
    """Open accounts follow their limits, in the transaction that makes the version; new caps look back if they should.

    One whose limit is gone keeps its rows and binds nobody, not even leads that came when it was there. `changed` are
    the owners that changed, each the first of its pairs; `limits` are all of theirs, at least.
    """
    wanted = {(limit.owner, limit.unit, limit.window): (limit.ceiling, limit.looks_back) for limit in limits}
    looked: set[_Key] = set()
    for row in await connection.fetch(_KNOWN, changed):
        key = (row["owner"], row["unit"], row["window_name"])
        wanted.setdefault(key, (UNLIMITED, False))
        if row["looks_back"]:
            looked.add(key)
    columns = [*([key[place] for key in wanted] for place in range(3)), [ceiling for ceiling, _ in wanted.values()]]
    await connection.execute(_KEEP, *columns, [looks_back for _, looks_back in wanted.values()])
    await connection.execute(_APPLY, *columns, version)
    new = {
        (limit.owner, limit.unit, limit.window): limit
        for limit in limits
        if limit.looks_back and limit.owner.split(" ")[0] in changed
    }
    await _look_back(connection, [limit for key, limit in new.items() if key not in looked], nouns, version)


async def _look_back(connection: Connection, limits: list[Limit], nouns: Rows, version: int) -> None:
    """Open the present accounts of these limits, with what was sold since their windows began.

    Sales that a process makes before it knows the version are not among them.
    """
    if not limits:
        return
    now_ms = await connection.fetchval(_NOW)
    found = [(account_of(limit, now_ms, version), sales_of(limit, nouns)) for limit in limits]
    present = {account.id: (account, sales) for account, sales in found if account is not None}
    for row in await connection.fetch(_CELLS):
        await open_accounts(connection, row["cell"], [account for account, _ in present.values()])
        full = [
            identifier
            for identifier, (account, sales) in sorted(present.items())
            if await _carried(connection, row["cell"], account, sales) <= 0
        ]
        await rooms.tell(connection, full)


async def _carried(connection: Connection, cell: int, account: Account, sales: Sales) -> int:
    """Count what was sold; returns the room that is left."""
    return int(
        await connection.fetchval(
            _CARRY,
            cell,
            account.id,
            account.limit.unit != LEADS,
            first_of(max(account.starts_at_ms - _APART_MS, 0)),
            account.starts_at_ms,
            sales.offers,
            sales.buyers,
            sales.sources,
            sales.but,
        )
    )
