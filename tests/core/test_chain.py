"""The chain of a lane: whole in whatever order it is read, and broken exactly where something is missing or altered."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from outbid.core.seal.chain import BEGINNING, Chain, Run
from outbid.core.seal.leaves import ZERO_HASH


def lane(number: int, batches: list[int]) -> list[Run]:
    """A lane with so many chapters in each batch."""
    runs: list[Run] = []
    for seq, count in enumerate(batches, 1):
        for place in range(count):
            before = runs[-1].hash if runs else ZERO_HASH
            name = f"{number}.{seq}.{place}".encode().ljust(32)
            runs.append(Run(number, (seq, place), (seq, place), before, name, 1, b"%d" % len(runs)))
    return runs


BATCHES = st.lists(st.integers(1, 4), min_size=1, max_size=8)


@given(BATCHES, BATCHES, st.randoms(use_true_random=False))
def test_a_lane_is_one_run_in_whatever_order_its_chapters_are_read(one, other, chance):
    chapters = lane(1, one) + lane(2, other)
    ends = [chapters[sum(one) - 1], chapters[-1]]
    chance.shuffle(chapters)
    chain = Chain(chapters)
    assert chain.breaks() == []
    assert [(run.first, run.last, run.chapters) for run in chain.runs()] == [
        (BEGINNING, ends[0].last, sum(one)), (BEGINNING, ends[1].last, sum(other)),
    ]  # fmt: skip
    assert {number: run.hash for number, run in chain.heads().items()} == {1: ends[0].hash, 2: ends[1].hash}


@given(st.lists(st.integers(1, 4), min_size=3, max_size=8), st.data())
def test_what_is_missing_is_found_unless_an_anchor_stands_for_it(batches, data):
    chapters = lane(1, batches)
    gone = data.draw(st.sets(st.integers(0, len(chapters) - 2), min_size=1))
    left = [run for place, run in enumerate(chapters) if place not in gone]
    breaks = Chain(left).breaks()
    after = [place for place in range(len(chapters)) if place not in gone and (place - 1) in gone]
    assert [found.place for found in breaks] == [chapters[place].first for place in after]
    assert all("gone" in found.what or "missing" in found.what for found in breaks)
    dropped = Chain([chapters[place] for place in gone]).runs()
    assert Chain([*left, *dropped]).breaks() == []
    assert Chain([*dropped, *left]).runs() == Chain(chapters).runs()


def test_a_chapter_that_was_written_anew_is_not_what_the_next_one_follows():
    chapters = lane(1, [2, 2])
    chapters[1] = replace(chapters[1], hash=b"another".ljust(32))
    (found,) = Chain(chapters).breaks()
    assert (found.place, found.lead_id) == ((2, 0), b"2")
    assert (
        found.what
        == "it does not follow from the chapter before it (1.1): one of the two is another now, or the end of that batch is missing"
    )


def test_a_second_chapter_at_a_place_is_found():
    chapters = lane(1, [2, 2])
    chain = Chain([*chapters, replace(chapters[2], hash=b"another".ljust(32))])
    assert [found.what for found in chain.breaks()] == ["there is a chapter twice at this place of its lane"]
    assert chain.heads()[1].hash == chapters[-1].hash


def test_chapters_whose_hashes_agree_and_whose_places_do_not_are_not_joined():
    chapters = lane(1, [2, 2])
    moved = [*chapters[:2], *(replace(run, first=(3, run.first[1]), last=(3, run.last[1])) for run in chapters[2:])]
    assert [found.what for found in Chain(moved).breaks()] == ["chapters before it are missing, after 1.1"]


def test_an_end_that_was_cut_off_leaves_a_whole_chain_with_an_earlier_head():
    chapters = lane(1, [2, 2])
    chain = Chain(chapters[:3])
    assert chain.breaks() == []
    assert chain.heads()[1].last == (2, 0)
