"""A lead's history decided again: what is as it was decided has no difference, and each changed event has one."""

from typing import Any, get_args

import msgspec
import pytest
from msgspec.structs import replace

from harness.market import nouns, offer
from outbid.core.contract import Flaw
from outbid.core.control.patience import Wait
from outbid.core.lead import event as ev
from outbid.core.market.compile import compile_market
from outbid.core.replay.receipts import receipts
from outbid.core.replay.replay import COMPARED, replay
from outbid.core.route import MOST_ASKS, Plan
from outbid.plugins.registry import Registry

REGISTRY = Registry()
REPEATABLE = {"delivery": {"repeatable": True}}
FACTS = {"state": "TX", "zip": "78701"}
M = 1_000_000


def plan_of(
    *, places: int = 1, method: str = "highest_bid", patience: dict[str, Any] | None = None
) -> tuple[Plan, dict[str, int]]:
    """A campaign of two tiers: `ace`, `bee` and `cab` (of one buyer with `bee`) are pinged, `dot` has a fixed price,
    `elk` wants another state, `fox` is in the second tier and may be asked again."""
    tiers = [
        {"slug": "main", "deadline_ms": 400, "places": places, "method": {"plugin": method}, "patience": patience},
        {"slug": "rest", "deadline_ms": 400},
    ]
    offers = [
        offer("ace", 9),
        offer("bee", 9),
        offer("cab", 9, buyer="bee", seldom={}),
        offer("dot", 9, price="5"),
        offer("elk", 9, filter={"fact": "state", "equals": "CA"}),
        offer("fox", 9, tier="rest", **REPEATABLE),
    ]
    made = nouns(offers, campaign_more={"tiers": tiers, "floor": "2"})
    numbered = {kind: {s: (i, n) for i, (s, n) in enumerate(found.items(), 1)} for kind, found in made.items()}
    market = compile_market(1, numbered, REGISTRY)
    return Plan(market.campaigns[1], market.sources[1]), {row.slug: number for number, row in market.offers.items()}


PLAN, NUMBER = plan_of()
ACE, BEE, CAB, DOT, ELK, FOX = (NUMBER[slug] for slug in ("ace", "bee", "cab", "dot", "elk", "fox"))
BEGIN = [ev.Received(0, 1, 1, 1), ev.Inspected(1, "arrival")]
FULL = ev.Skip(CAB, "cap_reached", f"offer:{CAB} day LEAD")
MATCHED = ev.Matched(2, 0, (ACE, BEE, DOT), (FULL,))
LINES = (
    ev.BidLine(ACE, "bid", 8 * M, 20),
    ev.BidLine(BEE, "bid", 1 * M, 30, "below_floor"),
    ev.BidLine(DOT, "direct", 5 * M),
)
SOLD = [
    *BEGIN,
    MATCHED,
    ev.Pinged(3, 0, 40, LINES),
    ev.Posting(4, "sl_1", ACE, 8 * M, 6_400_000),
    ev.Rejected(5, "sl_1", "rejected"),
    ev.Posting(6, "sl_2", DOT, 5 * M, 4 * M),
    ev.Sold(7, "sl_2", 5 * M, 4 * M),
    ev.Closed(8, "sold"),
]
REST = [
    ev.Matched(9, 1, (FOX,)),
    ev.Pinged(10, 1, 20, (ev.BidLine(FOX, "bid", 3 * M, 15),)),
    ev.Posting(11, "sl_3", FOX, 3 * M, 2_400_000),
]
UNANSWERED = [
    *BEGIN,
    ev.Matched(2, 0, (), tuple(ev.Skip(n, "wallet_empty", "buyer:1 wallet USD") for n in (ACE, BEE, CAB, DOT))),
    *REST,
    *[ev.Asked(12, "sl_3")] * MOST_ASKS,
    ev.Unsure(13, "sl_3", "timed_out"),
]
SETTLED = [
    *UNANSWERED,
    ev.Settled(14, "sl_3", "rejected", "ann"),
    ev.Matched(15, 1),
    ev.Closed(16, "unsold", "all_rejected"),
]
RESUMED = [*SOLD[:4], ev.Resumed(9, 7), *SOLD[2:]]
REFUSED = [
    BEGIN[0], ev.Inspected(1, "arrival", (Flaw("phone.too_short", "phone"),), "phone.too_short"),
    ev.Closed(2, "refused", "phone.too_short"),
]  # fmt: skip
SELLER_FULL = [
    *SOLD[:4], ev.NoRoom(4, ACE, "source:1 day LEAD", "cap_reached"), ev.Closed(5, "refused", "cap_reached"),
]  # fmt: skip
GOOD = {
    "sold after a reject": SOLD,
    "uncertain after every ask": UNANSWERED,
    "settled, and matched anew": SETTLED,
    "taken over in a round": RESUMED,
    "taken over before the checks": [BEGIN[0], ev.Resumed(1, 7), *SOLD[1:]],
    "refused for a flaw": REFUSED,
    "refused since its source is full": SELLER_FULL,
    "still under way": SOLD[:5],
    "passed by at the hold for the person": [*SOLD[:4], ev.NoRoom(4, ACE, "", "suppressed"), *SOLD[6:]],
}


