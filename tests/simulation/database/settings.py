"""What the statements mean that keep the market and take payments (store/market.py, store/money/ledger.py)."""

from typing import Any

from .keeping import next_number
from .meaning import Result, means
from .tables import Transaction

Lists = list[Any]


@means("select kind, number, slug, body from noun where from_version <= $1")
async def load_nouns(tx: Transaction, now_ms: int, version: int) -> Result:
    found = [
        {"kind": kind, "number": number, "slug": row["slug"], "body": row["body"]}
        for (kind, number, since), row in tx.scan("noun")
        if since <= version and (row["to_version"] is None or row["to_version"] > version)
    ]
    return sorted(found, key=lambda row: (row["kind"], row["number"]))


@means("select kind, number, slug, body, from_version <= $3")
async def changed_nouns(tx: Transaction, now_ms: int, low: int, high: int, at: int) -> Result:
    found = []
    for (kind, number, since), row in tx.scan("noun"):
        until = row["to_version"]
        if low < since <= high or (until is not None and low < until <= high):
            stands = since <= at and (until is None or until > at)
            found.append({"kind": kind, "number": number, "slug": row["slug"], "body": row["body"], "stands": stands})
    return sorted(found, key=lambda row: (row["stands"], row["kind"], row["number"]))


@means("select number from noun where kind = $1 and slug = $2 limit 1")
async def known_number(tx: Transaction, now_ms: int, kind: str, slug: str) -> Result:
    found = (key[1] for key, row in tx.scan("noun") if key[0] == kind and row["slug"] == slug)
    return [{"number": number} for number in found][:1]


@means("insert into noun_number as n (kind, last) values ($1, 1)")
async def number_noun(tx: Transaction, now_ms: int, kind: str) -> Result:
    return [{"last": await next_number(tx, kind)}]


@means("select pg_advisory_xact_lock($1)")
async def lock_advisory(tx: Transaction, now_ms: int, number: int) -> Result:
    await tx.lock("advisory", number)
    return [{"pg_advisory_xact_lock": None}]


@means("select pg_advisory_xact_lock_shared($1)")
async def share_advisory(tx: Transaction, now_ms: int, number: int) -> Result:
    await tx.lock("advisory", number, share=True)
    return [{"pg_advisory_xact_lock_shared": None}]


@means("insert into version (number, by, note)")
async def insert_version(tx: Transaction, now_ms: int, number: int, by: str, note: str) -> Result:
    await tx.insert("version", (number,), {"by": by})
    return "INSERT 0 1"


@means("update noun set to_version = $1")
async def end_noun(tx: Transaction, now_ms: int, version: int, kind: str, slug: str) -> Result:
    for key, row in tx.scan("noun"):
        if key[0] == kind and row["slug"] == slug and row["to_version"] is None:
            await tx.lock("noun", *key)
            tx.put("noun", key, row | {"to_version": version})
    return "UPDATE"


@means("insert into noun (kind, number, from_version, slug, body)")
async def insert_noun(
    tx: Transaction, now_ms: int, kind: str, number: int, version: int, slug: str, body: bytes
) -> Result:
    await tx.insert("noun", (kind, number, version), {"slug": slug, "body": body, "to_version": None})
    return "INSERT 0 1"


@means("select owner, unit, window_name, ceiling, looks_back from ceiling")
async def ceilings_of(tx: Transaction, now_ms: int, owners: Lists) -> Result:
    found = [(key, row) for key, row in tx.scan("ceiling") if key[0].partition(" ")[0] in owners]
    return [dict(zip(("owner", "unit", "window_name"), key, strict=True)) | row for key, row in found]


@means("insert into ceiling as c (owner, unit, window_name, ceiling, looks_back)")
async def keep_ceilings(
    tx: Transaction, now_ms: int, owners: Lists, units: Lists, windows: Lists, ceilings: Lists, look_back: Lists
) -> Result:
    for *key, ceiling, looks_back in zip(owners, units, windows, ceilings, look_back, strict=True):
        await tx.lock("ceiling", *key)
        tx.put("ceiling", tuple(key), {"ceiling": ceiling, "looks_back": looks_back})
    return "INSERT"


@means("select (extract(epoch from now()) * 1000)::bigint")
async def what_time(tx: Transaction, now_ms: int) -> Result:
    return [{"now": now_ms}]


@means("select distinct cell from lane")
async def cells(tx: Transaction, now_ms: int) -> Result:
    return [{"cell": 0}]


