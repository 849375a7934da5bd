"""Events folded into a state: what each of them changes, and that chapters come back as they were written."""

import msgspec
import pytest

from outbid.core.answer import STATUS, Answer, answer_of, pointer_of
from outbid.core.contract import Flaw
from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale, State, fold, fold_all

RECEIVED = ev.Received(1, 3, 4, 5)
GOOD = ev.Inspected(2, "arrival")
MATCHED = ev.Matched(3, 0, (1, 2), (ev.Skip(3, "cap_reached", "offer:3 day LEAD"),))
PINGED = ev.Pinged(4, 0, 80, (ev.BidLine(1, "bid", 30, 70), ev.BidLine(2, "late", ms=80, reason="late")))
POSTING = ev.Posting(5, "sl_1", 1, 30, 24)
STORY = [RECEIVED, GOOD, MATCHED, PINGED, POSTING]
SALE = Sale("sl_1", 1, "posting", 30, 24, round_ms=4)


def after(*events) -> State:
    return fold_all([*STORY, *events])


def test_a_lead_on_its_way_is_open():
    assert fold_all([RECEIVED]) == State(stage="received", arrived_ms=1)
    assert fold_all([RECEIVED, GOOD]).stage == "inspected"
    matched = fold_all([RECEIVED, GOOD, MATCHED])
    assert (matched.stage, matched.tier, matched.offers, matched.matched_any) == ("matched", 0, (1, 2), True)
    bidding = fold(matched, PINGED)
    assert (bidding.stage, bidding.bids, bidding.without_room) == ("bidding", PINGED.bids, True)
    posting = fold(bidding, POSTING)
    assert (posting.stage, posting.sales, posting.tried, posting.posts) == ("posting", (SALE,), frozenset({1}), 1)
    assert posting.placed() == [SALE]
    assert posting.status == "open"


def test_an_accept_is_done_at_the_captured_price():
    state = after(ev.Sold(6, "sl_1", 28, 22))
    assert (state.stage, state.status) == ("bidding", "open")
    assert (state.sales[0].status, state.sales[0].price_micros, state.sales[0].payout_micros) == ("sold", 28, 22)
    closed = fold(state, ev.Closed(7, "sold"))
    assert (closed.stage, closed.status, len(closed.placed())) == ("closed", "sold", 1)


def test_a_reject_gives_the_place_back():
    state = after(ev.Rejected(6, "sl_1", "buyer_duplicate"))
    assert (state.stage, state.sales[0].status, state.sales[0].reason) == ("bidding", "rejected", "buyer_duplicate")
    assert state.placed() == []
    assert state.tried == {1}
    assert state.posts == 1


def test_a_buyer_that_was_not_reached_does_not_count_as_a_post():
    state = after(ev.Rejected(6, "sl_1", "unreachable", reached=False))
    assert (state.stage, state.posts, state.tried, state.placed()) == ("bidding", 0, {1}, [])


def test_an_uncertain_sale_keeps_its_place_until_it_is_settled():
    state = after(ev.Unsure(6, "sl_1", "timed_out"))
    assert (state.stage, state.status, state.reason, len(state.placed())) == ("bidding", "uncertain", "timed_out", 1)
    sold = fold(state, ev.Settled(7, "sl_1", "sold", "operator"))
    assert (sold.stage, sold.status, sold.reason, sold.sales[0].status) == ("inspected", "open", "", "sold")
    rejected = fold(state, ev.Settled(7, "sl_1", "rejected", "operator"))
    assert (rejected.stage, rejected.status, rejected.placed()) == ("inspected", "open", [])
    assert (rejected.tier, rejected.anew) == (0, True)  # the tier is matched and asked anew
    assert rejected.tried == {1}
    assert rejected.sales[0].reason == "timed_out"


def test_sales_side_by_side_are_answered_one_by_one():
    other = ev.Posting(5, "sl_2", 2, 20, 16)
    state = after(other, ev.Sold(6, "sl_1", 30, 24))
    assert (state.stage, state.status, [sale.status for sale in state.sales]) == (
        "posting",
        "open",
        ["sold", "posting"],
    )
    unsure = fold(state, ev.Unsure(7, "sl_2", "timed_out"))
    assert (unsure.stage, unsure.status, unsure.reason, len(unsure.placed())) == (
        "bidding",
        "uncertain",
        "timed_out",
        2,
    )
    settled = fold(unsure, ev.Settled(8, "sl_2", "rejected", "operator"))
    assert (settled.stage, settled.status, len(settled.placed())) == ("inspected", "open", 1)


def test_a_settled_sale_goes_on_with_the_tier_that_it_was_made_in():
    later = after(ev.Unsure(6, "sl_1", "timed_out"), ev.Matched(7, 1, (4,)), ev.Pinged(8, 1, 5))
    settled = fold(later, ev.Settled(9, "sl_1", "rejected", "operator"))
    assert (settled.tier, settled.anew) == (0, True)


