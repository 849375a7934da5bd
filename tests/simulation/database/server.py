"""The database server and the connections to it, as asyncpg shows them, with everything that can go wrong between."""

import re
from asyncio import CancelledError, Future, Task, sleep
from collections.abc import Callable
from contextvars import Context, copy_context
from random import Random
from types import TracebackType
from typing import Any

import asyncpg

from outbid.store.commit.sql import AT_ONCE, AT_ONCE_NAMES, WRITE, WRITE_NAMES
from outbid.store.database import DatabaseFault

from ..loop import VirtualLoop
from . import batches, keeping, settings, tallies  # noqa: F401  (they register the statements' meanings)
from .meaning import Meaning, Result, may_deadlock, meaning_of, run
from .tables import Tables, Transaction

IDLE_IN_TRANSACTION_S = 60.0
"""After how long the server ends a session that holds locks and asks for nothing, if it is not told otherwise."""
PLAIN = ("begin", "commit", "rollback")
_CHAPTERS = {text: names.split().index("chapters") for text, names in ((AT_ONCE, AT_ONCE_NAMES), (WRITE, WRITE_NAMES))}
"""Which parameter of a statement holds the chapters."""
_IDLE = re.compile(r"set idle_in_transaction_session_timeout = (\d+)")
_OUTSIDE: Context = copy_context()


class Weather:
    """How badly things go: chances of each fault, for each statement; all zero once it is calm.

    poison  leads whose nth chapter no database would store: (lead, n)
    safe    statements during which no connection is lost
    """

    def __init__(self) -> None:
        self.safe: set[Meaning] = set()
        self.slow = 0.0
        self.lost = 0.0
        self.lost_in_commit = 0.0
        self.deadlock = 0.0
        self.deaf = 0.0
        self.poison: set[tuple[bytes, int]] = set()

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.__init__()  # type: ignore[misc]


class Server:
    """One database server. `on_statement(query)` sees each statement just after it was carried out."""

    def __init__(self, loop: VirtualLoop, chance: Random, now_ms: Callable[[], int]) -> None:
        self.loop, self.chance, self.now_ms = loop, chance, now_ms
        self.tables = Tables(loop)
        self.tables.on_notice = self._notify
        self.weather = Weather()
        self.up = True
        self.connections: dict[Connection, None] = {}
        self.counts: dict[str, int] = {}
        self.fault: Exception | None = None  # of the simulation itself: it does not know a statement

    async def connect(self) -> "Connection":
        """A connection. Raises DatabaseFault while the server is down."""
        await sleep(self.chance.uniform(0.001, 0.01))
        if not self.up:
            raise DatabaseFault("The database cannot be reached.")
        connection = Connection(self)
        self.connections[connection] = None
        return connection

    def crash(self) -> None:
        """The server dies: every connection is lost, what was not committed never was."""
        self.count("database down")
        self.up = False
        for connection in list(self.connections):
            connection.sever(at_once=True)

    def count(self, fault: str) -> None:
        """Remember that a fault was injected."""
        self.counts[fault] = self.counts.get(fault, 0) + 1

    def _notify(self, channel: str, text: str) -> None:
        for connection in list(self.connections):
            for name, callback, context in connection.listeners:
                if name == channel and self.chance.random() >= self.weather.deaf:
                    delay = self.chance.uniform(0.0005, 0.003)
                    self.loop.call_later(delay, callback, connection, 0, channel, text, context=context)


