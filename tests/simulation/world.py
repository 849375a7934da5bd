"""One run: a market, buyers, sellers, processes, an operator and everything that goes wrong, all from one seed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

import asyncpg
import msgspec

from outbid.core.answer import QuoteAnswer
from outbid.core.ids import SALE, public, uuid7
from outbid.core.lead.state import State
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market
from outbid.core.tally.dimension import Names
from outbid.store import jobs
from outbid.store import market as markets
from outbid.store.commit.entry import EntryFailed, Fenced
from outbid.store.database import LOST
from outbid.store.money import ledger

from .buyers import SLOWEST_S
from .chosen import choice
from .database.server import Server
from .door import Network
from .laws import Breach, Laws, Rule, Submitted
from .loop import VirtualLoop
from .market import buyers_of, changed, nouns_of, random_market
from .node import REGISTRY, Node, SimulatedClock, Told
from .people import PHONE, random_lead
from .services import enriched, services
from .spared import Spared
from .story import story_of
from .suppressed import Suppressed, suppress
from .trace import Trace

PATIENCE_S = SLOWEST_S + 15.0
"""How long the operator waits before he asks a buyer about an uncertain sale: no answer is under way then."""
LONGEST_QUIET_S = 900.0
AMBUSH = 0.03
STARTS = (
    "2026-03-08T06:59:40",  # New York loses an hour
    "2026-11-01T05:59:45",  # New York has one twice
    "2026-03-29T00:59:45",  # Berlin loses one
    "2026-04-05T14:59:45",  # Lord Howe gains half of one
    "2026-04-23T21:59:40",  # Cairo has no midnight
    "2026-12-31T23:59:50",
    "2026-06-30T18:29:50",  # midnight in Kolkata, a month begins
    "2026-07-01T12:34:56",
)


class Report(msgspec.Struct):
    """What came of a run."""

    seed: int
    breaches: list[Breach]
    hash: str
    faults: dict[str, int]
    counts: dict[str, int]
    lines: list[str]
    story: list[str]


def simulate(seed: int, *, keep: bool = False, spared: Spared | None = None) -> Report:
    """Run one seed to its end. `keep` keeps the trace as text."""
    world = World(seed, keep=keep, spared=spared or Spared())
    with _Listening(world), _few_values():
        world.loop.run(world.live())
    if world.server.fault is not None:
        raise world.server.fault
    return world.report()


class World:
    """Everything of one run."""

    def __init__(self, seed: int, *, keep: bool, spared: Spared) -> None:
        self.seed, self.spared = seed, spared
        self.loop = VirtualLoop()
        self.trace = Trace(self.loop, keep=keep)
        self.chance = Random(f"world {seed}")
        start = datetime.fromisoformat(self.chance.choice(STARTS)).replace(tzinfo=UTC)
        self.clock = SimulatedClock(self.loop, int(start.timestamp()) * 1000 + self.chance.randrange(1000))
        self.server = Server(self.loop, Random(f"server {seed}"), self.clock.now_ms)
        self.rows = random_market(Random(f"market {seed}"))
        enriched(self.rows, Random(f"enrichers {seed}"))
        self.services = services(Random(f"services {seed}"))
        self.buyers = buyers_of(self.rows, Random(f"buyers {seed}"))
        self.network = Network(self.loop, self.buyers | self.services, self.trace)
        self.markets: dict[int, Market] = {}
        self.suppressed = Suppressed(Random(f"lists {seed}"), len(self.rows["buyer"]))
        self.laws = Laws(self.server.tables, self.markets, _rule(self.rows), spared, self.suppressed)
        self.server.tables.on_commit = self._committed
        self.nodes: list[Node] = []
        self.submitted: dict[str, Submitted] = {}
        self.by_lead: dict[bytes, Submitted] = {}
        self.settled: dict[str, str] = {}
        self.uncertain_since: dict[bytes, float] = {}
        self.storm = True
        self.told: dict[str, int] = {}
        self.leads_of: dict[str, set[bytes]] = {}
        self._started = 0

    def _committed(self, transaction: Any, changes: list[Any]) -> None:
        self.laws.committed(transaction, changes)
        for table, key, _, after in changes:
            self.trace.tell("commit", table, key, after and after.get("status"))
            if table == "sale" and after is not None and after["status"] == "uncertain":
                self.uncertain_since.setdefault(key[0], self.loop.time())
            if table == "sale" and after is not None and after["status"] == "posting" and self.storm:
                self._ambush(after["lead_id"])
            if table == "chapter" and self.storm and self.chance.random() < self._poison:
                self.server.weather.poison.add((key[0], key[1] + 1))

    def _ambush(self, lead_id: bytes) -> None:
        """Now and then strike at the worst moment: the hold is durable, and the post has not gone out."""
        if self.chance.random() >= AMBUSH:
            return
        lane = self.server.tables.table("chapter")[lead_id, self.laws.chapters[lead_id]]["lane"]
        for node in self.nodes:
            if node.is_ready and node.exchange is not None and node.exchange.lane == lane and not node.owner.frozen:
                if self.chance.random() < 0.5:
                    self.server.count("killed")
                    node.kill()
                else:
                    self._freeze_now(node)

    # -- the run ------------------------------------------------------------------------------------------------------

    async def live(self) -> None:
        """Open, storm, calm down, count."""
        self._poison = 0.0
        await self._write_market()
        for owner in self.suppressed.owners:
            await self._suppress(owner, [])
        for _ in range(self.chance.choice((1, 2, 2, 3))):
            self._start_node()
        self._set_weather()
        length = self.chance.choice((10.0, 20.0, 30.0, 60.0))
        tasks = [
            self.loop.create_task(work)
            for work in (
                self._sellers(length),
                self._mishaps(length),
                self._operator(),
                self._changes(length),
                self._lists(length),
            )
        ]
        await asyncio.sleep(length)
        await asyncio.gather(*tasks[:2], *tasks[3:])
        await self._calm_down()
        if not await self._until(self._is_quiet, LONGEST_QUIET_S):
            self.trace.tell("never quiet")
        if self.laws.breaches:
            return  # what broke first is what counts
        self.laws.at_the_end(list(self.submitted.values()), self.by_lead, self.buyers, self.services, self.settled)

    def _set_weather(self) -> None:
        weather, chance = self.server.weather, self.chance
        weather.slow = chance.choice((0.0, 0.0, 0.02))
        weather.lost = chance.choice((0.0, 0.002, 0.01))
        weather.lost_in_commit = chance.choice((0.0, 0.0, 0.05, 0.3))
        weather.deadlock = chance.choice((0.0, 0.01, 0.1, 0.3))
        weather.deaf = chance.choice((0.0, 0.5))
        self._poison = chance.choice((0.0, 0.0, 0.03))

    async def _calm_down(self) -> None:
        """Everything works again: whoever is dead is replaced, whoever is frozen will wake."""
        self.storm = False
        self.server.weather.calm()
        self.server.up = True
        if self.chance.random() < 0.3:
            for node in [node for node in self.nodes if node.is_ready]:
                node.close()
        if not any(node.is_ready and not node.owner.frozen for node in self.nodes):
            self._start_node()

    def _is_quiet(self) -> bool:
        tables = self.server.tables
        soon_ms = self.clock.now_ms() + round(LONGEST_QUIET_S * 1000)
        if any(job["run_at"] < soon_ms for job in tables.table("job").values()) or any(
            row["status"] == "posting" for row in tables.table("sale").values()
        ):
            return False
        for (lead_id,) in tables.table("lead"):
            state = self.laws.states.get(lead_id, State())
            row = tables.table("lead_status").get((lead_id,))
            if row is None or (state.stage != "closed" and state.status != "uncertain"):
                return False
        if not self.laws.is_counted():
            return False
        alive = [node for node in self.nodes if not node.owner.dead]
        return not any(node.exchange is not None and node.exchange.in_flight for node in alive)

    async def _until(self, true: Callable[[], bool], most_s: float) -> bool:
        ends = self.loop.time() + most_s
        while self.loop.time() < ends:
            await asyncio.sleep(1.0)
            if true():
                return True
            if self.laws.breaches:
                return False
        return False

    # -- processes ----------------------------------------------------------------------------------------------------

    def _start_node(self) -> None:
        self._started += 1
        clock = SimulatedClock(self.loop, self.clock._start_ms)
        clock.skew_ms = self.chance.choice((0, 0, self.chance.randint(-400, 400)))
        name = f"p{self._started}"
        chance = Random(f"{name} {self.seed}")
        node = Node(name, self.loop, self.server, self.network, clock, chance, self.markets)
        self.nodes.append(node)
        self.trace.tell("start", name)
        node.start()
        self.loop.create_task(self._replace(node))

    async def _replace(self, node: Node) -> None:
        """A supervisor: a process that ended is started again."""
        how = await node.over
        self.trace.tell("over", node.owner.name, how)
        if how == "fenced":
            self.server.count("fenced")
            node.kill()
        await asyncio.sleep(self.chance.uniform(0.1, 3.0))
        if self.storm or not any(other.is_ready and not other.owner.frozen for other in self.nodes):
            self._start_node()

    # -- sellers ------------------------------------------------------------------------------------------------------

    async def _sellers(self, length: float) -> None:
        number, most = 0, self.chance.randint(3, 40)
        while number < most and self.loop.time() < length:
            await asyncio.sleep(self.chance.expovariate(most / length))
            for _ in range(self.chance.choice((1, 1, 1, 2, 5))):
                number += 1
                self._submit(number)

    def _submit(self, number: int) -> None:
        tag, fields = random_lead(self.chance, number)
        source = self.chance.choice(sorted(self.rows["source"]))
        copies = 2 if self.chance.random() < 0.1 else 1
        for copy in range(copies):  # the same person twice at once
            named = f"{tag}.{copy}"
            ready = [node for node in self.nodes if node.is_ready]
            if not ready:
                return
            phone = str(fields["phone"])
            flawless = phone if PHONE.fullmatch(phone) else None
            self.submitted[named] = Submitted(named, source, flawless, str(fields["email"]))
            if self.chance.random() < 0.3:
                self._ask(named, source, fields | {"tag": named})
                continue
            send = partial(self._send, named, source, msgspec.json.encode(fields | {"tag": named}))
            send()
            if self.chance.random() < 0.15:  # the very same request again
                self.loop.call_later(self.chance.choice((0.0, 0.0, 0.002, 0.05, 2.0, 20.0)), send)

    def _ask(self, tag: str, source: str, fields: dict[str, Any]) -> None:
        """Ping with what is not of the person; who is quoted posts some time later, some twice, some another lead."""
        ready = [node for node in self.nodes if node.is_ready]
        if not ready:
            return
        known = {name: value for name, value in fields.items() if name in ("zip", "state", "amount")}
        told = self.chance.choice(ready).ask(source, msgspec.json.encode(known))
        told.add_done_callback(lambda future: self._quoted(tag, source, fields, future.result()))

    def _quoted(self, tag: str, source: str, fields: dict[str, Any], quote: QuoteAnswer | None) -> None:
        self.told["quoted" if quote and quote.price else "not quoted"] = (
            self.told.get("quoted" if quote and quote.price else "not quoted", 0) + 1
        )
        if quote is None:
            return
        self.laws.quoted(quote)
        if quote.price is None and self.chance.random() < 0.8:
            return
        if self.chance.random() < 0.1:
            fields = fields | {"amount": 101}
        send = partial(
            self._send, tag, source, msgspec.json.encode(fields | choice(quote, self.chance) | {"ping_id": quote.ping})
        )
        for _ in range(2 if self.chance.random() < 0.15 else 1):
            self.loop.call_later(self.chance.choice((0.0, 0.05, 1.0, 8.0, 40.0)), send)

    def _send(self, tag: str, source: str, body: bytes) -> None:
        if ready := [node for node in self.nodes if node.is_ready]:
            told = self.chance.choice(ready).sell(source, body, tag)
            told.add_done_callback(lambda future: self._answered(tag, future.result()))

    def _answered(self, tag: str, told: Told | None) -> None:
        if told is None:
            return
        self.by_lead[told.lead_id] = self.submitted[tag]
        self.laws.made(self.leads_of.setdefault(tag, set()), told.lead_id)
        outcome = told.answer.outcome if told.answer else told.fault
        self.told[outcome] = self.told.get(outcome, 0) + 1
        self.trace.tell("told", tag, outcome)
        self.laws.told(told, "USD")

    # -- what goes wrong with processes and the server ----------------------------------------------------------------

    async def _mishaps(self, length: float) -> None:
        for _ in range(self.chance.choice((0, 1, 2, 4, 8))):
            await asyncio.sleep(self.chance.uniform(0.2, length / 4))
            if self.loop.time() > length:
                return
            kind = self.chance.choice(
                (*[self._kill, self._freeze] * 3, self._outage, self._outage, self._close, self._step)
            )
            await kind()

    def _victim(self) -> Node | None:
        ready = [node for node in self.nodes if node.is_ready and not node.owner.frozen]
        return self.chance.choice(ready) if ready else None

    async def _kill(self) -> None:
        if node := self._victim():
            self.server.count("killed")
            node.after_steps(self.chance.randint(1, 120), node.kill)

    async def _freeze(self) -> None:
        if node := self._victim():
            node.after_steps(self.chance.randint(1, 120), lambda: self._freeze_now(node))

    def _freeze_now(self, node: Node) -> None:
        self.server.count("frozen")
        node.freeze()
        self.loop.call_later(self.chance.choice((0.5, 3.0, 8.0, 20.0, 70.0, 150.0)), node.wake)

    async def _step(self) -> None:
        """The clock of a machine is set right, or wrong."""
        if node := self._victim():
            self.server.count("clock step")
            node.clock.skew_ms += self.chance.choice((-3000, -700, 700, 3000))

    async def _outage(self) -> None:
        self.server.crash()
        await asyncio.sleep(self.chance.choice((0.1, 1.0, 4.0, 12.0)))
        self.server.up = True

    async def _close(self) -> None:
        if node := self._victim():
            self.server.count("closed")
            node.close()

    # -- the operator -------------------------------------------------------------------------------------------------

    async def _operator(self) -> None:
        """He asks buyers about uncertain sales, and writes down what their books say."""
        decided: set[bytes] = set()
        while True:
            await asyncio.sleep(3.0)
            for sale_id, since_s in list(self.uncertain_since.items()):
                row = self.server.tables.table("sale")[(sale_id,)]
                if self.loop.time() < since_s + PATIENCE_S or row["status"] != "uncertain" or sale_id in decided:
                    continue
                decided.add(sale_id)
                if self.chance.random() < 0.7:
                    await self._settle(sale_id, row["lead_id"])
            for (lead_id,), row in list(self.server.tables.table("lead_status").items()):
                if row["status"] == "review" and lead_id not in decided and self.chance.random() < 0.5:
                    decided.add(lead_id)
                    await self._review(lead_id)

    async def _review(self, lead_id: bytes) -> None:
        outcome, now_ms = self.chance.choice(("released", "released", "refused")), self.clock.now_ms()
        await self._with_database(
            lambda connection: jobs.put_review(
                connection, 0, lead_id, outcome, "operator", now_ms, self.chance.randbytes
            )
        )

    async def _settle(self, sale_id: bytes, lead_id: bytes) -> None:
        sale = public(SALE, 0, sale_id)
        bought = any(book.key == sale for buyer in self.buyers.values() for book in buyer.taken)
        outcome = self.settled[sale] = "sold" if bought else "rejected"
        payload = {"lead": lead_id.hex(), "sale": sale, "outcome": outcome, "by": "operator"}
        now_ms = self.clock.now_ms()
        job = uuid7(now_ms, self.chance.randbytes(10))
        await self._with_database(
            lambda connection: jobs.put(connection, 0, job, "settle", payload, now_ms, f"settle {sale}")
        )

    async def _with_database(self, do: Callable[[Any], Awaitable[Any]]) -> None:
        while True:
            try:
                connection = await self.server.connect()
                await do(connection)
                await connection.close()
                return
            except LOST:
                await asyncio.sleep(0.5)

    async def _changes(self, length: float) -> None:
        for _ in range(self.chance.choice((0, 1, 3, 8))):
            await asyncio.sleep(self.chance.uniform(0.5, length / 3))
            if self.loop.time() > length:
                return
            if self.chance.random() < 0.3:
                await self._pay_in()
            else:
                self.rows = changed(self.rows, self.chance)
                await self._write_market()

    async def _lists(self, length: float) -> None:
        """Buyers and the house put persons on their lists."""
        lists = self.suppressed
        while lists.owners and self.loop.time() < length:
            await asyncio.sleep(lists.chance.uniform(0.1, length / 3))
            await self._suppress(lists.chance.choice(lists.owners), lists.drawn())

    async def _suppress(self, owner: str, hashes: list[bytes]) -> None:
        now_ms = self.clock.now_ms()
        await self._with_database(lambda connection: suppress(connection, owner, hashes, now_ms))

    async def _pay_in(self) -> None:
        identifier, buyer = self.chance.randbytes(16), self.chance.randint(1, len(self.rows["buyer"]))
        amount = self.chance.randint(1, 100) * 1_000_000
        await self._with_database(
            lambda connection: ledger.deposit(connection, 0, identifier, buyer, "USD", amount, self.clock.now_ms())
        )

    async def _write_market(self) -> None:
        wanted = nouns_of(self.rows)

        async def write(connection: Any) -> None:
            async with connection.transaction():
                version, nouns = await markets.load(connection)
                numbered = await markets.assign_numbers(connection, nouns, wanted)
                market = compile_market(version + 1, numbered, REGISTRY)
                self.markets[version + 1] = market
                limits = market.every_limit()
                differences = markets.differences(nouns, wanted)
                await markets.write(connection, version, differences, numbered, limits, "operator")

        while True:
            try:
                await self._with_database(write)
                return
            except asyncpg.DeadlockDetectedError:
                await asyncio.sleep(0.1)

    # -- afterwards ---------------------------------------------------------------------------------------------------

    def log(self, record: logging.LogRecord) -> None:
        """A process logged something: an error is a breach unless a fault that was injected explains it."""
        self.trace.tell("log", record.levelname, record.getMessage())
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno >= logging.ERROR and not isinstance(error, (*LOST, EntryFailed, Fenced)):
            self.laws.broken("nothing fails by itself", f"{record.getMessage()}: {error!r}")

    def report(self) -> Report:
        """What came of it."""
        for fault in self.loop.faults:
            error = fault.get("exception")
            if not isinstance(error, (*LOST, EntryFailed, Fenced)):
                self.laws.broken("nothing fails by itself", f"{fault.get('message')}: {error!r}")
        counts = dict(self.told)
        counts["leads"] = len(self.server.tables.table("lead"))
        counts["inquired"] = sum(buyer.inquiries for buyer in self.buyers.values())
        counts["seconds"] = round(self.loop.time())
        story = story_of(self, self.laws.breaches[0]) if self.laws.breaches else []
        return Report(
            self.seed,
            self.laws.breaches,
            self.trace.hash(),
            dict(sorted(self.server.counts.items())),
            counts,
            self.trace.lines,
            story,
        )


def _rule(rows: Any) -> Rule | None:
    for check in rows["campaign"]["auto"]["checks"]:
        if check["plugin"] == "duplicate":
            settings = check["settings"]
            return Rule(settings["scope"], settings["match"], settings["window_hours"])
    return None


@contextmanager
def _few_values() -> Iterator[None]:
    """So few values of a dimension have rows of their own that runs pass the limit."""
    before, Names.most = Names.most, 7
    try:
        yield
    finally:
        Names.most = before


class _Listening:
    """The exchange's log goes to the world while it runs, and nowhere else."""

    def __init__(self, world: World) -> None:
        self._logger = logging.getLogger("outbid")
        self._handler = logging.Handler()
        self._handler.emit = world.log  # type: ignore[method-assign]

    def __enter__(self) -> None:
        self._before = (self._logger.propagate, self._logger.level)
        self._logger.propagate = False
        self._logger.setLevel(logging.WARNING)
        self._logger.addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self._handler)
        self._logger.propagate, level = self._before
        self._logger.setLevel(level)
