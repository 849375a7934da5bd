"""How many answers of each offer came late, by day, summed from tallies."""

from collections.abc import Sequence
from typing import Final

import msgspec

from outbid.core.control.lateness import Counts
from outbid.core.scope import Scope
from outbid.store.database import Connection

_LATE: Final = """
with offers as (
  select distinct on (n.number) n.number, n.slug, n.body ->> 'buyer' as buyer,
         (select max(v.at) from noun x join version v on v.number = x.to_version
           where x.kind = 'offer' and x.number = n.number
             and x.body ->> 'buyer' <> n.body ->> 'buyer') as since
    from noun n where n.kind = 'offer' order by n.number, n.from_version desc
), sources as (
  select distinct on (n.number) n.number,
         coalesce((select c.body ->> 'currency' from noun c
                    where c.kind = 'campaign' and c.slug = n.body ->> 'campaign'
                    order by c.from_version desc limit 1), 'USD') as currency
    from noun n where n.kind = 'source' order by n.number, n.from_version desc
), counted as (
  select o.slug as offer, o.buyer, s.currency, (d.place - 1)::integer as day, t.outcome, t.reason, t.times,
         t.price_micros
    from tally t
    join offers o on o.number = t.offer
    join sources s on s.number = t.source
    join unnest($6::timestamptz[], $7::timestamptz[]) with ordinality d (starts_at, ends_at, place)
      on t.quarter >= d.starts_at and t.quarter < d.ends_at
   where t.cell = $1 and t.clock = 'arrival' and t.dimension = ''
     and t.quarter >= ($6::timestamptz[])[1]
     and t.quarter < ($7::timestamptz[])[cardinality($7::timestamptz[])]
     and t.outcome in ('bid', 'pass', 'error', 'nonsense', 'kept', 'late', 'unreachable', 'sold')
     and t.reason <> 'not_awaited'
     and ($4::text is null or o.slug = $4)
     and ($2 = 'house' or $2 = 'buyer' and (o.since is null or t.quarter >= o.since)
          and exists (select from noun p where p.kind = 'buyer' and p.slug = o.buyer and p.number = $3))
)
select offer, buyer, currency, day,
       coalesce(sum(times) filter (where outcome not in ('kept', 'sold')), 0)::bigint as pings,
       coalesce(sum(times) filter (where outcome not in ('late', 'unreachable', 'sold')), 0)::bigint
         as answered,
       coalesce(sum(times) filter (where outcome = 'late'), 0)::bigint as late,
       coalesce(sum(times) filter (where outcome = 'late' and reason = 'past_patience'), 0)::bigint as cut,
       coalesce(sum(times) filter (where outcome = 'sold'), 0)::bigint as sold,
       coalesce(sum(price_micros) filter (where outcome = 'sold'), 0)::bigint as price_micros
  from counted group by offer, buyer, currency, day order by offer, currency, day limit $5"""


class Late(msgspec.Struct, frozen=True):
    """An offer on a day. `day` is its place among those that were asked for."""

    offer: str
    buyer: str
    currency: str
    day: int
    counts: Counts


async def late(
    connection: Connection, scope: Scope, cell: int, bounds: Sequence[int], offer: str | None, most: int
) -> list[Late]:
    """The days of each offer on which it was asked or bought, by offer and day; a buyer sees his own offers alone.

    `bounds`: the beginnings of the days, and the end of the last, UTC milliseconds. An offer that was somebody else's
    before is told from the quarter-hour on that is wholly the buyer's. Raises PermissionError for any other scope.
    """
    if scope.kind not in ("house", "buyer"):
        raise PermissionError("only the house and buyers see what came late")
    rows = await connection.fetch(
        _LATE,
        cell,
        scope.kind,
        scope.number,
        offer,
        most,
        list(bounds[:-1]),
        list(bounds[1:]),
    )
    return [Late(offer, buyer, currency, day, Counts(*counts)) for offer, buyer, currency, day, *counts in rows]
