"""Leads for people, a page at a time: one line a lead, however often it was sold."""

import msgspec

from outbid.core.ids import first_of
from outbid.core.scope import Scope
from outbid.store.database import Connection

LAST = b"\xff" * 16


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads, the newest first: those that came before `before`. Nouns are named by their numbers.

    buyer, offer  to whom the lead was sold, a sale that was returned among them; both mean one sale
    test          test leads, instead of all others
    """

    before: bytes = LAST
    since_ms: int | None = None
    until_ms: int | None = None
    status: str | None = None
    reason: str | None = None
    source: int | None = None
    campaign: int | None = None
    buyer: int | None = None
    offer: int | None = None
    test: bool = False
    limit: int = 100


class Line(msgspec.Struct, frozen=True):
    """A lead in a list. `sold` counts its sold sales; price and payout are sums over them."""

    cell: int
    id: bytes
    arrived_at_ms: int
    test: bool
    status: str
    reason: str
    source: str
    campaign: str
    currency: str
    sold: int
    price_micros: int
    payout_micros: int


_PAGE = """
select p.cell, p.id, p.arrived_at, p.test, p.status, p.reason,
       (select n.slug from noun n where n.kind = 'source' and n.number = p.source limit 1) as source,
       (select n.slug from noun n where n.kind = 'campaign' and n.number = p.campaign limit 1) as campaign,
       coalesce((select n.body ->> 'currency' from noun n
                  where n.kind = 'campaign' and n.number = p.campaign and n.from_version <= p.version
                    and (n.to_version is null or n.to_version > p.version)), 'USD') as currency,
       x.sold, x.price_micros, x.payout_micros
  from (select l.cell, l.id, l.arrived_at, l.test, l.source, l.campaign, l.version,
               coalesce(s.status, 'open') as status, coalesce(s.reason, '') as reason
          from lead l
          left join lead_status s on s.cell = l.cell and s.lead_id = l.id
         where $1 = 'house' and l.cell = $2 and l.id < $3 and l.id >= $4 and l.test = $5
           and ($6::text is null or coalesce(s.status, 'open') = $6) and ($7::text is null or s.reason = $7)
           and ($8::integer is null or l.source = $8) and ($9::integer is null or l.campaign = $9)
           and ($10::integer is null and $11::integer is null or exists (
                 select 1 from sale y
                  where y.cell = l.cell and y.lead_id = l.id and y.status in ('sold', 'returned')
                    and ($10 is null or y.buyer = $10) and ($11 is null or y.offer = $11)))
         order by l.id desc limit $12) p
 cross join lateral (
       select count(*) as sold, coalesce(sum(price_micros), 0)::bigint as price_micros,
              coalesce(sum(payout_micros), 0)::bigint as payout_micros
         from sale where cell = p.cell and lead_id = p.id and status = 'sold') x
 order by p.id desc"""


async def page(connection: Connection, scope: Scope, cell: int, wish: Wish) -> list[Line]:
    """A page of the leads of a cell. Only the house finds any."""
    before = wish.before if wish.until_ms is None else min(wish.before, first_of(wish.until_ms))
    rows = await connection.fetch(
        _PAGE,
        scope.kind,
        cell,
        before,
        first_of(wish.since_ms or 0),
        wish.test,
        wish.status,
        wish.reason,
        wish.source,
        wish.campaign,
        wish.buyer,
        wish.offer,
        wish.limit,
    )
    return [Line(*row.values()) for row in rows]
