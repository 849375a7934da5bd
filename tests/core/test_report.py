"""The time that a report is of, and its table: cells made of sums, sorted, cut, with totals and what was before."""

import pytest

from outbid.core.report.head import Column
from outbid.core.report.range import Range, RangeFault, has_full_hours, range_of
from outbid.core.report.table import Shape, Sums, cell_of, table_of

NOW_MS = 1_795_000_000_000
"""2026-11-18T11:06:40Z"""
DAY_MS = 86_400_000
NEW_YORK = "America/New_York"


def test_days_are_those_of_the_zone_and_the_last_is_contained():
    found = range_of("2026-10-31", "2026-11-01", NEW_YORK, NOW_MS)
    assert found.until_ms - found.since_ms == 2 * DAY_MS + 3_600_000, "the clock went back"
    assert found.since_ms == 1_793_419_200_000
    usual = range_of("", "", NEW_YORK, NOW_MS)
    assert usual.since_ms < NOW_MS < usual.until_ms
    assert (usual.day_of(usual.since_ms), usual.day_of(usual.until_ms - 1)) == ("2026-10-19", "2026-11-18")
    assert len(usual.starts("day")) == 31


def test_instants_are_taken_as_they_are_and_a_plus_may_have_become_a_blank():
    found = range_of("2026-11-01T02:00:00 02:00", "2026-11-01T12:15:00Z", "UTC", NOW_MS)
    assert (found.since_ms, found.until_ms) == (1_793_491_200_000, 1_793_535_300_000)
    assert found.starts("hour")[:2] == [1_793_491_200_000, 1_793_494_800_000]


@pytest.mark.parametrize(
    "text", ["1969-01-01", "9001-01-01", "2026-13-01", "soon", "2026-11-01T00:00:00+25:00", "1" * 10]
)
def test_what_is_no_time_is_told(text):
    with pytest.raises(RangeFault, match="from"):
        range_of(text, "", "UTC", NOW_MS)


def test_what_is_compared_follows_the_clock_on_the_wall():
    week = range_of("2026-11-01", "2026-11-07", NEW_YORK, NOW_MS)
    assert week.compared("week") == range_of("2026-10-25", "2026-10-31", NEW_YORK, NOW_MS)
    assert week.compared("previous") == range_of("2026-10-25", "2026-10-31", NEW_YORK, NOW_MS)
    day = range_of("2026-11-02", "2026-11-02", NEW_YORK, NOW_MS)
    assert day.compared("previous") == range_of("2026-11-01", "2026-11-01", NEW_YORK, NOW_MS)
    assert Range(0, DAY_MS, "UTC").compared("week") == Range(-7 * DAY_MS, -6 * DAY_MS, "UTC")


def test_hours_are_full_in_most_zones():
    assert has_full_hours(NEW_YORK, NOW_MS)
    assert not has_full_hours("Asia/Kathmandu", NOW_MS)


SOLD = Column(name="sold", title="Sold", kind="count")
PRICE = Column(name="price", title="Price", kind="money", sum="micros")
MEAN = Column(name="mean", title="Mean", kind="money", sum="micros", per="sold")
SHARE = Column(name="share", title="Share", kind="percent", sum="sold", per="bids")
P90 = Column(name="p90", title="P90", kind="ms", quantile=90)


def sums(sold: int, micros: int, bids: int, histogram=()) -> Sums:
    return Sums({"sold": sold, "micros": micros, "bids": bids}, list(histogram))


def test_a_cell_is_a_sum_a_rate_of_sums_or_a_quantile():
    found = sums(3, 10_000_000, 9, [0, 1, 8, 1])
    assert [cell_of(one, found) for one in (SOLD, PRICE, MEAN, SHARE, P90)] == [3, "10.00", "3.333333", 33.33, 2]
    assert [cell_of(one, sums(0, 0, 0)) for one in (SOLD, PRICE, MEAN, SHARE, P90)] == [0, "0.00", None, None, None]
    assert cell_of(PRICE, sums(0, -1, 0)) == "-0.000001"


def test_a_table_is_sorted_cut_and_summed_by_currency():
    shape = Shape(("buyer",), (SOLD, MEAN), True)
    now = {
        ("a", "USD"): sums(1, 2_000_000, 1),
        ("b", "USD"): sums(3, 30_000_000, 1),
        ("c", "EUR"): sums(0, 0, 1),
        ("d", "USD"): sums(2, 4_000_000, 1),
    }
    made = table_of(shape, now, {("b", "USD"): sums(1, 1_000_000, 1)}, "-mean", 3)
    assert [column.name for column in made.columns] == ["buyer", "currency", "sold", "mean"]
    assert [row[0] for row in made.rows] == ["b", "a", "d"]
    assert made.before == [["b", "USD", 1, "1.00"], None, None]
    assert made.totals == [[None, "EUR", 0, None], [None, "USD", 6, "6.00"]], "of all rows, and a rate of the sums"
    assert made.totals_before == [None, [None, "USD", 1, "1.00"]]
    assert made.count == 4
    assert [row[0] for row in table_of(shape, now, None, "mean", 9).rows] == ["a", "d", "b", "c"], "nothing comes last"
    assert [row[0] for row in table_of(shape, now, None, "-buyer", 9).rows] == ["d", "c", "b", "a"]


def test_times_are_told_as_people_read_them():
    shape = Shape(("day", "hour_of_day", "weekday"), (SOLD,), False, (0, DAY_MS))
    made = table_of(shape, {(1, 9, 7): sums(1, 0, 0), (0, 23, 1): sums(2, 0, 0)}, None, "", 9)
    assert made.rows == [
        ["1970-01-01T00:00:00.000Z", "23:00", "Monday", 2],
        ["1970-01-02T00:00:00.000Z", "09:00", "Sunday", 1],
    ]
    assert made.totals == [[None, None, None, 3]]
