"""The transaction of a batch: accounts, claims, leads are locked in this order, each sorted; then all rows go in.

Four round trips whatever the size of the batch, five if it holds. Decisions are taken by `batch.decide` while the
accounts are locked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import blake2b

import asyncpg
import msgspec

from outbid.core.contract import Conflict
from outbid.core.ledger.account import Account, Balance
from outbid.store.commit import sql
from outbid.store.commit.batch import ZERO_HASH, Halt, Rows, accounts_of, decide
from outbid.store.commit.entry import ConnectionLost, Entry, EntryFailed, Fenced, Superseded, Written
from outbid.store.commit.journal import Contention
from outbid.store.commit.lanes import LEASE_MS, Lane
from outbid.store.database import LOST, Connection
from outbid.store.market import hold_still, version_now

CONTENDED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
RECONNECT_S = 0.1
# A process that freezes within a batch holds accounts that all need: the server ends its session after a lease.
FREE_LOCKS = f"set idle_in_transaction_session_timeout = {LEASE_MS}"
CLOSED = ("sold", "unsold", "refused")
MOST_KNOWN_ACCOUNTS = 200_000


class Done(msgspec.Struct, frozen=True):
    """What a batch left behind, kept until the next one: for a COMMIT whose answer was lost."""

    seq: int
    lead_id: bytes
    n: int
    hash: bytes
    written: list[Written]


class SqlWriter:
    """Writes batches of one lane over one connection."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        lane: Lane,
        now_ms: Callable[[], int],
        on_balances: Callable[[dict[bytes, Balance]], None] = lambda balances: None,
    ) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._lane = lane
        self._now_ms = now_ms
        self._on_balances = on_balances
        self._seq = 0
        self._hash = ZERO_HASH
        self._known: set[bytes] = set()
        self._attempt: Done | None = None

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

    async def close(self) -> None:
        """Let go of the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()

    async def write(self, entries: list[Entry]) -> list[Written]:
        """Write a batch; see `journal.Writer`."""
        if self._connection is None:
            await self.reconnect()
        assert self._connection is not None
        committing = False
        try:
            await self._create_accounts(self._connection, entries)
            done, balances = await self._transaction(self._connection, entries)
            committing = True
            self._attempt = done
            await self._connection.execute("commit")
        except LOST as error:
            raise ConnectionLost(committing) from error
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
        return self._accept(done, balances)

    def _accept(self, done: Done, balances: dict[bytes, Balance]) -> list[Written]:
        self._seq, self._hash = done.seq, done.hash
        if balances:
            self._on_balances(balances)
        return done.written

    async def _roll_back(self) -> None:
        assert self._connection is not None
        try:
            await self._connection.execute("rollback")
        except LOST as error:
            raise ConnectionLost(False) from error

    async def recall(self) -> list[Written] | None:
        """Did the batch whose COMMIT got no answer become durable? Waits for its transaction to be over."""
        attempt, connection = self._attempt, self._connection
        if attempt is None or connection is None:
            return None
        try:
            async with connection.transaction():
                await connection.fetch(sql.LOCK_LANE, self._lane.cell, self._lane.id)
                found = await connection.fetch(sql.CHAPTER_OF, self._lane.cell, attempt.lead_id, attempt.n)
        except LOST as error:
            raise ConnectionLost(False) from error
        if not found or (found[0]["lane"], found[0]["seq"]) != (self._lane.id, attempt.seq):
            return None
        return self._accept(attempt, {})

    async def _create_accounts(self, connection: Connection, entries: list[Entry]) -> None:
        """Rows for accounts that nobody used yet, before the transaction: an empty account harms nobody.

        While they are made the market stands still, so that they get the newest ceilings; from then on whoever
        changes the market changes these rows too.
        """
        missing: dict[bytes, Account] = {}
        for entry in entries:
            if entry.wish is not None and not self._known.issuperset(entry.wish.deal.hold.accounts):
                missing.update((a.id, a) for a in entry.wish.accounts)
        if not missing:
            return
        rows = [missing[identifier] for identifier in sorted(missing)]
        await connection.execute("begin")
        await hold_still(connection)
        await connection.execute(
            sql.CREATE_ACCOUNTS,
            self._lane.cell,
            [a.id for a in rows],
            [a.limit.owner for a in rows],
            [a.limit.unit for a in rows],
            [a.limit.window for a in rows],
            [a.starts_at_ms for a in rows],
            [a.ends_at_ms for a in rows],
            [a.limit.ceiling for a in rows],
            [a.version for a in rows],
        )
        await connection.execute("commit")
        if len(self._known) > MOST_KNOWN_ACCOUNTS:
            self._known.clear()
        self._known.update(missing)

    async def _transaction(self, connection: Connection, entries: list[Entry]) -> tuple[Done, dict[bytes, Balance]]:
        now_ms = self._now_ms()
        await connection.execute("begin")
        claims = _Claims(entries)
        balances, claimed = await self._open(connection, entries, claims, now_ms)
        conflicts = await claims.conflicts(connection, claimed)
        halt = await self._halt(connection, entries)
        seq = self._seq + 1
        rows = decide(entries, balances, halt, self._lane.id, seq, self._hash)
        await self._insert(connection, entries, rows, balances, seq, now_ms)
        written = [
            Written(conflicts.get(entry.lead_id, ()) if entry.claims else (), rows.refusals.get(place))
            for place, entry in enumerate(entries)
        ]
        return Done(seq, entries[0].lead_id, entries[0].n, rows.chapters[-1].hash, written), balances

    async def _open(
        self, connection: Connection, entries: list[Entry], claims: "_Claims", now_ms: int
    ) -> tuple[dict[bytes, Balance], int]:
        """Lock the accounts, take the claims, insert new leads. Returns balances and the number of claims taken.

        Raises Fenced if the lane was taken over.
        """
        born = [(entry.lead_id, entry.birth) for entry in entries if entry.birth is not None]
        rows = await connection.fetch(
            sql.OPEN,
            self._lane.cell,
            self._lane.id,
            self._lane.fence,
            sorted(accounts_of(entries)),
            claims.rows(),
            now_ms,
            [(i, b.source, b.campaign, b.version, b.test, b.arrived_at_ms, b.facts, b.sealed) for i, b in born],
            [(i, b.key_version, b.wrapped_key) for i, b in born],
            [(person, i) for i, b in born for person in b.persons],
        )
        if not rows[0]["fenced"]:
            raise Fenced(f"lane {self._lane.id} was taken over")
        balances = {
            row["id"]: Balance(row["ceiling"], row["posted"], row["held"]) for row in rows if row["id"] is not None
        }
        return balances, rows[0]["claimed"]

    async def _halt(self, connection: Connection, entries: list[Entry]) -> Halt:
        """What was paused or taken away since these leads pinned their version: asked perhaps, never sold.

        A statement of its own, so that it sees what was committed while the one before waited for locks.
        """
        known = min((entry.wish.version for entry in entries if entry.wish is not None), default=None)
        if known is None or await version_now(connection) <= known:
            return Halt()
        rows = await connection.fetch(sql.HALTED_SINCE, known)
        return Halt(
            frozenset(row["number"] for row in rows if row["kind"] == "offer"),
            frozenset(row["number"] for row in rows if row["kind"] == "buyer"),
        )

    async def _insert(
        self,
        connection: Connection,
        entries: list[Entry],
        rows: Rows,
        balances: dict[bytes, Balance],
        seq: int,
        now_ms: int,
    ) -> None:
        """All rows that follow from the decisions, in one statement."""
        await connection.execute(
            sql.INSERT,
            self._lane.cell,
            now_ms,
            [(c.lead_id, c.n, c.place, c.events, c.sealed, c.salt, c.prev_hash, c.hash) for c in rows.chapters],
            *_sale_rows(rows),
            [(m.deal.id, m.status, m.price_micros, m.payout_micros) for m in rows.moved],
            [
                (transfer_id(t.sale_id, t.kind), t.sale_id, t.kind, t.debit, t.credit, t.unit, t.amount_micros)
                for t in rows.transfers
            ],
            [(e.lead_id, *e.status, e.n) for e in entries if e.status is not None],
            self._lane.id,
            seq,
            [m.deal.id for m in rows.moved],
            [(i, balance.posted, balance.held) for i, balance in balances.items()],
            list(balances),
        )


class _Claims:
    """What a batch claims of persons and gives back, one row for each (hash, scope).

    A claim is given back by letting it expire; a chore sweeps the expired ones. Of two leads in one batch that want
    the same person the first gets it.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self._wanted: dict[tuple[bytes, str], tuple[bytes, int]] = {}
        self._entries = entries
        for entry in entries:
            for claim in entry.gives_up:
                holder = self._wanted.setdefault((claim.hash, claim.scope), (entry.lead_id, 0))
                if holder[0] != entry.lead_id:
                    # One of them does not have it, as after a take-over; apart, each gives back what is his.
                    raise EntryFailed("two leads of a batch give the same claim back")
        for entry in entries:
            for claim in entry.claims:
                self._wanted.setdefault((claim.hash, claim.scope), (entry.lead_id, claim.expires_at_ms))

    def rows(self) -> list[tuple[bytes, str, bytes, int]]:
        """Rows to claim: hash, scope, lead, end."""
        return [(*key, *row) for key, row in self._wanted.items()]

    async def conflicts(self, connection: Connection, claimed: int) -> dict[bytes, tuple[Conflict, ...]]:
        """The conflicts of each lead, given how many claims the database took."""
        wanted = sum(len(entry.claims) + len(entry.gives_up) for entry in self._entries)
        if claimed == len(self._wanted) == wanted:
            return {}
        keys = list(self._wanted)
        rows = await connection.fetch(sql.CLAIM_HOLDERS, [key[0] for key in keys], [key[1] for key in keys])
        holders = {(row["hash"], row["scope"]): row for row in rows}
        found: dict[bytes, tuple[Conflict, ...]] = {}
        for claim, lead_id in ((claim, entry.lead_id) for entry in self._entries for claim in entry.claims):
            if holders[claim.hash, claim.scope]["lead_id"] == lead_id:
                continue
            closed = holders[claim.hash, claim.scope]["status"] in CLOSED
            conflict = Conflict(claim.scope, claim.name, in_flight=not closed)
            found[lead_id] = (*found.get(lead_id, ()), conflict)
        return found


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
