"""Whether the database does what the exchange relies on: durability, lanes that live, jobs that do not die."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection


class Health(msgspec.Struct, frozen=True):
    """What there is to be told of a database.

    durable       commits are on disk when they are answered (`fsync` and `synchronous_commit` are on)
    living_lanes  exchange processes that hold their lease; `dead_lanes` are left to be taken over
    dead_jobs     jobs that failed as often as they may
    """

    version: str
    durable: bool
    living_lanes: int
    dead_lanes: int
    dead_jobs: int


async def examine(connection: Connection, scope: Scope) -> Health:
    """Look. Only the house may: any other scope raises PermissionError."""
    if scope.kind != "house":
        raise PermissionError("only the house sees the house's health")
    row = await connection.fetchrow(
        """select current_setting('server_version') as version,
                  current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off' as durable,
                  (select count(*) from lane where lease_until > now()) as living,
                  (select count(*) from lane where lease_until <= now()) as dead,
                  (select count(*) from job where state = 'dead') as dead_jobs"""
    )
    assert row is not None
    return Health(row["version"], row["durable"], row["living"], row["dead"], row["dead_jobs"])
