"""One exchange process: opens its connections and its lane, keeps the market fresh, takes over what dead ones left."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from outbid.core.ids import LEAD, public
from outbid.core.market.compile import compile_market
from outbid.core.market.making.plan import Plugins
from outbid.core.market.snapshot import Market
from outbid.core.market.taken_over import EMPTY
from outbid.core.scope import HOUSE
from outbid.exchange.ahead.child import Child
from outbid.exchange.clock import Clock, noise_source
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Change, Door, Exchange, change_between
from outbid.exchange.live.barring import Barring
from outbid.exchange.live.judge import Judge
from outbid.exchange.live.learned.learning import learn
from outbid.exchange.live.paces import LOOKED_BACK_MS
from outbid.exchange.revive import resume, revive
from outbid.exchange.room import Rooms
from outbid.exchange.story import Story
from outbid.exchange.work.counting.recount import recount
from outbid.exchange.work.worker import Worker, grouped
from outbid.store import jobs, leads
from outbid.store import market as markets
from outbid.store.commit import lanes
from outbid.store.commit.entry import EntryFailed, Fenced, Superseded
from outbid.store.commit.journal import Journal, stop
from outbid.store.commit.writer import SqlWriter
from outbid.store.control import steps
from outbid.store.database import LOST, Connection
from outbid.store.key_check import WrongKey, fit
from outbid.store.money import rooms
from outbid.store.people import suppressions
from outbid.store.quote.writer import QuoteWriter
from outbid.store.sealed import secrets
from outbid.store.tally.arrivals import arrivals
from outbid.store.tally.live import Live
from outbid.store.vault import Vault

log = logging.getLogger("outbid.exchange")

BEAT_S = 1.0
RECORD_S = 10.0
"""How long a new lead may wait for the database before its seller is told to send it again."""
MOST_OLD_MARKETS = 20
LONGEST_RETRY_S = 60.0
Connect = Callable[[], Awaitable[Connection]]


class Process:
    """Everything of one exchange process that lives as long as it does."""

    def __init__(
        self,
        connect: Connect,
        door: Door,
        vault: Vault,
        plugins: Plugins,
        child: Child,
        *,
        cell: int = 0,
        keeps_traffic: bool = True,
        sampled: int = 0,
        clock: Clock | None = None,
        noise: Callable[[int], bytes] | None = None,
    ) -> None:
        self._child = child
        self._connect = connect
        self._door = door
        self._vault = vault
        self._plugins = plugins
        self._cell = cell
        self._keeps_traffic, self._sampled = keeps_traffic, sampled
        self._clock, self._noise = clock or Clock(), noise or noise_source()
        self._tasks: list[asyncio.Task[None]] = []
        self._retrying = False
        self._taking_over: set[int] = set()
        self._beside: set[asyncio.Task[None]] = set()
        self._old: dict[int, Market] = {}
        self.fenced = asyncio.Event()

    async def open(self, *, gather_ms: float = 3.0) -> Exchange:
        """Read the market, take a lane, start writing. Returns what leads are distributed with."""
        loop = asyncio.get_running_loop()
        self._beat_connection = await self._connect()
        await fit(self._beat_connection, self._vault)
        market = await self._load(self._beat_connection, EMPTY)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        now_ms = self._clock.now_ms()
        self._lane = await lanes.open_lane(self._beat_connection, self._cell, owner, now_ms, self._vault.ready)
        room = Rooms()
        self._barring = Barring(self._connect, self._clock)
        self._barring.lists = await suppressions.owners(self._beat_connection)
        self.tallies = Live(self._lane)
        writer = SqlWriter(self._connect, self._lane, self._clock.now_ms, room.saw, self.tallies.hear)
        self.journal = Journal(writer, gather_ms=gather_ms)
        quote_writer = QuoteWriter(self._connect, self._cell)
        self.quotes = Journal(quote_writer, gather_ms=gather_ms)
        self._writers = (writer, quote_writer)
        self.exchange = Exchange(
            cell=self._cell,
            lane=self._lane.id,
            market=market,
            journal=self.journal,
            quotes=self.quotes,
            market_at=self._market_for,
            door=self._door,
            vault=self._vault,
            rooms=room,
            clock=self._clock,
            noise=self._noise,
            now=loop.time,
            keeps_traffic=self._keeps_traffic,
            barring=self._barring,
            sampled=self._sampled,
        )
        self._judge = Judge(self.exchange)
        self._worker = Worker(self.exchange, self._connect, self._revive, self._child)
        self.exchange.lease_until = loop.time() + (lanes.LEASE_MS - lanes.MARGIN_MS) / 1000
        await self._listen()
        work = (self._write(self.journal), self._beat(), self._turn_away(), self._write(self.quotes))
        self._tasks = [asyncio.create_task(part) for part in work]
        return self.exchange

    async def close(self) -> None:
        """Wait for the leads in flight (the caller stopped the intake), give the lane back, close everything."""
        while (self.exchange.in_flight or self._waiting()) and not self.fenced.is_set():
            await asyncio.sleep(0.02)
        for task in [*self._tasks, *self._beside]:
            await stop(task)
        for writer in self._writers:
            await writer.close()
        await self._barring.close()
        with contextlib.suppress(*LOST):
            counted = await self.tallies.finish(self._beat_connection)
            if counted and not self.fenced.is_set() and not self.exchange.dropped:
                await lanes.give_back(self._beat_connection, self._lane)
            await self._beat_connection.close()

    def _waiting(self) -> int:
        return self.journal.waiting() + self.quotes.waiting()

    async def _load(self, connection: Connection, base: Market, version: int | None = None) -> Market:
        """The market at a version, the newest if none is named; what it has in common with `base` is taken over."""
        known = None if base is EMPTY else (base.version, base.nouns)
        number, nouns = await markets.load(connection, version, known)
        words = await secrets.values(connection, HOUSE, self._vault)
        # Beside the loop: at first, of a market with thousands of offers, this takes seconds.
        market = await asyncio.to_thread(compile_market, number, nouns, self._plugins, words, before=base, lenient=True)
        if version is None:  # an old version may well refer to what was removed since
            for lack in market.lacks:
                log.error("%s %s %s: %s", lack.kind, lack.slug, "/".join(map(str, lack.path)), lack.sentence)
        return market

    async def _compare(self, before: Market, market: Market) -> Change:
        """What changed from one version to the next, found beside the loop."""
        return await asyncio.to_thread(change_between, before, market)

    async def _market_at(self, connection: Connection, version: int) -> Market:
        """The market of a version that a lead pinned."""
        found = self._at_hand(version)
        if found is None:
            found = await self._load(connection, self.exchange.market, version)
            self._keep(found)
        return found

    def _at_hand(self, version: int) -> Market | None:
        """A market that is compiled already, with the secrets that are set now: a lead may have waited for long."""
        now = self.exchange.market
        if version == now.version:
            return now
        old = self._old.get(version)
        return old if old is not None and old.secrets == now.secrets else None

    def _keep(self, market: Market) -> None:
        """Keep a market of an older version at hand: leads that were quoted under it are posted soon."""
        if len(self._old) >= MOST_OLD_MARKETS:
            del self._old[next(iter(self._old))]
        self._old[market.version] = market

    async def _market_for(self, version: int) -> Market:
        """As `_market_at`, for whoever has no connection of his own. Raises what a lost database raises."""
        if (found := self._at_hand(version)) is not None:
            return found
        connection = await self._connect()
        try:
            return await self._market_at(connection, version)
        finally:
            await connection.close()

    def _fence(self) -> None:
        """Nothing more may be written or posted from here."""
        self.exchange.fenced = True
        self.fenced.set()

    async def _write(self, journal: Journal[Any, Any]) -> None:
        try:
            await journal.run()
        except Fenced:
            log.warning("the lane was taken over; this process drops its leads and ends")
            self._fence()
        except Exception:
            log.exception("the journal stopped")
            self._fence()

    # -- the beat: once a second --------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Be told of new versions and filled accounts; the beat looks again, should a notice be lost."""
        self._news = asyncio.Event()
        connection = self._beat_connection
        await connection.add_listener(markets.CHANNEL, lambda *_: self._news.set())
        await connection.add_listener(jobs.CHANNEL, lambda *_: self._news.set())
        await connection.add_listener(steps.CHANNEL, lambda *_: self._news.set())
        await connection.add_listener(suppressions.CHANNEL, lambda *_: self._news.set())
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
                self._fence()
                return
            except WrongKey as error:
                log.error("%s", error)
                self._fence()
                return
            except LOST:
                await self._reconnect()
            except Exception:
                log.exception("a beat failed")
                await asyncio.sleep(BEAT_S)

    async def _turn_away(self) -> None:
        """Apart from the beat, which waits for the database too."""
        while True:
            await asyncio.sleep(BEAT_S)
            if turned_away := self.journal.turn_away(RECORD_S) + self.quotes.turn_away(RECORD_S):
                log.warning("%d leads waited %.0f s for the database and were turned away", turned_away, RECORD_S)

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
        oldest = self.exchange.oldest_open(now_ms - lanes.CLOCK_STEP_MS)
        asked = self.exchange.now()
        if not await lanes.renew(connection, self._lane, oldest, now_ms):
            raise Fenced("the lane was taken over")
        self.exchange.lease_until = asked + (lanes.LEASE_MS - lanes.MARGIN_MS) / 1000
        self.exchange.throttle.place = await lanes.place_of(connection, self._lane, now_ms)
        # Before the market: of accounts whose ceilings change nothing may be heard that was so before.
        await rooms.tell(connection, self.exchange.rooms.take_filled())
        for identifier, room in await rooms.look(connection, self._cell, self.exchange.rooms.scarce()):
            self.exchange.rooms.learn(identifier, room)
        self._barring.lists = await suppressions.owners(connection)
        if await markets.version_now(connection) > self.exchange.market.version:
            await fit(connection, self._vault)
            market = await self._load(connection, self.exchange.market)
            change = await self._compare(self.exchange.market, market)
            self._keep(self.exchange.market)
            self.exchange.take(change)
        await lanes.adopt(connection, self._lane, self._clock.now_ms())
        for adopted in await lanes.adopted_by(connection, self._lane):
            if adopted.lane not in self._taking_over:
                self._taking_over.add(adopted.lane)
                self._start(self._take_over(adopted))
        if campaigns := self.exchange.paces.due(now_ms):
            await self._learn_paces(connection, campaigns, now_ms)
        if self.exchange.dropped and not self._retrying:
            self._start(self._retry_dropped())
        taken = await jobs.take(connection, self._cell, now_ms)
        for some in grouped(taken):
            self._start(self._worker.do(some))
        await self.tallies.flush(connection)
        await self._judge.beat(connection)
        await learn(connection, self.exchange, now_ms)

    async def _learn_paces(self, connection: Connection, campaigns: list[int], now_ms: int) -> None:
        market, counts = self.exchange.market, {}
        for campaign in campaigns:
            sources = [number for number, source in market.sources.items() if source.campaign.number == campaign]
            counts[campaign] = await arrivals(connection, HOUSE, self._cell, sources, now_ms - LOOKED_BACK_MS)
        zones = {campaign: market.campaigns[campaign].zone for campaign in campaigns if campaign in market.campaigns}
        self.exchange.paces.learn(zones, counts, now_ms)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the beat; the process ends only when it has."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    # -- leads that come back from the database -----------------------------------------------------------------------

    async def _take_over(self, adopted: lanes.Adopted) -> None:
        """Finish the open leads of a dead lane, however often it takes. Its lease is renewed with ours until then."""
        pause_s = BEAT_S
        try:
            while not self.fenced.is_set() and not await self._finish_lane(adopted):
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
        except LOST as error:
            log.warning("lane %d waits for the database: %s", adopted.lane, error)
        finally:
            self._taking_over.discard(adopted.lane)  # if it is not finished, the next beat begins anew

    async def _finish_lane(self, adopted: lanes.Adopted) -> bool:
        """One attempt: True if no lead of the lane is open any more and the lane is forgotten."""
        connection = await self._connect()
        try:
            left = await leads.open_of_lane(connection, HOUSE, self._cell, adopted.lane, adopted.oldest_open)
            log.info("lane %d was taken over; %d of its leads are open", adopted.lane, len(left))
            stories = [
                await self._revive(connection, record) for record in left if record.id not in self.exchange.in_flight
            ]
            await asyncio.gather(*(self._finish(story) for story in stories if story is not None))
            await recount(connection, self._cell, adopted.lane, lambda version: self._market_at(connection, version))
            if left:
                return False  # look again: what is open still is not finished, whoever works on it
            await lanes.finish(connection, self._lane, adopted.lane)
            return True
        finally:
            await connection.close()

    async def _retry_dropped(self) -> None:
        """Take up again what a fault dropped here: often it has passed. What keeps failing is tried more seldom."""
        self._retrying = True
        try:
            await asyncio.sleep(min(BEAT_S * 2.0 ** min(self.exchange.dropped.values()), LONGEST_RETRY_S))
            with contextlib.suppress(*LOST):
                connection = await self._connect()
                try:
                    for lead_id in list(self.exchange.dropped):
                        await self._retry(connection, lead_id)
                finally:
                    await connection.close()
        finally:
            self._retrying = False

    async def _retry(self, connection: Connection, lead_id: bytes) -> None:
        record = await leads.read(connection, HOUSE, self._cell, lead_id)
        story = await self._revive(connection, record) if record and record.status == "open" else None
        if record is None or record.status != "open" or (story is not None and await self._finish(story)):
            self.exchange.dropped.pop(lead_id, None)

    async def _revive(self, connection: Connection, record: leads.Record) -> Story | None:
        try:
            market = await self._market_at(connection, record.version)
            deals = await leads.deals(connection, HOUSE, record.cell, record.id)
            story = revive(self.exchange, record, market, deals)
            # Somebody wrote between the two reads: what was read does not fit together, and is read again later.
            return story if story.holds_its_sales() else None
        except LOST:
            raise
        except Exception:  # whatever it is, the other leads of its lane must not wait for this one
            log.exception("lead %s cannot be taken over", public(LEAD, record.cell, record.id))
            return None

    async def _finish(self, story: Story) -> bool:
        """Take a lead to its end in this process. False: somebody has to look at it again."""
        resume(self.exchange, story)
        try:
            await distribute(self.exchange, story)
        except Superseded:
            return True
        except (EntryFailed, Fenced) as error:
            log.warning("lead %s was dropped: %s", public(LEAD, story.lead.cell, story.id), error)
            return False
        except Exception:
            log.exception("lead %s met a fault", public(LEAD, story.lead.cell, story.id))
            return False
        return True
