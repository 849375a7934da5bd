"""What the statements of a batch mean (store/commit/sql.py)."""

from typing import Any

import asyncpg
import msgspec

from outbid.store.commit import sql

from .keeping import put_job
from .meaning import Result, means
from .tables import Row, Transaction

Lists = list[Any]

LEAD = ("id", "source", "campaign", "version", "test", "arrived_at", "facts", "sealed", "quote")
CHAPTER = ("lead_id", "n", "place", "events", "sealed", "salt", "prev_hash", "hash")
SALE = ("id", "lead_id", "offer", "buyer", "source", "price_micros", "payout_micros")
MOVE = ("status", "price_micros", "payout_micros")
TRANSFER = ("id", "sale_id", "kind", "debit", "credit", "unit", "amount")
STATUS = ("status", "reason", "chapters")
QUOTE = (
    "id", "source", "campaign", "version", "test", "at", "until", "facts", "events", "sealed", "notes", "key_version",
    "wrapped",
)  # fmt: skip
"""The columns of our composite types, as schema.sql has them."""


@means("insert into quote (id, source, campaign, version, test, at, until")
async def write_quotes(tx: Transaction, now_ms: int, cell: int, rows: Lists) -> Result:
    for values in rows:
        if tx.get("quote", values[0]) is None:
            tx.put("quote", (values[0],), dict(zip(QUOTE, values, strict=True)) | {"cell": cell})
    return "INSERT"


@means("select cell, id, source, campaign, version, test, at, until, facts, events")
async def read_quote(tx: Transaction, now_ms: int, cell: int, identifier: bytes, kind: str, number: int) -> Result:
    row = tx.get("quote", identifier)
    return [row] if row is not None and (kind == "house" or row["source"] == number) else []


@means("select fence from lane where")
async def lock_lane(tx: Transaction, now_ms: int, cell: int, lane: int) -> Result:
    await tx.lock("lane", lane)
    row = tx.get("lane", lane)
    return [] if row is None else [{"fence": row["fence"]}]


@means("select lane, seq from chapter where")
async def chapter_of(tx: Transaction, now_ms: int, cell: int, lead_id: bytes, n: int) -> Result:
    row = tx.get("chapter", lead_id, n)
    return [] if row is None else [row]


@means("select coalesce(max(number), 0) from version")
async def version_now(tx: Transaction, now_ms: int) -> Result:
    return [{"coalesce": newest_version(tx)}]


def newest_version(tx: Transaction) -> int:
    """The number of the newest version."""
    return max((key[0] for key, _ in tx.scan("version")), default=0)


@means("insert into account as a (cell, id, owner, unit, window_name, starts_at, ends_at, ceiling, version)")
async def create_accounts(tx: Transaction, now_ms: int, cell: int, *columns: Lists) -> Result:
    names = ("id", "owner", "unit", "window_name", "starts_at", "ends_at", "ceiling", "version")
    for values in zip(*columns, strict=True):
        new = dict(zip(names, values, strict=True))
        newest = tx.get("ceiling", new["owner"], new["unit"], new["window_name"])
        new["ceiling"] = newest["ceiling"] if newest else new["ceiling"]
        await tx.lock("account", new["id"])
        old = tx.get("account", new["id"])
        if old is None:
            tx.put("account", (new["id"],), new | {"posted": 0, "held": 0, "carried": 0})
        elif old["version"] < new["version"]:
            tx.put("account", (new["id"],), old | {"ceiling": new["ceiling"], "version": new["version"]})
    return "INSERT"


@means("select c.hash, c.scope, c.lead_id, s.status")
async def claim_holders(tx: Transaction, now_ms: int, hashes: Lists, scopes: Lists) -> Result:
    found = []
    for hashed, scope in zip(hashes, scopes, strict=True):
        held = tx.get("claim", hashed, scope)
        if held is not None:
            status = tx.get("lead_status", held["lead_id"])
            row = {"hash": hashed, "scope": scope, "lead_id": held["lead_id"]}
            found.append(row | {"status": status and status["status"]})
    return found


@means("select s.hash, s.owner from suppression s, unnest($1::listed_row[]) u")
async def on_lists(tx: Transaction, now_ms: int, rows: Lists, at_ms: int) -> Result:
    return [{"hash": hashed, "owner": owner} for hashed, owner in rows if _is_listed(tx, hashed, owner, at_ms)]


def _is_listed(tx: Transaction, hashed: bytes, owner: str, at_ms: int) -> bool:
    row = tx.get("suppression", hashed, owner)
    return row is not None and (row["expires_at"] is None or row["expires_at"] >= at_ms)