@pytest.mark.parametrize("events", GOOD.values(), ids=GOOD)
def test_what_was_decided_by_these_functions_repeats(events):
    assert replay(PLAN, FACTS, ev.decode(ev.encode(events))) == []


def changed(place: int, **changes) -> list[ev.Event]:
    return [*SOLD[:place], replace(SOLD[place], **changes), *SOLD[place + 1 :]]


def line(place: int, **changes) -> list[ev.Event]:
    lines = list(LINES)
    lines[place] = replace(lines[place], **changes)
    return changed(3, bids=tuple(lines))


BAD = {
    "another source": (changed(0, source=9), 1, "source 9, campaign 1", "source 1, campaign 1"),
    "another stage": (changed(1, stage="before_post"), 2, "inspected (before_post)", "inspected (arrival)"),
    "refused without a flaw": (changed(1, refused="duplicate"), 2, "refused as duplicate", "not refused: no check says so"),
    "somebody asked who must not": (changed(2, offers=(ACE, BEE, DOT, ELK)), 3, "elk asked", "not so"),
    "somebody left out": (changed(2, offers=(ACE, BEE)), 3, "dot not asked", "asked"),
    "another order": (changed(2, offers=(BEE, ACE, DOT)), 3, "asked in the order bee, ace, dot", "in the order ace, bee, dot"),
    "a skip without a ground": (
        changed(2, skips=(FULL, ev.Skip(ELK, "cap_reached", "x"))), 3, "elk skipped for a live reason", "not so",
    ),
    "a skip for another reason": (changed(2, skips=(replace(FULL, reason="paused"),)), 3, "cab skipped as paused", "as cap_reached"),
    "asked seldom though he bids": (
        changed(2, skips=(ev.Skip(CAB, "seldom_bids", answers=200, bids=2),)), 3,
        "cab skipped as seldom_bids", "not skipped: 2 of 200 answers were bids",
    ),
    "skipped for a person by no rule": (
        changed(2, skips=(ev.Skip(CAB, "duplicate_at_buyer"),)), 3,
        "cab skipped as duplicate_at_buyer", "it has no duplicate rule",
    ),
    "passed by for a person by no rule": (
        [*SOLD[:4], ev.NoRoom(4, ACE, "", "duplicate_at_buyer"), *SOLD[6:]], 5,
        "ace had no room", "it has no duplicate rule",
    ),
    "another tier": (changed(2, tier=1), 3, "tier rest matched", "tier main matched"),
    "a line too few": (changed(3, bids=LINES[:2]), 4, "dot not part of the round", "part of the round"),
    "a bid below the floor": (line(0, price_micros=M), 4, "ace: bid at 1.00, may win", "below_floor"),
    "a bid above the floor": (line(1, price_micros=2 * M), 4, "bee: bid at 2.00, below_floor", "may win"),
    "another fixed price": (line(2, price_micros=4 * M), 4, "dot: direct at 4.00", "direct at 5.00"),
    "a ping of a fixed price": (line(2, outcome="bid"), 4, "dot: bid at 5.00", "direct at 5.00"),
    "a fixed price of a ping": (line(0, outcome="direct"), 4, "ace: direct at 8.00", "it has no fixed price"),
    "over too early": (
        line(1, outcome="late", price_micros=0, reason="not_awaited"), 4,
        "decided before all had answered", "an open answer could have won",
    ),
    "another pick": (
        changed(4, offer=DOT), 5, "dot posted at 8.00 for a payout of 6.40", "ace posted at 8.00 for a payout of 6.40",
    ),
    "another price": (
        changed(4, price_micros=7 * M), 5, "ace posted at 7.00 for a payout of 6.40", "ace posted at 8.00 for a payout of 6.40",
    ),
    "another payout": (
        changed(6, payout_micros=M), 7, "dot posted at 5.00 for a payout of 1.00", "dot posted at 5.00 for a payout of 4.00",
    ),
    "captured above the bid": (
        changed(7, price_micros=6 * M, payout_micros=4_800_000), 8, "captured 6.00", "between 2.00, the floor, and 5.00, the bid",
    ),
    "paid too much": (changed(7, payout_micros=5 * M), 8, "a payout of 5.00", "4.00 at 5.00"),
    "lowered and not marked": (
        changed(7, price_micros=3 * M, payout_micros=2_400_000), 8, "captured 3.00, marked as the bid", "the bid was 5.00",
    ),
    "closed otherwise": (changed(8, status="unsold", reason="no_bids"), 9, "closed as unsold (no_bids)", "closed as sold"),
    "a step left out": (SOLD[:3] + SOLD[4:5], 4, "ace posted at 8.00 for a payout of 6.40", "a round in tier main"),
    "closed too early": (
        [*SOLD[:4], ev.Closed(9, "unsold", "no_bids")], 5, "closed as unsold (no_bids)", "ace posted at 8.00 for a payout of 6.40",
    ),
    "something after the end": ([*SOLD, ev.Resumed(9, 2)], 10, "taken over by another process", "nothing: it was closed"),
    "settled twice": ([*SETTLED[:7], ev.Settled(20, "sl_3", "sold", "x")], 8, "sale sl_3 settled as sold", "it was posting"),
    "not asked often enough": (
        [*UNANSWERED[:6], ev.Unsure(13, "sl_3", "timed_out")], 7, "sale sl_3 uncertain", "asked again",
    ),
    "asked too often": (
        [*UNANSWERED[:8], ev.Asked(14, "sl_3")], 9, "sale sl_3 asked again", "uncertain: it may not be asked again",
    ),
    "resold while uncertain": (
        [*UNANSWERED, ev.Closed(14, "unsold", "all_rejected")], 10, "closed as unsold (all_rejected)", "nothing until a sale is settled",
    ),
    "an offer that is not there": (changed(4, offer=99), 5, "offer 99, which the campaign does not have", "nothing from here"),
    "a sale that is not there": (changed(5, sale="sl_9"), 6, "sale sl_9, which was never posted", "nothing from here"),
    "a tier that is not there": (changed(2, tier=5), 3, "tier 5, which the campaign does not have", "nothing from here"),
    "no beginning": (SOLD[1:], 1, "never received", "nothing from here"),
}  # fmt: skip


