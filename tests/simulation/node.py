"""One exchange process: the real `Process` with a clock of its own, that can be killed, frozen, closed."""

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from outbid.core.answer import Answer, QuoteAnswer, answer_of, quote_answer
from outbid.core.contract import Arrival, Malformed
from outbid.core.ids import LEAD, QUOTE, parse, public
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market, Source
from outbid.core.market.taken_over import EMPTY
from outbid.core.scope import Scope
from outbid.exchange.arrive import arrive, request_of, request_under
from outbid.exchange.clock import Clock
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Change, Exchange, change_between
from outbid.exchange.process import Process
from outbid.exchange.quoting.ask import ask_price
from outbid.exchange.quoting.take_up import refuse, take_up
from outbid.exchange.story import Story
from outbid.plugins.registry import Registry
from outbid.store import market as markets
from outbid.store.commit.entry import EntryFailed, Fenced, Repeated
from outbid.store.database import LOST
from outbid.store.quote import reading as quotes
from outbid.store.vault import Vault

from .database.server import Connection, Server
from .door import Door, Network
from .loop import Owner, VirtualLoop

MASTER = bytes(range(32))
SAMPLED = 200_000
"""Of a million leads so many are looked at for the offers that were not asked."""
REGISTRY = Registry([])


async def _no_child(cell: int, identifier: bytes) -> int:
    """Here nobody asks for a dry run."""
    raise AssertionError("a dry run was begun")


class Told(msgspec.Struct):
    """What a seller was told. `lead` is the public id; `answer` None: the exchange said that it failed."""

    lead_id: bytes
    answer: Answer | None
    fault: str = ""


class SimulatedClock(Clock):
    """Wall-clock time that follows the loop's; `skew_ms` is how far this process's clock is off."""

    def __init__(self, loop: VirtualLoop, start_ms: int) -> None:
        self._loop, self._start_ms = loop, start_ms
        self.skew_ms = 0

    def now_ms(self) -> int:
        return self._start_ms + round(self._loop.time() * 1000) + self.skew_ms

    def monotonic(self) -> float:
        return self._loop.time()


class CachingProcess(Process):
    """The real process; only the compiled market is kept between processes, for speed."""

    compiled: dict[int, Market]

    async def _load(self, connection: Any, base: Market, version: int | None = None) -> Market:
        number, nouns = await markets.load(connection, version, None if base is EMPTY else (base.version, base.nouns))
        if number not in self.compiled:
            self.compiled[number] = compile_market(number, nouns, self._plugins, before=base)
        assert self.compiled[number].nouns == nouns
        return self.compiled[number]

    async def _compare(self, before: Market, market: Market) -> Change:
        return change_between(before, market)


