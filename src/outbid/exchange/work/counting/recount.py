"""Tallies counted from chapters: what a dead lane wrote after it had last written its tallies."""

from collections.abc import Awaitable, Callable

import msgspec

from outbid.core.lead.state import fold_all
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE
from outbid.core.tally.count import count
from outbid.core.tally.dimension import DAY_MS, Names, Subject, dimensions_of
from outbid.core.tally.rows import Tallies
from outbid.store.database import Connection
from outbid.store.tally.recount import Written, dimensions_known, written_past
from outbid.store.tally.writing import Mark, add, mark_of

SINCE_MS = 2 * DAY_MS
"""How far back the values of a dimension may be limited still (see `Names`)."""
MarketAt = Callable[[int], Awaitable[Market]]


async def recount(connection: Connection, cell: int, lane: int, market_at: MarketAt) -> None:
    """Count a lane to its end. The lane writes no more; who else counts it, or has, takes nothing away from this.

    Raises what a lost database raises: whoever comes again goes on where this one ended.
    """
    while (mark := await mark_of(connection, cell, lane)) is not None:
        chapters = await written_past(connection, HOUSE, cell, lane, mark)
        if not chapters:
            return
        subjects = [await _subject(chapter, market_at) for chapter in chapters]
        names = Names()
        if any(subject.dimensions for subject in subjects):
            await _learn(names, connection, cell, lane, chapters)
        tallies = Tallies()
        for chapter, subject in zip(chapters, subjects, strict=True):
            if not chapter.test:
                count(tallies, names, subject, fold_all(chapter.earlier), chapter.events)
        await add(connection, cell, lane, mark.seq, Mark(chapters[-1].seq, chapters[-1].at_ms), tallies)


async def _subject(chapter: Written, market_at: MarketAt) -> Subject:
    """By what the lead of a chapter is tallied: from its facts, as the version says that it pinned."""
    campaign = (await market_at(chapter.version)).campaigns[chapter.campaign]
    facts = msgspec.json.decode(chapter.facts) if campaign.dimensions else {}
    return Subject(chapter.source, chapter.arrived_ms, dimensions_of(campaign.dimensions, facts))


async def _learn(names: Names, connection: Connection, cell: int, lane: int, chapters: list[Written]) -> None:
    """What the lane's own process knew of the values of dimensions: what it has rows of."""
    first = min(chapter.at_ms for chapter in chapters) - SINCE_MS
    last = max(chapter.at_ms for chapter in chapters)
    for known in sorted(await dimensions_known(connection, cell, lane, first, last)):
        names.know(*known)
