"""The chains of all lanes, put together out of chapters that come in any order, and where one is broken.

Chapters are read by lead, since that is how they are stored; those of a lane come nearly in its order, but never
quite. So what follows one another is joined to runs, and a lane is whole if it is one run from its beginning. What is
kept in memory are the ends of runs alone.
"""

from collections.abc import Iterable

import msgspec

from outbid.core.seal.leaves import ZERO_HASH

Place = tuple[int, int]
"""Sequence number of a batch in its lane, and place in the batch."""
BEGINNING: Place = (1, 0)


class Run(msgspec.Struct, frozen=True):
    """Chapters of a lane that follow one another without a gap. `prev_hash` is what the first of them follows.

    `lead_id`: whose the first one is, empty if that was dropped.
    """

    lane: int
    first: Place
    last: Place
    prev_hash: bytes
    hash: bytes
    chapters: int = 1
    lead_id: bytes = b""


class Break(msgspec.Struct, frozen=True):
    """A place at which the log is not what it must be, in words. `lead_id` is empty if no lead is known."""

    lane: int
    place: Place
    what: str
    lead_id: bytes = b""


def follows(before: Place, after: Place) -> bool:
    """Is a place the next one after another: in the same batch, or the first of the next?"""
    return after in ((before[0], before[1] + 1), (before[0] + 1, 0))


class Chain:
    """Joins runs, if hash and place agree. `doubles` are those at whose place another one was found before."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._begins: dict[tuple[int, bytes], Run] = {}
        self._ends: dict[tuple[int, bytes], Run] = {}
        self.doubles: list[Run] = []
        for run in runs:
            self.add(run)

    def add(self, run: Run) -> None:
        """A run, or one chapter, that was found."""
        if (run.lane, run.prev_hash) in self._begins or (run.lane, run.hash) in self._ends:
            self.doubles.append(run)
            return
        before = self._ends.get((run.lane, run.prev_hash))
        if before is not None and follows(before.last, run.first):
            run = self._joined(before, run)
        after = self._begins.get((run.lane, run.hash))
        if after is not None and follows(run.last, after.first):
            run = self._joined(run, after)
        self._begins[run.lane, run.prev_hash] = run
        self._ends[run.lane, run.hash] = run

    def _joined(self, run: Run, after: Run) -> Run:
        for known in (run, after):
            if self._begins.get((known.lane, known.prev_hash)) is known:
                del self._begins[known.lane, known.prev_hash], self._ends[known.lane, known.hash]
        chapters = run.chapters + after.chapters
        return Run(run.lane, run.first, after.last, run.prev_hash, after.hash, chapters, run.lead_id)

    def runs(self) -> list[Run]:
        """All that could not be joined, in the order of lanes and places: one run for each lane that is whole."""
        return sorted([*self._begins.values(), *self.doubles], key=lambda run: (run.lane, run.first, run.hash))

    def heads(self) -> dict[int, Run]:
        """The last run of each lane: where its chain ends now."""
        return {run.lane: run for run in sorted(self.runs(), key=lambda run: run.last)}

    def breaks(self) -> list[Break]:
        """Every place at which a lane is not whole."""
        found: list[Break] = []
        before: Run | None = None
        for run in self.runs():
            if before is None or before.lane != run.lane:
                if run.first != BEGINNING or run.prev_hash != ZERO_HASH:
                    found.append(Break(run.lane, run.first, "what stood before it in its lane is gone", run.lead_id))
            else:
                found.append(Break(run.lane, run.first, _between(before, run), run.lead_id))
            before = run
        return found


def _between(before: Run, run: Run) -> str:
    """What is wrong between two runs of a lane."""
    if run.first <= before.last:
        return "there is a chapter twice at this place of its lane"
    if follows(before.last, run.first):
        end = "" if run.first[0] == before.last[0] else ", or the end of that batch is missing"
        return (
            f"it does not follow from the chapter before it ({told(before.last)}): one of the two is another now{end}"
        )
    return f"chapters before it are missing, after {told(before.last)}"


def told(place: Place) -> str:
    """A place as people read it."""
    return f"{place[0]}.{place[1]}"
