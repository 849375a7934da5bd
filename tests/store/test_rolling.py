"""Days that are over are rolled up, and whoever reads them gets the same figures as from the quarter-hours."""

import asyncio
from random import Random

import msgspec
import pytest
import pytest_asyncio

from harness.house import write_market
from harness.market import nouns, offer
from outbid.core.report.range import range_of
from outbid.core.report.table import sums_needed
from outbid.core.scope import HOUSE, Scope
from outbid.core.tally.rows import QUARTER_MS, Tallies
from outbid.plugins.reports import Reports
from outbid.store import database
from outbid.store.report.relations import Wish, parts_of
from outbid.store.report.running import run
from outbid.store.tally.writing import Mark, add, make_mark
from outbid.store.upkeep.rolling import roll_up

DAY_MS = 86_400_000
ZONE = "America/New_York"
FIRST_MS = 1_793_340_000_000 - 1_793_340_000_000 % DAY_MS
"""A while before the clock of summer ends there."""
DAYS = 9
NOW_MS = FIRST_MS + (DAYS + 2) * DAY_MS
OUTCOMES = {0: ("received", "sold", "refused", "unsold", "answered"), 1: ("bid", "late", "posted", "sold", "skipped")}
REPORTS = Reports(installed=())
SIDES = {"operator": HOUSE, "seller": Scope("seller", 1), "buyer": Scope("buyer", 1)}


def tallied(chance: Random, rows: int, days: range) -> Tallies:
    found = Tallies()
    for _ in range(rows):
        at_ms = FIRST_MS + chance.choice(days) * DAY_MS + chance.randrange(96) * QUARTER_MS
        offer = chance.choice((0, 0, 1, 2))
        outcome = chance.choice(OUTCOMES[min(offer, 1)])
        clock = chance.choice(("arrival", "sale")) if outcome == "sold" else "arrival"
        dimension = chance.choice(("", "", "sub_id=a", "sub_id=b", "sub_id"))
        row = found[at_ms, clock, chance.choice((1, 2))][offer, outcome, chance.choice(("", "no_bid")), dimension]
        row.add(1, chance.randrange(9_000_000), 1_000_000, chance.randrange(500))
    return found


@pytest_asyncio.fixture
async def connection(database_url):
    found = await database.connect(database_url)
    made = nouns([offer("a", 9), offer("b", 9)])
    made["source"]["mail"] = msgspec.structs.replace(made["source"]["web"], slug="mail")
    await write_market(found, made)
    await make_mark(found, 0, 7, NOW_MS)
    yield found
    await found.close()


def wishes(side: str, zone: str, since: str, until: str) -> list[Wish]:
    time = range_of(since, until, zone, NOW_MS)
    return [
        Wish(
            report=report,
            side=side,
            since_ms=time.since_ms,
            until_ms=time.until_ms,
            clock=report.head.by[-1],
            zone=zone,
            groups=() if group == "none" else (group,),
            starts_ms=tuple(time.starts(group)) if group in ("day", "hour") else (),
            columns=tuple(sums_needed(report.head.columns_for(side))),
            money=any(column.kind == "money" for column in report.head.columns_for(side)),
        )
        for report in map(REPORTS.get, REPORTS.names())
        if side in report.head.audience
        for group in ("none", *report.head.groups_for(side))
    ]


EVERY = [
    (side, zone, since, until)
    for side in SIDES
    for zone, since, until in (
        (ZONE, "2026-10-29", "2026-11-06"),
        ("UTC", "2026-10-30", "2026-11-03"),
        ("Asia/Kathmandu", "2026-10-30T03:15:00Z", "2026-11-04T17:45:00Z"),
    )
]


async def figures(connection) -> list:
    found = []
    for side, zone, since, until in EVERY:
        some = await run(connection, SIDES[side], 0, wishes(side, zone, since, until))
        found += [
            {key: ({n: round(v, 6) for n, v in sums.figures.items()}, sums.histogram) for key, sums in one.items()}
            for one in some
        ]
    assert sum(map(bool, found)) > 100
    return found


async def spans(connection) -> list[tuple[int, int]]:
    rows = await connection.fetch("select starts, ends from house_span order by starts")
    return [(row["starts"], row["ends"]) for row in rows]


async def test_what_is_rolled_up_adds_up_to_the_same_whatever_is_asked(connection):
    chance = Random(3)
    await add(connection, 0, 7, 0, Mark(1, NOW_MS), tallied(chance, 3_000, range(DAYS + 2)))
    before = await figures(connection)
    await connection.execute("delete from tally_late")
    assert await roll_up(connection, NOW_MS, ZONE) == len(await spans(connection)) >= DAYS
    assert 25 * 3_600_000 in {ends - starts for starts, ends in await spans(connection)}, "a day that has 25 hours"
    assert await figures(connection) == before
    rolled = await connection.fetchval("select count(*) from tally_rolled where grain = 'day'")
    assert 0 < rolled < await connection.fetchval("select count(*) from tally")
    await connection.execute("update tally_rolled set times = times + 1")
    assert await figures(connection) != before, "they are what is read"
    assert await roll_up(connection, NOW_MS, "UTC") >= DAYS, "of another zone there is nothing left"
    assert await figures(connection) == before


async def test_what_is_added_to_a_day_that_is_over_is_read_at_once_and_rolled_up_again(connection):
    chance = Random(5)
    await add(connection, 0, 7, 0, Mark(1, NOW_MS), tallied(chance, 500, range(DAYS)))
    await roll_up(connection, NOW_MS, ZONE)
    await roll_up(connection, NOW_MS, ZONE)
    known = await spans(connection)
    await add(connection, 0, 7, 1, Mark(2, NOW_MS), tallied(chance, 40, range(3, 5)))
    assert 1 <= len(known) - len(await spans(connection)) <= 3
    now = await figures(connection)
    assert 1 <= await roll_up(connection, NOW_MS, ZONE) <= 3
    assert await spans(connection) == known
    assert await connection.fetchval("select count(*) from tally_late") == 0
    assert await figures(connection) == now


async def test_two_machines_that_roll_up_at_once_do_it_once(connection, database_url):
    await add(connection, 0, 7, 0, Mark(1, NOW_MS), tallied(Random(6), 400, range(DAYS)))
    before = await figures(connection)
    other = await database.connect(database_url)
    await asyncio.gather(roll_up(connection, NOW_MS, ZONE), roll_up(other, NOW_MS, ZONE))
    await other.close()
    await connection.execute("delete from tally_late")
    assert len(await spans(connection)) >= DAYS
    assert await figures(connection) == before


async def test_what_happens_today_is_not_marked(connection):
    now_ms = await connection.fetchval("select now()")
    tallies = Tallies()
    tallies[now_ms - now_ms % QUARTER_MS, "arrival", 1][0, "received", "", ""].add(1, 0, 0, None)
    await add(connection, 0, 7, 0, Mark(1, NOW_MS), tallies)
    assert await connection.fetchval("select count(*) from tally_late") == 0


@pytest.mark.parametrize(
    ("spans", "rolled", "quarters"),
    [
        ([], (), ((0, 100),)),
        ([(0, 50), (50, 100)], ((0, 100),), ()),
        ([(10, 20), (20, 30), (60, 70)], ((10, 30), (60, 70)), ((0, 10), (30, 60), (70, 100))),
    ],
)
def test_a_time_is_divided_into_what_is_rolled_up_and_what_is_not(spans, rolled, quarters):
    parts = parts_of(0, 100, spans)
    assert (parts.rolled, parts.quarters) == (rolled, quarters)
