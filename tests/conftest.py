"""One embedded PostgreSQL a test run, one database a worker; both made when the first test asks for them.

Workers race for the server as apps do: the first starts it, the others connect, and the controller, which outlives
them, adopts and stops it at the end.
"""

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import hypothesis  # noqa: F401 - imported late, by its plugin, it met a fault of CPython 3.11 in `ast.parse`
import pytest
import pytest_asyncio

from outbid.store.database import DatabaseFault
from outbid.store.server import EmbeddedServer, Server, ServerFault
from outbid.store.upkeep.migrate import MIGRATIONS, migrate

FOLDER = pytest.StashKey[Path]()
TEMPLATE = "outbid_template"
TEMPLATE_LOCK = 1


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the folder of the run's server; nothing is started yet."""
    given = getattr(config, "workerinput", {}).get("outbid_folder")
    folder = Path(given or tempfile.mkdtemp(prefix="outbid-tests-"))
    if given is None:
        folder.chmod(0o711)  # as root the server runs as somebody else, who has to pass through
    config.stash[FOLDER] = folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a worker of xdist the folder."""
    node.workerinput["outbid_folder"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, whoever started it, however the tests ended."""
    folder = config.stash.get(FOLDER, None)
    if folder is None or hasattr(config, "workerinput"):
        if _embedded is not None and _embedded.process is not None:
            _embedded.process.returncode = 0  # it outlives this worker on purpose: `subprocess` need not warn
        return
    if _embedded is not None:
        _embedded.stop()
    elif (folder / "database" / "postmaster.pid").exists():
        _adopt_and_stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


_embedded: EmbeddedServer | None = None


def _server_in(folder: Path) -> EmbeddedServer:
    return EmbeddedServer(
        folder / "database", fast_unsafe=True, settings={"autovacuum_naptime": "10s", "max_connections": "200"}
    )


def _adopt_and_stop(folder: Path) -> None:
    embedded = _server_in(folder)
    deadline = time.monotonic() + 10
    while not embedded.start().owned and time.monotonic() < deadline:
        time.sleep(0.1)  # the worker that started it is still ending
    embedded.stop()


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> Server:
    """The server of this test run: without fsync, in a folder of its own."""
    global _embedded
    _embedded = _server_in(request.config.stash[FOLDER])
    try:
        return _embedded.start()
    except ServerFault as fault:
        pytest.fail(f"the tests' database did not start: {fault}", pytrace=False)


@pytest_asyncio.fixture(scope="session")
async def worker_database(database_server: Server) -> AsyncIterator["WorkerDatabase"]:
    """This worker's own database, migrated."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    await _copy_template(database_server, name)
    database = await WorkerDatabase.open(database_server, name)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def database_url(worker_database: "WorkerDatabase") -> str:
    """A migrated, empty database, as its owner (may make partitions). Closed connections are the test's duty."""
    await worker_database.empty()
    return worker_database.url


@pytest_asyncio.fixture
async def app_database_url(database_url: str, worker_database: "WorkerDatabase") -> str:
    """The same database as `database_url`, as the role of the run time: no superuser, no DDL."""
    return worker_database.app_url


@pytest_asyncio.fixture
async def make_database(database_server: Server) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """A function that makes a new database with nothing in it and returns its URL; dropped after the test."""
    names: list[str] = []

    async def make() -> str:
        names.append(f"bare_{uuid.uuid4().hex}")
        await _administer(database_server, f"create database {names[-1]} strategy wal_log")
        return database_server.url_of(names[-1])

    yield make
    for name in names:
        await _administer(database_server, f"drop database {name} with (force)")


@pytest_asyncio.fixture
async def bare_database_url(make_database: Callable[[], Awaitable[str]]) -> str:
    """A new database with nothing in it, for one test."""
    return await make_database()


class WorkerDatabase:
    """A database that is emptied between tests."""

    def __init__(self, url: str, app_url: str, connection) -> None:
        self.url = url
        self.app_url = app_url
        self._connection = connection
        self._deletes = ""

    @classmethod
    async def open(cls, server: Server, name: str) -> "WorkerDatabase":
        url = server.url_of(name)
        # As a replica no foreign key is checked, so that the order of tables does not matter.
        settings = {"session_replication_role": "replica", "lock_timeout": "5s"}
        database = cls(url, server.url_of(name, app=True), await asyncpg.connect(url, server_settings=settings))
        rows = await database._connection.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition and relname <> 'migration'"
        )
        database._deletes = ";".join(f'delete from "{row["relname"]}"' for row in rows)
        return database

    async def empty(self) -> None:
        try:
            await self._connection.execute(self._deletes)
        except asyncpg.LockNotAvailableError:
            pytest.fail("a test before this one left a transaction open", pytrace=False)

    async def close(self) -> None:
        await self._connection.close()


async def _copy_template(server: Server, name: str) -> None:
    connection = await asyncpg.connect(server.url_of("postgres"))
    try:
        await connection.execute("select pg_advisory_lock($1)", TEMPLATE_LOCK)
        if not await connection.fetchval("select true from pg_database where datname = $1", TEMPLATE):
            await _make_template(connection, server)
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name} template {TEMPLATE} strategy wal_log")
    finally:
        await connection.close()


async def _make_template(connection, server: Server) -> None:
    if not MIGRATIONS.is_dir():
        pytest.fail(f"there is no folder {MIGRATIONS}: nothing to make the tests' database from", pytrace=False)
    await connection.execute(f"create database {TEMPLATE} strategy wal_log")
    try:
        await migrate(server.url_of(TEMPLATE), app_password=server.app_password)
    except DatabaseFault as fault:
        await connection.execute(f"drop database {TEMPLATE} with (force)")
        pytest.fail(f"the migrations do not work: {fault}", pytrace=False)


async def _administer(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(server.url_of("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder with a short path that the account of a server can pass through; removed after the test."""
    folder = Path(tempfile.mkdtemp(prefix="outbid-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
