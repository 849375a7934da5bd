"""Limited accounts are opened, at zero, by whoever needs them first."""

from typing import Final

from outbid.core.ledger.account import Account
from outbid.store.database import Connection

# The ceiling is that of the newest version: the process that opens an account may not know it yet.
_OPEN: Final = """
insert into account as a (cell, id, owner, unit, window_name, starts_at, ends_at, ceiling, version)
select $1, u.id, u.owner, u.unit, u.window_name, u.starts_at, u.ends_at,
       coalesce((select c.ceiling from ceiling c
                  where c.owner = u.owner and c.unit = u.unit and c.window_name = u.window_name), u.ceiling), u.version
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::bigint[],
              $9::bigint[]) u (id, owner, unit, window_name, starts_at, ends_at, ceiling, version)
on conflict (cell, id) do update set ceiling = excluded.ceiling, version = excluded.version
 where a.version < excluded.version
"""


async def open_accounts(connection: Connection, cell: int, accounts: list[Account]) -> None:
    """Open those that are not open, in the order of their ids; those that are learn a newer version's ceiling."""
    rows = sorted(accounts, key=lambda account: account.id)
    await connection.execute(
        _OPEN,
        cell,
        [a.id for a in rows],
        [a.limit.owner for a in rows],
        [a.limit.unit for a in rows],
        [a.limit.window for a in rows],
        [a.starts_at_ms for a in rows],
        [a.ends_at_ms for a in rows],
        [a.limit.ceiling for a in rows],
        [a.version for a in rows],
    )
