"""Quotes written many at a time: one statement, apart from the leads' commits, and repeatable as it is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg

from outbid.core.lead import event as ev
from outbid.store.commit.entry import ConnectionLost, EntryFailed, Repeat
from outbid.store.database import LOST, Connection
from outbid.store.quote.row import Entry

WRITE: Final = """
insert into quote (id, source, campaign, version, test, at, until, facts, events, sealed, notes, key_version, wrapped,
                   cell)
select u.*, $1 from unnest($2::quote_row[]) u
on conflict (cell, id) do nothing
"""
RECONNECT_S = 0.1


class QuoteWriter:
    """The journal's writer of quotes (see `commit/journal`): no lane, no locks, over a connection of its own."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], cell: int) -> None:
        self._connect = connect
        self._cell = cell
        self._connection: Connection | None = None

    async def reconnect(self) -> None:
        """Open the connection anew, waiting until the server is there."""
        await self.close()
        while self._connection is None:
            try:
                self._connection = await self._connect()
            except LOST:
                await asyncio.sleep(RECONNECT_S)

    async def close(self) -> None:
        """Let go of the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()

    async def recall(self) -> list[Repeat | None] | None:
        """Nothing is known of a lost answer: the same rows are written again, and those that are there stay."""
        return None

    async def write(self, entries: list[Entry]) -> list[Repeat | None]:
        """Write all, or none. Raises ConnectionLost, EntryFailed."""
        if self._connection is None:
            await self.reconnect()
        assert self._connection is not None
        try:
            await self._connection.execute(WRITE, self._cell, [_row(entry) for entry in entries])
        except LOST as error:
            raise ConnectionLost(False) from error
        except (asyncpg.PostgresError, ValueError, TypeError, OverflowError) as error:
            raise EntryFailed(f"{type(error).__name__}: {error}") from error
        return [None] * len(entries)


def _row(entry: Entry) -> tuple[Any, ...]:
    birth = entry.birth
    return (
        entry.id,
        birth.source,
        birth.campaign,
        birth.version,
        birth.test,
        birth.arrived_at_ms,
        entry.until_ms,
        birth.facts,
        ev.encode(entry.events),
        birth.sealed,
        entry.notes,
        birth.key_version,
        birth.wrapped_key,
    )
