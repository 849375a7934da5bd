"""What has to be done from time to time: partitions made ahead, claims swept that ended."""

from outbid.store.database import Connection
from outbid.store.upkeep.partitions import make_ahead

SWEEP_AFTER_MS = 3_600_000
SWEEP_AT_ONCE = 10_000


async def do_chores(connection: Connection, now_ms: int) -> None:
    """Everything that is due. Needs the rights of the tables' owner; repeating it is harmless."""
    await make_ahead(connection, now_ms)
    await sweep_claims(connection, now_ms)


async def sweep_claims(connection: Connection, now_ms: int) -> int:
    """Delete claims that ended an hour ago, a few thousand in a transaction; returns how many went."""
    swept = 0
    while True:
        done = await connection.execute(
            """delete from claim where ctid = any (array(
                 select ctid from claim where expires_at < $1 limit $2 for update skip locked))""",
            now_ms - SWEEP_AFTER_MS,
            SWEEP_AT_ONCE,
        )
        count = int(str(done).rpartition(" ")[2])
        swept += count
        if count < SWEEP_AT_ONCE:
            return swept
