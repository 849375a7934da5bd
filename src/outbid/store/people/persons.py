"""Persons, found by the keyed hashes of their phone and e-mail: which leads are theirs, and their erasure."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection


class Lead(msgspec.Struct, frozen=True):
    """A lead of a person. `erased`: its key is gone. `settled`: nothing more happens to it."""

    cell: int
    id: bytes
    erased: bool
    settled: bool


async def leads_of(connection: Connection, scope: Scope, hashes: list[bytes]) -> list[Lead]:
    """The leads of whoever has one of these hashes, oldest first. Nobody but the house finds any."""
    rows = await connection.fetch(
        """select p.cell, p.lead_id, k.lead_id is null as erased,
                  coalesce(s.status, 'open') in ('sold', 'unsold', 'refused') as settled
             from (select distinct cell, lead_id from person where hash = any($2::bytea[])) p
             left join lead_key k on k.cell = p.cell and k.lead_id = p.lead_id
             left join lead_status s on s.cell = p.cell and s.lead_id = p.lead_id
            where $1 = 'house' order by p.lead_id""",
        scope.kind,
        hashes,
    )
    return [Lead(*row.values()) for row in rows]


async def lead(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> Lead | None:
    """One lead, whoever's it is; None if there is none. Nobody but the house finds any."""
    row = await connection.fetchrow(
        """select k.lead_id is null as erased, coalesce(s.status, 'open') in ('sold', 'unsold', 'refused') as settled
             from lead l
             left join lead_key k on k.cell = l.cell and k.lead_id = l.id
             left join lead_status s on s.cell = l.cell and s.lead_id = l.id
            where $1 = 'house' and l.cell = $2 and l.id = $3""",
        scope.kind,
        cell,
        lead_id,
    )
    return None if row is None else Lead(cell, lead_id, row["erased"], row["settled"])


async def one_at_a_time(connection: Connection) -> None:
    """Wait until whoever else erases is done: what is told of an erasure is true then. Ends with the transaction."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('outbid erasure', 0))")


async def erase(connection: Connection, scope: Scope, leads: list[Lead]) -> int:
    """Destroy the keys of leads: what they sealed can never be opened again. Returns how many there still were.

    Only the house may: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house erases persons")
    rows = await connection.fetch(
        """delete from lead_key k using unnest($1::integer[], $2::uuid[]) u (cell, lead_id)
            where k.cell = u.cell and k.lead_id = any($2::uuid[]) and k.lead_id = u.lead_id returning k.lead_id""",
        [lead.cell for lead in leads],
        [lead.id for lead in leads],
    )
    return len(rows)
