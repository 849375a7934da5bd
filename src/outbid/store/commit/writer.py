"""The transaction of a batch. Mostly it is one statement; where that finds less room than was presumed, it is five.

The usual way decides on the presumption that all holds find room, and the statement that writes everything fails if
one does not. Then the accounts are locked, decisions are taken on what they hold, and the rest is written: accounts,
claims, leads, in this order, each sorted, both ways.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any

import asyncpg
import msgspec

from outbid.core.lead import event as ev
from outbid.core.ledger.account import Account, Balance
from outbid.core.seal.leaves import ZERO_HASH
from outbid.store.commit import sql
from outbid.store.commit.batch import Halt, Rows, accounts_of, decide, presumed
from outbid.store.commit.claims import Claims
from outbid.store.commit.entry import ConnectionLost, Entry, EntryFailed, Fenced, Repeat, Superseded, Written, job_rows
from outbid.store.commit.journal import Contention
from outbid.store.commit.lanes import LEASE_MS, Lane
from outbid.store.commit.requests import Requests, through
from outbid.store.database import LOST, Connection
from outbid.store.market import hold_still
from outbid.store.money.accounts import open_accounts

CONTENDED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
RECONNECT_S = 0.1
# A process that freezes within a batch holds accounts that all need: the server ends its session after a lease.
FREE_LOCKS = f"set idle_in_transaction_session_timeout = {LEASE_MS}"
MOST_KNOWN_ACCOUNTS = 200_000
NEWEST = 1 << 62
"""Later than every version of the market."""


class Batch:
    """What is to be written: all entries, and of those the new ones, whose requests were not sent before."""

    def __init__(self, entries: list[Entry], repeats: dict[bytes, Repeat]) -> None:
        self.requests = Requests([entry for entry in entries if entry.lead_id not in repeats])
        self.repeats = repeats | self.requests.repeats
        self.entries = entries
        self.new = [entry for entry in entries if entry.lead_id not in self.repeats]
        self.claims = Claims(self.new)


class Done(msgspec.Struct, frozen=True):
    """What a batch left behind, kept until the next one: for a COMMIT whose answer was lost."""

    seq: int
    hash: bytes
    batch: Batch
    held: dict[int, tuple[ev.Posting | ev.NoRoom, ...]]


class Durable(msgspec.Struct, frozen=True):
    """A batch that is known to be durable, told once, in order. `held`: what became of the wishes, by place."""

    seq: int
    at_ms: int
    entries: list[Entry]
    held: dict[int, tuple[ev.Posting | ev.NoRoom, ...]]


class _SentBefore(Exception):
    """Some of the requests of a batch made leads before."""

    def __init__(self, repeats: dict[bytes, Repeat]) -> None:
        super().__init__(f"{len(repeats)} requests were sent before")
        self.repeats = repeats


_Outcome = tuple[Done, int, dict[bytes, Balance]]
"""A batch that is durable, how many claims it got, and the accounts as it left them."""


class SqlWriter:
    """Writes batches of one lane over one connection."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        lane: Lane,
        now_ms: Callable[[], int],
        on_balances: Callable[[dict[bytes, Balance]], None] = lambda balances: None,
        on_durable: Callable[[Durable], None] = lambda durable: None,
    ) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._lane = lane
        self._now_ms = now_ms
        self._on_balances = on_balances
        self._on_durable = on_durable
        self._seq = 0
        self._hash = ZERO_HASH
        self._known: set[bytes] = set()
        self._attempt: Done | None = None
        self._may_be_durable = False
        self._in_transaction = False

    async def reconnect(self) -> None:
        """Open the connection anew, waiting until the server is there; old transactions of the lane are over then."""
        await self.close()
        while self._connection is None:
            try:
                self._connection = await self._connect()
                await self._connection.execute(FREE_LOCKS)
            except LOST:
                await asyncio.sleep(RECONNECT_S)
        self._known.clear()
        self._in_transaction = False

    async def close(self) -> None:
        """Let go of the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()

    async def write(self, entries: list[Entry]) -> list[Written | Repeat]:
        """Write a batch; see `journal.Writer`."""
        if self._connection is None:
            await self.reconnect()
        assert self._connection is not None
        self._may_be_durable = False
        try:
            return await self._write(self._connection, Batch(entries, {}))
        except LOST as error:
            raise ConnectionLost(self._may_be_durable) from error
        except CONTENDED as error:
            await self._roll_back()
            raise Contention from error
        except asyncpg.UniqueViolationError as error:
            await self._roll_back()
            raise Superseded(f"the chapter is there already: {error.constraint_name}") from error
        except (asyncpg.PostgresError, ValueError, TypeError, OverflowError) as error:
            await self._roll_back()
            raise EntryFailed(f"{type(error).__name__}: {error}") from error
        except (Fenced, EntryFailed):
            await self._roll_back()
            raise

    async def _write(self, connection: Connection, batch: Batch) -> list[Written | Repeat]:
        if not batch.new:
            return [batch.repeats[entry.lead_id] for entry in batch.entries]
        await self._create_accounts(connection, batch.new)
        try:
            done, claimed, balances = await self._at_once(connection, batch)
        except asyncpg.DivisionByZeroError:
            try:
                done, claimed, balances = await self._under_locks(connection, batch)
            except _SentBefore as before:
                await self._roll_back()
                return await self._write(connection, Batch(batch.entries, through(batch.repeats, before.repeats)))
        self._accept(done, balances)
        return await self._written(connection, done, claimed)

    def _accept(self, done: Done, balances: dict[bytes, Balance]) -> None:
        if done.seq > self._seq:  # else it is known since before its connection was lost
            self._on_durable(Durable(done.seq, self._now_ms(), done.batch.new, done.held))
        self._seq, self._hash = done.seq, done.hash
        if balances:
            self._on_balances(balances)

    async def _written(self, connection: Connection, done: Done, claimed: int | None) -> list[Written | Repeat]:
        """What each lead is told; who holds the claims that were not got is read when all is durable."""
        batch = done.batch
        conflicts = await batch.claims.conflicts(connection, claimed)
        written = {
            id(entry): Written(conflicts.get(entry.lead_id, ()) if entry.claims else (), done.held.get(place, ()))
            for place, entry in enumerate(batch.new)
        }
        return [batch.repeats.get(entry.lead_id) or written[id(entry)] for entry in batch.entries]

    async def _roll_back(self) -> None:
        if not self._in_transaction:
            return
        self._in_transaction = False
        assert self._connection is not None
        try:
            await self._connection.execute("rollback")
        except LOST as error:
            raise ConnectionLost(False) from error

    async def recall(self) -> list[Written | Repeat] | None:
        """Did the batch whose COMMIT got no answer become durable? Waits for its transaction to be over."""
        attempt, connection = self._attempt, self._connection
        if attempt is None or connection is None:
            return None
        first = attempt.batch.new[0]
        try:
            async with connection.transaction():
                await connection.fetch(sql.LOCK_LANE, self._lane.cell, self._lane.id)
                found = await connection.fetch(sql.CHAPTER_OF, self._lane.cell, first.lead_id, first.n)
            if not found or (found[0]["lane"], found[0]["seq"]) != (self._lane.id, attempt.seq):
                return None
            self._accept(attempt, {})
            return await self._written(connection, attempt, None)
        except LOST as error:
            raise ConnectionLost(False) from error

    async def _create_accounts(self, connection: Connection, entries: list[Entry]) -> None:
        """Rows for accounts that nobody used yet, before the transaction: an empty account harms nobody.

        While they are made the market stands still, so that they get the newest ceilings; from then on whoever
        changes the market changes these rows too.
        """
        missing: dict[bytes, Account] = {}
        for entry in entries:
            for wish in entry.wishes:
                if not self._known.issuperset(wish.deal.hold.accounts):
                    missing.update((a.id, a) for a in wish.accounts)
        if not missing:
            return
        await self._begin(connection)
        await hold_still(connection)
        await open_accounts(connection, self._lane.cell, list(missing.values()))
        await connection.execute("commit")
        self._in_transaction = False
        if len(self._known) > MOST_KNOWN_ACCOUNTS:
            self._known.clear()
        self._known.update(missing)

    async def _begin(self, connection: Connection) -> None:
        self._in_transaction = True
        await connection.execute("begin")

    async def _at_once(self, connection: Connection, batch: Batch) -> _Outcome:
        """Decide as if there were room for everything, and write it if there is.

        Raises DivisionByZeroError if there is not, a request was sent before, an offer was halted, or the lane was
        taken over; nothing is written.
        """
        entries = batch.new
        balances = presumed(entries)
        seq = self._seq + 1
        rows = decide(entries, balances, Halt(), self._lane.id, seq, self._hash, batch.claims.barred)
        done = self._attempt = Done(seq, rows.chapters[-1].hash, batch, rows.held)
        wishes = [wish for entry in entries for wish in entry.wishes]
        given = self._given(batch, rows, balances) | {
            "known": min((wish.version for wish in wishes), default=NEWEST),
            "offers": [wish.deal.offer for wish in wishes],
            "buyers": [wish.deal.buyer for wish in wishes],
            "scopes": batch.claims.scopes,
            "most": batch.claims.most,
            "listed": batch.claims.listed,
        }
        self._may_be_durable = True
        found = await connection.fetch(sql.AT_ONCE, *_chosen(sql.AT_ONCE_NAMES, given))
        return done, found[0]["claimed"], _balances(found)

    async def _under_locks(self, connection: Connection, batch: Batch) -> _Outcome:
        """Lock the accounts, decide on what they hold, write. Raises Fenced, _SentBefore."""
        self._may_be_durable = False
        await self._begin(connection)
        if before := await batch.requests.take(connection, self._now_ms()):
            raise _SentBefore(before)
        found = await connection.fetch(sql.OPEN, *_chosen(sql.OPEN_NAMES, self._given(batch, Rows(), {})))
        if not found[0]["fenced"]:
            raise Fenced(f"lane {self._lane.id} was taken over")
        balances = _balances(found)
        halt = await self._halt(connection, batch.new)
        seq = self._seq + 1
        barred = await batch.claims.missed(connection, self._now_ms())
        rows = decide(batch.new, balances, halt, self._lane.id, seq, self._hash, barred)
        await batch.claims.give_back(connection, frozenset(deal.sale for _, deal in rows.opened))
        done = self._attempt = Done(seq, rows.chapters[-1].hash, batch, rows.held)
        await connection.execute(sql.WRITE, *_chosen(sql.WRITE_NAMES, self._given(batch, rows, balances)))
        self._may_be_durable = True
        await connection.execute("commit")
        self._in_transaction = False
        return done, found[0]["claimed"], balances

    def _given(self, batch: Batch, rows: Rows, balances: dict[bytes, Balance]) -> dict[str, Any]:
        """The parameters of the statements, by name."""
        entries = batch.new
        born = [(entry.lead_id, entry.birth) for entry in entries if entry.birth is not None]
        sales, terms = _sale_rows(rows)
        held_on = {account for _, deal in rows.opened for account in deal.hold.accounts}
        return {
            "cell": self._lane.cell,
            "lane": self._lane.id,
            "fence": self._lane.fence,
            "now": self._now_ms(),
            "seq": self._seq + 1,
            "accounts": list(balances) or sorted(accounts_of(entries)),
            "claims": batch.claims.rows(),
            "requests": batch.requests.rows(),
            "leads": [
                (i, b.source, b.campaign, b.version, b.test, b.arrived_at_ms, b.facts, b.sealed, b.quote)
                for i, b in born
            ],
            "keys": [(i, b.key_version, b.wrapped_key) for i, b in born],
            "persons": [(person, i) for i, b in born for person in b.persons],
            "chapters": [
                (c.lead_id, c.n, c.place, c.events, c.sealed, c.salt, c.prev_hash, c.hash) for c in rows.chapters
            ],
            "traffic": [(e.lead_id, e.n, e.traffic) for e in entries if e.traffic is not None],
            "sales": sales,
            "terms": terms,
            "moves": [(m.deal.id, m.status, m.price_micros, m.payout_micros) for m in rows.moved],
            "moved": [m.deal.id for m in rows.moved],
            "transfers": [
                (transfer_id(t.sale_id, t.kind), t.sale_id, t.kind, t.debit, t.credit, t.unit, t.amount_micros)
                for t in rows.transfers
            ],
            "statuses": [(e.lead_id, *e.status, e.n) for e in entries if e.status is not None],
            "jobs": job_rows(job for entry in entries for job in entry.jobs),
            "balances": [(i, balance.posted, balance.held, i in held_on) for i, balance in balances.items()],
        }

    async def _halt(self, connection: Connection, entries: list[Entry]) -> Halt:
        """What was paused or taken away since these leads pinned their version: asked perhaps, never sold.

        A statement of its own, so that it sees what was committed while the one before waited for locks.
        """
        known = min((wish.version for entry in entries for wish in entry.wishes), default=None)
        if known is None:
            return Halt()
        rows = await connection.fetch(sql.HALTED_SINCE, known)
        return Halt(
            frozenset(row["number"] for row in rows if row["kind"] == "offer"),
            frozenset(row["number"] for row in rows if row["kind"] == "buyer"),
        )


def _chosen(names: str, given: dict[str, Any]) -> list[Any]:
    return [given[name] for name in names.split()]


def _balances(found: list[Any]) -> dict[bytes, Balance]:
    return {row["id"]: Balance(row["ceiling"], row["posted"], row["held"]) for row in found if row["id"] is not None}


_SaleRow = tuple[bytes, bytes, int, int, int, int, int, int]
_Terms = tuple[tuple[bytes, ...], tuple[bool, ...]]


def _sale_rows(rows: Rows) -> tuple[list[_SaleRow], list[_Terms]]:
    """New sales, and the terms of their holds: each set of accounts once, named by its place from 1 on."""
    terms: dict[_Terms, int] = {}
    sales = [
        (
            deal.id,
            lead_id,
            deal.offer,
            deal.buyer,
            deal.source,
            deal.price_micros,
            deal.payout_micros,
            terms.setdefault((deal.hold.accounts, deal.hold.money), len(terms) + 1),
        )
        for lead_id, deal in rows.opened
    ]
    return sales, list(terms)


def transfer_id(sale_id: bytes, kind: str) -> bytes:
    """A transfer's id follows from what it is: the same one can never be written twice.

    It begins with time as the sale's does, so that the index grows at its end instead of everywhere.
    """
    return sale_id[:8] + blake2b(sale_id, key=kind.encode(), digest_size=8).digest()
