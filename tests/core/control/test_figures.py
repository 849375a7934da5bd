"""Rules count what tallies grew by since the first look, and nothing that says nothing about the buyer."""

import pytest

from outbid.core.control.figures import Tallied, Totals
from outbid.core.control.health import Count, Rule


def row(outcome, times, reason="", *, quarter=0, slow=0):
    return Tallied(quarter, 7, outcome, reason, times, slow)


def count(totals, measure):
    count = totals.count(7, Rule(measure, 0, 0, 1))
    return count.cases, count.bad


def test_what_stood_there_at_the_first_look_is_not_counted():
    totals = Totals()
    totals.see([row("rejected", 5), row("sold", 5)])
    assert totals.count(7, Rule("rejects", 0, 0, 1)) == Count()
    totals.see([row("rejected", 6), row("sold", 7), row("rejected", 2, quarter=900_000)])
    assert count(totals, "rejects") == (5, 3)


def test_counts_only_grow_as_quarters_pass():
    totals = Totals()
    totals.see([])
    totals.see([row("sold", 4)])
    totals.see([row("sold", 5), row("sold", 1, quarter=900_000)])
    totals.see([row("sold", 3, quarter=900_000)])
    assert count(totals, "rejects") == (8, 0)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("rejects", (5, 2)), ("uncertain", (6, 1)), ("timeouts", (43, 11)), ("errors", (43, 12)), ("slow", (32, 4))],
)
def test_what_is_a_case_and_what_is_a_bad_one(measure, expected):
    totals = Totals()
    totals.see([])
    totals.see(
        [
            row("sold", 3),
            row("sold", 50, "settled"),
            row("rejected", 2, "rejected"),
            row("rejected", 60, "settled"),
            row("uncertain", 1, "timed_out"),
            row("bid", 10, slow=3),
            row("pass", 10, "no_bid", slow=1),
            row("error", 8, "server_error"),
            row("nonsense", 4, "nonsense"),
            row("late", 9, "late"),
            row("late", 70, "not_awaited"),
            row("unreachable", 2, "unreachable"),
            row("skipped", 99, "lowered"),
        ]
    )
    assert count(totals, measure) == expected
