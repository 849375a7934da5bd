"""A whole exchange in this process: real database, real HTTP on loopback, only the supervisor is missing."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import msgspec
import uvicorn

from harness.market import SECRET
from harness.replays import differences
from harness.tallies import miscounted_at_last
from outbid.api.app import build
from outbid.api.hot import protocol_of
from outbid.api.intake import Intake
from outbid.core.dialect.secrets import MARK
from outbid.core.ids import LEAD, parse
from outbid.core.lead.state import State, fold_all
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Noun
from outbid.core.reasons import ALL
from outbid.core.scope import HOUSE
from outbid.exchange.ahead.child import child_of
from outbid.exchange.clock import noise_source
from outbid.exchange.outbound import Outbound
from outbid.exchange.process import Process
from outbid.plugins.registry import Registry
from outbid.plugins.reports import Reports
from outbid.store import database, leads
from outbid.store import market as markets
from outbid.store.money import ledger
from outbid.store.sealed import secrets
from outbid.store.upkeep import partitions
from outbid.store.vault import Vault

MASTER = bytes(range(32))


class Answer(msgspec.Struct):
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body)


class House:
    """An exchange that tests speak to by HTTP and look into by SQL."""

    def __init__(self, url: str, port: int, process: Process, connection: Any, pool: Any) -> None:
        self.url, self.port, self.process, self.connection, self.pool = url, port, process, connection, pool

    async def sell(self, fields: dict[str, Any], **more: Any) -> Answer:
        """Post one lead."""
        return await request(self.port, "POST", "/v1/leads", msgspec.json.encode(fields), **more)

    async def state(self, lead: str) -> State:
        """A lead's state, folded from its chapters."""
        record = await leads.read(self.connection, HOUSE, *parse(LEAD, lead))
        assert record is not None
        return fold_all([event for chapter in record.chapters for event in chapter.events])

    async def events(self, lead: str) -> list[Any]:
        record = await leads.read(self.connection, HOUSE, *parse(LEAD, lead))
        assert record is not None
        return [event for chapter in record.chapters for event in chapter.events]

    async def balance(self) -> ledger.TrialBalance:
        return await ledger.trial_balance(self.connection, HOUSE)

    async def change(self, nouns: dict[str, dict[str, Noun]]) -> None:
        """Make another market and wait until the process has it."""
        version = await write_market(self.connection, nouns)
        await until(lambda: self.process.exchange.market.version >= version)


async def write_market(connection: Any, wanted: dict[str, dict[str, Noun]]) -> int:
    async with connection.transaction():
        version, nouns = await markets.load(connection)
        numbered = await markets.assign_numbers(connection, nouns, wanted)
        market = compile_market(
            version + 1, numbered, Registry(), dict.fromkeys(await secrets.names(connection, HOUSE), MARK)
        )
        limits = market.every_limit()
        limits += [limit for source in market.sources.values() for limit in source.limits]
        return await markets.write(connection, version, markets.differences(nouns, wanted), numbered, limits, "test")


async def until(true: Any, seconds: float = 5.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while True:
        found = true()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, "it did not come to be"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def open_house(
    owner_url: str,
    url: str,
    nouns: dict[str, dict[str, Noun]] | None = None,
    *,
    masters: Mapping[int, bytes] = MappingProxyType({1: MASTER}),
    reports: Reports | None = None,
) -> AsyncIterator[House]:
    """Open an exchange on a migrated database; `nouns` become its market, None leaves the market as it is."""
    owner = await database.connect(owner_url)
    await partitions.make_ahead(owner, time.time_ns() // 1_000_000, 1)
    if nouns is not None:
        await write_market(owner, nouns)
    door = Outbound(asyncio.get_running_loop())
    vault = Vault(masters, noise_source())
    registry = Registry()
    process = Process(lambda: database.connect(url), door, vault, registry, child_of(url, None))
    exchange = await process.open(gather_ms=1.0)
    pool = await database.pool(url, 1)
    reasons = {**ALL, **registry.reasons()}
    intake = Intake(exchange, pool, reasons)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `outbid serve` does
    config = uvicorn.Config(
        build(intake, exchange, pool, vault, reasons, reports),
        http=protocol_of(intake),
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    serving = asyncio.create_task(server._serve([listener]))
    await until(lambda: server.started)
    went_well = False
    try:
        yield House(url, listener.getsockname()[1], process, owner, pool)
        assert await differences(owner, registry) == {}, "decisions that do not repeat"
        went_well = True
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving
        await process.close()
        await door.close()
        await pool.close()
        wrong = await miscounted_at_last(owner) if went_well else {}
        await owner.close()
    assert wrong == {}, "tallies that a recount does not give"


async def request(
    port: int, method: str, path: str, body: bytes = b"", *, key: str | None = SECRET, headers: tuple[str, ...] = ()
) -> Answer:
    """One HTTP request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{method} {path} HTTP/1.1", "Host: outbid.test", f"Content-Length: {len(body)}", "Connection: close"]
        if key is not None:
            lines.append(f"Authorization: Bearer {key}")
        writer.write("\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()
    if b"\r\n\r\n" not in answer:
        raise ConnectionError("the server hung up before it answered")
    head, _, rest = answer.partition(b"\r\n\r\n")
    first, *others = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in others)
    return Answer(int(first.split(" ")[1]), {k.lower(): v.strip() for k, _, v in pairs}, rest)