@pytest.mark.parametrize(("events", "place", "recorded", "now"), BAD.values(), ids=BAD)
def test_what_was_changed_is_found_where_it_is(events, place, recorded, now):
    found = replay(PLAN, FACTS, events)
    assert found, "no difference"
    assert (found[0].event, found[0].recorded) == (place, recorded)
    assert found[0].now.startswith(now)


def test_another_fact_changes_the_decision():
    found = replay(PLAN, FACTS | {"state": "CA"}, SOLD)
    assert [(d.event, d.type, d.recorded, d.now) for d in found] == [(3, "matched", "elk not asked", "asked")]


def test_another_market_changes_the_decision():
    cheaper, _ = plan_of(method="waterfall")
    dearer = replace(cheaper, campaign=replace(cheaper.campaign, floor_micros=6 * M))
    assert replay(cheaper, FACTS, SOLD) == []
    assert [(d.type, d.recorded, d.now) for d in replay(dearer, FACTS, SOLD)] == [
        ("matched", "dot asked", "not so"),
        ("sold", "captured 5.00", "between 6.00, the floor, and 5.00, the bid"),
    ]


def test_posts_side_by_side_are_compared_one_by_one():
    plan, _ = plan_of(places=2)
    round_ = (ev.BidLine(ACE, "bid", 8 * M), ev.BidLine(BEE, "bid", 7 * M), ev.BidLine(CAB, "bid", 6 * M), LINES[2])
    before = [*BEGIN, ev.Matched(2, 0, (ACE, BEE, CAB, DOT)), ev.Pinged(3, 0, 40, round_)]
    ace, bee = ev.Posting(4, "sl_1", ACE, 8 * M, 6_400_000), ev.Posting(4, "sl_2", BEE, 7 * M, 5_600_000)
    ends = [
        ev.Sold(5, "sl_2", 7 * M, 5_600_000),
        ev.Rejected(6, "sl_1", "rejected"),
        ev.Posting(7, "sl_3", DOT, 5 * M, 4 * M),  # not cab: it is of bee's buyer
        ev.Sold(8, "sl_3", 5 * M, 4 * M),
        ev.Closed(9, "sold"),
    ]
    assert replay(plan, FACTS, [*before, ace, bee, *ends]) == []
    missing = replay(plan, FACTS, [*before, ace])
    assert [(d.event, d.recorded, d.now) for d in missing] == [
        (6, "nothing", "bee posted at 7.00 for a payout of 5.60")
    ]
    [swapped, *_] = replay(plan, FACTS, [*before, bee, ace, *ends])
    assert (swapped.event, swapped.now) == (5, "ace posted at 8.00 for a payout of 6.40")
    told = {r.offer: (r.outcome, r.reason) for r in receipts(plan, FACTS, [*before, ace, bee, *ends])}
    assert told[CAB] == ("bid", "buyer_has_it")
    assert told[FOX] == ("not_asked", "tier_not_reached")


