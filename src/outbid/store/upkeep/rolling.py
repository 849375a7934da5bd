"""Hours that are over, rolled up by the day, and of leads by the hour, too, so that long times are read fast.

Nothing is ever taken for rolled up that is not. Whoever adds to a day that is over marks it in the same transaction
(`tally/writing.py`), from an hour before anything of that day is rolled up on. Here the mark goes first, in a
transaction of its own; what is added from then on marks anew, and while a mark stands, reports read the quarter-hours.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from outbid.core.ledger.window import midnight_ms
from outbid.store.database import Connection

HOUR_MS: Final = 3_600_000
SETTLED_MS: Final = 2 * HOUR_MS
"""How long an hour must be over. What is added later than half of this is marked, by the same clock: the database's."""

MOST_DAYS: Final = 40
"""How many are rolled up at once: whoever runs a command waits for them."""
_ALONE: Final = "lock table tally_span in share row exclusive mode"
"""Chores of several machines take turns; nobody else writes there, and who reads is not held up."""
_KEY: Final = "cell, grain, starts, clock, source, offer, outcome, reason, dimension"
# An hour that began before its day, in a zone of half hours, is taken to begin with it.
_ROLL: Final = f"""
with rows as (
  select cell, grain, case grain when 'day' then $2 else greatest($2, date_trunc('hour', quarter, 'UTC')) end as starts,
         clock, source, offer, outcome, reason, dimension, times, price_micros, payout_micros, histogram
    from tally, (values ('day'), ('hour')) g (grain)
   where cell = $1 and quarter >= $2 and quarter < $3 and (grain = 'day' or offer = 0)
), figures as (
  select {_KEY}, sum(times) as times, sum(price_micros) as price_micros, sum(payout_micros) as payout_micros
    from rows group by {_KEY}
), buckets as (
  select {_KEY}, b.place, sum(b.n)::bigint as n
    from rows, unnest(histogram) with ordinality b (n, place) group by {_KEY}, b.place
), histograms as (
  select {_KEY}, array_agg(n order by place) as histogram from buckets group by {_KEY}
)
insert into tally_rolled ({_KEY}, times, price_micros, payout_micros, histogram)
select {_KEY}, times, price_micros, payout_micros, coalesce(histogram, '{{}}')
  from figures left join histograms using ({_KEY})"""


async def roll_up(connection: Connection, now_ms: int, zone: str) -> int:
    """Roll up the days of a zone that are over and not rolled up as they are; returns how many."""
    rolled = 0
    for row in await connection.fetch("select distinct cell from tally_mark"):
        rolled += await roll_up_cell(connection, row["cell"], now_ms, zone)
    return rolled


async def roll_up_cell(connection: Connection, cell: int, now_ms: int, zone: str, most: int = MOST_DAYS) -> int:
    """As `roll_up`, for one cell: the newest days first, and at most so many, the others the next time."""
    first_ms = await connection.fetchval("select min(quarter) from tally where cell = $1", cell)
    if first_ms is None:
        return 0
    now_ms = min(now_ms, await connection.fetchval("select now()"))
    await _forget(connection, cell, zone)
    spans = await connection.fetch("select starts, ends from tally_span where cell = $1", cell)
    known = {(row["starts"], row["ends"]) for row in spans}
    rolled = 0
    for starts_ms, ends_ms in reversed(list(_days(first_ms, now_ms - SETTLED_MS, zone))):
        if (starts_ms, ends_ms) not in known and rolled < most:
            await _roll(connection, cell, starts_ms, ends_ms, zone)
            rolled += 1
    return rolled


async def _forget(connection: Connection, cell: int, zone: str) -> None:
    """Days of another zone, and days to which something was added since: they are read from the quarter-hours again."""
    async with connection.transaction():
        await connection.execute(_ALONE)
        await connection.execute(
            """delete from tally_span s where cell = $1
                 and (zone <> $2 or exists (select from tally_late l where l.cell = $1 and l.quarter >= s.starts
                                               and l.quarter < s.ends))""",
            cell,
            zone,
        )
        await connection.execute(
            """delete from tally_late l where cell = $1 and not exists (
                 select from tally_span s where s.cell = $1 and l.quarter >= s.starts and l.quarter < s.ends)""",
            cell,
        )


async def _roll(connection: Connection, cell: int, starts_ms: int, ends_ms: int, zone: str) -> None:
    async with connection.transaction():
        await connection.execute(_ALONE)
        span = "select exists (select from tally_span where cell = $1 and starts = $2 and ends = $3)"
        if await connection.fetchval(span, cell, starts_ms, ends_ms):
            return  # another machine's chores were faster
        await connection.execute(
            "delete from tally_rolled where cell = $1 and starts >= $2 and starts < $3", cell, starts_ms, ends_ms
        )
        await connection.execute(_ROLL, cell, starts_ms, ends_ms)
        await connection.execute(
            """insert into tally_span (cell, starts, ends, zone) values ($1, $2, $3, $4)
               on conflict (cell, starts) do update set ends = excluded.ends, zone = excluded.zone""",
            cell,
            starts_ms,
            ends_ms,
            zone,
        )


def _days(first_ms: int, until_ms: int, zone: str) -> Iterator[tuple[int, int]]:
    """The days of a zone from the one that holds an instant to another one, the last as far as its hours are over."""
    day = _day(first_ms, zone)
    while (starts_ms := midnight_ms(zone, day)) < until_ms - until_ms % HOUR_MS:
        yield starts_ms, min(midnight_ms(zone, day + timedelta(1)), until_ms - until_ms % HOUR_MS)
        day += timedelta(1)


def _day(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
