"""A running embedded server as others see it, and the only proof that it runs: a connection works."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import asyncpg
import msgspec

from outbid.store.server.machine.processes import PidFile
from outbid.store.server.place import APP_ROLE, DATABASE, OWNER_ROLE, Passwords, Place, ServerFault

CONNECT_S: Final = 5.0
_NOT_YET: Final = (
    OSError,
    TimeoutError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """One running server. The URLs hold passwords: hand them on, never log them.

    `url` logs in as the owner of the database (superuser; migrations only), `app_url` as the run-time role,
    which `migrate` makes with `app_password`.
    `socket_dir` is None where the server listens on loopback (Windows). `owned` says that this process started
    or adopted the server and is to stop it; else another process does.
    """

    url: str
    app_url: str
    app_password: str
    data_dir: Path
    socket_dir: Path | None
    port: int
    pid: int
    owned: bool

    def __repr__(self) -> str:
        """Everything but the passwords."""
        return f"Server({str(self.data_dir)!r}, socket_dir={self.socket_dir}, port={self.port}, pid={self.pid})"

    def url_of(self, database: str, *, app: bool = False) -> str:
        """The same URL for another database of this server."""
        url = self.app_url if app else self.url
        return url.replace(f"/{DATABASE}?", f"/{database}?")


def server_from(running: PidFile, place: Place, passwords: Passwords, *, owned: bool) -> Server:
    """The server that wrote this pid file."""
    host = str(running.socket_dir or "127.0.0.1")
    return Server(
        url=_url(OWNER_ROLE, passwords.owner, host, running.port),
        app_url=_url(APP_ROLE, passwords.app, host, running.port),
        app_password=passwords.app,
        data_dir=place.data,
        socket_dir=running.socket_dir,
        port=running.port,
        pid=running.pid,
        owned=owned,
    )


def answers(server: Server) -> bool:
    """Whether a connection to the server works now. Makes the database at the first one.

    Raises ServerFault when the server answers and does not let us in: then waiting does not help.
    """
    try:
        _apart(_connect(server))
    except _NOT_YET:
        return False
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise ServerFault(
            f"The database in {server.data_dir} does not take the password kept beside it ({error}). "
            "Put back the file of passwords that belongs to this data folder."
        ) from error
    return True


async def _connect(server: Server) -> None:
    try:
        await _execute(server.url, "select 1")
    except asyncpg.InvalidCatalogNameError:
        if not server.owned:  # the owner is about to make it
            raise
        await _execute(server.url_of("postgres"), f"create database {DATABASE}")


async def _execute(url: str, statement: str) -> None:
    # `ssl` is named, since asyncpg would else read the caller's PGSSLMODE.
    connection = await asyncpg.connect(url, ssl=False, timeout=CONNECT_S, statement_cache_size=0)
    try:
        await connection.execute(statement)
    finally:
        await connection.close(timeout=CONNECT_S)


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run in a thread with a loop of its own, so that callers with and without a running loop can wait for it."""
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(work)
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, name="outbid-database-probe")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]


def _url(role: str, password: str, host: str, port: int) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@/{DATABASE}?host={quote(host, safe='/')}&port={port}"
