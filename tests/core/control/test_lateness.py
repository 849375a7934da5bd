"""What late answers may have cost, by hand."""

from outbid.core.control.lateness import Counts, missed_micros, missed_sales

M = 1_000_000


def test_a_late_answer_is_worth_what_an_answer_in_time_was_on_average():
    known = Counts(pings=500, answered=400, late=100, sold=50, price_micros=1_000 * M)
    assert missed_micros(100, known) == 250 * M
    assert missed_sales(100, known) == 12.5
    assert missed_micros(1, known) == 2_500_000


def test_it_is_rounded_to_the_nearest_micro():
    assert missed_micros(1, Counts(answered=3, price_micros=5)) == 2
    assert missed_micros(1, Counts(answered=3, price_micros=4)) == 1


def test_of_whom_nothing_came_in_time_nothing_is_known():
    assert missed_micros(9, Counts(pings=9, late=9)) is None
    assert missed_sales(9, Counts(pings=9, late=9)) is None


def test_counts_add_up():
    assert Counts(1, 2, 3, 4, 5, 6).plus(Counts(1, 1, 1, 1, 1, 1)) == Counts(2, 3, 4, 5, 6, 7)
