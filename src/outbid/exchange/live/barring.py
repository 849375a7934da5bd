"""Who has a person, or must not have him: of all leads that ask meanwhile it is read in one statement."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock
from outbid.store.database import LOST, Connection
from outbid.store.reading.claims import Known, known

RECONNECT_S = 0.1
_Question = tuple[tuple[bytes, ...], tuple[bytes, ...], asyncio.Future[list[Known]]]


class Barring:
    """Reads over a connection of its own, which is opened by the first question: most houses have none.

    lists  the owners of suppression lists, `house` or `buyer:7`: others' are not looked into
    reads  how many statements were sent
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], clock: Clock) -> None:
        self._connect, self._clock = connect, clock
        self._connection: Connection | None = None
        self._waiting: list[_Question] = []
        self._reading: asyncio.Task[None] | None = None
        self.lists: frozenset[str] = frozenset()
        self.reads = 0

    async def known(self, claimed: tuple[bytes, ...], listed: tuple[bytes, ...]) -> list[Known]:
        """Whom these keyed hashes are known of, by claims and by lists. It waits for a database that is away."""
        if not claimed and not listed:
            return []
        future: asyncio.Future[list[Known]] = asyncio.get_running_loop().create_future()
        self._waiting.append((claimed, listed, future))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await future

    async def close(self) -> None:
        """Let go of the connection."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        self._let_go()

    async def _read(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, []
            try:
                rows = await self._insist(asked)
            except BaseException as error:
                for *_, future in asked:
                    if not future.done():
                        future.set_exception(error) if isinstance(error, Exception) else future.cancel()
                raise
            for claimed, listed, future in asked:
                mine = {*claimed, *listed}
                if not future.done():
                    future.set_result([row for row in rows if row.hash in mine])

    async def _insist(self, asked: list[_Question]) -> list[Known]:
        claimed = list(dict.fromkeys(one for question in asked for one in question[0]))
        listed = list(dict.fromkeys(one for question in asked for one in question[1]))
        while True:
            try:
                if self._connection is None:
                    self._connection = await self._connect()
                self.reads += 1
                return await known(self._connection, HOUSE, claimed, listed, self._clock.now_ms())
            except LOST:
                self._let_go()
                await asyncio.sleep(RECONNECT_S)

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
