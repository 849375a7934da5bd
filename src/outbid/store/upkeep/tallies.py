"""Rows of lanes that have ended are added to those of lane 0, so that tallies do not grow with each start."""

from typing import Final

from outbid.store.database import Connection
from outbid.store.tally.writing import ADDED_UP

_KEY = "cell, quarter, clock, source, offer, outcome, reason, dimension"

ENDED: Final = """
delete from tally_mark m where not exists (select from lane l where l.cell = m.cell and l.id = m.lane)
returning m.cell, m.lane
"""
"""A lane is forgotten when it is counted to its end. Without a mark nobody adds to it any more."""

# Places of buckets are dense: each histogram has all of them up to its last one.
MERGE: Final = f"""
with moved as (
  delete from tally where (cell, lane) in (select * from unnest($1::integer[], $2::integer[])) returning *
), figures as (
  select {_KEY}, sum(times) as times, sum(price_micros) as price_micros, sum(payout_micros) as payout_micros
    from moved group by {_KEY}
), buckets as (
  select {_KEY}, b.place, sum(b.n)::bigint as n
    from moved, unnest(histogram) with ordinality b (n, place) group by {_KEY}, b.place
), histograms as (
  select {_KEY}, array_agg(n order by place) as histogram from buckets group by {_KEY}
)
insert into tally as t (lane, {_KEY}, times, price_micros, payout_micros, histogram)
select 0, {_KEY}, times, price_micros, payout_micros, coalesce(histogram, '{{}}')
  from figures left join histograms using ({_KEY})
{ADDED_UP}
"""


async def merge_ended(connection: Connection) -> int:
    """Merge the lanes that have ended; returns how many. All of it happens, or nothing."""
    async with connection.transaction():
        ended = await connection.fetch(ENDED)
        if ended:
            # A statement of its own: it sees what was added while the one before waited for a mark.
            await connection.execute(MERGE, [row["cell"] for row in ended], [row["lane"] for row in ended])
    return len(ended)
