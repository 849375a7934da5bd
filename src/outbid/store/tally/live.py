"""What one process counts: gathered from the batches that became durable, folded and written when the beat comes."""

import asyncio
import logging
from collections import deque

import msgspec

from outbid.core.live.beat import Glimpse
from outbid.core.live.sample import Sample
from outbid.core.tally.count import count
from outbid.core.tally.dimension import Names
from outbid.core.tally.rows import Tallies
from outbid.store.commit.lanes import Lane
from outbid.store.commit.writer import Durable
from outbid.store.database import Connection
from outbid.store.tally.writing import Mark, add, mark_of

log = logging.getLogger("outbid.store")


class Sent(msgspec.Struct, frozen=True):
    """What is on its way to the database, kept until it is known to be there."""

    mark: Mark
    tallies: Tallies
    sample: list[Glimpse]


class Live:
    """The tallies of one lane, as its process writes them.

    A fault in counting never stops a sale: it is logged, and this process counts no more. The lane is then not given
    back, so that another process counts again what is missing.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._heard: deque[Durable] = deque()
        self._names = Names()
        self._folded = Tallies()
        self._sample = Sample()
        self._last: Mark | None = None
        self._sent: Sent | None = None
        self._counted = 0
        self._over = False

    def hear(self, durable: Durable) -> None:
        """A batch is durable. Called by the writer, in order; all work is left to the beat."""
        if not self._over:
            self._heard.append(durable)

    @property
    def is_whole(self) -> bool:
        """Is everything written that was heard?"""
        return not (self._over or self._heard or self._last or self._sent)

    async def flush(self, connection: Connection) -> None:
        """Fold what was heard and write it. Raises what a lost database raises; the next call goes on from there."""
        try:
            await self._fold()
        except Exception:
            log.exception("the tallies of lane %d met a fault; they are counted again when it ends", self._lane.id)
            self._give_up()
        if self._sent is None and self._last is not None:
            self._sent = Sent(self._last, self._folded, self._sample.take())
            self._folded, self._last = Tallies(), None
        if self._sent is not None:
            await self._write(connection, self._sent)

    async def finish(self, connection: Connection) -> bool:
        """Write everything that is left. False: something is left to another process."""
        while not self._over and not self.is_whole:
            await self.flush(connection)
        return self.is_whole

    async def _fold(self) -> None:
        """Batch by batch, with a rest in between: leads do not wait for all of them."""
        while self._heard:
            durable = self._heard.popleft()
            for place, entry in enumerate(durable.entries):
                if entry.subject is not None:
                    events = [*entry.events, *durable.held.get(place, ())]
                    count(self._folded, self._names, entry.subject, entry.before, events)
                    self._sample.see(entry.lead_id, entry.subject.source, entry.before, events)
            self._last = Mark(durable.seq, durable.at_ms)
            await asyncio.sleep(0)

    async def _write(self, connection: Connection, sent: Sent) -> None:
        cell, lane = self._lane.cell, self._lane.id
        if not await add(connection, cell, lane, self._counted, sent.mark, sent.tallies, sent.sample):
            mark = await mark_of(connection, cell, lane)
            if mark is None or mark.seq != sent.mark.seq:
                log.warning("lane %d is counted by another process", lane)
                self._give_up()
                return
        self._counted, self._sent = sent.mark.seq, None

    def _give_up(self) -> None:
        self._over, self._sent, self._last, self._folded = True, None, None, Tallies()
        self._heard.clear()
        self._sample.take()
