"""What a seller may know: his leads, what they earned, his feeds; not who bought, or at which price."""

from collections.abc import Sequence

import msgspec

from outbid.core.market.noun import KINDS, Campaign, Source
from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.leads import visible

FIRST, LAST = b"\0" * 16, b"\xff" * 16


class LeadWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads, the newest first: those with an id from `since` to before `before`.

    statuses, test  None: whatever they are
    """

    before: bytes = LAST
    since: bytes = FIRST
    statuses: tuple[str, ...] | None = None
    source: int | None = None
    test: bool | None = False
    limit: int = 100


class LeadLine(msgspec.Struct, frozen=True):
    """A lead. `payout_micros` is the sum over its sold sales, None where there are none."""

    cell: int
    id: bytes
    arrived_at_ms: int
    test: bool
    source: str
    status: str
    reason: str
    currency: str
    payout_micros: int | None


_LEADS = """
select p.cell, p.id, p.arrived_at, p.test,
       (select n.slug from noun n where n.kind = 'source' and n.number = p.source limit 1) as source,
       p.status, p.reason,
       coalesce((select n.body ->> 'currency' from noun n
                  where n.kind = 'campaign' and n.number = p.campaign and n.from_version <= p.version
                    and (n.to_version is null or n.to_version > p.version)), 'USD') as currency,
       (select sum(x.payout_micros)::bigint from sale x
         where x.cell = p.cell and x.lead_id = p.id and x.status = 'sold') as payout_micros
  from (select l.cell, l.id, l.arrived_at, l.test, l.source, l.campaign, l.version,
               coalesce(s.status, 'open') as status, coalesce(s.reason, '') as reason
          from lead l
          left join lead_status s on s.cell = l.cell and s.lead_id = l.id
         where l.cell = $1 and l.id < $2 and l.id >= $3 and ($4::boolean is null or l.test = $4)
           and ($5::text[] is null or coalesce(s.status, 'open') = any($5))
           and ($6::integer is null or l.source = $6) and {seen}
         order by l.id desc limit $7) p
 order by p.id desc"""


async def leads(connection: Connection, scope: Scope, cell: int, wish: LeadWish) -> list[LeadLine]:
    """A page of the leads of a cell."""
    seen, parameters = visible(_selling(scope), 8)
    rows = await connection.fetch(
        _LEADS.format(seen=seen),
        cell,
        wish.before,
        wish.since,
        wish.test,
        wish.statuses,
        wish.source,
        wish.limit,
        *parameters,
    )
    return [LeadLine(*row.values()) for row in rows]


async def lead(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> LeadLine | None:
    """One lead as it stands in the list; None if there is none for the reader."""
    after = min(int.from_bytes(lead_id, "big") + 1, (1 << 128) - 1).to_bytes(16, "big")
    found = await leads(connection, scope, cell, LeadWish(before=after, since=lead_id, test=None, limit=1))
    return found[0] if found else None


class Feed(msgspec.Struct, frozen=True):
    """A source as it stands now, with its campaign. `number` is the source's."""

    number: int
    source: Source
    campaign: Campaign


async def feeds(connection: Connection, scope: Scope, after: str, limit: int) -> list[Feed]:
    """A page of the sources that are in the market now, by slug: those after a slug."""
    _selling(scope)
    rows = await connection.fetch(
        """select n.number, n.body as source, c.body as campaign
             from noun n
             join noun c on c.kind = 'campaign' and c.slug = n.body ->> 'campaign' and c.to_version is null
            where n.kind = 'source' and n.to_version is null and n.slug > $1
              and ($2 = 'source' and n.number = $3
                   or $2 = 'seller' and n.body ->> 'seller' = (
                        select p.slug from noun p where p.kind = 'seller' and p.number = $3 limit 1))
            order by n.slug limit $4""",
        after,
        scope.kind,
        scope.number,
        limit,
    )
    return [
        Feed(
            row["number"],
            msgspec.json.decode(row["source"], type=Source),
            msgspec.json.decode(row["campaign"], type=Campaign),
        )
        for row in rows
    ]


class Terms(msgspec.Struct, frozen=True):
    """A source or its campaign, as a version made it. `at_ms` is in UTC milliseconds, `body` the noun in JSON."""

    version: int
    at_ms: int
    kind: str
    body: bytes


async def terms(connection: Connection, scope: Scope, most: int = 400) -> list[Terms]:
    """How a source, and the campaign that it is in now, were set: the last of their versions, the oldest first."""
    if scope.kind != "source":
        raise PermissionError("what was set is read for one source")
    rows = await connection.fetch(
        """select n.from_version, v.at, n.kind, n.body from noun n join version v on v.number = n.from_version
            where n.kind = 'source' and n.number = $1
               or n.kind = 'campaign' and n.slug = (select s.body ->> 'campaign' from noun s
                    where s.kind = 'source' and s.number = $1 order by s.from_version desc limit 1)
            order by n.from_version desc, n.kind limit $2""",
        scope.number,
        most,
    )
    return [Terms(*row.values()) for row in reversed(rows)]


