"""How long a round waits: by the slowest who matters, never without knowing enough, and in full at times."""

import pytest
from msgspec import ValidationError, convert

from outbid.core.control.patience import Need, Patience, hardest, in_words, waits, whole_ms
from outbid.core.market.noun import Tier
from outbid.exchange.live.learned.times import LOT_S, Times

RULE = Patience(may_lose=50_000, least=200, least_ms=80, in_full=20_000)
LOT = 500_000


class Hours:
    """A clock that stands."""

    def __init__(self):
        self.s = 0.0

    def __call__(self):
        return self.s


@pytest.mark.parametrize(
    ("lot", "need", "deadline", "why"),
    [
        (LOT, Need(1, 400, 240), 240, "needed"),
        (LOT, Need(1, 400, 20), 80, "least"),
        (LOT, Need(1, 400, 0), 80, "least"),
        (LOT, Need(1, 400, 9_000), 2_000, "needed"),
        (LOT, Need(1, 199, 20), 2_000, "little_known"),
        (19_999, Need(1, 400, 20), 2_000, "in_full"),
        (20_000, Need(1, 400, 20), 80, "least"),
    ],
)
def test_how_long_and_why(lot, need, deadline, why):
    wait = waits(RULE, 2_000, lot, need)
    assert (wait.deadline_ms, wait.why, wait.whole_ms, wait.lot) == (deadline, why, 2_000, lot)
    assert (wait.offer, wait.pings, wait.needs_ms) == (need.offer, need.pings, need.ms)
    assert f"{deadline} ms of 2000" in in_words(wait, str)


def test_the_least_known_decides_and_then_the_slowest():
    known = [Need(1, 300, 90), Need(2, 250, 400), Need(3, 900, 400)]
    assert hardest(RULE, known) == Need(2, 250, 400)
    assert hardest(RULE, [*known, Need(4, 150, 10), Need(5, 20, 10)]) == Need(5, 20, 10)


def test_a_seller_with_less_time_goes_first():
    assert waits(RULE, 60, LOT, Need(1, 400, 300)).deadline_ms == 60
    assert whole_ms(2_000, 500, None) == 500
    assert whole_ms(2_000, 5_000, 300) == 300
    assert whole_ms(2_000, 5_000, 1) == 50, "nobody can answer in no time"
    assert whole_ms(2_000, 5_000, "soon") == 2_000


def heard(times, ms, count):
    for _ in range(count):
        times.lot(RULE, 7).hear(ms)


def test_who_became_slower_wins_his_time_back_after_a_few_late_answers():
    times = Times(Hours())
    heard(times, 100, 400)
    assert times.need(RULE, 7).ms < 120
    late = 0
    while times.need(RULE, 7).ms <= 400 and late < 400:
        heard(times, 400, 1)  # read after the round was over
        late += 1
    assert late <= 40, "a tenth of what is known is enough"


def test_who_became_slower_and_is_not_read_later_wins_it_back_by_the_rounds_in_full():
    times = Times(Hours())
    heard(times, 100, 400)
    rounds = 0
    while times.need(RULE, 7).ms <= 400 and rounds < 2_000:
        rounds += 1
        if rounds % 20:
            times.lot(RULE, 7).leave(times.need(RULE, 7).ms)
        else:
            heard(times, 400, 1)
    assert rounds <= 200


def test_who_became_faster_is_waited_for_less_within_two_lots():
    times = Times(Hours())
    heard(times, 400, 400)
    assert times.need(RULE, 7).ms > 400
    heard(times, 30, 400)
    assert times.need(RULE, 7).ms < 40
    assert RULE.least <= times.need(RULE, 7).pings < 2 * RULE.least + 1


def test_what_is_hours_old_counts_no_more():
    clock = Hours()
    times = Times(clock)
    heard(times, 100, 150)
    clock.s = LOT_S
    assert times.need(RULE, 7).pings == 150
    clock.s = 2 * LOT_S
    assert times.need(RULE, 7).pings == 0
    heard(times, 100, 150)
    clock.s = 9 * LOT_S
    assert times.need(RULE, 7).pings == 0


def test_offers_of_which_nothing_counts_any_more_are_forgotten():
    clock = Hours()
    times = Times(clock)
    for number in range(998):
        times.lot(RULE, number).hear(5)
    clock.s = 2 * LOT_S
    times.lot(RULE, 5_000).hear(5)
    assert times.known(3) is not None
    times.lot(RULE, 5_001).hear(5)
    assert (times.known(3), times.known(5_000).pings) == (None, 1)


def tier(**patience):
    return convert({"slug": "main", "deadline_ms": 500, "patience": patience}, Tier)


def test_a_patience_has_sensible_shares_and_no_more_time_than_its_tier():
    assert tier().patience.least == 200
    for wrong in ({"may_lose": "0%"}, {"may_lose": "100%"}, {"in_full": "0%"}, {"least_ms": 501}, {"least": 1}):
        with pytest.raises(ValidationError, match=next(iter(wrong)) if "least" not in wrong else "5"):
            tier(**wrong)
