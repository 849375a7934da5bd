"""Changes with a time: planned, listed, cancelled, and made as one version with the word on it."""

from typing import Any, Literal

import msgspec

from outbid.core.scope import Scope
from outbid.store import jobs
from outbid.store.database import Connection

State = Literal["planned", "made", "failed", "cancelled"]
MOST_TOLD = 200


class Side(msgspec.Struct, frozen=True):
    """A noun as it should become; None: it should go."""

    kind: str
    slug: str
    after: dict[str, Any] | None


class Row(msgspec.Struct, frozen=True):
    """A planned change. `base` is the version that it was based on; `version` the one that it became."""

    id: bytes
    state: State
    by: str
    note: str
    at_ms: int
    starts_at_ms: int
    base: int
    sides: list[Side]
    version: int | None
    error: str


async def put(
    connection: Connection, identifier: bytes, by_and_note: tuple[str, str], times: tuple[int, int], base: int,
    sides: list[Side],
) -> None:  # fmt: skip
    """Plan a change. `times`: when it was planned, and when it is to be made (UTC milliseconds)."""
    await connection.execute(
        """insert into planned_change (id, state, by, note, at, starts_at, base, nouns)
           values ($1, 'planned', $2, $3, $4, $5, $6, $7)""",
        identifier,
        *by_and_note,
        *times,
        base,
        msgspec.json.encode(sides),
    )


async def read(connection: Connection, scope: Scope, identifier: bytes | None = None) -> list[Row]:
    """One of them, or the last ones: those that come last first."""
    rows = await connection.fetch(
        """select id, state, by, note, at, starts_at, base, nouns, version, error from planned_change
            where $1 = 'house' and ($2::uuid is null or id = $2) order by starts_at desc, id desc limit $3""",
        scope.kind,
        identifier,
        MOST_TOLD,
    )
    return [
        Row(
            id=row["id"],
            state=row["state"],
            by=row["by"],
            note=row["note"],
            at_ms=row["at"],
            starts_at_ms=row["starts_at"],
            base=row["base"],
            sides=msgspec.json.decode(row["nouns"], type=list[Side]),
            version=row["version"],
            error=row["error"],
        )
        for row in rows
    ]


def job_key(identifier: bytes) -> str:
    """What the job is called that makes a planned change."""
    return f"planned {identifier.hex()}"


async def cancel(connection: Connection, cell: int, identifier: bytes) -> bool:
    """A planned change is not wanted, and its job goes; False if it is planned no more."""
    async with connection.transaction():
        if not await end(connection, identifier, "cancelled"):
            return False
        await jobs.drop(connection, cell, job_key(identifier))
    return True


async def take(connection: Connection, identifier: bytes) -> bool:
    """Hold a planned change until the caller's transaction is over; False if it is planned no more."""
    found = await connection.fetchval(
        "select true from planned_change where id = $1 and state = 'planned' for update", identifier
    )
    return bool(found)


async def end(
    connection: Connection, identifier: bytes, state: State, *, version: int | None = None, error: str = ""
) -> bool:
    """A planned change was made, could not be made, or is not wanted; False if it is planned no more."""
    found = await connection.fetchval(
        """update planned_change set state = $2, version = $3, error = $4 where id = $1 and state = 'planned'
           returning true""",
        identifier,
        state,
        version,
        error[:2000],
    )
    return bool(found)
