"""Lanes: each process's right to write, leased; a lane whose lease ran out is taken over with its open leads."""

import msgspec

from outbid.core.ids import first_of
from outbid.store.database import Connection
from outbid.store.tally.writing import make_mark

LEASE_MS = 5_000
MARGIN_MS = 1_000
"""How long before its lease ends a process stops posting: clocks of two machines may differ by so much."""
CLOCK_STEP_MS = 60_000
"""How far a clock may step back without a lead being overlooked when its lane is taken over."""


class Lane(msgspec.Struct, frozen=True):
    """This process's right to write: recovery raises the fence, and then it is over."""

    cell: int
    id: int
    fence: int


class Adopted(msgspec.Struct, frozen=True):
    """A lane that was taken over: its open leads are those of `lane` from `oldest_open` on."""

    lane: int
    oldest_open: bytes


async def open_lane(connection: Connection, cell: int, owner: str, now_ms: int, key_version: int = 1) -> Lane:
    """Take a new lane. Its number is never used again. `key_version`: the newest master key that the process has."""
    async with connection.transaction():
        number = await connection.fetchval(
            """insert into noun_number as n (kind, last) values ('lane', 1)
               on conflict (kind) do update set last = n.last + 1 returning last"""
        )
        await connection.execute(
            """insert into lane (cell, id, fence, lease_until, oldest_open, owner, key_version)
               values ($1, $2, 1, $3, $4, $5, $6)""",
            cell,
            number,
            now_ms + LEASE_MS,
            first_of(now_ms - CLOCK_STEP_MS),
            owner,
            key_version,
        )
        await make_mark(connection, cell, number, now_ms)
    return Lane(cell, number, 1)


async def renew(connection: Connection, lane: Lane, oldest_open: bytes, now_ms: int) -> bool:
    """Renew the lease; with it go the oldest lead in flight here and the lanes that this one took over. False: lost."""
    renewed = await connection.execute(
        """update lane set lease_until = $4, oldest_open = case when id = $2 then $5 else oldest_open end
            where cell = $1 and (id = $2 and fence = $3 or adopted_by = $2)
              and exists (select 1 from lane where cell = $1 and id = $2 and fence = $3)""",
        lane.cell,
        lane.id,
        lane.fence,
        now_ms + LEASE_MS,
        oldest_open,
    )
    return str(renewed) != "UPDATE 0"


async def place_of(connection: Connection, lane: Lane, now_ms: int) -> tuple[int, int]:
    """The place of this process among those that live, from 0, and how many these are: at least itself."""
    rows = await connection.fetch(
        "select id from lane where cell = $1 and lease_until >= $2 and adopted_by is null", lane.cell, now_ms
    )
    others = [row["id"] for row in rows if row["id"] != lane.id]
    return sum(other < lane.id for other in others), len(others) + 1


async def adopt(connection: Connection, lane: Lane, now_ms: int) -> None:
    """Take over every lane whose lease ran out; their later batches find the fence raised.

    A lane with a batch under way is passed by until that is over: the server ends it if its process froze.
    """
    await connection.execute(
        """update lane set fence = fence + 1, adopted_by = $2, lease_until = $4
            where cell = $1 and id in (select id from lane where cell = $1 and lease_until < $3 and id <> $2
                                        order by id for update skip locked)""",
        lane.cell,
        lane.id,
        now_ms,
        now_ms + LEASE_MS,
    )


async def adopted_by(connection: Connection, lane: Lane) -> list[Adopted]:
    """The lanes that this one has taken over and not finished: also one whose adoption got no answer."""
    rows = await connection.fetch(
        "select id, oldest_open from lane where cell = $1 and adopted_by = $2", lane.cell, lane.id
    )
    return [Adopted(row["id"], row["oldest_open"]) for row in rows]


async def give_back(connection: Connection, lane: Lane) -> None:
    """Forget the own lane, which has no lead in flight; one that was taken over is its new owner's to finish."""
    await connection.execute(
        "delete from lane where cell = $1 and id = $2 and fence = $3", lane.cell, lane.id, lane.fence
    )


async def finish(connection: Connection, lane: Lane, number: int) -> None:
    """Forget a lane that `lane` has taken over and that has no open lead left."""
    await connection.execute(
        "delete from lane where cell = $1 and id = $2 and adopted_by = $3", lane.cell, number, lane.id
    )
