"""Hours of the week hold when the local clock says so, through both changes of it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.ledger.window import Span
from outbid.core.schedule.week import Calendar, Hours, dates_of, days_of, hours_of, minutes_of

ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "UTC")
WEEKDAYS = hours_of(("mon-fri",), "08:00", "18:00")
NIGHTS = hours_of(("fri",), "22:00", "06:00")


def ms(zone: str, *clock: int, fold: int = 0) -> int:
    return int(datetime(*clock, tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def test_hours_hold_on_their_days_and_no_others():
    calendar = Calendar("America/New_York", (WEEKDAYS,))
    monday = ms("America/New_York", 2026, 11, 30, 8, 0)
    assert calendar.at(monday - 1).slot == -1
    assert calendar.at(monday).slot == 0
    assert calendar.at(monday).until_ms == monday + 10 * 3_600_000
    assert calendar.at(monday + 10 * 3_600_000).slot == -1
    assert calendar.at(ms("America/New_York", 2026, 11, 29, 12, 0)).slot == -1


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin():
    calendar = Calendar("Europe/Berlin", (NIGHTS,))
    saturday = ms("Europe/Berlin", 2026, 11, 28, 3, 0)
    assert calendar.at(saturday).slot == 0
    assert calendar.at(saturday).span.starts_at_ms == ms("Europe/Berlin", 2026, 11, 27, 22, 0)
    assert calendar.at(ms("Europe/Berlin", 2026, 11, 27, 3, 0)).slot == -1


def test_of_several_hours_that_hold_the_first_one_counts():
    calendar = Calendar("UTC", (hours_of((), "12:00", "13:00"), hours_of((), "08:00", "18:00")))
    day = ms("UTC", 2026, 11, 30, 0, 0)
    assert [calendar.at(day + hour * 3_600_000).slot for hour in (7, 9, 12, 13, 18)] == [-1, 1, 0, 1, -1]
    assert calendar.at(day + 9 * 3_600_000).until_ms == day + 12 * 3_600_000
    assert calendar.at(day + 14 * 3_600_000).span.starts_at_ms == day + 8 * 3_600_000


def test_a_blocked_date_is_closed_from_midnight_to_midnight():
    calendar = Calendar("America/Los_Angeles", (), dates_of(("2026-12-25",)))
    christmas = ms("America/Los_Angeles", 2026, 12, 25, 0, 0)
    assert [calendar.at(christmas + step).slot for step in (-1, 0, 86_399_999, 86_400_000)] == [0, -1, -1, 0]
    assert calendar.opens_ms(christmas + 5) == christmas + 86_400_000


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_a_day_of_the_change_is_open_as_long_as_it_lasts(day, hours):
    calendar = Calendar("America/New_York", (hours_of((), "00:00", "24:00"),))
    moment = calendar.at(ms("America/New_York", day.year, day.month, day.day, 12, 0))
    assert moment.span.ends_at_ms - moment.span.starts_at_ms == hours * 3_600_000


def test_hours_that_the_clock_skips_do_not_come_and_others_begin_when_it_goes_on():
    zone, noon = "America/New_York", ms("America/New_York", 2026, 3, 8, 12, 0)
    skipped = Calendar(zone, (hours_of(("sun",), "02:00", "03:00"),))
    assert skipped.opens_ms(noon - 86_400_000) == ms(zone, 2026, 3, 15, 2, 0)
    cut = Calendar(zone, (hours_of(("sun",), "02:30", "05:00"),)).at(ms(zone, 2026, 3, 8, 4, 0))
    assert (cut.span.starts_at_ms, cut.span.ends_at_ms) == (ms(zone, 2026, 3, 8, 3, 0), ms(zone, 2026, 3, 8, 5, 0))


def test_hours_that_the_clock_shows_twice_come_once():
    zone = "America/New_York"
    span = Calendar(zone, (hours_of(("sun",), "01:30", "02:30"),)).at(ms(zone, 2026, 11, 1, 1, 45)).span
    assert (span.starts_at_ms, span.ends_at_ms) == (ms(zone, 2026, 11, 1, 1, 30), ms(zone, 2026, 11, 1, 2, 30))
    assert span.ends_at_ms - span.starts_at_ms == 2 * 3_600_000


def test_nothing_ever_open_opens_never():
    every_day = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    assert Calendar("UTC", (), every_day).opens_ms(ms("UTC", 2026, 1, 5, 0, 0)) is None


slots = st.builds(
    lambda days, start, length: Hours(frozenset(days), start, start + length),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@given(
    zone=st.sampled_from(ZONES),
    hours=st.lists(slots, min_size=1, max_size=4),
    blocked=st.sets(st.integers(-3, 12), max_size=4),
    minute=st.integers(0, 14 * 1440),
)
def test_what_holds_is_what_the_wall_clock_says(zone, hours, blocked, minute):
    """On days without a change of the clock the reference is plain: look at weekday and minute."""
    first = date(2026, 6, 1)
    dates = frozenset(first + timedelta(days=n) for n in blocked)
    at = datetime(2026, 6, 1, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minute)
    calendar = Calendar(zone, tuple(hours), dates)
    moment = calendar.at(int(at.timestamp() * 1000))
    today, now = at.weekday(), at.hour * 60 + at.minute
    expected = next(
        (
            number
            for number, one in enumerate(hours)
            if (today in one.days and one.start <= now < one.end)
            or ((today - 1) % 7 in one.days and one.start <= now + 1440 < one.end)
        ),
        -1,
    )
    assert moment.slot == (-1 if at.date() in dates else expected)
    assert moment.from_ms <= at.timestamp() * 1000 < moment.until_ms
    for edge in (moment.from_ms, moment.until_ms - 1):
        assert Calendar(zone, tuple(hours), dates).at(edge).slot == moment.slot


@given(zone=st.sampled_from(ZONES), hours=st.lists(slots, max_size=3), day=st.integers(0, 364))
def test_the_open_time_of_a_day_is_the_sum_of_its_moments(zone, hours, day):
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    calendar = Calendar(zone, tuple(hours))
    begin = int(start.timestamp() * 1000)
    counted = sum(calendar.at(begin + step * 60_000).slot >= 0 for step in range(1440))
    assert calendar.open_ms(Span(begin, begin + 86_400_000)) == counted * 60_000


def test_days_and_times_are_read_as_people_write_them():
    assert days_of(("mon-fri", "sun")) == frozenset({0, 1, 2, 3, 4, 6})
    assert days_of(("sat-mon",)) == frozenset({5, 6, 0})
    assert days_of(()) == frozenset(range(7))
    assert minutes_of("24:00") == 1440
    assert hours_of((), "22:00", "22:00").end == 22 * 60 + 1440


@pytest.mark.parametrize("text", ["8", "25:00", "24:01", "08:60", "8:5", "-1:00", "aa:bb", "", "08:00:00"])
def test_what_is_no_time_is_said_so(text):
    with pytest.raises(ValueError, match="no time of day"):
        minutes_of(text)


@pytest.mark.parametrize("name", ["monday", "mon-", "x", "mon-xyz"])
def test_what_is_no_day_is_said_so(name):
    with pytest.raises(ValueError, match="no day"):
        days_of((name,))
