"""What the statements mean by which lanes, leads and jobs are kept (store/commit/lanes.py, leads.py, jobs.py, rooms.py)."""

from typing import Any

import msgspec

from .meaning import Result, means
from .tables import Row, Transaction

Lists = list[Any]

# -- lanes ----------------------------------------------------------------------------------------------------------


async def next_number(tx: Transaction, kind: str) -> int:
    """The next number of a kind of noun."""
    await tx.lock("noun_number", kind)
    row = tx.get("noun_number", kind)
    last = 1 if row is None else row["last"] + 1
    tx.put("noun_number", (kind,), {"last": last})
    return last


@means("insert into noun_number as n (kind, last) values ('lane', 1)")
async def number_lane(tx: Transaction, now_ms: int) -> Result:
    return [{"last": await next_number(tx, "lane")}]


@means("insert into lane (cell, id, fence, lease_until, oldest_open, owner, key_version)")
async def insert_lane(
    tx: Transaction, now_ms: int, cell: int, lane: int, lease: int, oldest: bytes, owner: str, key_version: int
) -> Result:
    row = {"fence": 1, "lease_until": lease, "oldest_open": oldest, "adopted_by": None}
    await tx.insert("lane", (lane,), row)
    return "INSERT 0 1"


@means("update lane set lease_until = $4, oldest_open = case")
async def renew_lane(
    tx: Transaction, now_ms: int, cell: int, lane: int, fence: int, lease: int, oldest: bytes
) -> Result:
    mine = tx.get("lane", lane)
    if mine is None or mine["fence"] != fence:
        return "UPDATE 0"
    renewed = 0
    for (number,), row in tx.scan("lane"):
        if number != lane and row["adopted_by"] != lane:
            continue
        await tx.lock("lane", number)
        now = tx.get("lane", number)
        if now is None or not (now["fence"] == fence if number == lane else now["adopted_by"] == lane):
            continue
        tx.put("lane", (number,), now | {"lease_until": lease} | ({"oldest_open": oldest} if number == lane else {}))
        renewed += 1
    return f"UPDATE {renewed}"


@means("select id from lane where cell = $1 and lease_until")
async def lanes_alive(tx: Transaction, now_ms: int, cell: int, at_ms: int) -> Result:
    return [
        {"id": number}
        for (number,), row in tx.scan("lane")
        if row["lease_until"] >= at_ms and row["adopted_by"] is None
    ]


@means("update lane set fence = fence + 1, adopted_by = $2")
async def adopt_lanes(tx: Transaction, now_ms: int, cell: int, lane: int, at_ms: int, lease: int) -> Result:
    for (number,), row in tx.scan("lane"):
        if row["lease_until"] < at_ms and number != lane and tx.is_free("lane", number):
            await tx.lock("lane", number)
            tx.put("lane", (number,), row | {"fence": row["fence"] + 1, "adopted_by": lane, "lease_until": lease})
    return "UPDATE"


@means("select id, oldest_open from lane where cell = $1 and adopted_by = $2")
async def lanes_adopted(tx: Transaction, now_ms: int, cell: int, lane: int) -> Result:
    return [
        {"id": number, "oldest_open": row["oldest_open"]}
        for (number,), row in tx.scan("lane")
        if row["adopted_by"] == lane
    ]


@means("delete from lane where cell = $1 and id = $2 and fence = $3")
async def give_lane_back(tx: Transaction, now_ms: int, cell: int, lane: int, fence: int) -> Result:
    await tx.lock("lane", lane)
    row = tx.get("lane", lane)
    if row is not None and row["fence"] == fence:
        tx.put("lane", (lane,), None)
    return "DELETE"


@means("delete from lane where cell = $1 and id = $2 and adopted_by = $3")
async def finish_lane(tx: Transaction, now_ms: int, cell: int, lane: int, owner: int) -> Result:
    await tx.lock("lane", lane)
    row = tx.get("lane", lane)
    if row is not None and row["adopted_by"] == owner:
        tx.put("lane", (lane,), None)
    return "DELETE"


# -- leads ----------------------------------------------------------------------------------------------------------


def _record(tx: Transaction, row: Row) -> Row:
    status = tx.get("lead_status", row["id"]) or {"status": "open", "reason": ""}
    return row | {"status": status["status"], "reason": status["reason"]}


@means("where l.cell = $1 and l.id = $2 and true")
async def read_lead(tx: Transaction, now_ms: int, cell: int, lead_id: bytes) -> Result:
    row = tx.get("lead", lead_id)
    return [] if row is None else [_record(tx, row)]


@means("where l.cell = $1 and l.id = any($2::uuid[]) and true")
async def several_leads(tx: Transaction, now_ms: int, cell: int, ids: Lists) -> Result:
    return [_record(tx, row) for identifier in ids if (row := tx.get("lead", identifier)) is not None]


@means("where l.cell = $1 and l.lane = $2 and l.id >= $3 and s.status is null and true")
async def open_of_lane(tx: Transaction, now_ms: int, cell: int, lane: int, oldest: bytes, most: int) -> Result:
    found = [
        _record(tx, row)
        for (lead_id,), row in sorted(tx.scan("lead"))
        if row["lane"] == lane and lead_id >= oldest and tx.get("lead_status", lead_id) is None
    ]
    return found[:most]