# The sources that are or once were a seller's: which of their sales were his, the ledger says.
_SOURCES = """
select n.number, n.slug from noun n
 where n.kind = 'source'
   and ({kind} = 'source' and n.number = {number}
        or {kind} = 'seller' and n.body ->> 'seller' = (
             select p.slug from noun p where p.kind = 'seller' and p.number = {number} limit 1))"""


async def source_number(connection: Connection, scope: Scope, slug: str) -> int | None:
    """The number of a source that is or was the reader's; None if there never was one."""
    found: int | None = await connection.fetchval(
        f"select o.number from ({_SOURCES.format(kind='$1', number='$2')}) o where o.slug = $3 limit 1",
        scope.kind,
        scope.number,
        slug,
    )
    return found


async def zone(connection: Connection, scope: Scope) -> str:
    """The time zone in which the reader's days are counted: the seller's, or the source's."""
    _selling(scope)
    body = await connection.fetchval(
        "select body from noun where kind = $1 and number = $2 order by from_version desc limit 1",
        scope.kind,
        scope.number,
    )
    found: str = msgspec.json.decode(body, type=KINDS[scope.kind]).zone  # type: ignore[attr-defined]
    return found


# A payout above the price comes in two transfers, of which one is the house's loss: the seller is told their sum.
_MINE = """
  from transfer t
  join sale x on x.cell = t.cell and x.id = t.sale_id
  left join transfer l on l.cell = t.cell and l.sale_id = t.sale_id and l.kind = 'loss' and l.credit = t.credit
 where t.cell = $1 and t.kind = 'payout'
   and ($2 = 'seller' and t.credit = 'seller:' || $3 or $2 = 'source' and x.source::text = $3)
   and ($4::integer is null or x.source = $4)"""


class Earned(msgspec.Struct, frozen=True):
    """What one day brought in one currency. `day` is the place of the day among those that were asked for."""

    day: int
    unit: str
    sales: int
    amount_micros: int


async def earned(
    connection: Connection, scope: Scope, cell: int, source: int | None, bounds: Sequence[int]
) -> list[Earned]:
    """What days brought, by currency. `bounds` are the beginnings of the days, and the end of the last (UTC ms)."""
    rows = await connection.fetch(
        f"""select (d.place - 1)::integer as day, m.unit, count(*) as sales, sum(m.amount)::bigint as amount
              from (select t.at, t.unit, t.amount + coalesce(l.amount, 0) as amount {_MINE}
                       and t.at >= ($5::timestamptz[])[1]
                       and t.at < ($6::timestamptz[])[cardinality($6::timestamptz[])]) m
              join unnest($5::timestamptz[], $6::timestamptz[]) with ordinality d (starts_at, ends_at, place)
                on m.at >= d.starts_at and m.at < d.ends_at
             group by 1, 2 order by 1, 2""",
        cell,
        scope.kind,
        str(scope.number),
        source,
        list(bounds[:-1]),
        list(bounds[1:]),
    )
    return [Earned(*row.values()) for row in rows]


class TransferWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which transfers, the newest first: those before the one with the id `before`."""

    since_ms: int
    until_ms: int
    before: bytes | None = None
    source: int | None = None
    limit: int = 100


class Came(msgspec.Struct, frozen=True):
    """What came to a seller for a lead."""

    id: bytes
    at_ms: int
    source: str
    lead_id: bytes
    unit: str
    amount_micros: int


async def transfers(connection: Connection, scope: Scope, cell: int, wish: TransferWish) -> list[Came]:
    """A page of what came to the reader."""
    rows = await connection.fetch(
        f"""select t.id, t.at,
                   (select n.slug from noun n where n.kind = 'source' and n.number = x.source limit 1) as source,
                   x.lead_id, t.unit, t.amount + coalesce(l.amount, 0) as amount {_MINE}
               and t.at >= $6 and t.at < $7
               and ($5::uuid is null
                    or (t.at, t.id) < (select p.at, p.id from transfer p where p.cell = $1 and p.id = $5))
             order by t.at desc, t.id desc limit $8""",
        cell,
        scope.kind,
        str(scope.number),
        wish.source,
        wish.before,
        wish.since_ms,
        wish.until_ms,
        wish.limit,
    )
    return [Came(*row.values()) for row in rows]


def _selling(scope: Scope) -> Scope:
    """A scope of the selling side. Raises PermissionError for any other: what is read here is told to sellers."""
    if scope.kind not in ("seller", "source"):
        raise PermissionError("only sellers and sources ask for what is theirs")
    return scope
