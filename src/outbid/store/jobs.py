"""Jobs: work that somebody must do soon, at least once. The lease is the retry; a dead worker needs no heartbeat."""

from collections.abc import Callable
from typing import Any, Literal

import asyncpg
import msgspec

from outbid.core.ids import uuid7
from outbid.core.scope import Scope
from outbid.store.database import Connection

CHANNEL = "outbid_job"
LEASE_MS = 120_000
BACKOFF_MS = 2_000
LAST = b"\xff" * 16
State = Literal["open", "dead"]


class Job(msgspec.Struct, frozen=True):
    """One piece of work that was taken. Its handler must be repeatable."""

    cell: int
    id: bytes
    kind: str
    payload: dict[str, Any]
    attempt: int
    most_attempts: int


class Kept(msgspec.Struct, frozen=True):
    """A job as it stands: `open` is tried at `run_at_ms`, `dead` no more. `error` is what the last try met."""

    id: bytes
    kind: str
    key: str
    state: State
    run_at_ms: int
    attempt: int
    most_attempts: int
    error: str


async def put(
    connection: Connection,
    cell: int,
    identifier: bytes,
    kind: str,
    payload: dict[str, Any],
    run_at_ms: int,
    key: str | None = None,
) -> bool:
    """Add a job. With a key, one open job of that key at a time: False if there is one already."""
    made = await connection.execute(
        """insert into job (cell, id, kind, key, payload, run_at) values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing""",
        cell,
        identifier,
        kind,
        key,
        msgspec.json.encode(payload),
        run_at_ms,
    )
    await connection.execute("select pg_notify($1, '')", CHANNEL)
    return str(made) != "INSERT 0 0"


async def drop(connection: Connection, cell: int, key: str) -> None:
    """Nobody needs the job of a key any more; one that is being done ends as it ends."""
    await connection.execute("delete from job where cell = $1 and key = $2", cell, key)


async def put_review(
    connection: Connection,
    cell: int,
    lead_id: bytes,
    outcome: str,
    by: str,
    now_ms: int,
    noise: Callable[[int], bytes],
) -> bool:
    """Put a verdict on a lead that is held for review; False if one is on its way already."""
    payload = {"lead": lead_id.hex(), "outcome": outcome, "by": by}
    return await put(connection, cell, uuid7(now_ms, noise(10)), "review", payload, now_ms, f"review {lead_id.hex()}")


async def take(connection: Connection, cell: int, now_ms: int, most: int = 256) -> list[Job]:
    """Lease the jobs that are due. A job that is not finished within its lease is taken again."""
    rows = await connection.fetch(
        """update job set run_at = $3, attempt = attempt + 1
            where cell = $1 and id in (select id from job where cell = $1 and state = 'open' and run_at <= $2
                                        order by run_at limit $4 for update skip locked)
            returning cell, id, kind, payload, attempt, most_attempts""",
        cell,
        now_ms,
        now_ms + LEASE_MS,
        most,
    )
    return [
        Job(
            row["cell"],
            row["id"],
            row["kind"],
            msgspec.json.decode(row["payload"]),
            row["attempt"],
            row["most_attempts"],
        )
        for row in rows
    ]


async def finish(connection: Connection, job: Job) -> None:
    """The job is done."""
    await connection.execute("delete from job where cell = $1 and id = $2", job.cell, job.id)


async def put_off(connection: Connection, job: Job, until_ms: int) -> None:
    """The job cannot be done yet: take it again then, as if it had not been tried."""
    await connection.execute(
        "update job set run_at = $3, attempt = attempt - 1 where cell = $1 and id = $2", job.cell, job.id, until_ms
    )


async def fail(connection: Connection, job: Job, error: str, now_ms: int) -> None:
    """The job failed: again later, or dead after its last attempt, kept for people to see."""
    dead = job.attempt >= job.most_attempts
    await connection.execute(
        "update job set run_at = $3, state = $4, error = $5 where cell = $1 and id = $2",
        job.cell,
        job.id,
        now_ms + BACKOFF_MS * 2 ** min(job.attempt, 10),
        "dead" if dead else "open",
        error[:500],
    )


async def kept(
    connection: Connection, scope: Scope, cell: int, state: State | None, before: bytes, most: int
) -> list[Kept]:
    """The jobs that are not done, the newest first: those that were put before the one with the id `before`."""
    rows = await connection.fetch(
        """select id, kind, coalesce(key, ''), state, run_at, attempt, most_attempts, coalesce(error, '') from job
            where $1 = 'house' and cell = $2 and ($3::text is null or state = $3) and id < $4
            order by id desc limit $5""",
        scope.kind,
        cell,
        state,
        before,
        most,
    )
    return [Kept(*row.values()) for row in rows]


async def again(
    connection: Connection, cell: int, identifier: bytes, now_ms: int
) -> Literal["open", "unknown", "not_dead", "open_already"]:
    """Open a dead job, with all of its attempts before it. `open_already`: an open job has its key."""
    try:
        opened = await connection.fetchval(
            """update job set state = 'open', attempt = 0, run_at = $3
                where cell = $1 and id = $2 and state = 'dead' returning true""",
            cell,
            identifier,
            now_ms,
        )
    except asyncpg.UniqueViolationError:
        return "open_already"
    if opened:
        await connection.execute("select pg_notify($1, '')", CHANNEL)
        return "open"
    there = await connection.fetchval("select true from job where cell = $1 and id = $2", cell, identifier)
    return "not_dead" if there else "unknown"
