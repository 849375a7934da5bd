"""What has to be done from time to time: partitions made ahead and dropped; what is over swept, merged, rolled up."""

from outbid.core.scope import HOUSE
from outbid.store.chain.dropping import drop_history
from outbid.store.database import Connection
from outbid.store.tally.beats import drop_old
from outbid.store.upkeep.partitions import drop_past, empty_traffic, make_ahead
from outbid.store.upkeep.rolling import roll_up
from outbid.store.upkeep.tallies import merge_ended

SWEEP_AFTER_MS = 3_600_000
SWEEP_AT_ONCE = 10_000


async def do_chores(
    connection: Connection, now_ms: int, traffic_days: int, history_days: int, zone: str = "UTC"
) -> None:
    """Everything that is due; with 0 `history_days` no lead is ever dropped. Days are rolled up as they are in `zone`.

    Needs the rights of the tables' owner; repeating it is harmless.
    """
    await make_ahead(connection, now_ms)
    await drop_past(connection, now_ms)
    if history_days:
        await drop_history(connection, HOUSE, now_ms, history_days)
    await sweep(connection, "claim", now_ms)
    await sweep(connection, "suppression", now_ms)
    await sweep(connection, "idempotency", now_ms)
    await sweep(connection, "notice", now_ms)
    await sweep(connection, "parcel", now_ms)
    await sweep(connection, "upload", now_ms)
    await empty_traffic(connection, now_ms, traffic_days)
    await merge_ended(connection)
    await drop_old(connection, now_ms)
    await roll_up(connection, now_ms, zone)


async def sweep(connection: Connection, table: str, now_ms: int) -> int:
    """Delete what ended an hour ago, a few thousand rows in a transaction; returns how many went."""
    swept = 0
    while True:
        done = await connection.execute(
            f"""delete from {table} where ctid = any (array(
                  select ctid from {table} where expires_at < $1 limit $2 for update skip locked))""",
            now_ms - SWEEP_AFTER_MS,
            SWEEP_AT_ONCE,
        )
        count = int(str(done).rpartition(" ")[2])
        swept += count
        if count < SWEEP_AT_ONCE:
            return swept
