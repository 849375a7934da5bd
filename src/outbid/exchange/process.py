"""One exchange process: opens its connections and its lane, keeps the market fresh, takes over what dead ones left."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable

import asyncpg

from outbid.core.ids import first_of
from outbid.core.market.compile import Plugins, compile_market
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock, noise_source
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Door, Exchange
from outbid.exchange.revive import Erased, resume, revive
from outbid.exchange.room import Rooms
from outbid.store import lanes, leads, rooms
from outbid.store import market as markets
from outbid.store.entry import EntryFailed, Fenced
from outbid.store.journal import Journal, stop
from outbid.store.vault import SealBroken, Vault
from outbid.store.writer import SqlWriter

log = logging.getLogger("outbid.exchange")

BEAT_S = 1.0
Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Process:
    """Everything of one exchange process that lives as long as it does."""

    def __init__(self, connect: Connect, door: Door, vault: Vault, plugins: Plugins, *, cell: int = 0) -> None:
        self._connect = connect
        self._door = door
        self._vault = vault
        self._plugins = plugins
        self._cell = cell
        self._clock = Clock()
        self._tasks: list[asyncio.Task[None]] = []
        self._resumed: set[asyncio.Task[None]] = set()
        self._old: dict[int, Market] = {}
        self.fenced = asyncio.Event()

    async def open(self, *, gather_ms: float = 3.0) -> Exchange:
        """Read the market, take a lane, start writing. Returns what leads are distributed with."""
        loop = asyncio.get_running_loop()
        self._beat_connection = await self._connect()
        market = await self._load(None)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        self._lane = await lanes.open_lane(self._beat_connection, self._cell, owner, self._clock.now_ms())
        room = Rooms()
        writer = SqlWriter(
            self._connect, self._lane, self._clock.now_ms, lambda: self.exchange.market.version, room.saw
        )
        self.journal = Journal(writer, gather_ms=gather_ms)
        self.exchange = Exchange(
            cell=self._cell,
            lane=self._lane.id,
            market=market,
            journal=self.journal,
            door=self._door,
            vault=self._vault,
            rooms=room,
            clock=self._clock,
            noise=noise_source(),
            now=loop.time,
        )
        await self._listen()
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._beat())]
        return self.exchange

    async def close(self) -> None:
        """Wait for the leads in flight (the caller stopped the intake), give the lane back, close everything."""
        while (self.exchange.in_flight or self.journal.waiting()) and not self.fenced.is_set():
            await asyncio.sleep(0.02)
        for task in self._tasks:
            await stop(task)
        with contextlib.suppress(*LOST):
            if not self.fenced.is_set() and not self._resumed:
                await lanes.finish(self._beat_connection, self._cell, self._lane.id)
            await self._beat_connection.close()

    async def _load(self, version: int | None) -> Market:
        number, nouns = await markets.load(self._beat_connection, version)
        return compile_market(number, nouns, self._plugins)

    async def market_at(self, version: int) -> Market:
        """The market of a version that a lead pinned."""
        if version == self.exchange.market.version:
            return self.exchange.market
        if version not in self._old:
            if len(self._old) > 20:
                self._old.clear()
            self._old[version] = await self._load(version)
        return self._old[version]

    async def _write(self) -> None:
        try:
            await self.journal.run()
        except Fenced:
            log.warning("the lane was taken over; this process drops its leads and ends")
            self.fenced.set()
        except Exception:
            log.exception("the journal stopped")
            self.fenced.set()

    # -- the beat: once a second --------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Be told of new versions and filled accounts; the beat looks again, should a notice be lost."""
        self._news = asyncio.Event()
        connection = self._beat_connection
        await connection.add_listener(markets.CHANNEL, lambda *_: self._news.set())
        await connection.add_listener(
            rooms.CHANNEL, lambda _c, _p, _n, text: self.exchange.rooms.learn(bytes.fromhex(text), 0)
        )

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), BEAT_S)
            try:
                await self._beat_once()
            except Fenced:
                self.fenced.set()
                return
            except LOST:
                await self._reconnect()
            except Exception:
                log.exception("a beat failed")
                await asyncio.sleep(BEAT_S)

    async def _reconnect(self) -> None:
        with contextlib.suppress(*LOST):
            self._beat_connection.terminate()
        while True:
            try:
                self._beat_connection = await self._connect()
                await self._listen()
                return
            except LOST:
                await asyncio.sleep(0.2)

    async def _beat_once(self) -> None:
        connection = self._beat_connection
        self._news.clear()
        now_ms = self._clock.now_ms()
        oldest = min(self.exchange.in_flight, default=first_of(now_ms))
        if not await lanes.renew(connection, self._lane, oldest, now_ms):
            raise Fenced("the lane was taken over")
        if await markets.version_now(connection) > self.exchange.market.version:
            self.exchange.market = await self._load(None)
        await rooms.tell(connection, self.exchange.rooms.take_filled())
        for identifier, room in await rooms.look(connection, self._cell, self.exchange.rooms.scarce()):
            self.exchange.rooms.learn(identifier, room)
        for adopted in await lanes.adopt(connection, self._lane, self._clock.now_ms()):
            await self._take_over(adopted)

    # -- leads that others left ---------------------------------------------------------------------------------------

    async def _take_over(self, adopted: lanes.Adopted) -> None:
        left = await leads.open_of_lane(self._beat_connection, HOUSE, self._cell, adopted.lane, adopted.oldest_open)
        log.info("took over lane %d with %d open leads", adopted.lane, len(left))
        tasks = [task for record in left if (task := await self._resume(record)) is not None]
        forget = asyncio.create_task(self._forget(adopted.lane, tasks))
        self._resumed.add(forget)
        forget.add_done_callback(self._resumed.discard)

    async def _resume(self, record: leads.Record) -> "asyncio.Task[None] | None":
        try:
            market = await self.market_at(record.version)
            deals = await leads.deals(self._beat_connection, HOUSE, record.cell, record.id)
            story = revive(self.exchange, record, market, deals)
        except (Erased, SealBroken, KeyError):
            log.exception("a lead could not be taken over")
            return None
        resume(self.exchange, story)
        return asyncio.create_task(self._finish(story))

    async def _finish(self, story: "object") -> None:
        try:
            await distribute(self.exchange, story)  # type: ignore[arg-type]
        except (EntryFailed, Fenced) as error:
            log.warning("a lead that was taken over was dropped: %s", error)

    async def _forget(self, lane: int, tasks: list["asyncio.Task[None]"]) -> None:
        """A lane is forgotten when the last of its leads is closed or waits; until then its lease is renewed."""
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        if not self.fenced.is_set() and not any(isinstance(end, BaseException) for end in ended):
            connection = await self._connect()
            try:
                await lanes.finish(connection, self._cell, lane)
            finally:
                await connection.close()


LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)
