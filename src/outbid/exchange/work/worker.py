"""Takes jobs, does each by its kind, and finishes it; what fails is tried again later."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from outbid.core.scope import HOUSE
from outbid.exchange.ahead.child import Child
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Exchange
from outbid.exchange.revive import resume
from outbid.exchange.story import Story
from outbid.exchange.uploads.selling import KIND as UPLOAD
from outbid.exchange.uploads.selling import Later, sell_some
from outbid.exchange.work import noticing
from outbid.exchange.work.counting import sampling
from outbid.exchange.work.fetching import KIND as FETCH
from outbid.exchange.work.fetching import fetch
from outbid.exchange.work.inquiring import inquire
from outbid.exchange.work.later.delivering import deliver
from outbid.exchange.work.later.filing import file, file_on
from outbid.exchange.work.noticing import send
from outbid.exchange.work.planning import make
from outbid.exchange.work.postback import Unheard, tell_end
from outbid.exchange.work.waking import wake
from outbid.store import jobs, leads
from outbid.store.ahead import dry_runs
from outbid.store.commit.entry import Superseded
from outbid.store.database import LOST, Connection

LATER_MS = 1_000

log = logging.getLogger("outbid.exchange")
Connect = Callable[[], Awaitable[Connection]]
Revive = Callable[[Connection, leads.Record], Awaitable[Story | None]]
Do = Callable[[Connection, jobs.Job], Awaitable[bool]]
"""Does a job; False if it has to wait."""
Together = tuple[Callable[[Exchange, Connection, Sequence[jobs.Job]], Awaitable[None]], Callable[[jobs.Job], int], int]
"""Does jobs of one kind together, and finishes them; how many leads a job has; about how many at once."""

TOGETHER: dict[str, Together] = {
    "notice": (noticing.gather, lambda job: len(job.payload["leads"]), noticing.MOST_LEADS),
    sampling.KIND: (sampling.count_samples, lambda job: 1, sampling.MOST_LEADS),
}


class NotNow(Exception):
    """The job cannot be done at this moment: it is tried again, for what it is about must not be lost."""


def grouped(taken: Sequence[jobs.Job]) -> list[list[jobs.Job]]:
    """Jobs as they are done: all of a kind that is done together in one list, every other one alone."""
    groups: dict[str, list[jobs.Job]] = {kind: [] for kind in TOGETHER}
    alone = []
    for job in taken:
        if job.kind in groups:
            groups[job.kind].append(job)
        else:
            alone.append([job])
    return [some for some in groups.values() if some] + alone


class Worker:
    """Does jobs for one exchange process. `revive` makes a lead's story of what is written of it.

    `child` runs a dry run in a process of its own.
    """

    def __init__(self, exchange: Exchange, connect: Connect, revive: Revive, child: Child) -> None:
        self._exchange = exchange
        self._child = child
        self._connect = connect
        self._revive = revive
        self._kinds: dict[str, Do] = {
            "dry_run": self._dry_run,
            "planned_change": self._planned,
            FETCH: self._fetch,
            "file": self._file,
            UPLOAD: self._upload,
            "notify": self._notify,
            "postback": self._postback,
            "deliver": self._deliver,
            "inquire": self._inquire,
            "settle": self._wake,
            "review": self._wake,
            "due": self._wake,
        }

    async def do(self, some: list[jobs.Job]) -> None:
        """One job, or several of a kind that is done together.

        If the database is lost their lease runs out, and somebody takes them again.
        """
        together = TOGETHER.get(some[0].kind)
        if together is None:
            await self._try(some, lambda connection: self._finish(connection, some[0]))
            return
        work, leads_of, most = together
        for portion in _portions(some, leads_of, most):
            await self._try(portion, partial(self._work, work, portion))

    async def _work(
        self,
        work: Callable[[Exchange, Connection, Sequence[jobs.Job]], Awaitable[None]],
        portion: list[jobs.Job],
        connection: Connection,
    ) -> None:
        await work(self._exchange, connection, portion)

    async def _try(self, found: list[jobs.Job], work: Callable[[Connection], Awaitable[None]]) -> None:
        with contextlib.suppress(*LOST):
            connection = await self._connect()
            try:
                await work(connection)
            except Exception as error:
                if not isinstance(error, Unheard | NotNow | Later):
                    log.exception("job %s failed", found[0].kind)
                for job in found:
                    await jobs.fail(connection, job, str(error), self._later(job))
            finally:
                await connection.close()

    async def _finish(self, connection: Connection, job: jobs.Job) -> None:
        if await self._kinds[job.kind](connection, job):
            await jobs.finish(connection, job)
            if job.kind == "file":
                await file_on(self._exchange, connection, job.payload["offer"])
        else:
            await jobs.put_off(connection, job, self._exchange.clock.now_ms() + LATER_MS)

    def _later(self, job: jobs.Job) -> int:
        """From when on it waits to be tried again: up to half as long more, lest all that failed come at once."""
        spread = jobs.BACKOFF_MS * int(2 ** min(job.attempt, 10)) // 2
        return self._exchange.clock.now_ms() + spread * self._exchange.noise(1)[0] // 256

    # -- what is of no lead, or of one that is not there yet ----------------------------------------------------------

    async def _dry_run(self, connection: Connection, job: jobs.Job) -> bool:
        identifier = bytes.fromhex(job.payload["dry_run"])
        taken = await dry_runs.take(connection, identifier, self._exchange.clock.now_ms())
        if taken == "run":
            code = await self._child(job.cell, identifier)
            if code:  # else it has written its end itself
                await dry_runs.end(connection, identifier, "failed", error=f"the process that ran it ended with {code}")
        return taken != "wait"

    async def _planned(self, connection: Connection, job: jobs.Job) -> bool:
        identifier = bytes.fromhex(job.payload["planned_change"])
        await make(connection, self._exchange.vault, self._exchange.market, identifier)
        return True

    async def _fetch(self, connection: Connection, job: jobs.Job) -> bool:
        await fetch(self._exchange, job)
        return True

    async def _file(self, connection: Connection, job: jobs.Job) -> bool:
        await file(self._exchange, connection, job.payload["offer"])
        return True

    async def _upload(self, connection: Connection, job: jobs.Job) -> bool:
        return await sell_some(self._exchange, connection, job)

    async def _notify(self, connection: Connection, job: jobs.Job) -> bool:
        await send(self._exchange, connection, job.payload["buyer"])
        return True

    # -- what is of a lead --------------------------------------------------------------------------------------------

    async def _postback(self, connection: Connection, job: jobs.Job) -> bool:
        record = await self._record(connection, job)
        if record is not None:
            await tell_end(self._exchange, record)
        return True

    async def _deliver(self, connection: Connection, job: jobs.Job) -> bool:
        record = await self._record(connection, job)
        if record is not None and record.wrapped is not None:  # else he was erased: nothing goes out any more
            story = await self._story(connection, record)
            await _unless_written(deliver(self._exchange, connection, story, job.payload))
        return True

    async def _inquire(self, connection: Connection, job: jobs.Job) -> bool:
        record = await self._record(connection, job)
        if record is not None:
            story = await self._story(connection, record)
            await _unless_written(inquire(self._exchange, story, job.payload))
        return True

    async def _wake(self, connection: Connection, job: jobs.Job) -> bool:
        record = await self._record(connection, job)
        if record is None:
            return True
        story = await self._story(connection, record)
        woken = wake(self._exchange.clock.now_ms(), story, job)
        if woken == "past" or story.state.stage == "closed":
            return True
        if woken == "again" or job.attempt > 1:
            # Whoever tried before may have died, after he had asked buyers and before anything of it was written.
            resume(self._exchange, story)
        await distribute(self._exchange, story)
        return True

    async def _record(self, connection: Connection, job: jobs.Job) -> leads.Record | None:
        return await leads.read(connection, HOUSE, job.cell, bytes.fromhex(job.payload["lead"]))

    async def _story(self, connection: Connection, record: leads.Record) -> Story:
        story = await self._revive(connection, record)
        if story is None:
            raise NotNow("the lead is being written by somebody else, or cannot be taken up")
        return story


def _portions(found: Sequence[jobs.Job], leads_of: Callable[[jobs.Job], int], most: int) -> Iterator[list[jobs.Job]]:
    """Jobs in portions of about so many leads as one transaction should hold."""
    some: list[jobs.Job] = []
    held = 0
    for job in found:
        some.append(job)
        held += leads_of(job)
        if held >= most:
            yield some
            some, held = [], 0
    if some:
        yield some


async def _unless_written(work: Awaitable[None]) -> None:
    """Somebody else may have written about the lead meanwhile: then it is done anew. Raises NotNow."""
    try:
        await work
    except Superseded:
        raise NotNow("somebody else wrote about the lead meanwhile") from None