@means("select lead_id, n, at, events, sealed from chapter")
async def chapters_of(tx: Transaction, now_ms: int, cell: int, ids: Lists) -> Result:
    wanted = frozenset(ids)
    return [row for key, row in sorted(tx.scan("chapter"), key=lambda found: found[0]) if key[0] in wanted]


@means("select x.id, x.offer, x.buyer, x.source, x.price_micros, x.payout_micros, h.price_micros as held_micros")
async def open_deals(tx: Transaction, now_ms: int, cell: int, lead_id: bytes) -> Result:
    lead = tx.get("lead", lead_id)
    if lead is None:
        return []
    found = []
    for (identifier,), sale in tx.scan("sale"):
        if sale["lead_id"] != lead_id or sale["status"] not in ("posting", "uncertain"):
            continue
        hold = tx.get("hold", identifier)
        source = _noun_at(tx, "source", sale["source"], lead["version"])
        campaign = _noun_at(tx, "campaign", lead["campaign"], lead["version"])
        assert hold is not None
        parties = {
            "seller_slug": source["seller"],
            "currency": campaign.get("currency"),
            "seller": _number_at(tx, "seller", source["seller"], lead["version"]),
        }
        found.append(sale | hold | parties)
    return found


def _noun_at(tx: Transaction, kind: str, number: int, version: int) -> dict[str, Any]:
    for (of_kind, of_number, since), row in tx.scan("noun"):
        if (of_kind, of_number) == (kind, number) and since <= version and _lives(row, version):
            found: dict[str, Any] = msgspec.json.decode(row["body"])
            return found
    raise AssertionError(f"no {kind} {number} at version {version}")


def _number_at(tx: Transaction, kind: str, slug: str, version: int) -> int:
    for (of_kind, number, since), row in tx.scan("noun"):
        if of_kind == kind and row["slug"] == slug and since <= version and _lives(row, version):
            return int(number)
    raise AssertionError(f"no {kind} {slug} at version {version}")


def _lives(row: Row, version: int) -> bool:
    return row["to_version"] is None or row["to_version"] > version


# -- rooms and jobs -------------------------------------------------------------------------------------------------


@means("select id, ceiling - posted - held as room from account")
async def look_at_rooms(tx: Transaction, now_ms: int, cell: int, ids: Lists) -> Result:
    rows = [(identifier, tx.get("account", identifier)) for identifier in ids]
    return [{"id": identifier, "room": row["ceiling"] - row["posted"] - row["held"]} for identifier, row in rows if row]


@means("select pg_notify($1, u.id) from unnest")
async def tell_filled(tx: Transaction, now_ms: int, channel: str, texts: Lists) -> Result:
    tx.notices += [(channel, text) for text in sorted(texts)]
    return "SELECT"


@means("select pg_notify($1, '')")
async def notify_jobs(tx: Transaction, now_ms: int, channel: str) -> Result:
    tx.notices.append((channel, ""))
    return "SELECT 1"


@means("insert into job (cell, id, kind, key, payload, run_at)")
async def put_job(
    tx: Transaction, now_ms: int, cell: int, identifier: bytes, kind: str, key: str | None, payload: bytes, run_at: int
) -> Result:
    if any(row["key"] == key and row["state"] == "open" for _, row in tx.scan("job") if key is not None):
        return "INSERT 0 0"
    row = {"kind": kind, "key": key, "payload": payload, "run_at": run_at, "attempt": 0, "most_attempts": 10}
    await tx.insert("job", (identifier,), row | {"cell": cell, "id": identifier, "state": "open"})
    return "INSERT 0 1"


@means("update job set run_at = $3, attempt = attempt + 1")
async def take_jobs(tx: Transaction, now_ms: int, cell: int, at_ms: int, lease: int, most: int) -> Result:
    due = [(row["run_at"], key) for key, row in tx.scan("job") if row["state"] == "open" and row["run_at"] <= at_ms]
    taken = []
    for _, key in sorted(due)[:most]:
        if not tx.is_free("job", *key):
            continue
        await tx.lock("job", *key)
        row = tx.get("job", *key)
        assert row is not None
        tx.put("job", key, row | {"run_at": lease, "attempt": row["attempt"] + 1})
        taken.append(tx.get("job", *key))
    return [row for row in taken if row is not None]


@means("delete from job where cell = $1 and id = any")
async def finish_jobs(tx: Transaction, now_ms: int, cell: int, ids: Lists) -> Result:
    gone = []
    for identifier in ids:
        await tx.lock("job", identifier)
        if tx.get("job", identifier) is not None:
            tx.put("job", (identifier,), None)
            gone.append({"id": identifier})
    return gone


@means("delete from job where cell = $1 and id = $2")
async def finish_job(tx: Transaction, now_ms: int, cell: int, identifier: bytes) -> Result:
    await tx.lock("job", identifier)
    tx.put("job", (identifier,), None)
    return "DELETE"


@means("update job set run_at = $3, state = $4, error = $5")
async def fail_job(
    tx: Transaction, now_ms: int, cell: int, identifier: bytes, run_at: int, state: str, error: str
) -> Result:
    await tx.lock("job", identifier)
    row = tx.get("job", identifier)
    if row is not None:
        tx.put("job", (identifier,), row | {"run_at": run_at, "state": state, "error": error})
    return "UPDATE"
