"""Who is asked seldom: on enough answers, and few bids among them."""

import pytest

from outbid.core.control.seldom import Answers, Seldom, hardly_bids
from outbid.exchange.live.learned.bidders import LEARN_EVERY_MS, Bidders

RULE = Seldom(after=200, under=10_000, ask=50_000)
NOW = 1_700_000_000_000


@pytest.mark.parametrize(
    ("answers", "bids", "seldom"),
    [(199, 0, False), (200, 0, True), (200, 1, True), (200, 2, False), (1_000, 9, True), (1_000, 10, False)],
)
def test_so_many_answers_with_so_few_bids_are_enough(answers, bids, seldom):
    assert hardly_bids(RULE, Answers(answers, bids)) is seldom


def test_what_is_heard_counts_at_once_and_no_answer_is_no_pass():
    known = Bidders()
    for outcome in ("pass", "bid", "late", "error", "nonsense", "unreachable", "direct"):
        known.hear(7, 1, outcome)
    assert known.of(7, 1, 200) == Answers(2, 1)
    assert known.of(8, 1, 200) == Answers(), "another source is another matter"


def test_what_the_tallies_say_takes_the_place_of_what_was_heard_before():
    known = Bidders()
    known.of(7, 1, 200)
    known.hear(7, 1, "pass")
    assert known.due(NOW) == {1: 200}
    known.hear(7, 1, "bid")
    assert known.of(7, 1, 200) == Answers(2, 1), "nothing is lost while it is looked up"
    known.learn({1: 200}, {(7, 1): Answers(300, 5)})
    assert known.of(7, 1, 200) == Answers(301, 6)


def test_an_offer_that_is_new_is_looked_up_at_once_and_the_others_when_it_is_time():
    known = Bidders()
    known.of(7, 1, 200)
    known.learn(known.due(NOW), {(7, 1): Answers(300, 5)})
    assert known.due(NOW) == {}
    known.of(7, 2, 50)
    assert known.due(NOW) == {2: 50}
    known.learn({2: 50}, {(7, 2): Answers(60, 0)})
    assert known.of(7, 1, 200) == Answers(300, 5)
    assert known.due(NOW + LEARN_EVERY_MS) == {1: 200, 2: 50}
