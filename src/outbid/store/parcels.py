"""Parcels: leads that were sold and come to their buyers later, in an order of their own, some of them in files."""

from collections.abc import Sequence

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection

KEPT_MS = 90 * 86_400_000


class Parcel(msgspec.Struct, frozen=True):
    """A lead on its way to a buyer. `n` is its place among his; 0 before it has one.

    filed  it stands in a file; shape: rows of one file have one shape
    """

    buyer: int
    offer: int
    lead_id: bytes
    sale: bytes
    filed: bool = False
    shape: str = ""
    n: int = 0


class Batch(msgspec.Struct, frozen=True):
    """A file of an offer: its number, and when it was begun."""

    offer: int
    number: int
    at_ms: int


async def add(connection: Connection, cell: int, parcel: Parcel, now_ms: int) -> bool:
    """Add a parcel; False if it was added before. Who reads on from a place misses none: the counter's lock is held
    until this is committed."""
    done = await connection.execute(
        """with counted as (
             insert into parcel_number as c (cell, buyer, last) values ($1, $2, 1)
             on conflict (cell, buyer) do update set last = c.last + 1 returning last
           )
           insert into parcel (cell, buyer, n, offer, lead_id, sale, shape, filed, at, expires_at)
           select $1, $2, last, $3, $4, $5, $6, $7, $8, $9 from counted on conflict (cell, sale) do nothing""",
        cell,
        parcel.buyer,
        parcel.offer,
        parcel.lead_id,
        parcel.sale,
        parcel.shape,
        parcel.filed,
        now_ms,
        now_ms + KEPT_MS,
    )
    return str(done) == "INSERT 0 1"


async def page(
    connection: Connection, scope: Scope, cell: int, after: int, offer: int | None, most: int
) -> list[Parcel]:
    """A buyer's parcels past a place, the oldest first."""
    rows = await connection.fetch(
        """select buyer, offer, lead_id, sale, filed, shape, n from parcel
            where cell = $1 and $2 = 'buyer' and buyer = $3 and n > $4 and ($5::integer is null or offer = $5)
            order by n limit $6""",
        cell,
        scope.kind,
        scope.number,
        after,
        offer,
        most,
    )
    return [Parcel(*row.values()) for row in rows]


async def waiting(connection: Connection, scope: Scope, cell: int, offer: int, most: int) -> int:
    """How many of an offer's parcels are in no file yet; counted up to `most`."""
    return int(
        await connection.fetchval(
            """select count(*) from (select from parcel where $1 = 'house' and cell = $2 and offer = $3
                                        and filed and batch is null limit $4) p""",
            scope.kind,
            cell,
            offer,
            most,
        )
    )


async def begin(connection: Connection, cell: int, offer: int, now_ms: int, most: int) -> Batch | None:
    """The file of an offer that is to be uploaded: one that was begun before, else a new one with what waits.

    None: nothing waits.
    """
    async with connection.transaction():
        row = await connection.fetchrow(
            """select offer, number, at from parcel_batch
                where cell = $1 and offer = $2 and sent_at is null order by number limit 1""",
            cell,
            offer,
        )
        if row is not None:
            return Batch(*row.values())
        number = await connection.fetchval(
            """insert into parcel_batch (cell, offer, number, at)
               select $1, $2, coalesce(max(number), 0) + 1, $3 from parcel_batch where cell = $1 and offer = $2
               having exists (select from parcel where cell = $1 and offer = $2 and filed and batch is null)
               returning number""",
            cell,
            offer,
            now_ms,
        )
        if number is None:
            return None
        await connection.execute(
            """with waits as (
                 select buyer, n, shape from parcel where cell = $1 and offer = $2 and filed and batch is null
                  order by n limit $4
               )
               update parcel p set batch = $3 from waits w
                where p.cell = $1 and p.buyer = w.buyer and p.n = w.n
                  and w.shape = (select shape from waits order by n limit 1)""",
            cell,
            offer,
            number,
            most,
        )
        return Batch(offer, number, now_ms)


async def of_batch(connection: Connection, scope: Scope, cell: int, batch: Batch) -> Sequence[Parcel]:
    """What stands in a file, in its order."""
    rows = await connection.fetch(
        """select buyer, offer, lead_id, sale, filed, shape, n from parcel
            where $1 = 'house' and cell = $2 and offer = $3 and batch = $4 order by n""",
        scope.kind,
        cell,
        batch.offer,
        batch.number,
    )
    return [Parcel(*row.values()) for row in rows]


async def uploaded(connection: Connection, cell: int, batch: Batch, now_ms: int) -> None:
    """The file is with its buyer."""
    await connection.execute(
        "update parcel_batch set sent_at = $4 where cell = $1 and offer = $2 and number = $3",
        cell,
        batch.offer,
        batch.number,
        now_ms,
    )


async def put_filing(
    connection: Connection, cell: int, identifier: bytes, offer: int, run_at_ms: int, *, hurry: bool
) -> None:
    """See to it that an offer's file is made then, unless that was given up: a dead job waits for the operator.

    `hurry`: where it was to be made later, it is made then.
    """
    key = f"file {offer}"
    await connection.execute(
        """insert into job (cell, id, kind, key, payload, run_at)
           select $1, $2, 'file', $3, $4, $5
            where not exists (select from job where cell = $1 and key = $3 and state = 'dead')
           on conflict do nothing""",
        cell,
        identifier,
        key,
        msgspec.json.encode({"offer": offer}),
        run_at_ms,
    )
    if hurry:
        await connection.execute(
            """update job set run_at = $3
                where cell = $1 and key = $2 and state = 'open' and attempt = 0 and run_at > $3""",
            cell,
            key,
            run_at_ms,
        )
    await connection.execute("select pg_notify('outbid_job', '')")
