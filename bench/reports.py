"""How long each report takes over 31 days, in a house with many rows of tallies.

The house: 20 sources of 4 sellers, 30 offers of 10 buyers; every source has its leads asked of every offer in every
quarter-hour of the day, so that its rows are as many as such a house can have. Times are those of the second run.
"""

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from fresh import on_a_fresh_database
from harness.house import write_market
from harness.market import nouns, offer
from outbid.api.reports.asked import WISHES, question_of
from outbid.api.reports.told import table
from outbid.core.scope import HOUSE, Scope
from outbid.plugins.reports import Reports
from outbid.store import database
from outbid.store.database import Connection
from outbid.store.report.running import SIDES, run
from outbid.store.upkeep.rolling import roll_up_cell
from run import remember

SOURCES, SELLERS, OFFERS, BUYERS = 20, 4, 30, 10
QUARTERS_A_DAY = 96
READERS = (HOUSE, Scope("seller", 1), Scope("buyer", 1))
HISTOGRAM = "{0,0,0,0,0,0,0,0,0,0,0,0,1,2,3,5,8,9,7,5,4,3,2,1,1,0,1}"
PATTERNS = f"""
select 'arrival' as clock, 0 as offer, outcome, reason, dimension, histogram
  from (values ('received', '', '{{}}'), ('sold', '', '{{}}'), ('unsold', 'no_bid', '{{}}'),
               ('unsold', 'outbid', '{{}}'), ('refused', 'duplicate', '{{}}'), ('refused', 'invalid', '{{}}'),
               ('answered', 'sold', '{HISTOGRAM}'), ('answered', 'unsold', '{HISTOGRAM}')
       ) l (outcome, reason, histogram),
       (values (''), ('sub_id=a'), ('sub_id=b'), ('sub_id=c')) d (dimension)
 where dimension = '' or outcome in ('received', 'sold', 'refused')
union all
select 'arrival', o, outcome, '', '', histogram
  from generate_series(1, {OFFERS}) o,
       (values ('bid', '{HISTOGRAM}'), ('pass', '{HISTOGRAM}'), ('late', '{{}}'), ('posted', '{{}}'),
               ('sold', '{{}}')) l (outcome, histogram)
union all select 'sale', o, 'sold', '', '', '{{}}' from generate_series(0, {OFFERS}) o"""
FILL = f"""
insert into tally (cell, lane, quarter, clock, source, offer, outcome, reason, dimension, times, price_micros,
                   payout_micros, histogram)
select 0, 0, q, p.clock, s, p.offer, p.outcome, p.reason, p.dimension, 3, 21000000, 16800000, p.histogram::bigint[]
  from generate_series($1::timestamptz, $2::timestamptz - interval '15 minutes', interval '15 minutes') q,
       generate_series(1, {SOURCES}) s, ({PATTERNS}) p"""


async def fill(connection: Connection, rows: int, until: datetime) -> int:
    """Rows up to a time, day by day; returns how many there are."""
    made = nouns([offer(f"offer-{n}", 9, buyer=f"buyer-{n % BUYERS}") for n in range(OFFERS)])
    source, seller = made["source"]["web"], made["seller"]["acme"]
    made["seller"] = {f"seller-{n}": msgspec.structs.replace(seller, slug=f"seller-{n}") for n in range(SELLERS)}
    made["source"] = {
        f"source-{n}": msgspec.structs.replace(source, slug=f"source-{n}", seller=f"seller-{n % SELLERS}")
        for n in range(SOURCES)
    }
    made["key"] = {}
    await write_market(connection, made)
    a_day = await connection.fetchval(f"select count(*) from ({PATTERNS}) p") * SOURCES * QUARTERS_A_DAY
    for back in range(max(31, round(rows / a_day)), 0, -1):
        ends = until - timedelta(back - 1)
        await connection.execute(FILL, _ms(ends - timedelta(1)), _ms(ends))
    await connection.execute("vacuum analyze tally")
    return int(await connection.fetchval("select count(*) from tally"))


async def measure(connection: Connection, until: datetime) -> dict[str, float]:
    """Every report as it is usually divided, for each side: milliseconds until its table is made."""
    found, reports = {}, Reports(installed=())
    first, last = [(until - timedelta(days)).date().isoformat() for days in (30, 0)]
    for scope in READERS:
        side = SIDES[scope.kind]
        for name in reports.names():
            report = reports.get(name)
            if report is None or side not in report.head.audience:
                continue
            asked = WISHES[side](from_=first, to=last)
            question = question_of(report, side, asked, "UTC", _ms(until))
            for _ in range(2):
                began = time.monotonic()
                made = table(question, await run(connection, scope, 0, question.wishes), 1_000)
                took = (time.monotonic() - began) * 1000
            assert made.rows or name in ("skips", "rejections", "lead_types"), name
            found[f"{side}.{name}"] = round(took, 1)
            print(f"reports: {side}: {name}: {took:.0f} ms", flush=True)
    return found


async def work(url: str, rows: int) -> dict[str, float]:
    """Fill, roll up, measure; the last hours are not rolled up, as in a house that sells."""
    connection = await database.connect(url)
    try:
        now = datetime.now(UTC)
        until = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
        began = time.monotonic()
        count = await fill(connection, rows, until)
        print(f"reports: {count:,} rows, made in {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        days = await roll_up_cell(connection, 0, _ms(now), "UTC", 10_000)
        spent = time.monotonic() - began
        await connection.execute("vacuum analyze tally_rolled")
        rolled = await connection.fetchval("select count(*) from tally_rolled")
        print(f"reports: {days} days rolled up to {rolled:,} rows, {spent / max(days, 1):.1f} s a day")
        return {"rows": count, "roll_s_a_day": round(spent / max(days, 1), 2)} | await measure(connection, until)
    finally:
        await connection.close()


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def main() -> None:
    """Measure on a database of its own, show, remember."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    given = parser.parse_args()
    found = on_a_fresh_database(lambda url: work(url, given.rows))
    remember({"reports": found})


if __name__ == "__main__":
    main()
