"""The journal: batches, bad entries found by splitting, lost connections and COMMITs, fences, impatience."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from outbid.core.lead import event as ev
from outbid.store.commit.entry import Birth, ConnectionLost, Entry, EntryFailed, Fenced, NotRecorded, Written
from outbid.store.commit.journal import Contention, Journal, stop


def entry(number: int, born: bool = True) -> Entry:
    birth = Birth(1, 1, 1, False, 0, b"{}", b"", b"", 1) if born else None
    return Entry(0, number.to_bytes(16, "big"), 1, [ev.Received(0, 1, 1, 1)], birth=birth)


class Writer:
    """Writes into a list; `faults` are raised, one a call, before or instead of writing."""

    def __init__(self, *faults: Exception, bad: int | None = None, durable: bool = False) -> None:
        self.faults, self.bad, self.durable = list(faults), bad, durable
        self.batches: list[list[Entry]] = []
        self.lost: list[Entry] = []
        self.reconnected = 0
        self.down = asyncio.Event()
        self.down.set()

    async def write(self, entries):
        await asyncio.sleep(0)
        if self.bad is not None and any(e.lead_id == entry(self.bad).lead_id for e in entries):
            raise EntryFailed("bad row")
        if self.faults:
            self.lost = entries
            raise self.faults.pop(0)
        self.batches.append(entries)
        return [Written() for _ in entries]

    async def reconnect(self):
        self.reconnected += 1
        await self.down.wait()

    async def recall(self):
        if not self.durable:
            return None
        self.batches.append(self.lost)
        return [Written() for _ in self.lost]


@asynccontextmanager
async def running(writer, **more):
    journal = Journal(writer, gather_ms=1, **more)
    task = asyncio.create_task(journal.run())
    yield journal
    await stop(task)


async def test_what_gathers_is_one_batch():
    async with running(writer := Writer()) as journal:
        await asyncio.gather(*(journal.submit(entry(n)) for n in range(20)))
        assert [len(batch) for batch in writer.batches] == [20]


async def test_a_bad_entry_stands_alone_and_the_others_are_written():
    async with running(writer := Writer(bad=13)) as journal:
        results = await asyncio.gather(*(journal.submit(entry(n)) for n in range(32)), return_exceptions=True)
        assert [n for n, result in enumerate(results) if isinstance(result, EntryFailed)] == [13]
        assert sum(len(batch) for batch in writer.batches) == 31


@pytest.mark.parametrize("durable", [True, False])
async def test_a_lost_commit_is_looked_up_before_anything_is_repeated(durable):
    async with running(writer := Writer(ConnectionLost(True), durable=durable)) as journal:
        await asyncio.gather(*(journal.submit(entry(n)) for n in range(5)))
        assert [len(batch) for batch in writer.batches] == [5]
        assert writer.reconnected == 1


async def test_a_connection_lost_before_commit_and_a_deadlock_are_tried_again():
    async with running(writer := Writer(ConnectionLost(False), Contention())) as journal:
        await journal.submit(entry(1))
        assert len(writer.batches) == 1


async def test_a_fenced_lane_drops_all_that_waits_and_all_that_comes():
    writer = Writer(Fenced("gone"))
    journal = Journal(writer, gather_ms=1)
    task = asyncio.create_task(journal.run())
    with pytest.raises(Fenced):
        await journal.submit(entry(1))
    with pytest.raises(Fenced):
        await task
    with pytest.raises(Fenced):
        await journal.submit(entry(2))
    assert writer.batches == []


async def test_new_leads_are_turned_away_when_the_database_stays_away_and_later_chapters_are_not():
    writer = Writer(ConnectionLost(False))
    writer.down.clear()
    async with running(writer, most=1) as journal:
        taken = journal.submit(entry(1))
        await asyncio.sleep(0.02)
        waiting, later = journal.submit(entry(2)), journal.submit(entry(3, born=False))
        assert journal.turn_away(60) == 0
        await asyncio.sleep(0.02)
        assert journal.turn_away(0.01) == 1
        with pytest.raises(NotRecorded):
            await waiting
        writer.down.set()
        await asyncio.gather(taken, later)
        assert len(writer.batches) == 2


async def test_when_the_journal_stops_for_any_reason_nobody_waits_for_ever():
    writer = Writer(RuntimeError("a fault of our own"))
    journal = Journal(writer, gather_ms=1, most=1)
    task = asyncio.create_task(journal.run())
    first, second = journal.submit(entry(1)), journal.submit(entry(2))
    with pytest.raises(RuntimeError):
        await task
    for future in (first, second):
        with pytest.raises(Fenced):
            await future


async def test_a_batch_that_waits_for_the_database_is_seen():
    writer = Writer(ConnectionLost(False))
    writer.down.clear()
    async with running(writer) as journal:
        waiting = journal.submit(entry(1))
        await asyncio.sleep(0.05)
        assert journal.stalls(0.01)
        assert not journal.stalls(60)
        writer.down.set()
        await waiting
        assert not journal.stalls(0)


async def test_how_long_the_oldest_waits_is_known_in_hand_and_in_the_queue():
    writer = Writer(ConnectionLost(False))
    writer.down.clear()
    async with running(writer) as journal:
        loop = asyncio.get_running_loop()
        assert journal.waited(loop.time()) == 0
        first = journal.submit(entry(1))
        began = loop.time()
        assert journal.waited(began + 3) == pytest.approx(3, abs=0.1)
        await asyncio.sleep(0.05)
        later = journal.submit(entry(2))
        assert journal.waited(began + 3) == pytest.approx(3, abs=0.1), "the batch in hand is older than the queue"
        writer.down.set()
        await asyncio.wait([first, later])
        await asyncio.sleep(0.01)
        assert journal.waited(loop.time()) == 0