def test_the_lot_and_the_hour_of_the_first_inspection_stand():
    first = fold_all([ev.Quoting(1, 3, 4, 7), ev.Inspected(2, "before_ping", lot=500_000)])
    later = fold_all([ev.Quoting(1, 3, 4, 7), ev.Inspected(2, "before_ping", lot=500_000), ev.Inspected(9, "arrival")])
    assert (first.lot, first.routed_ms) == (later.lot, later.routed_ms) == (500_000, 2)


def test_one_hold_may_have_room_where_another_has_none():
    state = after(ev.NoRoom(5, 2, "offer:2 day LEAD", "cap_reached"))
    assert (state.stage, state.tried, state.refused) == ("posting", {1, 2}, None)
    assert after(ev.NoRoom(5, 2, "source:3 day LEAD", "cap_reached")).stage == "posting"


def test_asking_again_counts():
    state = after(ev.Asked(6, "sl_1"), ev.Asked(7, "sl_1"))
    assert (state.stage, state.sales[0].asks) == ("posting", 2)


def test_an_offer_without_room_is_passed_over():
    state = fold_all([*STORY[:4], ev.NoRoom(5, 1, "offer:1 day LEAD", "cap_reached")])
    assert (state.stage, state.tried, state.sales, state.refused) == ("bidding", {1}, (), None)


@pytest.mark.parametrize("owner", ["source:3", "seller:1", "campaign:4"])
def test_a_full_selling_side_refuses_the_lead(owner):
    state = fold_all([*STORY[:4], ev.NoRoom(5, 1, f"{owner} day LEAD", "cap_reached")])
    assert (state.stage, state.refused) == ("bidding", "cap_reached")


def test_a_refusal_is_remembered_until_it_is_closed():
    refused = fold_all([RECEIVED, ev.Inspected(2, "arrival", (Flaw("duplicate", "phone"),), "duplicate")])
    assert (refused.stage, refused.refused, refused.status) == ("inspected", "duplicate", "open")
    closed = fold(refused, ev.Closed(3, "refused", "duplicate"))
    assert (closed.status, closed.reason) == ("refused", "duplicate")


@pytest.mark.parametrize(
    ("events", "stage", "tier", "anew"),
    [
        ([RECEIVED], "received", -1, False),
        ([RECEIVED, GOOD], "inspected", -1, False),
        ([RECEIVED, GOOD, MATCHED], "inspected", 0, True),
        ([RECEIVED, GOOD, MATCHED, PINGED], "inspected", 0, True),
        ([RECEIVED, GOOD, MATCHED, ev.Matched(3, 1, (4,))], "inspected", 1, True),
        (STORY, "posting", 0, False),
        ([*STORY, ev.Unsure(6, "sl_1", "late")], "inspected", 0, True),
        ([*STORY, ev.Sold(6, "sl_1", 30, 24)], "inspected", 0, True),
    ],
)
def test_a_round_that_died_with_its_process_is_run_anew(events, stage, tier, anew):
    state = fold_all([*events, ev.Resumed(9, 2)])
    assert (state.stage, state.tier, state.anew) == (stage, tier, anew)
    if stage == "inspected":
        assert state.bids == ()


def test_a_lead_that_is_resumed_twice_goes_on_where_it_was():
    events = [RECEIVED, GOOD, MATCHED, ev.Matched(3, 1, (4,)), ev.Resumed(9, 2)]
    assert fold_all([*events, ev.Resumed(10, 3)]).tier == fold_all(events).tier


CHOSEN = [
    ev.Quoting(0, 3, 4, 5),
    GOOD,
    MATCHED,
    PINGED,
    ev.Quoted(5, 24, 100, (ev.OfferedBid(1, 0, 30, 24, 100), ev.OfferedBid(2, 0, 20, 16, 50))),
]


def wanted_by(*picks: int, at_ms: int = 10) -> list[int]:
    return [bid.offer for bid in fold_all([*CHOSEN, ev.Received(at_ms, 3, 4, 5, quote="pg_1", picks=picks)]).wanted]


def test_of_what_a_seller_chose_those_count_in_his_order_that_have_not_ended():
    assert wanted_by(2, 1) == [2, 1]
    assert wanted_by(2, 1, at_ms=51) == [1]
    assert wanted_by(3, 2) == [2]
    assert wanted_by() == []


def test_each_bid_of_a_choice_is_owed_what_was_told_of_it_and_nothing_else_is_promised():
    state = fold_all([*CHOSEN, ev.Received(10, 3, 4, 5, quote="pg_1", picks=(2,))])
    assert (state.promised, state.owed(2, 0), state.owed(1, 0)) == (None, 16, None)
    assert fold_all([*CHOSEN, ev.Received(10, 3, 4, 5, quote="pg_1")]).owed(2, 0) == 24


