"""A chapter's hash: every line has one of its own, nothing can be altered unseen, and a shown line betrays no other."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.contract import Flaw
from outbid.core.control.patience import Wait
from outbid.core.lead import event as ev
from outbid.core.seal.leaves import ZERO_HASH, chapter_hash, cut, leaf_of, leaves_of, link, place_of, salts_of

LEAD, SALT = b"l" * 16, b"s" * 16
BIDS = (ev.BidLine(101, "bid", 37_310_000, 48), ev.BidLine(102, "late", 0, 800, "late"), ev.BidLine(103, "direct", 9))
POSTING = ev.Posting(7, "sl_1", 101, 37_310_000, 29_840_000)
SOLD = ev.Sold(8, "sl_1", 37_310_000, 29_840_000, 48)
STORY: list[ev.Event] = [
    ev.Received(1, 3, 2, 9, present="3f"),
    ev.Enriched(1, "credit", "learned", gave=("type",), facts={"type": "posting", "score": 700}, sent=True),
    ev.Inspected(2, "arrival", (Flaw("invalid", "zip"), Flaw("missing", "street")), held="look"),
    ev.Matched(3, 0, (101, 102), (ev.Skip(104, "full", "offer:104"), ev.Skip(105, "paused"))),
    ev.Pinged(4, 0, 800, BIDS, 102, 0.25),
    ev.NoRoom(5, 103, "offer:103", "cap_full"),
    POSTING,
    SOLD,
    ev.Rejected(8, "sl_2", "rejected", 12),
    ev.Closed(9, "sold"),
]


def hashed(events: bytes, **other) -> bytes:
    where = {"lane": 3, "seq": 8, "place": 1, "lead_id": LEAD, "n": 2, "salt": SALT} | other
    return chapter_hash(
        other.pop("prev_hash", ZERO_HASH), events=events, **{k: where[k] for k in where if k != "prev_hash"}
    )


def members(line: bytes) -> dict:
    return msgspec.json.decode(b"{%b}" % line)


def test_each_bid_and_each_event_of_a_sale_is_a_line_and_no_line_tells_the_payout():
    _, lines = cut(ev.encode(STORY))
    assert [members(line) for line in lines] == [
        {"offer": 101, "outcome": "bid", "price_micros": 37_310_000, "ms": 48},
        {"offer": 102, "outcome": "late", "ms": 800, "reason": "late"},
        {"offer": 103, "outcome": "direct", "price_micros": 9},
        {"type": "posting", "at_ms": 7, "sale": "sl_1", "offer": 101, "price_micros": 37_310_000},
        {"type": "sold", "at_ms": 8, "sale": "sl_1", "price_micros": 37_310_000, "ms": 48},
        {"type": "rejected", "at_ms": 8, "sale": "sl_2", "reason": "rejected", "ms": 12},
    ]


def test_in_an_open_round_the_offer_stands_apart_from_its_bid_and_the_head_tells_how_many_there_are():
    closed, lines = cut(ev.encode([ev.Pinged(4, 0, 800, BIDS, 102, 0.25, open=True), POSTING]))
    assert [members(line) for line in lines] == [
        {"type": "pinged", "at_ms": 4, "tier": 0, "ms": 800, "bids": 3},
        {"offer": 101}, {"outcome": "bid", "price_micros": 37_310_000, "ms": 48},
        {"offer": 102}, {"outcome": "late", "ms": 800, "reason": "late"},
        {"offer": 103}, {"outcome": "direct", "price_micros": 9},
        {"type": "posting", "at_ms": 7, "sale": "sl_1", "offer": 101, "price_micros": 37_310_000},
    ]  # fmt: skip
    assert b'"turn":102' in closed


@pytest.mark.parametrize("open_", [False, True])
def test_how_long_a_round_waited_for_whom_stays_closed(open_):
    wait = Wait(96, 400, "needed", 7, 103, 300, 96)
    text = ev.encode([ev.Pinged(4, 0, 800, BIDS, 102, 0.25, open_, wait), POSTING])
    closed, lines = cut(text)
    _, without = cut(ev.encode([ev.Pinged(4, 0, 800, BIDS, 102, 0.25, open_), POSTING]))
    assert lines == without
    assert b'"wait":[96,400,"needed",7,103,300,96]' in closed
    assert ev.decode(text)[0].wait == wait


@pytest.mark.parametrize("open_", [False, True])
def test_a_round_in_which_nobody_was_asked_has_no_bids(open_):
    _, lines = cut(ev.encode([ev.Pinged(4, 0, 0, open=open_)]))
    assert lines == []


def test_several_rounds_and_what_stands_between_them_are_cut_alike():
    events: list[ev.Event] = [ev.Pinged(4, 0, 9, BIDS[:1]), ev.Matched(5, 1, (103,)), ev.Pinged(6, 1, 9, BIDS[1:])]
    closed, lines = cut(ev.encode(events))
    assert [members(line)["offer"] for line in lines] == [101, 102, 103]
    assert b'"matched"' in closed


def test_a_chapter_without_bids_and_sales_is_one_closed_line():
    text = ev.encode(STORY[:4])
    assert cut(text) == (text, [])
    assert len(leaves_of(b"", SALT, text)) == 1


@pytest.mark.parametrize("open_", [False, True])
def test_whatever_byte_is_altered_the_hash_is_another(open_):
    events = [*STORY[:4], ev.Pinged(4, 0, 800, BIDS, 102, 0.25, open=open_), *STORY[5:]]
    text = ev.encode(events)
    seen = {hashed(text)}
    for place in range(len(text)):
        seen.add(hashed(text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]))
        seen.add(hashed(text[:place] + text[place + 1 :]))
    doubles = sum(a == b for a, b in pairwise(text))  # of two equal bytes either may go
    assert len(seen) == 2 * len(text) + 1 - doubles


def test_the_hash_covers_where_the_chapter_stands_and_what_stands_before_it():
    text = ev.encode(STORY)
    others = [{"lane": 4}, {"seq": 9}, {"place": 2}, {"n": 3}, {"lead_id": b"m" * 16}, {"salt": b"t" * 16},
              {"prev_hash": b"h" * 32}]  # fmt: skip
    assert len({hashed(text), *(hashed(text, **other) for other in others)}) == 8


def test_a_line_is_proved_by_its_salt_and_the_hashes_of_the_others():
    text = ev.encode(STORY)
    leaves = leaves_of(place_of(3, 8, 1, LEAD, 2), SALT, text)
    _, lines = cut(text)
    salts = salts_of(SALT, len(lines))
    for place, (line, salt) in enumerate(zip(lines, salts, strict=True), 1):
        assert leaf_of(line, salt) == leaves[place]
    assert link(ZERO_HASH, leaves) == hashed(text)
    assert len({SALT, *salts}) == len(lines) + 1


def test_the_salts_of_a_few_lines_are_the_first_of_many():
    assert salts_of(SALT, 40)[:3] == salts_of(SALT, 3)


CODES = st.text("abz_.", max_size=4)
LINES = st.builds(
    ev.BidLine, st.integers(1, 999), st.sampled_from(["bid", "late", "pass"]), st.integers(0, 10**9), st.integers(0, 999), CODES
)  # fmt: skip
ROUNDS = st.builds(
    ev.Pinged, st.just(1), st.integers(0, 3), st.integers(0, 9), st.lists(LINES).map(tuple), st.integers(0, 9), st.sampled_from([0.0, 0.5])
)  # fmt: skip


@given(st.lists(st.one_of(ROUNDS, st.just(POSTING), st.just(STORY[1]), st.just(STORY[3]))))
def test_the_lines_of_any_chapter_are_its_bids_and_its_sales(events):
    _, lines = cut(ev.encode(events))
    bids = [msgspec.to_builtins(line) for event in events if isinstance(event, ev.Pinged) for line in event.bids]
    told = [members(line) for line in lines]
    assert told[: len(bids)] == bids
    assert [line["type"] for line in told[len(bids) :]] == ["posting"] * events.count(POSTING)
