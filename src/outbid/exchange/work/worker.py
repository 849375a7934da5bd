"""Takes a job, does it by its kind, and finishes it; what fails is tried again later."""

import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from outbid.core.scope import HOUSE
from outbid.exchange.ahead.child import Child
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Exchange
from outbid.exchange.revive import resume
from outbid.exchange.story import Story
from outbid.exchange.uploads.selling import KIND as UPLOAD
from outbid.exchange.uploads.selling import Later, sell_some
from outbid.exchange.work.fetching import KIND as FETCH
from outbid.exchange.work.fetching import fetch
from outbid.exchange.work.inquiring import inquire
from outbid.exchange.work.later.delivering import deliver
from outbid.exchange.work.later.filing import file, file_on
from outbid.exchange.work.noticing import gather, portions, send
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


class NotNow(Exception):
    """The job cannot be done at this moment: it is tried again, for what it is about must not be lost."""


class Worker:
    """Does jobs for one exchange process. `revive` makes a lead's story of what is written of it.

    `child` runs a dry run in a process of its own.
    """

    def __init__(self, exchange: Exchange, connect: Connect, revive: Revive, child: Child) -> None:
        self._exchange = exchange
        self._child = child
        self._connect = connect
        self._revive = revive

    async def do(self, job: jobs.Job) -> None:
        """One job. If the database is lost its lease runs out, and somebody takes it again."""
        await self._try([job], lambda connection: self._finish(connection, job))

    async def notice(self, found: list[jobs.Job]) -> None:
        """The jobs of leads that closed and whose bidders are to be told, all together."""
        for some in portions(found):
            await self._try(some, partial(self._gather, some))

    async def _gather(self, some: list[jobs.Job], connection: Connection) -> None:
        await gather(self._exchange, connection, some)

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
        if await self._do(connection, job):
            await jobs.finish(connection, job)
            if job.kind == "file":
                await file_on(self._exchange, connection, job.payload["offer"])
        else:
            await jobs.put_off(connection, job, self._exchange.clock.now_ms() + LATER_MS)

    def _later(self, job: jobs.Job) -> int:
        """From when on it waits to be tried again: up to half as long more, lest all that failed come at once."""
        spread = jobs.BACKOFF_MS * int(2 ** min(job.attempt, 10)) // 2
        return self._exchange.clock.now_ms() + spread * self._exchange.noise(1)[0] // 256

    async def _do(self, connection: Connection, job: jobs.Job) -> bool:
        """Do it; False if it has to wait."""
        if job.kind == "dry_run":
            return await self._dry_run(connection, job)
        if job.kind == "planned_change":
            identifier = bytes.fromhex(job.payload["planned_change"])
            await make(connection, self._exchange.vault, self._exchange.market, identifier)
        elif job.kind == FETCH:
            await fetch(self._exchange, job)
        elif job.kind == "file":
            await file(self._exchange, connection, job.payload["offer"])
        elif job.kind == UPLOAD:
            return await sell_some(self._exchange, connection, job)
        elif job.kind == "notify":
            await send(self._exchange, connection, job.payload["buyer"])
        else:
            await self._wake(connection, job)
        return True

    async def _dry_run(self, connection: Connection, job: jobs.Job) -> bool:
        identifier = bytes.fromhex(job.payload["dry_run"])
        taken = await dry_runs.take(connection, identifier, self._exchange.clock.now_ms())
        if taken == "run":
            code = await self._child(job.cell, identifier)
            if code:  # else it has written its end itself
                await dry_runs.end(connection, identifier, "failed", error=f"the process that ran it ended with {code}")
        return taken != "wait"

    async def _wake(self, connection: Connection, job: jobs.Job) -> None:
        record = await leads.read(connection, HOUSE, job.cell, bytes.fromhex(job.payload["lead"]))
        if record is None:
            return
        if job.kind == "postback":
            await tell_end(self._exchange, record)
            return
        if job.kind == "deliver" and record.wrapped is None:
            return  # the person was erased: nothing of him goes out any more
        story = await self._revive(connection, record)
        if story is None:
            raise NotNow("the lead is being written by somebody else, or cannot be taken up")
        if job.kind == "inquire":
            await _unless_written(inquire(self._exchange, story, job.payload))
            return
        if job.kind == "deliver":
            await _unless_written(deliver(self._exchange, connection, story, job.payload))
            return
        woken = wake(self._exchange.clock.now_ms(), story, job)
        if woken == "past" or story.state.stage == "closed":
            return
        if woken == "again" or job.attempt > 1:
            # Whoever tried before may have died, after he had asked buyers and before anything of it was written.
            resume(self._exchange, story)
        await distribute(self._exchange, story)


async def _unless_written(work: Awaitable[None]) -> None:
    """Somebody else may have written about the lead meanwhile: then it is done anew. Raises NotNow."""
    try:
        await work
    except Superseded:
        raise NotNow("somebody else wrote about the lead meanwhile") from None