def test_after_a_crash_the_bids_that_were_chosen_stand():
    chosen = [
        *CHOSEN,
        ev.Received(10, 3, 4, 5, quote="pg_1", picks=(1,)),
        GOOD,
        ev.Rechecked(11, (1,)),
        ev.Resumed(12, 2),
    ]
    state = fold_all(chosen)
    assert (state.stage, [line.offer for line in state.bids]) == ("inspected", [1])


ALL = [
    *STORY,
    ev.Quoting(1, 3, 4, 5),
    ev.Quoted(1, 16_000_000, 300_000),
    ev.Quoted(1, 16_000_000, 300_000, (ev.OfferedBid(3, 2, 20_000_000, 16_000_000, 300_000),)),
    ev.Posting(5, "sl_3", 3, 30, 24, place=2),
    ev.Pinged(4, 0, 80, (ev.BidLine(3, "bid", 30, 70, place=2, more=(ev.FurtherBid(1, 20, "below_floor", 60),)),)),
    ev.Rechecked(2, (1,), (ev.Skip(2, "filtered"),)),
    ev.Received(1, 3, 4, 5, test=True, quote="pg_1", picks=(2, 1)),
    ev.Waiting(2, "reviewed", 5),
    ev.Deferred(2),
    ev.Due(2, 1),
    ev.Reviewed(2, "released", "ann"),
    ev.Resumed(2, 7),
    ev.Enriched(2, "places", "late", "timed_out", 900, ("city",), {"city": "Austin", "age": 3.5, "a": True}, True),
    ev.Inspected(2, "arrival", (Flaw("zip.not_a_zip", "zip", "seen: text"), Flaw("x")), "zip.not_a_zip"),
    ev.NoRoom(5, 1, "offer:1 day LEAD", "cap_reached"),
    ev.Sold(6, "sl_1", 28, 22, 40, "price_lowered"),
    ev.Rejected(6, "sl_1", "rejected", 40),
    ev.Unsure(6, "sl_1", "timed_out", 40),
    ev.Asked(6, "sl_1"),
    ev.Inquired(6, "sl_1", "unknown", "undecided", 40),
    ev.Delivered(6, "sl_1", "filed", "leads_1.csv"),
    ev.Settled(7, "sl_1", "rejected", "operator"),
    ev.Closed(8, "unsold", "no_bids"),
]


def test_chapters_come_back_as_they_were_written():
    assert {type(event) for event in ALL} == set(ev.Event.__args__)
    text = ev.encode(ALL)
    assert ev.decode(text) == ALL
    assert ev.encode(ev.decode(text)) == text
    assert ev.decode("[]") == []


@pytest.mark.parametrize("text", [b"{}", b'[{"type":"vanished","at_ms":1}]', b'[{"type":"closed"}]', b"[1]"])
def test_what_is_no_chapter_is_refused(text):
    with pytest.raises(msgspec.ValidationError):
        ev.decode(text)


# -- what the seller is told -----------------------------------------------------------------------------------------

SOLD = fold_all([*STORY, ev.Sold(6, "sl_1", 28_000_000, 22_400_000), ev.Closed(7, "sold")])
ANSWERS = [
    (SOLD, Answer("sold", "ld_1", "22.40", "USD", "https://b.example/")),
    (fold_all([RECEIVED, GOOD, ev.Closed(3, "unsold", "no_match")]), Answer("unsold", "ld_1", reason="no_match")),
    (fold_all([RECEIVED, GOOD, ev.Closed(3, "refused", "duplicate")]), Answer("refused", "ld_1", reason="duplicate")),
    (after(ev.Unsure(6, "sl_1", "late")), Answer("pending", "ld_1", reason="unsettled", url="/v1/leads/ld_1")),
    (after(), Answer("pending", "ld_1", reason="in_progress", url="/v1/leads/ld_1")),
    (after(ev.Sold(6, "sl_1", 28, 22)), Answer("pending", "ld_1", reason="in_progress", url="/v1/leads/ld_1")),
]


@pytest.mark.parametrize(("state", "answer"), ANSWERS)
def test_the_answer_follows_from_the_state(state, answer):
    assert answer_of("ld_1", "USD", state, "https://b.example/") == answer
    assert answer.outcome in STATUS


@pytest.mark.parametrize("state", [state for state, _ in ANSWERS])
def test_an_answer_holds_no_price_of_a_buyer(state):
    text = msgspec.json.encode(answer_of("ld_1", "USD", state)).decode()
    for hidden in ("sl_", "28", "offer", "bid", "buyer", "margin"):
        assert hidden not in text


def test_every_reason_of_an_answer_is_declared():
    from outbid.core.reasons import ALL as KNOWN

    assert {answer.reason for _, answer in ANSWERS} - {None} <= set(KNOWN)


@pytest.mark.parametrize(("field", "pointer"), [(None, ""), ("zip", "/zip"), ("a/b~c", "/a~1b~0c"), ("", "/")])
def test_flaws_point_at_fields(field, pointer):
    assert pointer_of(Flaw("x", field)) == pointer
