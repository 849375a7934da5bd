"""Beats on PostgreSQL itself: what is told of a second is all of it, however long somebody took to add to it."""

import asyncio

import pytest
import pytest_asyncio

from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold_all
from outbid.core.live.sample import MOST_OF_SOURCE, Sample
from outbid.core.scope import HOUSE, Scope
from outbid.core.tally.count import count
from outbid.core.tally.dimension import Names, Subject
from outbid.core.tally.rows import Tallies
from outbid.store import database
from outbid.store.tally import beats
from outbid.store.tally.writing import Mark, add, make_mark

NOW_MS = 1_795_000_000_000


@pytest_asyncio.fixture
async def two(database_url):
    """Two connections to a database with a lane."""
    both = [await database.connect(database_url) for _ in range(2)]
    await make_mark(both[0], 0, 1, NOW_MS)
    yield both
    for connection in both:
        await connection.close()


def refused(number: int = 1):
    """A chapter: a lead that came and was refused 20 ms later."""
    return [ev.Received(NOW_MS, 7, 1, 1), ev.Closed(NOW_MS + 20, "refused", "duplicate")]


async def add_one(connection, since: int) -> bool:
    tallies, sample = Tallies(), Sample()
    count(tallies, Names(), Subject(7, NOW_MS), State(), refused())
    sample.see(bytes(16), 7, State(), refused())
    return await add(connection, 0, 1, since, Mark(since + 1, NOW_MS), tallies, sample.take())


async def read(connection, until_ms: int):
    return await beats.between(connection, HOUSE, 0, 0, until_ms)


async def test_what_is_added_to_the_tallies_is_a_beat(two):
    assert await add_one(two[0], 0)
    ((at_ms, beat),) = await read(two[0], await beats.settled(two[0]) + 1000)
    assert at_ms % 1000 == 0
    sums = beat.sources[7]
    assert (sums.received, sums.refused, sum(sums.answered.values())) == (1, {"duplicate": 1}, 1)
    (lead,) = beat.leads
    assert (lead.id, lead.ms, lead.status, lead.reason, lead.bids) == (bytes(16), 20, "refused", "duplicate", 0)


async def test_what_is_added_twice_is_one_beat(two):
    assert await add_one(two[0], 0)
    assert not await add_one(two[1], 0)
    assert len(await read(two[0], await beats.settled(two[0]) + 1000)) == 1


async def test_a_second_is_not_told_while_somebody_adds_to_it(two):
    adding = two[0].transaction()
    await adding.start()
    assert await add_one(two[0], 0)
    with pytest.raises(beats.Unsettled):
        await beats.settled(two[1])
    waiting = asyncio.create_task(beats.settled(two[1]))
    await asyncio.sleep(0.1)
    await adding.commit()
    now_ms = await waiting
    ((at_ms, _),) = await read(two[1], now_ms + 1000)
    assert at_ms <= now_ms


async def test_nothing_is_added_to_a_second_that_was_told(two):
    for since in range(5):
        settled_ms = await beats.settled(two[1])
        told = await read(two[1], settled_ms)
        assert await add_one(two[0], since)
        assert await read(two[1], settled_ms - settled_ms % 1000) == [
            row for row in told if row[0] < settled_ms - settled_ms % 1000
        ]


async def test_old_beats_are_dropped(two):
    assert await add_one(two[0], 0)
    now_ms = await beats.settled(two[0])
    await beats.drop_old(two[0], now_ms)
    assert len(await read(two[0], now_ms + 1000)) == 1
    await beats.drop_old(two[0], now_ms + beats.KEPT_MS + 2000)
    assert await read(two[0], now_ms + 1000) == []


async def test_only_the_house_reads_beats(two):
    with pytest.raises(PermissionError):
        await beats.between(two[0], Scope("buyer", 1), 0, 0, NOW_MS)


def test_a_sample_has_room_for_so_many_leads_of_a_source():
    sample = Sample()
    for number in range(MOST_OF_SOURCE + 5):
        sample.see(number.to_bytes(16, "big"), 7, State(), refused())
    sample.see(bytes(16), 8, fold_all([ev.Received(NOW_MS, 8, 1, 1)]), refused()[1:])
    taken = sample.take()
    assert [lead.source for lead in taken] == [7] * MOST_OF_SOURCE + [8]
    assert sample.take() == []
