"""Tallies added to the rows of a lane, together with the mark that says which batches they hold.

The mark is the guard: what is added names the mark that it begins at, and nothing is added where the mark is another.
So a repetition after a lost COMMIT counts nothing twice, and of two who count the same batches one does.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from outbid.core.live.beat import Glimpse, beat_of
from outbid.core.tally.rows import Clock, Key, Row, Tallies
from outbid.store.database import Connection

ADDED_UP: Final = """on conflict (cell, quarter, clock, source, offer, outcome, reason, dimension, lane) do update
   set times = t.times + excluded.times, price_micros = t.price_micros + excluded.price_micros,
       payout_micros = t.payout_micros + excluded.payout_micros,
       histogram = case when t.histogram = '{}' then excluded.histogram
                        when excluded.histogram = '{}' then t.histogram
                        else array(select coalesce(m.a, 0) + coalesce(m.b, 0)
                                     from unnest(t.histogram, excluded.histogram) with ordinality m (a, b, place)
                                    order by m.place) end"""

ADD: Final = f"""
with marked as (
  update tally_mark set seq = $4, at = $5 where cell = $1 and lane = $2 and seq = $3 returning 1
), given as (
  select * from json_to_recordset($6::json) u (quarter bigint, clock text, source integer, offer integer, outcome text,
                                               reason text, dimension text, times bigint, price_micros bigint,
                                               payout_micros bigint, histogram bigint[])
   where exists (select from marked)
), late as (
  insert into tally_late (cell, quarter)
  select distinct $1, to_timestamp(quarter / 1000) as quarter from given
   where to_timestamp(quarter / 1000) < now() - interval '1 hour' order by quarter
  on conflict do nothing
), added as (
  insert into tally as t (quarter, clock, source, offer, outcome, reason, dimension, times, price_micros, payout_micros,
                          histogram, cell, lane)
  select to_timestamp(u.quarter / 1000), u.clock, u.source, u.offer, u.outcome, u.reason, u.dimension, u.times,
         u.price_micros, u.payout_micros, u.histogram, $1, $2
    from given u
  {ADDED_UP}
), beaten as (
  insert into beat (cell, at, lane, seq, sources, offers, leads)
  select $1, beat_second(), $2, $4, $7::json, $8::json, $9::json from marked
)
select count(*) as marked from marked
"""
"""One statement, so one transaction. The lock on the mark comes first: who waits for it sees the other's mark.

What is added to a quarter-hour an hour after it began is marked: its day may have been rolled up (`upkeep/rolling.py`).

Rows travel as JSON, which costs this process a quarter of what arrays of rows do: leads wait meanwhile.
"""


class Mark(msgspec.Struct, frozen=True):
    """Up to which batch a lane is counted, and when that batch was written."""

    seq: int
    at_ms: int


async def make_mark(connection: Connection, cell: int, lane: int, now_ms: int) -> None:
    """The mark of a new lane, of which nothing is counted."""
    await connection.execute("insert into tally_mark (cell, lane, seq, at) values ($1, $2, 0, $3)", cell, lane, now_ms)


async def mark_of(connection: Connection, cell: int, lane: int) -> Mark | None:
    """A lane's mark; None where the lane has ended and its rows were merged."""
    row = await connection.fetchrow("select seq, at from tally_mark where cell = $1 and lane = $2", cell, lane)
    return None if row is None else Mark(row["seq"], row["at"])


async def add(
    connection: Connection,
    cell: int,
    lane: int,
    since: int,
    mark: Mark,
    tallies: Tallies,
    sample: Iterable[Glimpse] = (),
) -> bool:
    """Add what the batches after `since` up to `mark` hold, and tell who looks on. `sample`: of the leads that ended.

    False: the mark is not at `since`, nothing was added.
    """
    rows = _encode([_line(key, row) for key, row in tallies.flat()])
    beat = beat_of(tallies, sample)
    told = (_encode(beat.sources), _encode(beat.offers), _encode(beat.leads))
    return bool(await connection.fetchval(ADD, cell, lane, since, mark.seq, mark.at_ms, rows, *told))


class _Line(msgspec.Struct, frozen=True, gc=False):
    """A row as it travels."""

    quarter: int
    clock: Clock
    source: int
    offer: int
    outcome: str
    reason: str
    dimension: str
    times: int
    price_micros: int
    payout_micros: int
    histogram: list[int]


_encode = msgspec.json.Encoder().encode


def _line(key: Key, row: Row) -> _Line:
    return _Line(*key, row.times, row.price_micros, row.payout_micros, _trimmed(row.histogram))


def _trimmed(histogram: list[int]) -> list[int]:
    """A histogram without the empty buckets at its end."""
    length = len(histogram)
    while length and not histogram[length - 1]:
        length -= 1
    return histogram[:length]
