"""A dry run in a process of its own, so that no lead waits for it: begun by an exchange process, and ending with it.

What it needs comes as a line on its standard input, which stays open for as long as who began it lives.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from outbid.core.dialect.secrets import MARK
from outbid.core.fault import Fault
from outbid.core.foresee.result import Result, result_of
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import KINDS
from outbid.core.market.problem import MarketError
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE
from outbid.exchange.ahead.foresee import Wish, foresee
from outbid.exchange.clock import Clock
from outbid.plugins.registry import Registry
from outbid.store import database
from outbid.store import market as markets
from outbid.store.ahead import dry_runs
from outbid.store.database import Connection
from outbid.store.sealed import secrets

NICENESS = 10
Child = Callable[[int, bytes], Awaitable[int]]
"""(cell, id of a dry run) → the exit code of the process that ran it."""


class Order(msgspec.Struct, frozen=True):
    """What a child is told."""

    url: str
    role: str | None
    cell: int
    id: str


class _Stopped(Exception):
    """Somebody does not want to know any more."""


def child_of(url: str, role: str | None) -> Child:
    """How an exchange process has dry runs done, on the database that it uses itself."""

    async def run(cell: int, identifier: bytes) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "outbid.exchange.ahead.child", stdin=asyncio.subprocess.PIPE
        )
        assert process.stdin is not None
        try:
            process.stdin.write(msgspec.json.encode(Order(url, role, cell, identifier.hex())) + b"\n")
            await process.stdin.drain()
            return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    return run


async def main() -> None:
    """Run the dry run that standard input names; its end is written in its row."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), os._exit, 1)  # it is closed: who began this is gone
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    connection = await database.connect(order.url, role=order.role, application="outbid dry run")
    identifier = bytes.fromhex(order.id)
    try:
        result = await _run(connection, order.cell, identifier)
        await dry_runs.end(connection, identifier, "done", result=result)
    except _Stopped:
        pass
    except (Fault, MarketError) as error:
        await dry_runs.end(connection, identifier, "failed", error=str(error))
    finally:
        await connection.close()


async def _run(connection: Connection, cell: int, identifier: bytes) -> Result:
    now_ms = Clock().now_ms()
    rows = await dry_runs.read(connection, HOUSE, now_ms, identifier)
    if not rows:
        raise _Stopped
    given = rows[0].wish
    both = await _markets(connection, given)
    wish = Wish(given.days, given.campaign, given.source, given.most_leads)
    found = await foresee(connection, cell, both, wish, now_ms, partial(_tell, connection, identifier))
    return result_of(found.foresight, both[1], (found.from_ms, found.until_ms), found.leads, found.played, cell)


async def _tell(connection: Connection, identifier: bytes, done: int, leads: int) -> None:
    if not await dry_runs.beat(connection, identifier, done, leads, Clock().now_ms()):
        raise _Stopped


async def _markets(connection: Connection, given: dry_runs.Wish) -> tuple[Market, Market]:
    """The market as it is, and as it would be. Nothing is sent, so that any word stands for a secret."""
    plugins, words = Registry(), dict.fromkeys(await secrets.names(connection, HOUSE), MARK)
    transaction = connection.transaction()
    await transaction.start()
    try:
        version, nouns = await markets.load(connection)
        wanted = {
            kind: ({} if given.whole else {slug: noun for slug, (_, noun) in nouns[kind].items()})
            | {slug: msgspec.convert(noun, KINDS[kind]) for slug, noun in found.items()}
            for kind, found in given.nouns.items()
        }
        numbered = await markets.assign_numbers(connection, nouns, wanted)
    finally:
        await transaction.rollback()
    unchanged = compile_market(version, nouns, plugins, words, lenient=True)
    return unchanged, compile_market(version + 1, numbered, plugins, words, before=unchanged)


if __name__ == "__main__":
    asyncio.run(main())
