"""What the statements mean by which leads are tallied (store/tally)."""

from typing import Any

import msgspec

from outbid.core.tally.histogram import merged

from .meaning import Result, means
from .tables import Row, Transaction

Lists = list[Any]
HOUR_MS = 3_600_000
KEY = ("quarter", "clock", "source", "offer", "outcome", "reason", "dimension")
FIGURES = ("times", "price_micros", "payout_micros", "histogram")


@means("insert into tally_mark (cell, lane, seq, at)")
async def make_mark(tx: Transaction, now_ms: int, cell: int, lane: int, at_ms: int) -> Result:
    await tx.insert("tally_mark", (lane,), {"seq": 0, "at": at_ms})
    return "INSERT 0 1"


@means("select seq, at from tally_mark")
async def mark_of(tx: Transaction, now_ms: int, cell: int, lane: int) -> Result:
    row = tx.get("tally_mark", lane)
    return [] if row is None else [row]


@means("with marked as (")
async def add(
    tx: Transaction, now_ms: int, cell: int, lane: int, since: int, seq: int, at_ms: int, rows: bytes, *beat: bytes
) -> Result:
    """Who waits for the mark looks at it again when he has it."""
    await tx.lock("tally_mark", lane)
    mark = tx.get("tally_mark", lane)
    if mark is None or mark["seq"] != since:
        return [{"marked": 0}]
    tx.put("tally_mark", (lane,), {"seq": seq, "at": at_ms})
    given = msgspec.json.decode(rows)
    for quarter in sorted({row["quarter"] for row in given if row["quarter"] < now_ms - HOUR_MS}):
        await tx.lock("tally_late", quarter)
        tx.put("tally_late", (quarter,), {})
    for row in given:
        await put(tx, (*(row[name] for name in KEY), lane), {name: row[name] for name in FIGURES})
    sources, offers, leads = map(msgspec.json.decode, beat)
    tx.put("beat", (now_ms - now_ms % 1000, lane, seq), {"sources": sources, "offers": offers, "leads": leads})
    return [{"marked": 1}]


async def put(tx: Transaction, key: tuple[Any, ...], figures: Row) -> None:
    """Add figures to a row, or make it."""
    await tx.lock("tally", *key)
    old = tx.get("tally", *key)
    if old is not None:
        figures = {name: old[name] + figures[name] for name in FIGURES[:3]} | {
            "histogram": merged(old["histogram"], figures["histogram"])
        }
    tx.put("tally", key, figures)


@means("select c.lead_id, c.n, c.seq, c.at, c.events")
async def written_past(tx: Transaction, now_ms: int, cell: int, lane: int, seq: int, at_ms: int, most: int) -> Result:
    found = [
        row | {name: lead[name] for name in ("source", "campaign", "version", "test", "arrived_at", "facts")}
        for _, row in tx.scan("chapter")
        if row["lane"] == lane and row["seq"] > seq and row["at"] >= at_ms and (lead := tx.get("lead", row["lead_id"]))
    ]
    return sorted(found, key=lambda row: (row["seq"], row["place"]))[:most]


@means("select lead_id, n, events as told from chapter")
async def earlier(tx: Transaction, now_ms: int, cell: int, ids: Lists) -> Result:
    wanted = frozenset(ids)
    return [
        row | {"told": row["events"]} for key, row in sorted(tx.scan("chapter"), key=lambda f: f[0]) if key[0] in wanted
    ]


@means("select quarter, source, dimension from tally")
async def dimensions_known(tx: Transaction, now_ms: int, cell: int, first_ms: int, last_ms: int, lane: int) -> Result:
    return [
        {"quarter": key[0], "source": key[2], "dimension": key[6]}
        for key, _ in tx.scan("tally")
        if first_ms <= key[0] < last_ms and key[7] == lane and key[6]
    ]


@means("select source, offer, outcome, reason = 'settled' as settled")
async def ended(tx: Transaction, now_ms: int, cell: int, since_ms: int, sources: Lists) -> Result:
    sums: dict[tuple[int, int, str, bool], int] = {}
    for key, row in tx.scan("tally"):
        quarter, clock, source, offer, outcome, reason, dimension, _ = key
        posted = clock == "arrival" and offer > 0 and outcome in ("sold", "rejected", "uncertain") and not dimension
        if posted and quarter >= since_ms and source in sources:
            group = source, offer, outcome, reason == "settled"
            sums[group] = sums.get(group, 0) + row["times"]
    names = ("source", "offer", "outcome", "settled")
    return [dict(zip(names, group, strict=True)) | {"times": times} for group, times in sums.items()]


@means("select offer, sum(times)::bigint as times from tally")
async def won_since(tx: Transaction, now_ms: int, cell: int, since_ms: int, offers: Lists, but: int) -> Result:
    sums: dict[int, int] = {}
    for key, row in tx.scan("tally"):
        quarter, clock, _, offer, outcome, _, dimension, lane = key
        sold = clock == "sale" and outcome == "sold" and not dimension
        if sold and quarter >= since_ms and offer in offers and lane != but:
            sums[offer] = sums.get(offer, 0) + row["times"]
    return [{"offer": offer, "times": times} for offer, times in sums.items()]


@means("insert into skip_sample as s")
async def add_sample(
    tx: Transaction,
    now_ms: int,
    cell: int,
    quarters: Lists,
    sources: Lists,
    offers: Lists,
    reasons: Lists,
    shares: Lists,
    times: Lists,
) -> Result:
    for *key, more in zip(quarters, sources, offers, reasons, shares, times, strict=True):
        await tx.lock("skip_sample", *key)
        old = tx.get("skip_sample", *key)
        tx.put("skip_sample", tuple(key), {"times": more + (old["times"] if old is not None else 0)})
    return "INSERT"
