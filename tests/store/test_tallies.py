"""Tallies on PostgreSQL itself: added once whatever gets lost, counted again after a crash, merged when lanes end."""

import asyncio
import contextlib
import itertools
from functools import partial

import pytest_asyncio

from outbid.core.ids import first_of
from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold_all
from outbid.core.tally.dimension import Subject
from outbid.core.tally.rows import Tallies
from outbid.exchange.work.counting import recount as recounting
from outbid.store import database
from outbid.store.commit import lanes
from outbid.store.commit.entry import Birth, Entry
from outbid.store.commit.writer import SqlWriter
from outbid.store.tally.live import Live
from outbid.store.tally.writing import Mark, add, mark_of
from outbid.store.upkeep import partitions
from outbid.store.upkeep.tallies import merge_ended
from simulation.counted import summed

NOW_MS = 1_795_000_000_000
QUARTER = NOW_MS - NOW_MS % 900_000
_numbers = itertools.count()


class Campaign:
    dimensions = ("sub_id",)


class Market:
    campaigns = {1: Campaign}


async def market_at(version):
    return Market


recount = partial(recounting.recount, market_at=market_at)


def lead(sub_id="a"):
    """A new lead that is refused a little later, as two chapters."""
    identifier = first_of(NOW_MS)[:8] + next(_numbers).to_bytes(8, "big")
    birth = Birth(7, 1, 1, False, NOW_MS, b'{"sub_id":"%s"}' % sub_id.encode(), b"", b"", 1)
    subject = Subject(7, NOW_MS, (("sub_id", sub_id),))
    received = ev.Received(NOW_MS, 7, 1, 1)
    closed = ev.Closed(NOW_MS + 20, "refused", "duplicate")
    return (
        Entry(0, identifier, 1, [received], salt=bytes(16), birth=birth, subject=subject),
        Entry(0, identifier, 2, [closed], salt=bytes(16), subject=subject, before=fold_all([received])),
    )


@pytest_asyncio.fixture
async def connection(database_url):
    connection = await database.connect(database_url)
    await partitions.make_ahead(connection, NOW_MS)
    yield connection
    await connection.close()


class Lane:
    """A lane with its writer and its tallies."""

    def __init__(self, connection, url, lane):
        self.connection, self.lane = connection, lane
        self.live = Live(lane)
        self.writer = SqlWriter(lambda: database.connect(url), lane, lambda: NOW_MS, on_durable=self.live.hear)

    async def flush(self):
        await self.live.flush(self.connection)

    async def mark(self):
        return await mark_of(self.connection, 0, self.lane.id)


@pytest_asyncio.fixture
async def open_lane(connection, database_url):
    made = []

    async def make():
        made.append(Lane(connection, database_url, await lanes.open_lane(connection, 0, "test", NOW_MS)))
        return made[-1]

    yield make
    for lane in made:
        await lane.writer.close()


async def rows(connection):
    """Times and histogram, by outcome and dimension, over all lanes."""
    found = summed(await connection.fetch("select * from tally"))
    assert {key[:4] for key in found} <= {(QUARTER, "arrival", 7, 0)}
    return {(key[4], key[6]): (times, sum(histogram)) for key, (times, _, _, histogram) in found.items()}


def due(received, refused):
    """What so many leads come to."""
    counts = {"received": (received, 0), "refused": (refused, 0), "answered": (refused, refused)}
    return {(outcome, dimension): n for outcome, n in counts.items() if n[0] for dimension in ("", "sub_id=a")}


async def test_what_is_durable_is_counted_with_its_mark(connection, open_lane):
    lane = await open_lane()
    first, second = lead()
    await lane.writer.write([first, lead()[0]])
    await lane.flush()
    assert (await rows(connection), (await lane.mark()).seq) == (due(2, 0), 1)
    await lane.writer.write([second])
    await lane.writer.write([lead()[0]])
    await lane.flush()
    assert (await rows(connection), (await lane.mark()).seq) == (due(3, 1), 3)
    await lane.flush()
    assert lane.live.is_whole
    assert await rows(connection) == due(3, 1)


