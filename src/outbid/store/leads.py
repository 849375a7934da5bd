"""Leads as they stand in the database: one whole lead, lists of them, and those that a dead lane left open."""

import asyncpg
import msgspec

from outbid.core.ids import SALE, parse, public
from outbid.core.lead import event as ev
from outbid.core.ledger.hold import Hold
from outbid.core.ledger.moves import Deal
from outbid.core.ledger.transfer import Transfer
from outbid.core.scope import Scope
from outbid.store.database import Connection


class Chapter(msgspec.Struct, frozen=True):
    """One commit of a lead. `sealed` holds the notes: free text from outside."""

    n: int
    at_ms: int
    events: list[ev.Event]
    sealed: bytes | None


class Record(msgspec.Struct, frozen=True):
    """A lead with all that is written of it. `facts` is JSON; `sealed` opens with the key that is wrapped."""

    cell: int
    id: bytes
    lane: int
    source: int
    campaign: int
    version: int
    test: bool
    arrived_at_ms: int
    facts: bytes
    sealed: bytes
    wrapped: bytes | None
    status: str
    reason: str
    chapters: tuple[Chapter, ...]
    quote: bytes | None = None


class Line(msgspec.Struct, frozen=True):
    """A lead in a list. Price and payout are sums over its sold sales, None where there are none."""

    cell: int
    id: bytes
    source: int
    campaign: int
    arrived_at_ms: int
    status: str
    reason: str
    price_micros: int | None
    payout_micros: int | None


_RECORD = """
select l.cell, l.id, l.lane, l.source, l.campaign, l.version, l.test, l.arrived_at, l.facts, l.sealed, l.quote,
       k.wrapped, coalesce(s.status, 'open') as status, coalesce(s.reason, '') as reason
  from lead l
  left join lead_key k on k.cell = l.cell and k.lead_id = l.id
  left join lead_status s on s.cell = l.cell and s.lead_id = l.id
"""


# The source belonged to the seller at the version that the lead pinned.
_SELLERS = """exists (
  select 1 from noun n join noun p on p.kind = 'seller' and p.slug = n.body ->> 'seller' and p.number = $seller
   where n.kind = 'source' and n.number = l.source
     and n.from_version <= l.version and (n.to_version is null or n.to_version > l.version)
     and p.from_version <= l.version and (p.to_version is null or p.to_version > l.version))"""


def visible(scope: Scope, first: int) -> tuple[str, list[object]]:
    """The part of a `where` that keeps a reader to what is his; `first` is the number of its parameter."""
    if scope.kind == "house":
        return "true", []
    if scope.kind == "source":
        return f"l.source = ${first}", [scope.number]
    if scope.kind == "seller":
        return _SELLERS.replace("$seller", f"${first}"), [scope.number]
    sold = "select 1 from sale x where x.cell = l.cell and x.lead_id = l.id and x.status in ('sold', 'returned')"
    return f"exists ({sold} and x.buyer = ${first})", [scope.number]


