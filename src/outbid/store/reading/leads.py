"""Leads for people, a page at a time: one line a lead, however often it was sold; and how many there are."""

from typing import Any, Final, Literal

import msgspec

from outbid.core.ids import first_of
from outbid.core.scope import Scope
from outbid.store.database import Connection, planned_anew

Sort = Literal["-at", "at", "-price", "price"]
Facet = Literal["status", "reason", "source", "campaign"]
LAST: Final = b"\xff" * 16
FIRST: Final = bytes(16)
HIGHEST: Final = (1 << 63) - 1
MOST_COUNTED: Final = 100_000
MOST_SORTED: Final = 10_000
"""Leads that are told by what they are, the newest ones."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads. Nouns are named by their numbers.

    buyer, offer  to whom the lead was sold, a sale that was returned among them; both mean one sale
    test          test leads, instead of all others
    id_end        the last hex digits of the id
    """

    since_ms: int | None = None
    until_ms: int | None = None
    status: str | None = None
    reason: str | None = None
    source: int | None = None
    campaign: int | None = None
    buyer: int | None = None
    offer: int | None = None
    test: bool = False
    id_end: str | None = None


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: just behind this lead. The price counts where leads are sorted by it."""

    id: bytes
    price_micros: int = 0


class Line(msgspec.Struct, frozen=True):
    """A lead in a list. `sold` counts its sold sales; price and payout are sums over them: of a test lead, of those
    that would have been.

    bids          of its last round
    took_ms       from its arrival to its end; None while it has none
    offers, buyers  those of its sold sales, by slug, who paid most first
    """

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
    seller: str
    bids: int
    took_ms: int | None
    offers: list[str]
    buyers: list[str]


class Count(msgspec.Struct, frozen=True):
    """How many leads of the newest 10,000 have a value of a facet; `value` is a slug, a status or a reason."""

    facet: Facet
    value: str
    leads: int


_SUMS: Final = """
 cross join lateral (
       select count(*) as sold, coalesce(sum(price_micros), 0)::bigint as price_micros,
              coalesce(sum(payout_micros), 0)::bigint as payout_micros
         from sale where cell = l.cell and lead_id = l.id and status = 'sold') x"""
_CHOSEN: Final = """
  from lead l
  left join lead_status s on s.cell = l.cell and s.lead_id = l.id{sums}
 where $1 = 'house' and l.cell = $2 and l.id >= $3 and l.id < $4 and l.test = $5
   and ($6::text is null or coalesce(s.status, 'open') = $6) and ($7::text is null or s.reason = $7)
   and ($8::integer is null or l.source = $8) and ($9::integer is null or l.campaign = $9)
   and ($10::integer is null and $11::integer is null or exists (
         select 1 from sale y
          where y.cell = l.cell and y.lead_id = l.id and y.status in ('sold', 'returned')
            and ($10 is null or y.buyer = $10) and ($11 is null or y.offer = $11)))
   and ($12::text is null or right(replace(l.id::text, '-', ''), length($12)) = $12)"""
_SORTED: Final[dict[Sort, str]] = {
    "-at": "and $14::bigint is not null and l.id < $13 order by l.id desc",
    "at": "and $14::bigint is not null and l.id > $13 order by l.id",
    "-price": "and (x.price_micros, l.id) < ($14, $13) order by x.price_micros desc, l.id desc",
    "price": "and (x.price_micros, l.id) > ($14, $13) order by x.price_micros, l.id",
}
_PAGE: Final = """
select l.cell, l.id, l.arrived_at, l.test, l.status, l.reason,
       (select n.slug from noun n where n.kind = 'source' and n.number = l.source limit 1) as source,
       (select n.slug from noun n where n.kind = 'campaign' and n.number = l.campaign limit 1) as campaign,
       coalesce((select n.body ->> 'currency' from noun n
                  where n.kind = 'campaign' and n.number = l.campaign and n.from_version <= l.version
                    and (n.to_version is null or n.to_version > l.version)), 'USD') as currency,
       x.sold, x.price_micros, x.payout_micros,
       coalesce((select n.body ->> 'seller' from noun n where n.kind = 'source' and n.number = l.source
                  order by n.from_version desc limit 1), '') as seller,
       coalesce(r.bids, 0) as bids,
       case when l.status in ('sold', 'unsold', 'refused')
            then (extract(epoch from l.ended_at - l.arrived_at) * 1000)::bigint end as took_ms,
       coalesce(y.offers, '{{}}') as offers, coalesce(y.buyers, '{{}}') as buyers
  from (select l.cell, l.id, l.arrived_at, l.test, l.source, l.campaign, l.version,
               coalesce(s.status, 'open') as status, coalesce(s.reason, '') as reason, s.at as ended_at
        {chosen} {sorted} offset $15 limit $16) l
{sums}
 cross join lateral (
       select array_agg(o.slug order by a.price_micros desc, o.slug) as offers,
              array_agg(b.slug order by a.price_micros desc, o.slug) as buyers
         from sale a
        cross join lateral (select slug from noun where kind = 'offer' and number = a.offer limit 1) o
        cross join lateral (select slug from noun where kind = 'buyer' and number = a.buyer limit 1) b
        where a.cell = l.cell and a.lead_id = l.id and a.status = 'sold') y
  left join lateral (
       select (select count(*) from json_array_elements(e.value -> 'bids') b where b ->> 'outcome' = 'bid') as bids
         from chapter c cross join lateral json_array_elements(c.events) with ordinality e (value, place)
        where c.cell = l.cell and c.lead_id = l.id and e.value ->> 'type' = 'pinged'
        order by c.n desc, e.place desc limit 1) r on true
 order by {order}"""
_ORDER: Final[dict[Sort, str]] = {
    "-at": "l.id desc",
    "at": "l.id",
    "-price": "x.price_micros desc, l.id desc",
    "price": "x.price_micros, l.id",
}
_BEFORE: Final = "select l.id {chosen} {sorted} offset $15 limit 1"
_REHEARSED: Final = """
select p.lead_id, o.slug as offer, coalesce(o.body ->> 'buyer', '') as buyer, p.price_micros, p.payout_micros
  from (
       select c.lead_id, e.value ->> 'sale' as sale, max((e.value ->> 'offer')::integer) as offer,
              max((e.value ->> 'price_micros')::bigint) filter (where e.value ->> 'type' = 'sold') as price_micros,
              max((e.value ->> 'payout_micros')::bigint) filter (where e.value ->> 'type' = 'sold') as payout_micros
         from chapter c cross join lateral json_array_elements(c.events) e (value)
        where $1 = 'house' and c.cell = $2 and c.lead_id = any($3) and e.value ->> 'type' in ('posting', 'sold')
        group by 1, 2) p
 cross join lateral (select slug, body from noun where kind = 'offer' and number = p.offer
                      order by from_version desc limit 1) o
 where p.price_micros is not null
 order by p.price_micros desc, o.slug"""
_FACETS: Final = f"""
with chosen as (
  select coalesce(s.status, 'open') as status, coalesce(s.reason, '') as reason, l.source, l.campaign
  {_CHOSEN.format(sums="")} order by l.id desc limit $13
)
select case when grouping(status) = 0 then 'status' when grouping(reason) = 0 then 'reason'
            when grouping(source) = 0 then 'source' else 'campaign' end as facet,
       coalesce(status, reason, (select n.slug from noun n where n.kind = 'source' and n.number = c.source limit 1),
                (select n.slug from noun n where n.kind = 'campaign' and n.number = c.campaign limit 1), '') as value,
       count(*) as leads
  from chosen c group by grouping sets ((status), (reason), (source), (campaign))
 order by facet, leads desc, value"""
_COUNT: Final = f"select count(*) from (select 1 {_CHOSEN.format(sums='')} limit $13) found"


async def page(
    connection: Connection,
    scope: Scope,
    cell: int,
    wish: Wish,
    after: Place | None,
    most: int,
    sort: Sort = "-at",
    skip: int = 0,
) -> list[Line]:
    """A page of the leads of a cell, behind a place and so many more leads. Only the house finds any.

    By arrival, and without a status, reason or buyer that is asked for, what is skipped is walked along the primary
    key of `lead`: 50,000 take some 12 ms, 100,000 some 60. Else each lead up to there is looked at, by price each
    one that is chosen.
    """
    falls = sort.startswith("-")
    place = after or Place(LAST if falls else FIRST, HIGHEST if falls else -1)
    by_price = sort.endswith("price")
    given = _given(scope, cell, wish)
    parts = {"chosen": _CHOSEN.format(sums=_SUMS if by_price else ""), "sorted": _SORTED[sort]}
    async with planned_anew(connection):
        if skip and not by_price:  # the lead before the page is found first: nothing else is read of those before it
            before = await connection.fetchval(_BEFORE.format(**parts), *given, place.id, place.price_micros, skip - 1)
            if before is None:
                return []
            place, skip = Place(before), 0
        statement = _PAGE.format(**parts, sums=_SUMS, order=_ORDER[sort])
        rows = await connection.fetch(statement, *given, place.id, place.price_micros, skip, most)
    found = [Line(*row.values()) for row in rows]
    return await _rehearsed(connection, scope, cell, found) if wish.test else found


async def _rehearsed(connection: Connection, scope: Scope, cell: int, lines: list[Line]) -> list[Line]:
    """Test leads with the sales that their events tell of: no row of `sale` is written for them."""
    sales: dict[bytes, list[Any]] = {}
    sold = [line.id for line in lines if line.status == "sold"]
    for row in await connection.fetch(_REHEARSED, scope.kind, cell, sold) if sold else []:
        sales.setdefault(row["lead_id"], []).append(row)
    return [
        msgspec.structs.replace(
            line,
            sold=len(of),
            price_micros=sum(row["price_micros"] for row in of),
            payout_micros=sum(row["payout_micros"] for row in of),
            offers=[row["offer"] for row in of],
            buyers=[row["buyer"] for row in of],
        )
        if (of := sales.get(line.id))
        else line
        for line in lines
    ]


async def count(connection: Connection, scope: Scope, cell: int, wish: Wish, most: int) -> int:
    """How many there are, `most` at the most. Only the house finds any."""
    async with planned_anew(connection):
        return int(await connection.fetchval(_COUNT, *_given(scope, cell, wish), most) or 0)


async def facets(connection: Connection, scope: Scope, cell: int, wish: Wish) -> list[Count]:
    """How many of the newest 10,000 have which status, reason, source and campaign. Only the house finds any."""
    async with planned_anew(connection):
        rows = await connection.fetch(_FACETS, *_given(scope, cell, wish), MOST_SORTED)
    return [Count(*row.values()) for row in rows]


def _given(scope: Scope, cell: int, wish: Wish) -> list[object]:
    until = LAST if wish.until_ms is None else first_of(wish.until_ms)
    return [
        scope.kind,
        cell,
        first_of(wish.since_ms or 0),
        until,
        wish.test,
        wish.status,
        wish.reason,
        wish.source,
        wish.campaign,
        wish.buyer,
        wish.offer,
        wish.id_end,
    ]
