"""Tallies for people: summed over a time, by what is asked for."""

from typing import Final, Literal

import msgspec

from outbid.core.ledger.window import span
from outbid.core.scope import Scope
from outbid.core.tally.rows import Clock
from outbid.store.database import Connection

Level = Literal["leads", "offers"]
Period = Literal["quarter", "hour", "day"]
Group = Literal["source", "campaign", "seller", "offer", "buyer", "reason"]

# Nouns as they are, or last were: rows name sources and offers by numbers, which belong to one slug for ever.
_NOUNS: Final = """
sources as (
  select distinct on (n.number) n.number, n.slug, n.body ->> 'campaign' as campaign, n.body ->> 'seller' as seller,
         coalesce((select c.body ->> 'currency' from noun c where c.kind = 'campaign' and c.slug = n.body ->> 'campaign'
                    order by c.from_version desc limit 1), 'USD') as currency
    from noun n where n.kind = 'source' order by n.number, n.from_version desc
), offers as (
  select distinct on (n.number) n.number, n.slug, n.body ->> 'buyer' as buyer
    from noun n where n.kind = 'offer' order by n.number, n.from_version desc
)"""
_COLUMNS: Final[dict[str, str]] = {
    "source": "s.slug",
    "campaign": "s.campaign",
    "seller": "s.seller",
    "offer": "coalesce(o.slug, '')",
    "buyer": "coalesce(o.buyer, '')",
    "reason": "t.reason",
}
_STARTS: Final[dict[Period | None, str]] = {
    None: "$3::timestamptz",
    "quarter": "t.quarter",
    "hour": "($15::timestamptz[])[width_bucket(t.quarter, $15::timestamptz[])]",
    "day": "($15::timestamptz[])[width_bucket(t.quarter, $15::timestamptz[])]",
}
_FIGURES: Final = """
select {starts} as starts, t.outcome, t.dimension, s.currency, {columns}, t.times, t.price_micros, t.payout_micros,
       t.histogram
  from tally t
  join sources s on s.number = t.source
  left join offers o on o.number = t.offer
 where $1 = 'house' and t.cell = $2 and t.quarter >= $3 and t.quarter < $4 and t.clock = $5
   and (t.offer = 0) = ($6 = 'leads') and (t.dimension = $7 or $7 <> '' and starts_with(t.dimension, $7 || '='))
   and ($8::text is null or s.slug = $8) and ($9::text is null or s.campaign = $9)
   and ($10::text is null or s.seller = $10) and ($11::text is null or o.slug = $11)
   and ($12::text is null or o.buyer = $12) and ($13::text is null or t.outcome = $13)
   and ($14::text is null or t.reason = $14) and cardinality($15::timestamptz[]) >= 0"""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which tallies, and how they are summed. Nouns are named by slugs.

    since_ms, until_ms  whole quarter-hours (UTC milliseconds); the end is not contained
    level      rows of leads, or of offers
    period     a row for each of them, hours and days as they begin in `zone`; None: one for the whole time
    by         a row for each of these; by outcome and currency there is one in any case
    dimension  a row for each value of it; empty: the whole, not by values
    most       how many rows at most
    """

    since_ms: int
    until_ms: int
    clock: Clock = "arrival"
    level: Level = "leads"
    period: Period | None = None
    zone: str = "UTC"
    by: frozenset[Group] = frozenset()
    dimension: str = ""
    source: str | None = None
    campaign: str | None = None
    seller: str | None = None
    offer: str | None = None
    buyer: str | None = None
    outcome: str | None = None
    reason: str | None = None
    most: int = 10_000


class Sum(msgspec.Struct, frozen=True):
    """A row: sums over what was asked for. What it is not divided by is empty text.

    dimension  as the rows have it: `name=value`, `name` for the rest, or empty
    """

    starts_ms: int
    outcome: str
    dimension: str
    currency: str
    source: str
    campaign: str
    seller: str
    offer: str
    buyer: str
    reason: str
    times: int
    price_micros: int
    payout_micros: int
    histogram: list[int]


async def read(connection: Connection, scope: Scope, cell: int, wish: Wish) -> list[Sum]:
    """Sums in order of time, outcome and names. Only the house may ask: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house reads tallies")
    rows = await connection.fetch(
        _statement(wish),
        scope.kind,
        cell,
        wish.since_ms,
        wish.until_ms,
        wish.clock,
        wish.level,
        wish.dimension,
        wish.source,
        wish.campaign,
        wish.seller,
        wish.offer,
        wish.buyer,
        wish.outcome,
        wish.reason,
        _starts(wish),
        wish.most,
    )
    return [Sum(*row.values()) for row in rows]


def _statement(wish: Wish) -> str:
    """Figures are summed by key; histograms bucket by bucket, whose places are dense."""
    columns = ", ".join(f"{sql if name in wish.by else chr(39) * 2} as {name}" for name, sql in _COLUMNS.items())
    key = f"starts, outcome, dimension, currency, {', '.join(_COLUMNS)}"
    return f"""
with {_NOUNS}, chosen as materialized ({_FIGURES.format(starts=_STARTS[wish.period], columns=columns)}
), figures as (
  select {key}, sum(times)::bigint as times, sum(price_micros)::bigint as price_micros,
         sum(payout_micros)::bigint as payout_micros
    from chosen group by {key} order by {key} limit $16
), buckets as (
  select {key}, b.place, sum(b.n)::bigint as n
    from chosen, unnest(histogram) with ordinality b (n, place) group by {key}, b.place
), histograms as (
  select {key}, array_agg(n order by place) as histogram from buckets group by {key}
)
select {key}, f.times, f.price_micros, f.payout_micros, coalesce(h.histogram, '{{}}') as histogram
  from figures f left join histograms h using ({key}) order by {key}"""


def _starts(wish: Wish) -> list[int]:
    """When each hour or day of the time begins; the first may begin before it."""
    starts: list[int] = []
    at_ms = wish.since_ms
    while wish.period in ("hour", "day") and at_ms < wish.until_ms:
        found = span(wish.period, wish.zone, at_ms)
        starts.append(found.starts_at_ms)
        at_ms = found.ends_at_ms
    return starts
