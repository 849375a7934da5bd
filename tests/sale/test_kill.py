"""`kill -9` of exchange processes, supervisor and PostgreSQL under load: nothing lost, nothing sold twice.

Real processes, a real embedded server with fsync; the buyers keep their own books in this process.
"""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from harness.buyers import Buyers, HangUp, bid
from harness.house import request, until, write_market
from harness.market import lead, nouns, offer
from harness.replays import differences
from harness.tallies import miscounted
from outbid.core.ids import LEAD, parse
from outbid.core.lead.state import fold_all
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.store import database, leads
from outbid.store.money import ledger
from outbid.store.server import EmbeddedServer

ROUNDS = int(os.environ.get("OUTBID_KILLS", "3"))


class Books:
    """What the buyers took, by the lead's own email: `told` is the part whose answer was sent."""

    def __init__(self) -> None:
        self.taken: dict[str, set[str]] = defaultdict(set)
        self.keys: dict[str, dict] = {}
        self.money: Counter[str] = Counter()

    def post(self, buyers: Buyers, hangs_up: float):
        def answer(got):
            key, who = got.headers["idempotency-key"], got.json["email"]
            if key not in self.keys:
                self.keys[key] = {"accepted": random.random() < 0.8, "reason": "no"}
                if self.keys[key]["accepted"]:
                    self.taken[who].add(got.buyer)
            if random.random() < hangs_up:
                raise HangUp
            return self.keys[key]

        return answer


class Running:
    """`outbid serve` as a process of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.environment = {**os.environ, "OUTBID_DATA": str(folder), "OUTBID_PORT": str(port)}
        self.folder = folder
        self.process: subprocess.Popen | None = None

    async def start(self) -> None:
        log = (self.folder / "serve.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "outbid", "serve"], env=self.environment, stdout=log, stderr=log
        )

    def children(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    words = (entry / "cmdline").read_bytes()
                except (OSError, IndexError):
                    continue
                if self.process and parent == self.process.pid and b"spawn_main" in words:
                    found.append(int(entry.name))
        return found

    def postgres(self) -> int:
        return int((self.folder / "database" / "postmaster.pid").read_text().split()[0])

    def kill(self, victim: str) -> None:
        if victim == "postgres":
            os.kill(self.postgres(), signal.SIGKILL)
        elif victim == "one exchange process":
            os.kill(random.choice(self.children()), signal.SIGKILL)
        else:
            children = self.children()
            self.process.kill()
            self.process.wait()
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


async def _ready(port: int) -> bool:
    try:
        return (await request(port, "GET", "/readyz")).status == 200
    except (OSError, ValueError):
        return False


@pytest.mark.parametrize("seed", [1])
async def test_nothing_is_lost_and_nothing_sold_twice_when_everything_is_killed(server_folder, seed):
    random.seed(seed)
    folder, port, books = server_folder, _free_port(), Books()
    running = Running(folder, port)
    async with Buyers() as buyers:
        for name, price, hangs in (("steady", "20", 0.0), ("flaky", "22", 0.1), ("direct", "0", 0.0)):
            buyers.on(name, ping=bid(price), post=books.post(buyers, hangs))
        market = nouns(
            [
                offer("steady", buyers.port, caps=[{"window": "day", "leads": 100_000}]),
                offer("flaky", buyers.port, delivery={"repeatable": True}),
                offer("direct", buyers.port, tier="rest", price="5"),
            ],
            buyers={"steady": {"wallet": {"credit": "1000000"}}},
        )
        await running.start()
        try:
            await _open(running, port, market, folder)
            answered = await _sell_while_killing(running, port, ROUNDS)
            await _settle(folder)
            await _compare(folder, answered, books)
        finally:
            running.stop()


async def _open(running: Running, port: int, market, folder: Path) -> None:
    await until(lambda: _ready(port), 60)
    connection = await database.connect(_server(folder).start().url)
    await write_market(connection, market)
    await connection.close()
    await asyncio.sleep(1.5)  # both processes look for new versions once a second


def _server(folder: Path) -> EmbeddedServer:
    return EmbeddedServer(folder / "database")


async def _sell_while_killing(running: Running, port: int, rounds: int) -> dict[str, dict]:
    answered: dict[str, dict] = {}
    stop = asyncio.Event()

    async def seller() -> None:
        while not stop.is_set():
            person = lead()
            try:
                answer = await request(port, "POST", "/v1/leads", _json(person))
            except (TimeoutError, OSError, ValueError):
                await asyncio.sleep(0.05)
                continue
            if answer.status in (200, 202):
                answered[answer.json["lead"]] = answer.json | {"email": person["email"]}
            else:
                await asyncio.sleep(0.02)

    sellers = [asyncio.create_task(seller()) for _ in range(16)]
    victims = ["one exchange process", "postgres", "everything"]
    for n in range(rounds):
        before = len(answered)
        await until(lambda before=before: len(answered) > before + 40, 90)
        await asyncio.sleep(random.random() * 0.3)
        running.kill(victims[n % 3])
        if victims[n % 3] == "everything":
            await running.start()
    before = len(answered)
    await until(lambda: len(answered) > before + 40, 90)
    stop.set()
    await asyncio.gather(*sellers)
    return answered


def _json(value) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


async def _settle(folder: Path) -> None:
    """Wait until every lead is closed or waits for a verdict."""
    connection = await database.connect(_server(folder).start().url)
    deadline = time.monotonic() + 60
    while await connection.fetchval(
        "select count(*) from lead l left join lead_status s on s.cell = l.cell and s.lead_id = l.id"
        " where s.status is null"
    ):
        assert time.monotonic() < deadline, "leads stayed open"
        await asyncio.sleep(0.2)
    await connection.close()


async def _compare(folder: Path, answered: dict[str, dict], books: Books) -> None:
    connection = await database.connect(_server(folder).start().url)
    try:
        assert len(answered) > 100
        for name, answer in answered.items():
            record = await leads.read(connection, HOUSE, *parse(LEAD, name))
            assert record is not None, "an answered lead is lost"
            state = fold_all([event for chapter in record.chapters for event in chapter.events])
            if answer["outcome"] != "pending":
                assert state.status == answer["outcome"]
        balance = await ledger.trial_balance(connection, HOUSE)
        assert balance.faults == ()
        assert all(total == 0 for total in balance.totals.values())
        assert all(len(takers) == 1 for takers in books.taken.values()), "a lead was bought by two"
        ours = await connection.fetchrow(
            "select count(*) filter (where status = 'sold') as sold,"
            " count(*) filter (where status = 'uncertain') as uncertain from sale"
        )
        assert ours["sold"] <= len(books.taken) <= ours["sold"] + ours["uncertain"]
        assert await differences(connection, Registry()) == {}, "decisions that do not repeat"
        await _tallied(connection)
    finally:
        await connection.close()


async def _tallied(connection) -> None:
    """Lanes that were killed are counted by whoever took them over, each batch once."""

    async def is_whole() -> bool:
        return not await connection.fetchval(
            "select count(*) from (select lane, max(seq) as seq from chapter group by lane) c"
            " join tally_mark m on m.lane = c.lane where m.seq <> c.seq"
        )

    await until(is_whole, 60)
    assert await miscounted(connection) == {}, "tallies that a recount does not give"
