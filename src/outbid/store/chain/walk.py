"""The whole log checked: every chapter's hash, the chain of every lane, and the rows that follow from chapters."""

from collections.abc import AsyncIterator, Iterable
from itertools import groupby

import msgspec

from outbid.core.lead import event as ev
from outbid.core.scope import Scope
from outbid.core.seal.books import Rows, differences
from outbid.core.seal.chain import Break, Chain, Place, Run, told
from outbid.store.chain import reading
from outbid.store.chain.reading import Chapter
from outbid.store.database import Connection

PAGE = 2_000
MOST_NAMED = 100
"""Faults that are named; all are counted."""


class Head(msgspec.Struct, frozen=True):
    """Where a lane ended at some time. `hash` is hex."""

    lane: int
    seq: int
    place: int
    hash: str


class Report(msgspec.Struct):
    """What a walk found. `faults` are in order of lanes and places, `heads` where the lanes end now.

    `anchored`: chapters that were dropped. `dropped`: kept heads that stood among them.
    """

    leads: int = 0
    chapters: int = 0
    lanes: int = 0
    anchored: int = 0
    dropped: int = 0
    broken: int = 0
    faults: list[Break] = []
    heads: list[Head] = []

    def fault(self, found: Break) -> None:
        """Count a fault, and name it if it is one of the first."""
        self.broken += 1
        if len(self.faults) < MOST_NAMED:
            self.faults.append(found)


class Walk:
    """One walk through the log of a cell, as it was in one instant. `kept`: heads that must still stand in it."""

    def __init__(self, connection: Connection, scope: Scope, cell: int, kept: Iterable[Head] = ()) -> None:
        self._connection, self._scope, self._cell = connection, scope, cell
        self._kept: dict[tuple[int, Place], str] = {(head.lane, (head.seq, head.place)): head.hash for head in kept}
        self.report = Report()

    async def run(self) -> Report:
        """Check everything. Reads in pages; what is written meanwhile is not seen."""
        report = self.report
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            anchored = await reading.anchors(self._connection, self._cell)
            chain = Chain(anchored)
            async for page in self._pages():
                for chapter in page:
                    self._chapter(chapter, chain)
                await self._books(page)
            for lead in await reading.without_chapters(self._connection, self._scope, self._cell):
                report.fault(Break(0, (0, 0), "no chapter of it is there", lead))
            for what in await reading.from_nowhere(self._connection, self._scope, self._cell):
                report.fault(Break(0, (0, 0), what))
            marks = await reading.marks(self._connection, self._cell)
        for found in chain.breaks():
            report.fault(found)
        heads = chain.heads()
        self._ends(heads, marks)
        self._heads_that_are_gone(anchored)
        report.faults.sort(key=lambda found: (found.lane, found.place))
        report.lanes, report.anchored = len(heads), sum(run.chapters for run in anchored)
        report.heads = [Head(run.lane, *run.last, run.hash.hex()) for run in heads.values()]
        return report

    async def _pages(self) -> AsyncIterator[list[Chapter]]:
        """All chapters by lead; all of a lead are in one page."""
        after, rest = reading.FIRST, list[Chapter]()
        while page := await reading.chapters(self._connection, self._scope, self._cell, after, PAGE):
            after = (page[-1].lead_id, page[-1].n)
            page = rest + page
            rest = [chapter for chapter in page if chapter.lead_id == after[0]]
            yield page[: len(page) - len(rest)]
        yield rest

    def _chapter(self, chapter: Chapter, chain: Chain) -> None:
        self.report.chapters += 1
        place = (chapter.seq, chapter.place)
        if not chapter.is_sealed():
            self._fault(chapter, f"the content of its chapter {chapter.n} is not what was sealed")
        kept = self._kept.pop((chapter.lane, place), None) if self._kept else None
        if kept is not None and kept != chapter.hash.hex():
            self._fault(chapter, "another chapter stood here when the heads were kept")
        chain.add(chapter.run())

    def _fault(self, chapter: Chapter, what: str) -> None:
        self.report.fault(Break(chapter.lane, (chapter.seq, chapter.place), what, chapter.lead_id))

    async def _books(self, page: list[Chapter]) -> None:
        """Compare the rows of a page's leads with what their chapters tell."""
        by_lead = {lead: list(chapters) for lead, chapters in groupby(page, lambda chapter: chapter.lead_id)}
        rows = await reading.rows_of(self._connection, self._scope, self._cell, list(by_lead))
        for lead, chapters in by_lead.items():
            self.report.leads += 1
            for what in _differences(chapters, rows[lead]):
                self._fault(chapters[-1], what)

    def _ends(self, heads: dict[int, Run], marks: dict[int, int]) -> None:
        """A lane that was counted up to a batch must reach it."""
        for lane, seq in marks.items():
            last = heads[lane].last if lane in heads else (0, 0)
            if last[0] < seq:
                self.report.fault(Break(lane, last, f"its lane ends here, and was counted up to batch {seq}"))

    def _heads_that_are_gone(self, anchored: list[Run]) -> None:
        """What is left of the kept heads was dropped, as an anchor must say, or is gone."""
        for (lane, place), kept in self._kept.items():
            over = next((run for run in anchored if run.lane == lane and run.first <= place <= run.last), None)
            if over is None:
                self.report.fault(Break(lane, place, "the chapter that stood here when the heads were kept is gone"))
            elif over.last == place and over.hash.hex() != kept:
                self.report.fault(Break(lane, place, f"what was dropped up to {told(place)} ended otherwise"))
            else:
                self.report.dropped += 1


def _differences(chapters: list[Chapter], rows: Rows) -> list[str]:
    try:
        return differences([(chapter.n, ev.decode(chapter.events)) for chapter in chapters], rows)
    except (msgspec.MsgspecError, LookupError, StopIteration) as error:
        return [f"its events make no sense ({type(error).__name__})"]
