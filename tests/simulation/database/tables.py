"""Tables in memory with READ COMMITTED transactions: own changes over committed rows, row locks, deadlocks found."""

from asyncio import Future
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg

from ..loop import VirtualLoop

Key = tuple[Any, ...]
Row = dict[str, Any]
Change = tuple[str, Key, Row | None, Row | None]
"""Table, key, the row before and after (None: there is none)."""


class Lock:
    """Who holds a row, and who waits for it. `exclusive` is true while one transaction changes it."""

    __slots__ = ("exclusive", "holders", "place", "waiters")

    def __init__(self, place: tuple[str, Key]) -> None:
        self.place = place
        self.holders: dict[Transaction, None] = {}
        self.exclusive = False
        self.waiters: list[tuple[Transaction, bool, Future[None]]] = []


class Tables:
    """All committed rows, and the locks on them."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.rows: dict[str, dict[Key, Row]] = {}
        self.locks: dict[tuple[str, Key], Lock] = {}
        self.on_commit: Callable[[Transaction, list[Change]], None] = lambda transaction, changes: None
        self.on_notice: Callable[[str, str], None] = lambda channel, text: None

    def table(self, name: str) -> dict[Key, Row]:
        """The committed rows of a table."""
        return self.rows.setdefault(name, {})

    def begin(self) -> "Transaction":
        """A new transaction."""
        return Transaction(self, self.loop.time())


class Transaction:
    """What one session changed and locked since its `begin`."""

    def __init__(self, tables: Tables, began_s: float) -> None:
        self._tables = tables
        self.began_s = began_s
        self.changed: dict[tuple[str, Key], Row | None] = {}
        self.locked: dict[tuple[str, Key], None] = {}
        self.waits_for: Lock | None = None
        self.notices: list[tuple[str, str]] = []
        self.failed = False

    def get(self, table: str, *key: Any) -> Row | None:
        """A row as this transaction sees it."""
        place = (table, key)
        if place in self.changed:
            return self.changed[place]
        return self._tables.table(table).get(key)

    def scan(self, table: str) -> Iterator[tuple[Key, Row]]:
        """Every row of a table as this transaction sees it now, in the order in which the rows came."""
        for key, row in list(self._tables.table(table).items()):
            seen = self.changed.get((table, key), row)
            if seen is not None:
                yield key, seen
        for (name, key), changed in list(self.changed.items()):
            if name == table and changed is not None and key not in self._tables.table(table):
                yield key, changed

    def put(self, table: str, key: Key, row: Row | None) -> None:
        """Change a row that this transaction has locked; None deletes it."""
        self.changed[table, key] = row

    async def insert(self, table: str, key: Key, row: Row) -> None:
        """Add a row. Raises UniqueViolationError if it is there already."""
        await self.lock(table, *key)
        if self.get(table, *key) is not None:
            raise asyncpg.UniqueViolationError(f"duplicate key in {table}")
        self.put(table, key, row)

    async def lock(self, table: str, *key: Any, share: bool = False) -> None:
        """Lock a row, waiting for whoever has it. Raises DeadlockDetectedError when that would be for ever."""
        place = (table, key)
        lock = self._tables.locks.setdefault(place, Lock(place))
        if not self._may_have(lock, share):
            future: Future[None] = self._tables.loop.create_future()
            waiter = (self, share, future)
            lock.waiters.append(waiter)
            self.waits_for = lock
            try:
                if self._in_circle():
                    raise asyncpg.DeadlockDetectedError("deadlock detected")
                await future
            finally:
                self.waits_for = None
                if waiter in lock.waiters:
                    lock.waiters.remove(waiter)
        else:
            self._take(lock, share)

    def is_free(self, table: str, *key: Any) -> bool:
        """Could the row be locked at once? (`skip locked`)"""
        lock = self._tables.locks.get((table, key))
        return lock is None or self._may_have(lock, False)

    def _may_have(self, lock: Lock, share: bool) -> bool:
        others = [holder for holder in lock.holders if holder is not self]
        if not others:
            return True
        return share and not lock.exclusive and not lock.waiters

    def _take(self, lock: Lock, share: bool) -> None:
        lock.holders[self] = None
        self.locked[lock.place] = None
        lock.exclusive = lock.exclusive or not share

    def _in_circle(self) -> bool:
        """Does somebody whom this transaction waits for wait for this transaction?"""
        seen: set[int] = set()
        ahead = [self]
        while ahead:
            for blocking in ahead.pop()._blocked_by():
                if blocking is self:
                    return True
                if id(blocking) not in seen:
                    seen.add(id(blocking))
                    ahead.append(blocking)
        return False

    def _blocked_by(self) -> "list[Transaction]":
        """Those who hold what this transaction waits for, and those who wait for it since longer."""
        lock = self.waits_for
        if lock is None:
            return []
        before = []
        for waiting, _, _ in lock.waiters:
            if waiting is self:
                break
            before.append(waiting)
        return [other for other in [*lock.holders, *before] if other is not self]

    def commit(self) -> list[Change]:
        """Make all changes visible to others at once."""
        changes: list[Change] = []
        for (table, key), row in self.changed.items():
            rows = self._tables.table(table)
            changes.append((table, key, rows.get(key), row))
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
        self._tables.on_commit(self, changes)
        self.release()
        for channel, text in self.notices:
            self._tables.on_notice(channel, text)
        return changes

    def release(self) -> None:
        """Let go of all locks: what was changed and not committed never was."""
        self.changed = {}
        for place in self.locked:
            lock = self._tables.locks[place]
            lock.holders.pop(self, None)
            if not lock.holders:
                lock.exclusive = False
            self._hand_on(lock)
            if not lock.holders and not lock.waiters:
                del self._tables.locks[place]
        self.locked = {}

    def _hand_on(self, lock: Lock) -> None:
        while lock.waiters:
            waiting, share, future = lock.waiters[0]
            others = [holder for holder in lock.holders if holder is not waiting]
            if others and (lock.exclusive or not share):
                return
            lock.waiters.pop(0)
            if not future.done():
                waiting._take(lock, share)
                future.set_result(None)