@means("select c.hash, c.scope, c.lead_id from claim c where $1 = 'house'")
async def known(tx: Transaction, now_ms: int, kind: str, claimed: Lists, listed: Lists, at_ms: int) -> Result:
    found: list[Row] = []
    for (hashed, scope), row in tx.scan("claim"):
        if hashed in claimed and row["expires_at"] >= at_ms:
            found.append({"hash": hashed, "scope": scope, "lead_id": row["lead_id"]})
    for (hashed, owner), _ in tx.scan("suppression"):
        if hashed in listed and _is_listed(tx, hashed, owner, at_ms):
            found.append({"hash": hashed, "scope": owner, "lead_id": None})
    return found if kind == "house" else []


@means("update claim c set expires_at = to_timestamp(0)")
async def give_claims_back(tx: Transaction, now_ms: int, hashes: Lists, scopes: Lists, leads: Lists) -> Result:
    for hashed, scope, lead_id in zip(hashes, scopes, leads, strict=True):
        row = tx.get("claim", hashed, scope)
        if row is not None and row["lead_id"] == lead_id:
            await tx.lock("claim", hashed, scope)
            tx.put("claim", (hashed, scope), row | {"expires_at": 0})
    return "UPDATE"


@means("with fenced as materialized (", locks=True)
async def open_batch(tx: Transaction, now_ms: int, *given: Any) -> Result:
    """Fence, accounts, claims, new leads."""
    named = dict(zip(sql.OPEN_NAMES.split(), given, strict=True))
    fenced = await _fence_stands(tx, named["lane"], named["fence"])
    there = await _lock_accounts(tx, named["accounts"])
    answer = {"fenced": int(fenced), "claimed": len(await _take(tx, named))}
    if not there:
        return [answer | {"id": None, "ceiling": None, "posted": None, "held": None}]
    return [(tx.get("account", identifier) or {}) | answer for identifier in there]


@means("with locked as materialized (", locks=True)
async def at_once(tx: Transaction, now_ms: int, *given: Any) -> Result:
    """All of a batch, or a division by zero. What was halted is read after the locks."""
    named = dict(zip(sql.AT_ONCE_NAMES.split(), given, strict=True))
    there = await _lock_accounts(tx, named["accounts"])
    fenced = await _fence_stands(tx, named["lane"], named["fence"])
    claimed = await _take(tx, named)
    requested = await take_requests(tx, now_ms, named["cell"], named["now"], named["requests"])
    await _write(tx, named)
    passed = len(requested) < len(named["requests"])
    passed = passed or sum(scope in named["scopes"] for scope in claimed) != named["most"]
    for identifier, posted, held, held_on in named["balances"]:
        row = tx.get("account", identifier)
        if row is None:
            continue
        new = row | {"posted": row["posted"] + posted, "held": row["held"] + held}
        if new["held"] < 0:
            raise asyncpg.CheckViolationError("account_held_check")
        passed = passed or (held_on and new["posted"] + new["held"] > new["ceiling"])
        tx.put("account", (identifier,), new)
    passed = passed or any(_is_listed(tx, *row, named["now"]) for row in named["listed"])
    halted = await halted_since(tx, now_ms, named["known"])
    stopped = any(row["number"] in named[f"{row['kind']}s"] for row in halted)
    if stopped or passed or not fenced or len(there) != len(named["accounts"]):
        raise asyncpg.DivisionByZeroError("division by zero")
    if not there:
        return [{"id": None, "ceiling": None, "posted": None, "held": None, "claimed": len(claimed)}]
    return [(tx.get("account", identifier) or {}) | {"claimed": len(claimed)} for identifier in there]


async def _lock_accounts(tx: Transaction, accounts: Lists) -> Lists:
    there = [identifier for identifier in sorted(accounts) if tx.get("account", identifier) is not None]
    for identifier in there:
        await tx.lock("account", identifier)
    return there


async def _take(tx: Transaction, named: dict[str, Any]) -> list[str]:
    """Claims, and the rows of new leads. The scopes of the claims that were got."""
    claimed = await _claim(tx, named["claims"], named["now"])
    wrapped = {lead_id: key for lead_id, _, key in named["keys"]}
    for values in named["leads"]:
        row = dict(zip(LEAD, values, strict=True)) | {"lane": named["lane"], "cell": named["cell"]}
        await tx.insert("lead", (row["id"],), row | {"wrapped": wrapped[row["id"]]})
    for person in named["persons"]:
        tx.put("person", tuple(person), {})
    return claimed


async def _fence_stands(tx: Transaction, lane: int, fence: int) -> bool:
    row = tx.get("lane", lane)
    if row is None or row["fence"] != fence:
        return False
    await tx.lock("lane", lane, share=True)
    row = tx.get("lane", lane)
    return row is not None and row["fence"] == fence