async def test_what_got_no_answer_is_sent_again_and_counts_once(connection, open_lane, monkeypatch):
    from outbid.store.tally import live

    async def lost(*given):
        await add(*given)
        raise ConnectionResetError

    lane = await open_lane()
    await lane.writer.write([lead()[0]])
    monkeypatch.setattr(live, "add", lost)
    for _ in range(2):
        with contextlib.suppress(ConnectionResetError):
            await lane.flush()
    monkeypatch.undo()
    await lane.writer.write([lead()[0]])
    assert await lane.live.finish(connection)
    assert await rows(connection) == due(2, 0)


async def test_whoever_takes_a_lane_over_counts_what_is_missing_once_though_two_try(
    connection, open_lane, database_url, monkeypatch
):
    from outbid.store.tally import recount as reading

    monkeypatch.setattr(reading, "AT_ONCE", 3)
    lane = await open_lane()
    stories = [lead() for _ in range(5)]
    await lane.writer.write([stories[0][0]])
    await lane.flush()
    await lane.writer.write([stories[0][1], stories[1][0]])
    for story in stories[2:]:
        await lane.writer.write([story[0]])
        await lane.writer.write([story[1]])
    others = [await database.connect(database_url) for _ in range(3)]
    await asyncio.gather(*(recount(other, 0, lane.lane.id) for other in others))
    assert await rows(connection) == due(5, 4)
    assert (await lane.mark()).seq == 8
    await lane.flush()  # the dead one wakes up
    assert await rows(connection) == due(5, 4)
    for other in others:
        await other.close()


async def test_who_counts_again_knows_which_values_had_rows(connection, open_lane, monkeypatch):
    from outbid.core.tally.dimension import Names

    monkeypatch.setattr(Names, "most", 2)
    lane = await open_lane()
    for sub_id in "ab":
        await lane.writer.write([lead(sub_id)[0]])
    await lane.flush()
    for sub_id in "abc":
        await lane.writer.write([lead(sub_id)[0]])
    await recount(connection, 0, lane.lane.id)
    found = {dimension: times for (_, dimension), (times, _) in (await rows(connection)).items()}
    assert found == {"": 5, "sub_id=a": 2, "sub_id=b": 2, "sub_id": 1}


async def test_lanes_that_ended_are_merged_and_those_that_live_are_not(connection, open_lane):
    ended = [await open_lane() for _ in range(2)]
    living = await open_lane()
    for lane in (*ended, living):
        first, second = lead()
        await lane.writer.write([first])
        await lane.writer.write([second])
        assert await lane.live.finish(connection)
    for lane in ended:
        await lanes.give_back(connection, lane.lane)
    assert await merge_ended(connection) == 2
    assert await rows(connection) == due(3, 3)
    kept = await connection.fetch("select lane, count(*) as n from tally group by lane order by lane")
    assert [tuple(row) for row in kept] == [(0, 6), (living.lane.id, 6)]
    # Who wakes up after that finds no mark, and adds nothing.
    tallies = Tallies()
    tallies[QUARTER, "arrival", 7][0, "received", "", ""].times = 1
    assert not await add(connection, 0, ended[0].lane.id, 2, Mark(3, NOW_MS), tallies)
    await lanes.give_back(connection, living.lane)
    assert await merge_ended(connection) == 1
    assert await merge_ended(connection) == 0
    assert await rows(connection) == due(3, 3)
    assert await connection.fetchval("select count(*) from tally where lane <> 0") == 0


async def test_a_fault_in_counting_is_told_and_stops_nothing(connection, open_lane, caplog):
    lane = await open_lane()
    first, second = lead()
    second.events = [ev.Asked(NOW_MS, "sl_unknown")]
    second.before = State()
    await lane.writer.write([first])
    await lane.writer.write([second])
    await lane.flush()
    assert "met a fault" in caplog.text
    await lane.writer.write([lead()[0]])
    assert not await lane.live.finish(connection)
    assert await rows(connection) == {}
