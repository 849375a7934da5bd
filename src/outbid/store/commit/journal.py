"""Group commit: many leads' chapters in one transaction, each waiting only until its own is durable.

A batch is what gathered while the last one committed, and at low load for a few milliseconds. One writer a
process, so the batches of a lane follow each other (docs/decisions). What can go wrong is handled here: a bad entry is
found by splitting the batch, a lost COMMIT is looked up before anything is repeated, a fenced lane drops what is in
flight.
"""

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from outbid.core.tally.histogram import BUCKETS, bucket_of
from outbid.store.commit.entry import (
    Birth,
    ConnectionLost,
    EntryFailed,
    Fenced,
    NotRecorded,
    Repeat,
    Repeated,
)

log = logging.getLogger("outbid.store")

MOST_TRIES_OF_BATCH = 5


class Writable(Protocol):
    """What can be written: with the rows of something new, or without."""

    @property
    def birth(self) -> Birth | None:
        """The rows that are written once."""


E = TypeVar("E", bound=Writable)
R = TypeVar("R")


class Writer(Protocol[E, R]):
    """The transaction itself. One at a time."""

    async def write(self, entries: list[E]) -> list[R | Repeat]:
        """Write all entries but repeated ones in one transaction, or none.

        Raises Fenced, ConnectionLost, EntryFailed, Contention.
        """

    async def reconnect(self) -> None:
        """Wait until the database is there again. Raises Fenced if the lane is lost."""

    async def recall(self) -> list[R | Repeat] | None:
        """After a lost COMMIT: the results of the last batch if it became durable, else None."""


class Commits(msgspec.Struct):
    """What a journal wrote since its start: batches that became durable, their entries, and how long each took.

    histogram  of whole milliseconds (see `core/tally/histogram`), tries and lost connections among them
    """

    batches: int = 0
    entries: int = 0
    seconds: float = 0.0
    histogram: list[int] = msgspec.field(default_factory=lambda: [0] * BUCKETS)

    def count(self, entries: int, seconds: float) -> None:
        """One more batch is durable."""
        self.batches += 1
        self.entries += entries
        self.seconds += seconds
        self.histogram[bucket_of(int(seconds * 1000))] += 1


class Contention(Exception):
    """Deadlock or serialisation failure: nothing was written, the same batch may be tried again."""


class Journal(Generic[E, R]):
    """Takes entries, writes them in batches, in order."""

    def __init__(self, writer: Writer[E, R], *, gather_ms: float = 3.0, most: int = 128) -> None:
        self._writer = writer
        self._gather_s = gather_ms / 1000
        self._most = most
        self._queue: deque[tuple[E, asyncio.Future[R], float]] = deque()
        self._idle = True
        self._wake = asyncio.Event()
        self._fenced: Fenced | None = None
        self._since: float | None = None
        self.commits = Commits()
        self._oldest: float | None = None

    def stalls(self, seconds: float) -> bool:
        """Has the batch in hand waited so long for the database that no new lead should be taken?"""
        return self._since is not None and asyncio.get_running_loop().time() > self._since + seconds

    def waited(self, now: float) -> float:
        """Seconds that the oldest entry waits already, in the batch in hand or for the next one; `now` in loop time."""
        oldest = self._oldest
        if oldest is None:
            oldest = self._queue[0][2] if self._queue else now
        return now - oldest

    def waiting(self) -> int:
        """How many entries wait."""
        return len(self._queue)

    def submit(self, entry: E) -> asyncio.Future[R]:
        """Queue an entry. The future ends when it is durable, or with EntryFailed or Fenced."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        if self._fenced is not None:
            future.set_exception(self._fenced)
            return future
        self._queue.append((entry, future, loop.time()))
        self._wake.set()
        return future

    def turn_away(self, seconds: float) -> int:
        """Take back new leads that have waited so long for the database; nothing of them is written, ever.

        Later chapters of a lead stay: what they tell has happened. Returns how many were taken back.
        """
        before = asyncio.get_running_loop().time() - seconds
        late = [row for row in self._queue if row[0].birth is not None and row[2] < before]
        for row in late:
            self._queue.remove(row)
            _fail(row[1], NotRecorded("the database did not answer in time"))
        return len(late)

    async def run(self) -> None:
        """Write batches until cancelled or fenced; then every waiting entry ends with Fenced."""
        try:
            while True:
                await self._wake.wait()
                if len(self._queue) < self._most:
                    # Under load a turn of the loop brings company; a rest would only make everybody wait.
                    await asyncio.sleep(self._gather_s if self._idle else 0)
                await self._write_next()
        except Exception as error:
            self._drop_all(error if isinstance(error, Fenced) else Fenced(f"the journal stopped: {error}"))
            raise

    async def _write_next(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
        if not self._queue:
            self._wake.clear()
        self._idle = len(batch) < self._most // 4
        self._since = asyncio.get_running_loop().time()
        self._oldest = batch[0][2] if batch else None
        live = [(entry, future) for entry, future, _ in batch if not future.cancelled()]
        try:
            await self._write(live)
        except Exception as error:
            for _, future in live:
                _fail(future, error if isinstance(error, Fenced) else Fenced(f"the journal stopped: {error}"))
            raise
        finally:
            self._since = None
            self._oldest = None

    async def _write(self, batch: list[tuple[E, asyncio.Future[R]]]) -> None:
        """Write a batch; if it fails for its content, its halves, until the bad entry stands alone."""
        if not batch:
            return
        began = asyncio.get_running_loop().time()
        try:
            written = await self._insist([entry for entry, _ in batch])
        except EntryFailed as failure:
            if len(batch) == 1:
                _fail(batch[0][1], failure)
                return
            middle = len(batch) // 2
            await self._write(batch[:middle])
            await self._write(batch[middle:])
            return
        self.commits.count(len(batch), asyncio.get_running_loop().time() - began)
        for (_, future), result in zip(batch, written, strict=True):
            if isinstance(result, Repeat):
                _fail(future, Repeated(result))
            elif not future.done():
                future.set_result(result)

    async def _insist(self, entries: list[E]) -> list[R | Repeat]:
        """Try until the batch is durable or at fault: lost connections and contention are waited out."""
        contended = 0
        while True:
            try:
                return await self._writer.write(entries)
            except Contention as contention:
                contended += 1
                if contended >= MOST_TRIES_OF_BATCH:
                    raise EntryFailed("the database kept refusing the batch") from contention
            except ConnectionLost as lost:
                log.warning("the database went away%s; %d chapters wait", " in a commit" * lost.in_commit, len(entries))
                await self._writer.reconnect()
                if lost.in_commit and (written := await self._recall()) is not None:
                    return written

    async def _recall(self) -> list[R | Repeat] | None:
        while True:
            try:
                return await self._writer.recall()
            except ConnectionLost:
                await self._writer.reconnect()

    def _drop_all(self, fenced: Fenced) -> None:
        self._fenced = fenced
        while self._queue:
            _fail(self._queue.popleft()[1], fenced)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # read once: a lead that nobody waits for is no unhandled error


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel a background task and wait for its end."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Fenced):
        await task
