"""Tallies: which rows each event adds to, how times are counted, how many values a dimension has."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold
from outbid.core.tally.count import count
from outbid.core.tally.dimension import DAY_MS, MOST_VALUES, Names, Subject, dimensions_of
from outbid.core.tally.histogram import BUCKETS, LONGEST_MS, bucket_of, least_of, merged, quantile
from outbid.core.tally.rows import QUARTER_MS, Tallies, quarter_of

CAME = 1_795_000_123_456
QUARTER = quarter_of(CAME)
LATER = CAME + 5 * QUARTER_MS
SUBJECT = Subject(7, CAME)
POSTING = ev.Posting(CAME, "sl_1", 3, 900, 700)
OTHER = ev.Posting(CAME, "sl_2", 4, 500, 300)


def told(*events, before=(), subject=SUBJECT):
    """The rows that some events add to, after others: by clock, offer, outcome and reason."""
    state = State()
    for event in before:
        state = fold(state, event)
    tallies = Tallies()
    count(tallies, Names(), subject, state, events)
    assert {key[0] for key, _ in tallies.flat() if key[1] == "arrival"} <= {QUARTER}
    return {
        (clock, offer, outcome, reason): (row.times, row.price_micros, row.payout_micros)
        for (_, clock, _, offer, outcome, reason, dimension), row in tallies.flat()
        if dimension == ""
    }


def lead(outcome, reason="", *figures):
    return {("arrival", 0, outcome, reason): figures or (1, 0, 0)}


def offer(number, outcome, reason="", *figures):
    return {("arrival", number, outcome, reason): figures or (1, 0, 0)}


SALE = {
    **offer(3, "sold", "", 1, 800, 600),
    **lead("sold", "", 1, 800, 600),
    ("sale", 3, "sold", ""): (1, 800, 600),
    ("sale", 0, "sold", ""): (1, 800, 600),
}
LINES = (
    ev.BidLine(1, "bid", 900, 20),
    ev.BidLine(2, "pass", 0, 30, "not_now"),
    ev.BidLine(3, "late", 0, 400, "late"),
    ev.BidLine(4, "direct", 500),
    ev.BidLine(5, "bid", 10, 20, "below_floor"),
)
EACH = [
    ((), ev.Received(CAME, 7, 1, 1), lead("received")),
    ((), ev.Matched(CAME, 0, (1,), (ev.Skip(2, "cap_reached"),)), offer(2, "skipped", "cap_reached")),
    ((), ev.Rechecked(CAME, (1,), (ev.Skip(2, "no_match"),)), offer(2, "skipped", "no_match")),
    (
        (),
        ev.Pinged(CAME, 0, 500, LINES),
        {
            **offer(1, "bid", "", 1, 900, 0),
            **offer(2, "pass", "not_now"),
            **offer(3, "late", "late"),
            **offer(4, "direct", "", 1, 500, 0),
            **offer(5, "bid", "below_floor", 1, 10, 0),
        },
    ),
    ((), POSTING, offer(3, "posted", "", 1, 900, 700)),
    ((), ev.NoRoom(CAME, 3, "offer:3", "cap_reached"), offer(3, "full", "cap_reached")),
    ((POSTING,), ev.Sold(CAME, "sl_1", 800, 600, 40), SALE),
    ((POSTING,), ev.Rejected(CAME, "sl_1", "rejected", 40), offer(3, "rejected", "rejected")),
    ((POSTING,), ev.Unsure(CAME, "sl_1", "timeout", 40), offer(3, "uncertain", "timeout", 1, 900, 700)),
    ((POSTING, ev.Unsure(CAME, "sl_1", "timeout")), ev.Asked(CAME, "sl_1"), offer(3, "asked")),
    (
        (POSTING, ev.Unsure(CAME, "sl_1", "timeout")),
        ev.Inquired(CAME, "sl_1", "unknown", "undecided", 40),
        offer(3, "inquired", "unknown"),
    ),
    (
        (POSTING, ev.Sold(CAME, "sl_1", 800, 600)),
        ev.Delivered(CAME, "sl_1", "sent", ms=40),
        offer(3, "delivered", "sent"),
    ),
    (
        (POSTING, ev.Unsure(CAME, "sl_1", "timeout")),
        ev.Settled(CAME, "sl_1", "sold", "op"),
        {
            **offer(3, "sold", "settled", 1, 900, 700),
            **lead("sold", "", 1, 900, 700),
            ("sale", 3, "sold", "settled"): (1, 900, 700),
            ("sale", 0, "sold", ""): (1, 900, 700),
        },
    ),
    (
        (POSTING, ev.Unsure(CAME, "sl_1", "timeout")),
        ev.Settled(CAME, "sl_1", "rejected", "op"),
        offer(3, "rejected", "settled"),
    ),
    ((), ev.Waiting(CAME, "settled"), lead("uncertain") | lead("answered", "pending")),
    ((), ev.Waiting(CAME, "due", LATER), lead("queued") | lead("answered", "pending")),
    (
        (ev.Inspected(CAME, "arrival", held="rule.broken"),),
        ev.Waiting(CAME, "reviewed", LATER),
        lead("review", "rule.broken") | lead("answered", "pending"),
    ),
    ((), ev.Deferred(CAME), lead("answered", "pending")),
    ((ev.Deferred(CAME),), ev.Closed(LATER, "unsold", "no_match"), lead("unsold", "no_match")),
    ((), ev.Reviewed(CAME, "released", "op"), lead("reviewed", "released")),
    ((), ev.Closed(CAME, "unsold", "no_match"), lead("unsold", "no_match") | lead("answered", "unsold")),
    ((), ev.Closed(CAME, "refused", "duplicate"), lead("refused", "duplicate") | lead("answered", "refused")),
    ((POSTING, ev.Sold(CAME, "sl_1", 800, 600)), ev.Closed(CAME, "sold"), lead("answered", "sold")),
    ((), ev.Enriched(CAME, "zip", "learned", ms=20), lead("enriched", "zip learned")),
    ((), ev.Resumed(CAME, 2), {}),
    ((), ev.Pinged(CAME, 0, 0, (ev.BidLine(6, "bid", 700, kept=True, sent=False),)), offer(6, "kept", "", 1, 700, 0)),
    ((), ev.Due(CAME, 1), {}),
    ((), ev.Quoting(CAME, 7, 1, 1), {}),
    ((), ev.Quoted(CAME, 5, LATER), {}),
]


@pytest.mark.parametrize(("before", "event", "rows"), EACH)
def test_each_event_adds_to_its_rows(before, event, rows):
    assert told(event, before=before) == rows


def test_every_event_is_tried():
    assert {type(event) for _, event, _ in EACH} | {ev.Inspected} == set(ev.Event.__args__)
    assert told(ev.Inspected(CAME, "arrival", refused="type.faulty")) == {}


def test_a_lead_that_two_buy_is_sold_once_for_both_prices():
    events = [POSTING, OTHER, ev.Sold(CAME, "sl_1", 900, 700), ev.Sold(LATER, "sl_2", 500, 300)]
    rows = told(*events)
    assert rows["arrival", 0, "sold", ""] == (1, 1400, 1000)
    assert rows["arrival", 4, "sold", ""] == (1, 500, 300)
    # A chapter later it is the same.
    assert told(events[3], before=events[:3])["arrival", 0, "sold", ""] == (0, 500, 300)


def test_a_sale_counts_in_the_quarter_of_the_sale_and_in_that_of_the_arrival():
    tallies = Tallies()
    count(tallies, Names(), SUBJECT, State(), [POSTING, ev.Sold(LATER, "sl_1", 900, 700, 40)])
    quarters = {(key[0], key[1]) for key, _ in tallies.flat() if key[3:5] == (3, "sold")}
    assert quarters == {(QUARTER, "arrival"), (quarter_of(LATER), "sale")}


def test_times_are_counted_of_answers_to_pings_posts_and_sellers():
    tallies = Tallies()
    events = [ev.Pinged(CAME, 0, 500, LINES), POSTING, ev.Sold(CAME, "sl_1", 1, 1, 40), ev.Closed(CAME + 300, "sold")]
    count(tallies, Names(), SUBJECT, State(), events)
    timed = {key[3:6]: quantile(row.histogram, 1.0) for key, row in tallies.flat() if row.histogram}
    assert set(timed) == {
        (1, "bid", ""),
        (2, "pass", "not_now"),
        (5, "bid", "below_floor"),
        (3, "sold", ""),
        (0, "answered", "sold"),
    }
    assert abs(timed[0, "answered", "sold"] - 300) <= 300 / 8


def test_dimensions_count_leads_and_sales_beside_the_whole():
    subject = Subject(7, CAME, dimensions_of(("sub_id", "age", "new"), {"sub_id": "a=b", "age": 40.0}))
    tallies = Tallies()
    events = [ev.Received(CAME, 7, 1, 1), ev.Pinged(CAME, 0, 500, LINES), POSTING]
    count(tallies, Names(), subject, State(), events)
    by_outcome = {}
    for (_, _, _, _, outcome, _, dimension), row in tallies.flat():
        by_outcome.setdefault(outcome, {})[dimension] = row.times
    each = {"": 1, "sub_id=a=b": 1, "age=40": 1, "new=": 1}
    assert by_outcome["received"] == by_outcome["posted"] == each
    assert set(by_outcome["bid"]) == {""}, "lines of rounds would be too many"


def test_facts_are_written_as_people_write_them():
    facts = {"a": True, "b": 1.5, "c": "x" * 99, "d": 7, "e": 1e15}
    assert [v for _, v in dimensions_of(tuple("abcdef"), facts)] == ["true", "1.5", "x" * 64, "7", "1e+15", ""]


def test_a_thousand_values_a_day_and_source_have_rows_of_their_own():
    names = Names()
    written = [names.dimension(QUARTER, CAME, 7, "sub_id", str(n)) for n in range(MOST_VALUES + 2)]
    assert written[-3:] == [f"sub_id={MOST_VALUES - 1}", "sub_id", "sub_id"]
    assert names.dimension(QUARTER, CAME, 7, "sub_id", "5") == "sub_id=5"
    assert names.dimension(QUARTER, CAME, 8, "sub_id", "new") == "sub_id=new"
    assert names.dimension(QUARTER + DAY_MS, CAME + DAY_MS, 7, "sub_id", "new") == "sub_id=new"
    assert names.dimension(QUARTER, CAME + DAY_MS, 7, "sub_id", "new") == "sub_id"
    assert names.dimension(QUARTER, CAME + 2 * DAY_MS, 7, "sub_id", "new") == "sub_id=new", "late and rare"


def test_who_knows_the_rows_decides_as_who_saw_the_leads():
    chance = random.Random(1)
    seen = [(QUARTER + chance.randrange(200) * QUARTER_MS, chance.choice((7, 8)), str(chance.randrange(1500)))
            for _ in range(9000)]  # fmt: skip
    seen.sort()
    first, again = Names(), Names()
    written = [(q, s, first.dimension(q, q, s, "sub_id", v)) for q, s, v in seen]
    for row in written[:5000]:
        again.know(*row)
    assert [(q, s, again.dimension(q, q, s, "sub_id", v)) for q, s, v in seen[5000:]] == written[5000:]
    assert any(dimension == "sub_id" for _, _, dimension in written)


TIMES = st.integers(0, LONGEST_MS)


@given(TIMES)
def test_each_time_lies_in_its_bucket(ms):
    bucket = bucket_of(ms)
    assert 0 <= bucket < BUCKETS
    assert least_of(bucket) <= ms < least_of(bucket + 1)


def test_what_is_out_of_bounds_has_a_bucket_too():
    assert bucket_of(-5) == 0
    assert bucket_of(10**9) == bucket_of(LONGEST_MS) == BUCKETS - 1
    assert least_of(BUCKETS) == LONGEST_MS + 1


def histogram_of(times):
    histogram = [0] * BUCKETS
    for ms in times:
        histogram[bucket_of(ms)] += 1
    return histogram


@given(st.lists(TIMES, min_size=1), st.sampled_from((0.0, 0.5, 0.9, 0.99, 1.0)))
def test_a_quantile_is_off_by_an_eighth_at_most(times, share):
    true = sorted(times)[max(0, -(-int(share * 100) * len(times) // 100) - 1)]
    assert abs(quantile(histogram_of(times), share) - true) <= true / 8


@given(st.lists(TIMES), st.lists(TIMES), st.integers(0, BUCKETS))
def test_histograms_merge_by_adding(one, other, cut):
    whole = histogram_of(one + other)
    assert merged(histogram_of(one), histogram_of(other)) == whole == merged(histogram_of(other), histogram_of(one))
    assert merged(histogram_of(one)[:cut], [0] * BUCKETS)[:cut] == histogram_of(one)[:cut]


def test_of_nothing_there_is_no_quantile():
    assert quantile([], 0.5) is None
    assert quantile([0] * BUCKETS, 0.5) is None