async def _claim(tx: Transaction, claims: Lists, at_ms: int) -> list[str]:
    taken = []
    for hashed, scope, lead_id, ends_at in sorted(claims):
        await tx.lock("claim", hashed, scope)
        old = tx.get("claim", hashed, scope)
        if old is None or old["lead_id"] == lead_id or old["expires_at"] < at_ms:
            tx.put("claim", (hashed, scope), {"lead_id": lead_id, "expires_at": ends_at})
            taken.append(scope)
    return taken


@means("select kind, number from halted_since($1)")
async def halted_since(tx: Transaction, now_ms: int, known: int) -> Result:
    found = []
    nouns = [(key, row) for key, row in tx.scan("noun") if key[0] in ("offer", "buyer")]
    open_now = {(kind, number) for (kind, number, _), row in nouns if row["to_version"] is None}
    for (kind, number, version), row in nouns:
        ends = row["to_version"]
        paused = version > known and ends is None and msgspec.json.decode(row["body"]).get("paused", False)
        if paused or (ends is not None and ends > known and (kind, number) not in open_now):
            found.append({"kind": kind, "number": number})
    return found


@means("with requested as (", locks=True)
async def take_requests(tx: Transaction, now_ms: int, cell: int, at_ms: int, requests: Lists) -> Result:
    """The requests that nobody has, or whose time is over."""
    taken = []
    for key_hash, source, body_hash, lead_id, ends_at in sorted(requests):
        await tx.lock("idempotency", key_hash, source)
        old = tx.get("idempotency", key_hash, source)
        if old is None or old["expires_at"] < at_ms or old["lead_id"] == lead_id:
            row = {"cell": cell, "body_hash": body_hash, "lead_id": lead_id, "expires_at": ends_at}
            tx.put("idempotency", (key_hash, source), row)
            taken.append({"key_hash": key_hash, "source": source})
    return taken


@means("select i.key_hash, i.source, i.body_hash, i.cell, i.lead_id")
async def requests_taken(tx: Transaction, now_ms: int, hashes: Lists, sources: Lists) -> Result:
    found = []
    for key in zip(hashes, sources, strict=True):
        row = tx.get("idempotency", *key)
        if row is not None:
            found.append(row | {"key_hash": key[0], "source": key[1]})
    return found


@means("with chaptered as (", locks=True)
async def write(tx: Transaction, now_ms: int, *given: Any) -> Result:
    """All rows that follow from decisions that were taken under locks."""
    named = dict(zip(sql.WRITE_NAMES.split(), given, strict=True))
    await _write(tx, named)
    for identifier, posted, held, _ in named["balances"]:
        if held < 0:
            raise asyncpg.CheckViolationError("account_held_check")
        if identifier in named["accounts"]:
            await _change(tx, "account", identifier, {"posted": posted, "held": held})
    return "UPDATE"


async def _write(tx: Transaction, named: dict[str, Any]) -> None:
    at_ms = named["now"]
    for values in named["chapters"]:
        row = dict(zip(CHAPTER, values, strict=True)) | {"lane": named["lane"], "seq": named["seq"], "at": at_ms}
        await tx.insert("chapter", (row["lead_id"], row["n"]), row)
    for lead_id, n, sealed in named["traffic"]:
        await tx.insert("traffic", (lead_id, n), {"sealed": sealed})
    for *values, place in named["sales"]:
        row = dict(zip(SALE, values, strict=True)) | {"status": "posting", "at": at_ms}
        await tx.insert("sale", (row["id"],), row)
        await tx.insert("hold", (row["id"],), _hold(row["price_micros"], *named["terms"][place - 1]))
    for sale_id, *move in named["moves"]:
        if sale_id in named["moved"]:
            await _change(tx, "sale", sale_id, dict(zip(MOVE, move, strict=True)) | {"at": at_ms})
    for values in named["transfers"]:
        row = dict(zip(TRANSFER, values, strict=True)) | {"at": at_ms}
        if row["amount"] < 0:
            raise asyncpg.CheckViolationError("transfer_amount_check")
        await tx.insert("transfer", (row["id"],), row)
    for lead_id, *status in named["statuses"]:
        await tx.lock("lead_status", lead_id)
        tx.put("lead_status", (lead_id,), dict(zip(STATUS, status, strict=True)))
    for values in named["jobs"]:
        await put_job(tx, at_ms, named["cell"], *values)


def _hold(price_micros: int, accounts: Lists, money: Lists) -> Row:
    amounts = [price_micros if counts_money else 1 for counts_money in money]
    return {"held_micros": price_micros, "accounts": accounts, "money": money, "amounts": amounts}


async def _change(tx: Transaction, table: str, identifier: bytes, changes: Row) -> None:
    await tx.lock(table, identifier)
    row = tx.get(table, identifier)
    if row is not None:
        tx.put(table, (identifier,), row | changes)