async def read(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> Record | None:
    """One lead, or None if there is none in this scope."""
    seen, parameters = visible(scope, 3)
    rows = await connection.fetch(f"{_RECORD} where l.cell = $1 and l.id = $2 and {seen}", cell, lead_id, *parameters)
    found = await _records(connection, rows)
    return found[0] if found else None


async def several(connection: Connection, scope: Scope, cell: int, lead_ids: list[bytes]) -> list[Record]:
    """Those of these leads that there are in this scope, in no order."""
    seen, parameters = visible(scope, 3)
    rows = await connection.fetch(
        f"{_RECORD} where l.cell = $1 and l.id = any($2::uuid[]) and {seen}", cell, lead_ids, *parameters
    )
    return await _records(connection, rows)


async def open_of_lane(
    connection: Connection, scope: Scope, cell: int, lane: int, oldest: bytes, most: int = 100_000
) -> list[Record]:
    """The leads of a lane that are neither closed nor wait for somebody, oldest first."""
    seen, parameters = visible(scope, 5)
    rows = await connection.fetch(
        f"""{_RECORD} where l.cell = $1 and l.lane = $2 and l.id >= $3 and s.status is null and {seen}
            order by l.id limit $4""",
        cell,
        lane,
        oldest,
        most,
        *parameters,
    )
    return await _records(connection, rows)


async def whole(
    connection: Connection, scope: Scope, cell: int, since: bytes, before: bytes, most: int, *, closed: bool = True
) -> list[Record]:
    """Whole leads, the newest first, from the id `since` to just below `before`; only closed ones, or all."""
    seen, parameters = visible(scope, 6)
    rows = await connection.fetch(
        f"""{_RECORD} where l.cell = $1 and l.id >= $2 and l.id < $3
               and (not $4 or s.status in ('sold', 'unsold', 'refused')) and {seen}
             order by l.id desc limit $5""",
        cell,
        since,
        before,
        closed,
        most,
        *parameters,
    )
    return await _records(connection, rows)


async def _records(connection: Connection, rows: list[asyncpg.Record]) -> list[Record]:
    if not rows:
        return []
    chapters = await connection.fetch(
        """select lead_id, n, at, events, sealed from chapter where cell = $1 and lead_id = any($2::uuid[])
            order by lead_id, n""",
        rows[0]["cell"],
        [row["id"] for row in rows],
    )
    by_lead: dict[bytes, list[Chapter]] = {}
    for row in chapters:
        chapter = Chapter(row["n"], row["at"], ev.decode(row["events"]), row["sealed"])
        by_lead.setdefault(row["lead_id"], []).append(chapter)
    return [
        Record(
            cell=row["cell"],
            id=row["id"],
            lane=row["lane"],
            source=row["source"],
            campaign=row["campaign"],
            version=row["version"],
            test=row["test"],
            arrived_at_ms=row["arrived_at"],
            facts=row["facts"],
            sealed=row["sealed"],
            wrapped=row["wrapped"],
            status=row["status"],
            reason=row["reason"],
            chapters=tuple(by_lead.get(row["id"], ())),
            quote=row["quote"],
        )
        for row in rows
    ]


async def deals(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> dict[str, Deal]:
    """The open sales of a lead with what they hold, by public id."""
    seen, parameters = visible(scope, 3)
    rows = await connection.fetch(
        f"""select x.id, x.offer, x.buyer, x.source, x.price_micros, x.payout_micros,
                   h.price_micros as held_micros, h.accounts, h.money, s.body ->> 'seller' as seller_slug,
                   c.body ->> 'currency' as currency, p.number as seller
              from sale x
              join lead l on l.cell = x.cell and l.id = x.lead_id
              join hold h on h.cell = x.cell and h.sale_id = x.id
              join noun s on s.kind = 'source' and s.number = x.source
                         and s.from_version <= l.version and (s.to_version is null or s.to_version > l.version)
              join noun p on p.kind = 'seller' and p.slug = s.body ->> 'seller'
                         and p.from_version <= l.version and (p.to_version is null or p.to_version > l.version)
              join noun c on c.kind = 'campaign' and c.number = l.campaign
                         and c.from_version <= l.version and (c.to_version is null or c.to_version > l.version)
             where x.cell = $1 and x.lead_id = $2 and x.status in ('posting', 'uncertain') and {seen}""",
        cell,
        lead_id,
        *parameters,
    )
    found = {}
    for row in rows:
        amounts = tuple(row["held_micros"] if money else 1 for money in row["money"])
        hold = Hold(tuple(row["accounts"]), amounts, tuple(row["money"]))
        sale = public(SALE, cell, row["id"])
        found[sale] = Deal(
            sale,
            row["id"],
            row["offer"],
            row["buyer"],
            row["source"],
            row["seller"],
            row["currency"] or "USD",
            row["price_micros"],
            row["payout_micros"],
            hold,
        )
    return found


async def newest(
    connection: Connection, scope: Scope, cell: int, most: int, status: str | None = None, *, test: bool = False
) -> list[Line]:
    """The newest leads of a scope, or its newest test leads: one line a lead, however often it was sold."""
    seen, parameters = visible(scope, 5)
    rows = await connection.fetch(
        f"""select l.cell, l.id, l.source, l.campaign, l.arrived_at, coalesce(s.status, 'open') as status,
                   coalesce(s.reason, '') as reason, x.price_micros, x.payout_micros
              from lead l
              left join lead_status s on s.cell = l.cell and s.lead_id = l.id
             cross join lateral (
                   select sum(price_micros)::bigint as price_micros, sum(payout_micros)::bigint as payout_micros
                     from sale where cell = l.cell and lead_id = l.id and status = 'sold') x
             where l.cell = $1 and l.test = $4 and ($2::text is null or coalesce(s.status, 'open') = $2) and {seen}
             order by l.id desc limit $3""",
        cell,
        status,
        most,
        test,
        *parameters,
    )
    return [
        Line(
            row["cell"],
            row["id"],
            row["source"],
            row["campaign"],
            row["arrived_at"],
            row["status"],
            row["reason"],
            row["price_micros"],
            row["payout_micros"],
        )
        for row in rows
    ]


async def lead_of_sale(connection: Connection, scope: Scope, sale: str) -> tuple[int, bytes] | None:
    """Cell and id of the lead that a sale is of."""
    cell, identifier = parse(SALE, sale)
    seen, parameters = visible(scope, 3)
    row = await connection.fetchrow(
        f"""select l.cell, l.id from sale x join lead l on l.cell = x.cell and l.id = x.lead_id
             where x.cell = $1 and x.id = $2 and {seen}""",
        cell,
        identifier,
        *parameters,
    )
    return None if row is None else (row["cell"], row["id"])


async def traffic(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> list[tuple[int, bytes]]:
    """The sealed records of what was said to buyers about a lead, each with the number of its chapter, in order.

    Only the house may ask: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house sees what was said to whom")
    rows = await connection.fetch(
        "select n, sealed from traffic where cell = $1 and lead_id = $2 order by n", cell, lead_id
    )
    return [(row["n"], row["sealed"]) for row in rows]


async def transfers(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> list[Transfer]:
    """What the sales of a lead moved, in order. Only the house may ask: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees both sides of a sale")
    rows = await connection.fetch(
        """select t.kind, t.debit, t.credit, t.unit, t.amount, t.sale_id from transfer t
             join sale x on x.cell = t.cell and x.id = t.sale_id
            where x.cell = $1 and x.lead_id = $2 order by t.at, t.kind desc""",
        cell,
        lead_id,
    )
    return [
        Transfer(row["kind"], row["debit"], row["credit"], row["unit"], row["amount"], row["sale_id"]) for row in rows
    ]
