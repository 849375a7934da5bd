"""Batches of notices: written with the jobs that asked for them, read by their buyer, marked when they were sent."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

KEPT_MS = 30 * 86_400_000
MOST_SENT = 20


class Batch(msgspec.Struct, frozen=True):
    """A batch for one buyer. `body` is a JSON array of notices."""

    buyer: int
    id: bytes
    body: bytes


async def write(connection: Connection, cell: int, jobs: list[bytes], batches: list[Batch], now_ms: int) -> bool:
    """Write batches and finish the jobs that asked for them, in one transaction.

    False, and nothing is written, if any of the jobs is not there: then somebody else has done it.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        done = await connection.fetch(
            "delete from job where cell = $1 and id = any($2::uuid[]) returning id", cell, jobs
        )
        if len(done) != len(jobs):
            await transaction.rollback()
            return False
        await add(connection, cell, batches, now_ms)
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()
    return True


async def add(connection: Connection, cell: int, batches: list[Batch], now_ms: int) -> None:
    """Write batches, in the transaction that is open."""
    await connection.execute(
        """insert into notice (cell, buyer, id, body, expires_at)
           select $1, u.*, $5 from unnest($2::integer[], $3::uuid[], $4::bytea[]) u""",
        cell,
        [batch.buyer for batch in batches],
        [batch.id for batch in batches],
        [batch.body for batch in batches],
        now_ms + KEPT_MS,
    )


async def to_send(connection: Connection, scope: Scope, cell: int) -> list[Batch]:
    """The oldest batches that a buyer was not sent."""
    rows = await connection.fetch(
        """select buyer, id, body from notice
            where cell = $1 and $2 = 'buyer' and buyer = $3 and sent_at is null order by id limit $4""",
        cell,
        scope.kind,
        scope.number,
        MOST_SENT,
    )
    return [Batch(*row.values()) for row in rows]


async def sent(connection: Connection, cell: int, batch: Batch, at_ms: int) -> None:
    """The buyer's server has taken a batch."""
    await connection.execute(
        "update notice set sent_at = $4 where cell = $1 and buyer = $2 and id = $3", cell, batch.buyer, batch.id, at_ms
    )


async def put_sending(connection: Connection, cell: int, identifier: bytes, buyer: int, now_ms: int) -> None:
    """See to it that a buyer's batches are sent, unless that was given up: a dead job waits for the operator."""
    await connection.execute(
        """insert into job (cell, id, kind, key, payload, run_at)
           select $1, $2, 'notify', $3, $4, $5
            where not exists (select from job where cell = $1 and key = $3 and state = 'dead')
           on conflict do nothing""",
        cell,
        identifier,
        f"notify {buyer}",
        msgspec.json.encode({"buyer": buyer}),
        now_ms,
    )


async def page(connection: Connection, scope: Scope, cell: int, after: bytes, limit: int) -> list[Batch]:
    """A buyer's batches past the one with the id `after`, the oldest first."""
    rows = await connection.fetch(
        """select buyer, id, body from notice
            where cell = $1 and $2 = 'buyer' and buyer = $3 and id > $4 order by id limit $5""",
        cell,
        scope.kind,
        scope.number,
        after,
        limit,
    )
    return [Batch(*row.values()) for row in rows]