class Connection:
    """A connection as our code uses asyncpg's, and the session behind it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._closed = False
        self._open: Transaction | None = None
        self._working: Task[None] | None = None
        self.idle_s = IDLE_IN_TRANSACTION_S
        self.listeners: list[tuple[str, Callable[..., None], Context]] = []

    # -- as asyncpg ---------------------------------------------------------------------------------------------------

    async def execute(self, query: str, *args: Any) -> str:
        result = await self._ask(query, args)
        return result if isinstance(result, str) else f"SELECT {len(result)}"

    async def fetch(self, query: str, *args: Any) -> list[dict[str, Any]]:
        result = await self._ask(query, args)
        return [] if isinstance(result, str) else result

    async def fetchrow(self, query: str, *args: Any) -> dict[str, Any] | None:
        rows = await self.fetch(query, *args)
        return rows[0] if rows else None

    async def fetchval(self, query: str, *args: Any) -> Any:
        row = await self.fetchrow(query, *args)
        return None if row is None else next(iter(row.values()))

    def transaction(self, **_: Any) -> "_Block":
        return _Block(self)

    async def add_listener(self, channel: str, callback: Callable[..., None]) -> None:
        if self._closed:
            raise asyncpg.InterfaceError("connection is closed")
        self.listeners.append((channel, callback, copy_context()))

    def is_closed(self) -> bool:
        return self._closed

    def terminate(self) -> None:
        self.sever()

    async def close(self) -> None:
        self.sever()

    # -- the session --------------------------------------------------------------------------------------------------

    def sever(self, *, at_once: bool = False) -> None:
        """The connection ends. What the server is doing it ends first, unless it dies itself (`at_once`)."""
        self._closed = True
        self.listeners = []
        self._server.connections.pop(self, None)
        if self._working is not None and not self._working.done():
            if at_once:
                self._working.cancel()
            return  # the work itself rolls back when it is done
        self._roll_back()

    def is_idle_in_transaction(self) -> bool:
        """Does it hold locks although it asks for nothing?"""
        return self._open is not None and (self._working is None or self._working.done())

    async def _ask(self, query: str, args: tuple[Any, ...]) -> Result:
        if self._closed:
            raise asyncpg.InterfaceError("connection is closed")
        if self._working is not None and not self._working.done():
            raise asyncpg.InterfaceError("another operation is in progress")
        answered: Future[Result] = self._server.loop.create_future()
        work = self._work(query, args, answered)
        self._working = self._server.loop.create_task(work, context=_OUTSIDE.copy())
        return await answered

    async def _work(self, query: str, args: tuple[Any, ...], answered: "Future[Result]") -> None:
        """On the server: carry a statement out and answer, if the connection lasts that long."""
        server, weather, chance = self._server, self._server.weather, self._server.chance
        commits = query in ("commit", AT_ONCE)
        try:
            await sleep(self._delay())
            if chance.random() < (weather.lost_in_commit if commits else self._chance_of_loss(query)):
                server.count("connection lost in commit" if commits else "connection lost")
                if chance.random() < 0.5:
                    await self._carry_out(query, args)  # it arrived, its answer did not
                self._lose(answered)
                return
            result = await self._carry_out(query, args)
            if self._closed:
                self._lose(answered)
            elif not answered.done():
                answered.set_result(result)
        except CancelledError:
            self._lose(answered)
        except asyncpg.PostgresError as error:
            if self._open is not None:
                self._open.failed = True
            if not answered.done():
                answered.set_exception(error)
                answered.exception()
        except Exception as error:
            self._server.fault = self._server.fault or error
            if not answered.done():
                answered.set_exception(error)
                answered.exception()
        finally:
            if self._closed:
                self._roll_back()

    def _chance_of_loss(self, query: str) -> float:
        weather = self._server.weather
        return 0.0 if weather.safe and _is_modelled(query) and meaning_of(query) in weather.safe else weather.lost

    def _delay(self) -> float:
        chance, weather = self._server.chance, self._server.weather
        if weather.slow and chance.random() < weather.slow:
            self._server.count("slow statement")
            return chance.uniform(0.05, 1.5)
        return chance.uniform(0.0002, 0.002)

    def _lose(self, answered: "Future[Result]") -> None:
        self._closed = True
        self.listeners = []
        self._server.connections.pop(self, None)
        self._roll_back()
        if not answered.done():
            answered.set_exception(asyncpg.ConnectionDoesNotExistError("connection was closed in the middle"))
            answered.exception()

    def _roll_back(self) -> None:
        if self._open is not None:
            self._open.release()
            self._open = None

    async def _carry_out(self, query: str, args: tuple[Any, ...]) -> Result:
        if query == "commit":
            return self._commit()
        if query == "rollback":
            self._roll_back()
            return "ROLLBACK"
        if found := _IDLE.match(query):
            self.idle_s = int(found[1]) / 1000
            return "SET"
        if query == "begin":
            self._open = self._server.tables.begin()
            return "BEGIN"
        if self._open is not None:
            if self._open.failed:
                raise asyncpg.InFailedSQLTransactionError("current transaction is aborted")
            self._refuse(query, args)
            return await run(self._open, self._server.now_ms(), query, args)
        return await self._alone(query, args)

    async def _alone(self, query: str, args: tuple[Any, ...]) -> Result:
        """A statement outside of a transaction is one by itself."""
        alone = self._server.tables.begin()
        self._refuse(query, args)
        try:
            result = await run(alone, self._server.now_ms(), query, args)
            alone.commit()
        finally:
            alone.release()
        return result

    def _commit(self) -> Result:
        transaction, self._open = self._open, None
        if transaction is None or transaction.failed:
            if transaction is not None:
                transaction.release()
            return "ROLLBACK"
        transaction.commit()
        return "COMMIT"

    def _refuse(self, query: str, args: tuple[Any, ...]) -> None:
        """Injected faults of a statement."""
        weather = self._server.weather
        if weather.deadlock and may_deadlock(query) and self._server.chance.random() < weather.deadlock:
            self._server.count("deadlock")
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        chapters = _CHAPTERS.get(query)
        if weather.poison and chapters and weather.poison.intersection(row[:2] for row in args[chapters]):
            self._server.count("bad row")
            raise asyncpg.UntranslatableCharacterError("unsupported Unicode escape sequence")


def _is_modelled(query: str) -> bool:
    return query not in PLAIN and not _IDLE.match(query)


class _Block:
    """`async with connection.transaction()`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __aenter__(self) -> None:
        await self._connection.execute("begin")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._connection.execute("commit" if kind is None else "rollback")