def test_a_method_by_lot_repeats_with_the_draw_that_was_recorded():
    plan, _ = plan_of(method="weighted")
    lines = tuple(ev.BidLine(n, "bid", 3 * M) for n in (ACE, BEE, CAB)) + LINES[2:]
    winners = set()
    for draw in (0.1, 0.3, 0.5, 0.7, 0.9):
        before = [*BEGIN, ev.Matched(2, 0, (ACE, BEE, CAB, DOT)), ev.Pinged(3, 0, 9, lines, draw=draw)]
        repeating = [
            n for n in (ACE, BEE, CAB, DOT)
            for price in [5 * M if n == DOT else 3 * M]
            if not replay(plan, FACTS, [*before, ev.Posting(4, "sl_1", n, price, price * 4 // 5)])
        ]  # fmt: skip
        assert len(repeating) == 1
        winners |= set(repeating)
    assert len(winners) > 1


def test_every_event_that_there_is_is_compared():
    assert set(get_args(ev.Event)) == set(COMPARED)


@pytest.mark.parametrize("name", GOOD)
def test_every_offer_has_one_receipt_whatever_happened(name):
    for end in range(1, len(GOOD[name]) + 1):
        found = receipts(PLAN, FACTS, GOOD[name][:end])
        assert sorted(r.offer for r in found) == sorted(PLAN.campaign.offers)
        assert all(r.reason or r.outcome in ("sold", "posting") for r in found), found


def told(events: list[ev.Event]) -> dict[str, tuple]:
    return {PLAN.campaign.offers[r.offer].slug: (r.outcome, r.reason) for r in receipts(PLAN, FACTS, events)}


def test_receipts_tell_the_last_that_is_known_of_an_offer():
    assert told(SOLD) == {
        "ace": ("rejected", "rejected"), "bee": ("bid", "below_floor"), "cab": ("skipped", "cap_reached"),
        "dot": ("sold", ""), "elk": ("not_asked", "filtered"), "fox": ("not_asked", "tier_not_reached"),
    }  # fmt: skip
    assert set(told(REFUSED).values()) == {("not_asked", "phone.too_short")}
    assert told(SELLER_FULL) == {
        "ace": ("no_room", "cap_reached"), "bee": ("bid", "below_floor"), "cab": ("skipped", "cap_reached"),
        "dot": ("direct", "cap_reached"), "elk": ("not_asked", "filtered"), "fox": ("not_asked", "cap_reached"),
    }  # fmt: skip
    again = [*SOLD[:4], ev.Resumed(9, 7), ev.Matched(10, 0, (BEE, DOT), (FULL, replace(FULL, offer=ACE)))]
    assert told(again)["ace"] == ("skipped", "cap_reached")
    assert told(UNANSWERED)["fox"] == ("uncertain", "timed_out")


def test_a_good_bid_that_nobody_posted_was_kept_back_by_a_limit():
    plan = replace(PLAN, source=replace(PLAN.source, most_posts=1))
    events = [*SOLD[:6], ev.Closed(9, "unsold", "resell_limit")]
    assert replay(plan, FACTS, events) == []
    found = {r.offer: (r.outcome, r.reason, r.price_micros) for r in receipts(plan, FACTS, events)}
    assert found[DOT] == ("direct", "resell_limit", 5 * M)
    assert msgspec.json.encode(receipts(plan, FACTS, events))


@pytest.mark.parametrize(
    ("line", "differs"),
    [
        (ev.BidLine(ACE, "bid", 8 * M, kept=True, sent=False), False),
        (ev.BidLine(ACE, "bid", 8 * M, kept=True), True),
        (ev.BidLine(ACE, "pass", reason="no_bid", kept=True, sent=False), True),
    ],
)
def test_a_kept_bid_that_is_none_is_found(line, differs):
    events = [*BEGIN, MATCHED, ev.Pinged(3, 0, 40, (line, *LINES[1:]))]
    assert bool(replay(PLAN, FACTS, events)) == differs


def test_of_several_bids_of_a_reply_each_is_judged_again():
    first, second = ev.FurtherBid(2, 6 * M), ev.FurtherBid(1, 1 * M, "below_floor")
    good = ev.BidLine(ACE, "bid", 8 * M, 20, place=3, more=(first, second))
    assert replay(PLAN, FACTS, [*BEGIN, MATCHED, ev.Pinged(3, 0, 40, (good, *LINES[1:]))]) == []
    for more in ((second, first), (replace(first, reason="below_floor"), second), (first, replace(second, reason=""))):
        events = [*BEGIN, MATCHED, ev.Pinged(3, 0, 40, (replace(good, more=more), *LINES[1:]))]
        assert [found.event for found in replay(PLAN, FACTS, events)] == [4] * len(replay(PLAN, FACTS, events)) != []


def test_a_choice_that_its_quote_did_not_tell_of_is_found():
    events = [ev.Quoting(0, 1, 1, 1), ev.Inspected(1, "before_ping"), MATCHED, ev.Pinged(3, 0, 40, LINES)]
    events += [ev.Quoted(4, 6_400_000, 99), ev.Received(5, 1, 1, 1, quote="pg_1", picks=(1,))]
    assert [found.event for found in replay(PLAN, FACTS, events)] == [6]


def test_who_hardly_ever_bids_is_told_with_what_was_known():
    skip = ev.Skip(CAB, "seldom_bids", answers=200, bids=1)
    events = changed(2, skips=(skip,))
    assert replay(PLAN, FACTS, events) == []
    told = next(receipt for receipt in receipts(PLAN, FACTS, events) if receipt.offer == CAB)
    assert (told.outcome, told.reason, told.detail) == ("skipped", "seldom_bids", "1 of 200 answers were bids")


PATIENT, _ = plan_of(patience={"may_lose": "5%", "least": 200, "least_ms": 80, "in_full": "2%"})
NEEDED = Wait(96, 400, "needed", 500_000, ACE, 300, 96)
CUT = ev.BidLine(BEE, "late", ms=96, reason="past_patience")


def waited(wait, *lines):
    return changed(3, bids=(LINES[0], *lines, LINES[2]), wait=wait)


@pytest.mark.parametrize(
    "wait",
    [
        NEEDED,
        Wait(80, 400, "least", 500_000, ACE, 300, 15),
        Wait(400, 400, "in_full", 19_999, ACE, 300, 96),
        Wait(400, 400, "little_known", 500_000, BEE, 12, 0),
    ],
)
def test_how_long_a_round_waited_repeats_by_what_was_known_then(wait):
    assert replay(PATIENT, FACTS, waited(wait, LINES[1])) == []


@pytest.mark.parametrize(
    ("plan", "wait", "line", "now"),
    [
        (PATIENT, replace(NEEDED, deadline_ms=120), LINES[1], "waited up to 96 ms of 400"),
        (PATIENT, replace(NEEDED, whole_ms=2_000), LINES[1], "waited up to 96 ms of 400"),
        (PATIENT, replace(NEEDED, lot=1), LINES[1], "to see who became faster"),
        (PATIENT, replace(NEEDED, pings=199), LINES[1], "only 199 pings were known"),
        (PATIENT, None, LINES[1], "is recorded just where it has"),
        (PLAN, None, CUT, "is recorded just where it has"),
        (PLAN, NEEDED, LINES[1], "the tier has no patience"),
        (PATIENT, Wait(400, 400, "in_full", 1, ACE, 300, 96), CUT, "the round took the whole time"),
    ],
)
def test_a_round_that_waited_otherwise_than_its_rule_says_differs(plan, wait, line, now):
    (difference,) = replay(plan, FACTS, waited(wait, line))
    assert now in difference.now


def test_whoever_was_not_waited_for_is_told_why_and_nothing_was_decided_early():
    events = waited(NEEDED, CUT)
    assert replay(PATIENT, FACTS, events) == []
    told = next(receipt for receipt in receipts(PATIENT, FACTS, events) if receipt.offer == BEE)
    assert (told.outcome, told.reason) == ("late", "past_patience")
    assert told.detail == "waited up to 96 ms of 400: ace needs 96 ms, by its last 300 pings"
