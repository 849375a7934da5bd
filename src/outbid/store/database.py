"""Connections and pools, prepared the same way everywhere."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg

from outbid.core.fault import Fault
from outbid.store import codec

LEAST_VERSION: Final = 15
CONNECT_S: Final = 10.0
STATEMENTS_KEPT: Final = 256

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

log = logging.getLogger("outbid.store")


class DatabaseFault(Fault):
    """The database cannot be used. The message is a sentence for the operator, without passwords."""


LOST: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    DatabaseFault,
)
"""What is raised when the server or the way to it is gone: nothing is wrong with what was asked."""


async def connect(url: str, *, role: str | None = None, application: str = "outbid") -> Connection:
    """One connection; values travel as `codec` says: `uuid` and `jsonb` as bytes, times as UTC milliseconds.

    `role` is a role to act as from the first statement on; None means the one that the URL logs in as.
    `application` is shown in the server's list of sessions. Raises DatabaseFault when the server does not answer,
    does not let us in, or is older than PostgreSQL 15.
    """
    try:
        connection: Connection = await asyncpg.connect(url, **_options(url, role, application))
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseFault(_no_connection(url, error)) from error
    try:
        await _prepare(connection)
    except BaseException:
        await connection.close()
        raise
    return connection


@asynccontextmanager
async def planned_anew(connection: Connection) -> AsyncIterator[None]:
    """What is asked within is planned for its own values.

    After five times the server would take one plan for all values. For statements with many filters, of which few are
    asked for at a time, that plan is ten times slower.
    """
    async with connection.transaction():
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        yield


async def pool(url: str, size: int, *, role: str | None = None, application: str = "outbid") -> Pool:
    """A pool of `size` connections, all opened now; see `connect`. Close it with `await pool.close()`."""
    options = _options(url, role, application)
    try:
        made = await asyncpg.create_pool(url, min_size=size, max_size=size, init=_prepare, **options)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseFault(_no_connection(url, error)) from error
    return made


def _options(url: str, role: str | None, application: str) -> dict[str, Any]:
    settings = {"application_name": application} | ({"role": role} if role else {})
    options: dict[str, Any] = {
        "server_settings": settings,
        "timeout": CONNECT_S,
        "statement_cache_size": STATEMENTS_KEPT,
    }
    if _host(url).startswith("/"):
        options["ssl"] = False  # a socket has none, and asyncpg would else obey a PGSSLMODE of the shell
    return options


async def _prepare(connection: Any) -> None:
    # `Any`: a pool hands its own wrapper of a connection.
    version = connection.get_server_version()
    if version.major < LEAST_VERSION:
        raise DatabaseFault(
            f"The database is PostgreSQL {version.major}; Outbid needs PostgreSQL {LEAST_VERSION} or newer."
        )
    await codec.prepare(connection)


def _host(url: str) -> str:
    """The host or the socket's folder that a URL names."""
    try:
        parts = urlsplit(url)
        return (parse_qs(parts.query).get("host") or [parts.hostname or ""])[0]
    except ValueError:
        return ""


def _no_connection(url: str, error: BaseException) -> str:
    reason = str(error) or type(error).__name__
    return f"The database at {_host(url) or 'the given URL'} cannot be reached: {reason.rstrip('.')}."
