"""A paced cap is spent as leads come: within its open hours, by the usual curve, through both changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from math import sin, tau
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.ledger.window import Span, span
from outbid.core.schedule.pace import FLAT, QUARTERS_OF_A_WEEK, Course, Curve, curve_of
from outbid.core.schedule.week import Calendar, hours_of

ZONE = "America/New_York"
DAYTIME = Curve(ZONE, tuple(1.1 + sin((place % 96) / 96 * tau - 1.6) for place in range(QUARTERS_OF_A_WEEK)))
OFFICE = Calendar(ZONE, (hours_of(("mon-fri",), "08:00", "18:00"),))


def ms(*clock: int) -> int:
    return int(datetime(*clock, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


def test_without_a_curve_a_cap_is_spread_evenly_over_the_open_hours():
    course = Course(span("day", ZONE, ms(2026, 11, 30, 9, 0)), OFFICE, FLAT)
    assert [round(course.share(ms(2026, 11, 30, hour, 0)), 6) for hour in (0, 8, 9, 13, 18, 23)] == [
        0,
        0,
        0.1,
        0.5,
        1,
        1,
    ]
    assert course.reaches_ms(0.25) == ms(2026, 11, 30, 10, 30)


def test_a_window_without_open_hours_has_no_course():
    course = Course(span("day", ZONE, ms(2026, 11, 29, 9, 0)), OFFICE, FLAT)
    assert course.share(ms(2026, 11, 29, 12, 0)) == 0
    assert course.reaches_ms(0.5) is None


@given(
    st.integers(0, 364), st.integers(0, 99), st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from(["day", "week", "hour"])
)
def test_a_share_rises_from_nothing_to_all(day, seed, empty, window):
    draw = Random(seed)
    weights = [0.0 if draw.random() < empty else draw.uniform(0, 9) for _ in range(QUARTERS_OF_A_WEEK)]
    at = int((datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)).timestamp() * 1000)
    whole = span(window, ZONE, at)
    course = Course(whole, None, Curve(ZONE, tuple(weights)))
    steps = [whole.starts_at_ms + (whole.ends_at_ms - whole.starts_at_ms) * part // 50 for part in range(51)]
    shares = [course.share(step) for step in steps]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)


def test_what_is_learned_of_past_weeks_is_the_curve_that_made_them():
    draw, start = Random(5), ms(2026, 9, 7, 0, 0)
    quarters = [start + 900_000 * n for n in range(4 * QUARTERS_OF_A_WEEK)]
    learned = curve_of(ZONE, [(at, draw.randint(18, 22) * round(DAYTIME.at(at) * 10)) for at in quarters])
    off = [learned.at(at) / sum(learned.weights) - DAYTIME.at(at) / sum(DAYTIME.weights) for at in quarters[:672]]
    assert max(map(abs, off)) < 0.05 / 672 * 10
    assert curve_of(ZONE, [(start, 3)]) is FLAT


@pytest.mark.parametrize("monday", [date(2026, 3, 2), date(2026, 6, 1), date(2026, 10, 26)])
@pytest.mark.parametrize("calendar", [None, OFFICE])
def test_a_week_of_leads_is_bought_along_the_curve_through_both_changes_of_the_clock(monday, calendar):
    """Three times as many leads come as a day's cap has room for; what is bought stays within 5 % of the course."""
    draw, cap = Random(7), 200
    for day in range(7):
        today = monday + timedelta(days=day)
        whole = span(
            "day", ZONE, int(datetime(today.year, today.month, today.day, 12, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)
        )
        course, bought = Course(whole, calendar, DAYTIME), 0
        top = max(DAYTIME.weights)
        for at in sorted(draw.randrange(whole.starts_at_ms, whole.ends_at_ms) for _ in range(4000)):
            if draw.random() * top > DAYTIME.at(at) or (calendar is not None and calendar.at(at).slot < 0):
                continue
            if bought < min(cap, cap * course.share(at)):
                bought += 1
            assert bought <= cap * course.share(at) + 1
            assert bought >= cap * course.share(at) - cap * 0.05
        open_at_all = calendar is None or calendar.open_ms(whole) > 0
        assert bought >= cap * 0.95 * open_at_all
        assert bought <= cap


def test_a_window_may_begin_between_two_quarters():
    course = Course(Span(100_000, 1_900_000), None, FLAT)
    assert course.share(1_000_000) == pytest.approx(0.5)