@means("update account a set carried = s.taken")
async def carry(
    tx: Transaction,
    now_ms: int,
    cell: int,
    identifier: bytes,
    money: bool,
    first: bytes,
    starts_at: int,
    offers: Lists | None,
    buyers: Lists | None,
    sources: Lists | None,
    but: Lists,
) -> Result:
    taken = 0
    for (sale_id,), sale in tx.scan("sale"):
        if sale_id < first or sale["at"] < starts_at or sale["status"] == "rejected" or sale["offer"] in but:
            continue
        named = ((offers, "offer"), (buyers, "buyer"), (sources, "source"))
        if any(numbers is not None and sale[party] not in numbers for numbers, party in named):
            continue
        hold = tx.get("hold", sale_id)
        if hold is None or identifier not in hold["accounts"]:
            taken += sale["price_micros"] if money else 1
    row = tx.get("account", identifier)
    assert row is not None
    posted = row["posted"] + taken - row["carried"]
    tx.put("account", (identifier,), row | {"posted": posted, "carried": taken})
    return [{"room": row["ceiling"] - posted - row["held"]}]


@means("update account a set ceiling = u.ceiling, version = $5")
async def apply_ceilings(
    tx: Transaction, now_ms: int, owners: Lists, units: Lists, windows: Lists, ceilings: Lists, version: int
) -> Result:
    new = dict(zip(zip(owners, units, windows, strict=True), ceilings, strict=True))
    for (identifier,), row in tx.scan("account"):
        ceiling = new.get((row["owner"], row["unit"], row["window_name"]))
        if ceiling is None or (row["ends_at"] is not None and row["ends_at"] <= now_ms - 60_000):
            continue
        await tx.lock("account", identifier)
        now = tx.get("account", identifier)
        assert now is not None
        tx.put("account", (identifier,), now | {"ceiling": ceiling, "version": version})
    return "UPDATE"


@means("select owner from suppression_list")
async def suppressing(tx: Transaction, now_ms: int) -> Result:
    return [{"owner": owner} for (owner,), _ in tx.scan("suppression_list")]


@means("insert into suppression_list (owner) values ($1)")
async def open_list(tx: Transaction, now_ms: int, owner: str) -> Result:
    if tx.get("suppression_list", owner) is not None:
        return "INSERT 0 0"
    tx.put("suppression_list", (owner,), {})
    return "INSERT 0 1"


@means("insert into suppression as s (hash, owner, added_at, expires_at)")
async def suppress(tx: Transaction, now_ms: int, hashes: Lists, owner: str, at_ms: int, until: int | None) -> Result:
    new = [{"new": tx.get("suppression", hashed, owner) is None} for hashed in hashes]
    for hashed in hashes:
        await tx.lock("suppression", hashed, owner)
        tx.put("suppression", (hashed, owner), {"added_at": at_ms, "expires_at": until})
    return new


@means("select pg_notify($1, $2)")
async def notify_version(tx: Transaction, now_ms: int, channel: str, text: str) -> Result:
    tx.notices.append((channel, text))
    return "SELECT 1"


@means("'deposit', $3, $4, $5, $6, $7) on conflict do nothing")
async def insert_deposit(
    tx: Transaction, now_ms: int, cell: int, identifier: bytes, debit: str, credit: str, unit: str, amount: int, at: int
) -> Result:
    await tx.lock("transfer", identifier)
    if tx.get("transfer", identifier) is not None:
        return "INSERT 0 0"
    row = {"id": identifier, "sale_id": None, "kind": "deposit", "debit": debit, "credit": credit}
    tx.put("transfer", (identifier,), row | {"unit": unit, "amount": amount, "at": at})
    return "INSERT 0 1"


@means("insert into account as a (cell, id, owner, unit, window_name, starts_at, ceiling, version, posted)")
async def pay_in(
    tx: Transaction, now_ms: int, cell: int, identifier: bytes, owner: str, unit: str, starts_at: int, amount: int
) -> Result:
    await tx.lock("account", identifier)
    row = tx.get("account", identifier)
    if row is None:
        row = {"id": identifier, "owner": owner, "unit": unit, "window_name": "wallet", "starts_at": starts_at}
        row |= {"ends_at": None, "ceiling": 0, "version": 0, "posted": 0, "held": 0, "carried": 0}
    tx.put("account", (identifier,), row | {"posted": row["posted"] - amount})
    return "INSERT 0 1"


@means("select name, key_version, sealed from secret where name = any($1::text[])")
async def read_words(tx: Transaction, now_ms: int, names: list[str]) -> Result:
    rows = [(name, tx.get("secret", name)) for name in names]
    return [{"name": name, **row} for name, row in rows if row is not None]


@means("insert into secret (name, key_version, sealed)")
async def keep_secret(tx: Transaction, now_ms: int, name: str, key_version: int, sealed: bytes) -> Result:
    await tx.lock("secret", name)
    if tx.get("secret", name) is None:
        tx.put("secret", (name,), {"key_version": key_version, "sealed": sealed})
    return "INSERT"