class Node:
    """A process on its machine: all that it runs carries its owner, so that it can be stopped at any step."""

    def __init__(
        self,
        name: str,
        loop: VirtualLoop,
        server: Server,
        network: Network,
        clock: SimulatedClock,
        chance: Random,
        compiled: dict[int, Market],
    ) -> None:
        self.owner = Owner(name)
        self._loop, self._server, self._chance = loop, server, chance
        self.context = self.owner.context()
        self.connections: list[Connection] = []
        noise = chance.randbytes
        door, vault = Door(network), Vault({1: MASTER}, noise)
        self.process = CachingProcess(
            self._connect, door, vault, REGISTRY, _no_child, clock=clock, noise=noise, sampled=SAMPLED
        )
        self.process.compiled = compiled
        self.clock = clock
        self.exchange: Exchange | None = None
        self.ready_since_s = 0.0
        self.closing = False
        self.over: asyncio.Future[str] = loop.create_future()

    async def _connect(self) -> Any:
        connection = await self._server.connect()
        self.connections.append(connection)
        return connection

    @property
    def is_ready(self) -> bool:
        """May leads be sent to it? A frozen one takes them too: nobody knows that it is frozen."""
        return self.exchange is not None and not self.owner.dead and not self.closing

    def start(self) -> None:
        """Begin to open; leads can be sent when `is_ready`."""
        self._loop.create_task(self._live(), context=self.context)

    async def _live(self) -> None:
        while True:
            try:
                exchange = await self.process.open(gather_ms=self._chance.choice((1.0, 3.0, 5.0)))
                break
            except LOST:
                await asyncio.sleep(0.5)
        self.exchange, self.ready_since_s = exchange, self._loop.time()
        await self.process.fenced.wait()
        if not self.over.done():
            self.over.set_result("fenced")

    def close(self) -> None:
        """Stop as on SIGTERM: finish what is in flight, give the lane back."""
        self.closing = True
        self._loop.create_task(self._close(), context=self.context)

    async def _close(self) -> None:
        await self.process.close()
        if not self.over.done():
            self.over.set_result("closed")

    def kill(self) -> None:
        """Stop as on SIGKILL, wherever it is: nothing of it runs any more, its memory is lost."""
        self.owner.dead = True
        self.owner.fuse = None
        for connection in self.connections:
            connection.sever(at_once=self._chance.random() < 0.3)
        if not self.over.done():
            self.over.set_result("killed")

    def freeze(self) -> None:
        """Stop it as SIGSTOP would; the server ends, in time, what it left idle in a transaction."""
        self.owner.frozen = True
        for connection in self.connections:
            self._loop.call_later(connection.idle_s, self._give_up_on, connection)

    def _give_up_on(self, connection: Connection) -> None:
        if self.owner.frozen and connection.is_idle_in_transaction():
            connection.sever()

    def wake(self) -> None:
        """Let it run on as if no time had passed."""
        self._loop.wake(self.owner)

    def after_steps(self, steps: int, do: Callable[[], None]) -> None:
        """Do something to the process when it has run so many more steps."""
        self.owner.on_fuse = do
        self.owner.fuse = steps

    def sell(self, source: str, body: bytes, key: str) -> "asyncio.Future[Told | None]":
        """Take a lead as the intake does, under the seller's key for the request. The future has what the seller is told; None: his request was refused."""
        told: asyncio.Future[Told | None] = self._loop.create_future()
        self._loop.create_task(self._sell(source, body, key, told), context=self.context)
        return told

    async def _sell(self, slug: str, body: bytes, key: str, told: "asyncio.Future[Told | None]") -> None:
        exchange = self.exchange
        assert exchange is not None
        market = exchange.market
        source = next(source for source in market.sources.values() if source.slug == slug)
        arrived = source.read("application/json", body)
        if source.paused or isinstance(arrived, Malformed) or self.closing:
            told.set_result(None)
            return
        try:
            story = await self._begin(market, source, arrived, body, key)
        except LOST:
            told.set_result(None)
            return
        name = public(LEAD, story.lead.cell, story.id)
        try:
            await distribute(exchange, story)
        except Repeated as repeated:
            told.set_result(Told(repeated.repeat.lead_id, None, "Repeated"))
        except (EntryFailed, Fenced) as error:
            told.set_result(Told(story.id, None, type(error).__name__))
        except Exception as error:
            logging.getLogger("outbid").exception("a lead met a fault")
            told.set_result(Told(story.id, None, type(error).__name__))
        else:
            sold = next((sale.id for sale in story.state.sales if sale.status == "sold"), "")
            redirect = story.notes.get(f"redirect {sold}")
            told.set_result(Told(story.id, answer_of(name, source.campaign.currency, story.state, redirect)))

    async def _begin(self, market: Market, source: Source, arrived: Arrival, body: bytes, key: str) -> Story:
        """As the intake begins a story: of a lead by itself, or of one that names its ping."""
        exchange = self.exchange
        assert exchange is not None
        now_ms = exchange.clock.now_ms()
        request = request_of(exchange.vault, key, body, now_ms)
        if arrived.ping is None:
            return arrive(exchange, market, source, arrived.fields, test=False, request=request)
        connection = await self._connect()
        try:
            quote = await quotes.read(connection, Scope("source", source.number), *parse(QUOTE, arrived.ping))
        finally:
            await connection.close()
        if quote is None:
            return refuse(exchange, market, source, arrived.fields, False, request)
        pinned = await exchange.market_at(quote.version)
        request = request_under(exchange.vault, quote.id, body, now_ms)
        return take_up(
            exchange, pinned, pinned.sources[source.number], arrived.fields, False, request, quote, arrived.bids
        )

    def ask(self, source: str, body: bytes) -> "asyncio.Future[QuoteAnswer | None]":
        """Take a ping as the intake does. None: it got no answer."""
        told: asyncio.Future[QuoteAnswer | None] = self._loop.create_future()
        self._loop.create_task(self._ask(source, body, told), context=self.context)
        return told

    async def _ask(self, slug: str, body: bytes, told: "asyncio.Future[QuoteAnswer | None]") -> None:
        exchange = self.exchange
        assert exchange is not None
        market = exchange.market
        source = next(source for source in market.sources.values() if source.slug == slug)
        arrived = source.read("application/json", body)
        if source.paused or isinstance(arrived, Malformed) or self.closing:
            told.set_result(None)
            return
        story = ask_price(exchange, market, source, arrived.fields, test=False)
        try:
            await distribute(exchange, story)
        except Exception:
            told.set_result(None)
            return
        name = public(QUOTE, story.lead.cell, story.id)
        told.set_result(quote_answer(name, source.campaign.currency, story.state, story.until_ms))
