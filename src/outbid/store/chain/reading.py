"""Chapters as they stand, a page at a time in the order in which they are stored, and the rows that follow."""

import msgspec

from outbid.core.ids import SALE, public
from outbid.core.scope import Scope
from outbid.core.seal.books import LeadRow, Rows, SaleRow
from outbid.core.seal.chain import Run
from outbid.core.seal.leaves import chapter_hash
from outbid.store.database import Connection

Key = tuple[bytes, int]
"""A lead's id and the number of its chapter."""
FIRST: Key = (bytes(16), 0)


class Chapter(msgspec.Struct, frozen=True):
    """A chapter with its seal. `events` are the bytes that its hash covers."""

    lead_id: bytes
    n: int
    lane: int
    seq: int
    place: int
    events: bytes
    salt: bytes
    prev_hash: bytes
    hash: bytes

    def is_sealed(self) -> bool:
        """Is the hash that of the content?"""
        where = (self.lane, self.seq, self.place, self.lead_id, self.n)
        return self.hash == chapter_hash(self.prev_hash, *where, self.salt, self.events)

    def run(self) -> Run:
        """The chapter as a run of one."""
        place = (self.seq, self.place)
        return Run(self.lane, place, place, self.prev_hash, self.hash, 1, self.lead_id)


_COLUMNS = "lead_id, n, lane, seq, place, events, salt, prev_hash, hash"


async def chapters(connection: Connection, scope: Scope, cell: int, after: Key, limit: int) -> list[Chapter]:
    """The chapters after one, in the order of leads. Only the house may ask; anybody else finds nothing."""
    rows = await connection.fetch(
        f"""select {_COLUMNS} from chapter
             where cell = $1 and $2 = 'house' and (lead_id, n) > ($3::uuid, $4) order by lead_id, n limit $5""",
        cell,
        scope.kind,
        *after,
        limit,
    )
    return [Chapter(*row.values()) for row in rows]


async def of_lead(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> list[Chapter]:
    """The chapters of one lead. Only the house may ask; anybody else finds nothing."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from chapter where cell = $1 and $2 = 'house' and lead_id = $3 order by n",
        cell,
        scope.kind,
        lead_id,
    )
    return [Chapter(*row.values()) for row in rows]


async def anchors(connection: Connection, cell: int) -> list[Run]:
    """What was dropped of each lane."""
    rows = await connection.fetch(
        """select lane, seq, place, last_seq, last_place, prev_hash, hash, chapters from chapter_anchor
            where cell = $1""",
        cell,
    )
    return [Run(lane, (seq, place), (end, at), *rest) for lane, seq, place, end, at, *rest in map(tuple, rows)]


async def marks(connection: Connection, cell: int) -> dict[int, int]:
    """Up to which batch each lane was counted, which therefore was there."""
    rows = await connection.fetch("select lane, seq from tally_mark where cell = $1", cell)
    return {row["lane"]: row["seq"] for row in rows}


async def rows_of(connection: Connection, scope: Scope, cell: int, leads: list[bytes]) -> dict[bytes, Rows]:
    """What is written of leads beside their chapters. Only the house may ask; anybody else finds nothing."""
    there = await connection.fetch(
        """select l.id, l.source, l.version, l.test, s.status, coalesce(s.reason, '') as reason, s.chapters,
                  coalesce((select p.number from noun n
                              join noun p on p.kind = 'seller' and p.slug = n.body ->> 'seller'
                             where n.kind = 'source' and n.number = l.source and n.from_version <= l.version
                               and (n.to_version is null or n.to_version > l.version) limit 1), 0) as seller
             from lead l left join lead_status s on s.cell = l.cell and s.lead_id = l.id
            where l.cell = $1 and $2 = 'house' and l.id = any($3::uuid[])""",
        cell,
        scope.kind,
        leads,
    )
    status = {row["id"]: row["status"] and (row["status"], row["reason"], row["chapters"]) for row in there}
    sales = await _sales(connection, scope, cell, leads)
    rows = {row["id"]: LeadRow(row["source"], row["version"], row["test"], row["seller"]) for row in there}
    return {lead: Rows(rows.get(lead), status.get(lead), tuple(sales.get(lead, ()))) for lead in leads}


async def _sales(connection: Connection, scope: Scope, cell: int, leads: list[bytes]) -> dict[bytes, list[SaleRow]]:
    moves: dict[bytes, list[tuple[str, str, str, int]]] = {}
    for row in await connection.fetch(
        """select t.sale_id, t.kind, t.debit, t.credit, t.amount
             from sale x join transfer t on t.cell = x.cell and t.sale_id = x.id
            where x.cell = $1 and $2 = 'house' and x.lead_id = any($3::uuid[]) and t.undoes is null
              and t.kind in ('payout', 'margin', 'loss')""",
        cell,
        scope.kind,
        leads,
    ):
        moves.setdefault(row["sale_id"], []).append((row["kind"], row["debit"], row["credit"], row["amount"]))
    found: dict[bytes, list[SaleRow]] = {}
    for row in await connection.fetch(
        """select id, lead_id, offer, buyer, status, price_micros, payout_micros, source from sale
            where cell = $1 and $2 = 'house' and lead_id = any($3::uuid[]) order by id""",
        cell,
        scope.kind,
        leads,
    ):
        _, lead, offer, buyer, status, price, payout, source = row.values()
        moved = tuple(moves.get(row["id"], ()))
        sale = SaleRow(public(SALE, cell, row["id"]), offer, buyer, status, price, payout, source, moved)
        found.setdefault(lead, []).append(sale)
    return found


async def without_chapters(connection: Connection, scope: Scope, cell: int) -> list[bytes]:
    """Leads of which no chapter is there, a hundred at most. Only the house may ask; anybody else finds none."""
    rows = await connection.fetch(
        """select l.id from lead l where l.cell = $1 and $2 = 'house'
              and not exists (select from chapter c where c.cell = l.cell and c.lead_id = l.id)
            order by l.id limit 100""",
        cell,
        scope.kind,
    )
    return [row["id"] for row in rows]


async def from_nowhere(connection: Connection, scope: Scope, cell: int) -> list[str]:
    """Money that no lead moved and nobody paid in, a hundred of each at most. Only the house may ask.

    Sales outlive leads that were dropped with their history: those before the oldest lead are not looked at.
    """
    rows = await connection.fetch(
        """(select 'the transfer ' || t.id || ' (' || t.kind || ') is of no sale' as what from transfer t
             where t.cell = $1 and $2 = 'house' and t.kind in ('payout', 'margin', 'loss')
               and not exists (select from sale s where s.cell = t.cell and s.id = t.sale_id) limit 100)
           union all
           (select 'the deposit ' || t.id || ' was noted by nobody' from transfer t
             where t.cell = $1 and $2 = 'house' and t.kind = 'deposit'
               and not exists (select from deposit d where d.cell = t.cell and d.transfer_id = t.id) limit 100)
           union all
           (select 'the transfer ' || t.id || ' is of the unknown kind ' || t.kind from transfer t
             where t.cell = $1 and $2 = 'house' and t.kind not in ('payout', 'margin', 'loss', 'deposit') limit 100)
           union all
           (select 'the sale ' || s.id || ' is of no lead' from sale s
             where s.cell = $1 and $2 = 'house'
               and s.lead_id >= (select l.id from lead l where l.cell = $1 order by l.id limit 1)
               and not exists (select from lead l where l.cell = s.cell and l.id = s.lead_id) limit 100)""",
        cell,
        scope.kind,
    )
    return [row["what"] for row in rows]
