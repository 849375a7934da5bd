"""What a dry run costs: planted leads in a real database, played under a change, as CPU of one core a lead.

Three changes: a narrow one (a filter of one offer), a broad one (the floor), and one of caps. PostgreSQL's own CPU is
told beside it: it runs on another core.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from fresh import on_a_fresh_database
from harness.planted import BEGIN_MS, EVERY_MS, Truth, World, arrivals, market_of
from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Market
from outbid.exchange.ahead.foresee import Wish, foresee
from outbid.store import database
from outbid.store.database import Connection
from outbid.store.upkeep.partitions import make_ahead
from run import remember

PLANTED = 1000
"""So many leads are sold by the steps of the exchange; the others repeat what became of them."""
CAPPED = {slug: {"caps": [{"window": "day", "leads": 600}]} for slug in ("ace", "bee", "cab")}
CHANGES = {
    "narrow": {"more": CAPPED | {"ace": CAPPED["ace"] | {"filter": {"fact": "state", "equals": "TX"}}}},
    "caps": {"more": CAPPED | {"bee": {"caps": [{"window": "day", "leads": 400}]}}},
    "broad": {"more": CAPPED, "floor": "9"},
}


async def plant(connection: Connection, market: Market, count: int) -> None:
    """Write the leads of a history, as far as a dry run reads them."""
    world, stories = World(market, Truth(1)), []
    for lead, at_ms, facts in arrivals(PLANTED, 1):
        stories.append((facts, ev.encode(world.sell(lead, at_ms, facts))))
        world.taken.clear()
    leads, statuses, chapters = [], [], []
    for place, (lead, at_ms, _) in enumerate(arrivals(count, 2)):
        facts, events = stories[place % PLANTED]
        leads.append((0, lead, 1, 1, 1, 1, False, at_ms, msgspec.json.encode(facts), b"", None))
        statuses.append((0, lead, "sold", None, 1, at_ms))
        chapters.append((0, lead, 1, 1, 0, place, at_ms, events, None, b"", b"", b""))
    for weeks in range(0, count * EVERY_MS // 604_800_000 + 2, 4):
        await make_ahead(connection, BEGIN_MS + weeks * 604_800_000)
    for table, rows in (("lead", leads), ("lead_status", statuses), ("chapter", chapters)):
        await connection.copy_records_to_table(table, records=rows)
    await connection.execute("analyze")


async def measure(url: str, count: int) -> dict[str, float]:
    """Plant, then play each change; µs of this process's CPU a lead, and the seconds that 100,000 take."""
    found: dict[str, float] = {}
    connection = await database.connect(url)
    try:
        before = market_of(1, CAPPED, floor="2")
        await plant(connection, before, count)
        until_ms = BEGIN_MS + count * EVERY_MS
        for name, change in CHANGES.items():
            after = market_of(2, change["more"], before=before, floor=change.get("floor", "2"))
            wish = Wish(days=count * EVERY_MS // 86_400_000 + 1)
            began, cpu = time.monotonic(), _cpu_s()
            result = await foresee(connection, 0, (before, after), wish, until_ms, _told)
            assert result.played == count, (result.played, count)
            found[f"{name}_us"] = round((_cpu_s() - cpu) / count * 1e6, 1)
            found[f"{name}_s_100k"] = round((time.monotonic() - began) * 100_000 / count, 1)
    finally:
        await connection.close()
    return found


async def _told(done: int, leads: int) -> None:
    pass


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure on a database of its own, show, remember."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=20_000)
    given = parser.parse_args()
    found = on_a_fresh_database(lambda url: measure(url, given.leads))
    for key, value in found.items():
        print(f"foresee: {key}: {value}")
    remember({"foresee": found, "leads": given.leads})


if __name__ == "__main__":
    main()
