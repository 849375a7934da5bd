"""Dry runs of changes: put, taken in their order and one at a time, told of, stopped; the last ones are kept."""

from typing import Any, Literal

import msgspec

from outbid.core.foresee.result import Result
from outbid.core.scope import Scope
from outbid.store.database import Connection

MOST_KEPT = 20
MOST_ATTEMPTS = 2
SILENT_MS = 15_000
"""After how long without a word whoever ran one is taken to be dead."""
_LOCK = 0x6F75746269640004  # "outbid", 4: one dry run is taken at a time
State = Literal["queued", "running", "done", "failed", "stopped"]
Told = Literal["queued", "running", "interrupted", "done", "failed", "stopped"]


class Wish(msgspec.Struct, frozen=True):
    """What is to be played: nouns by kind and slug, against leads of the last days.

    whole  the kinds that are named consist of these nouns alone
    """

    nouns: dict[str, dict[str, dict[str, Any]]]
    whole: bool
    days: int
    campaign: str
    source: str
    most_leads: int


class Row(msgspec.Struct, frozen=True):
    """A dry run. `done` of `leads` were played; `error` is why one failed. `interrupted`: it runs, but is silent."""

    id: bytes
    state: Told
    by: str
    at_ms: int
    wish: Wish
    done: int
    leads: int
    error: str
    result: Result | None


async def put(connection: Connection, identifier: bytes, wish: Wish, by: str, now_ms: int) -> bool:
    """Queue one, and forget the oldest that are over. False if as many wait as may be kept."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(
            """delete from dry_run where id in (
                 select id from dry_run order by state in ('queued', 'running') desc, id desc offset $1)
                 and state not in ('queued', 'running')""",
            MOST_KEPT - 1,
        )
        if await connection.fetchval("select count(*) from dry_run") >= MOST_KEPT:
            return False
        await connection.execute(
            "insert into dry_run (id, state, by, at, wish) values ($1, 'queued', $2, $3, $4)",
            identifier,
            by,
            now_ms,
            msgspec.json.encode(wish),
        )
    return True


async def take(connection: Connection, identifier: bytes, now_ms: int) -> Literal["run", "wait", "over"]:
    """Begin one, if none runs and none was put before it. One whose runner died is begun again, and failed then."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        row = await connection.fetchrow("select state, attempt from dry_run where id = $1", identifier)
        if row is None or row["state"] not in ("queued", "running"):
            return "over"
        busy = await connection.fetchval(
            """select exists (select 1 from dry_run where state = 'running' and beat_at > $2
                               or state in ('queued', 'running') and id < $1)""",
            identifier,
            now_ms - SILENT_MS,
        )
        if busy:
            return "wait"
        if row["attempt"] >= MOST_ATTEMPTS:
            await end(connection, identifier, "failed", error="whoever ran it died, again")
            return "over"
        await connection.execute(
            "update dry_run set state = 'running', attempt = attempt + 1, beat_at = $2, done = 0 where id = $1",
            identifier,
            now_ms,
        )
    return "run"


async def beat(connection: Connection, identifier: bytes, done: int, leads: int, now_ms: int) -> bool:
    """Say how far it is; False if it was stopped."""
    found = await connection.fetchval(
        "update dry_run set done = $2, leads = $3, beat_at = $4 where id = $1 and state = 'running' returning true",
        identifier,
        done,
        leads,
        now_ms,
    )
    return bool(found)


async def end(
    connection: Connection, identifier: bytes, state: State, *, result: Result | None = None, error: str = ""
) -> None:
    """One that runs, or waits, has come to its end."""
    await connection.execute(
        "update dry_run set state = $2, result = $3, error = $4 where id = $1 and state in ('queued', 'running')",
        identifier,
        state,
        None if result is None else msgspec.json.encode(result),
        error[:500],
    )


async def stop(connection: Connection, scope: Scope, identifier: bytes) -> bool:
    """Stop one, or forget one that is over; False if there is none."""
    if scope.kind != "house":
        return False
    stopped = await connection.fetchval(
        "update dry_run set state = 'stopped' where id = $1 and state in ('queued', 'running') returning true",
        identifier,
    )
    gone = stopped or await connection.fetchval("delete from dry_run where id = $1 returning true", identifier)
    return bool(gone)


async def read(connection: Connection, scope: Scope, now_ms: int, identifier: bytes | None = None) -> list[Row]:
    """One of them, or all: the newest first."""
    rows = await connection.fetch(
        """select id, case when state = 'running' and beat_at <= $3 then 'interrupted' else state end as state,
                  by, at, wish, done, leads, error, result from dry_run
            where $1 = 'house' and ($2::uuid is null or id = $2) order by id desc""",
        scope.kind,
        identifier,
        now_ms - SILENT_MS,
    )
    return [
        Row(
            row["id"],
            row["state"],
            row["by"],
            row["at"],
            msgspec.json.decode(row["wish"], type=Wish),
            row["done"],
            row["leads"],
            row["error"],
            None if row["result"] is None else msgspec.json.decode(row["result"], type=Result),
        )
        for row in rows
    ]
