"""The patience of one round: what it learns of each end, and what it saved."""

from types import SimpleNamespace

import pytest

from outbid.core.control.patience import Patience
from outbid.core.dialect.wire import Failure, Http, Response, Target, Timings
from outbid.exchange.live.learned.times import Times
from outbid.exchange.live.patient import End, Patient

RULE = Patience(may_lose=50_000, least=20, least_ms=100, in_full=10_000)
OFFERS = [SimpleNamespace(number=number) for number in (1, 2, 3)]
CAMPAIGN = SimpleNamespace(number=5, tiers=[SimpleNamespace(deadline_ms=2_000)])


class House:
    """As much of an exchange as a round with patience knows."""

    def __init__(self, chance: int = 0x80):
        self.s, self.chance = 0.0, chance
        self.times = Times(self.now)
        for number in (1, 2, 3):
            for _ in range(20):  # a whole lot: what comes is in the next
                self.times.lot(RULE, number).hear(40)

    def now(self):
        return self.s

    def noise(self, count):
        return bytes([self.chance]) * count

    def ms_since(self, started):
        return round((self.s - started) * 1000)

    def known(self, number):
        lot = self.times.lot(RULE, number)
        return lot.pings, sum(lot.answered), sum(lot.left), lot.silent

    def round(self, whole=2_000):
        return Patient(self, CAMPAIGN, 0, RULE, OFFERS, whole)


def answer(ms):
    return Response(200, (), b"", Timings(total_ms=ms))


def failure(reason, ms, *, sent=True):
    return Failure(reason, sent, "wait", "", Timings(total_ms=ms))


def talk(*more):
    """A delivery that was asked once, and asks these besides."""
    yield Http(Target("http", "a.test", 80, "/"))
    yield from more


def talks(*more):
    begun = [talk(*more) for _ in OFFERS]
    for one in begun:
        next(one)
    return begun


def test_the_lot_is_drawn_and_written_with_what_was_known():
    house = House()
    wait = house.round().wait
    assert (wait.deadline_ms, wait.why, wait.lot, wait.pings) == (100, "least", 501_960, 20)
    assert house.round().shorter([0], talks()).until == 0.1
    full = House(chance=0).round()
    assert (full.wait.why, full.wait.deadline_ms) == ("in_full", 2_000)
    assert full.shorter([0], talks()).until is None


def test_each_end_teaches_what_it_is_and_the_last_open_answer_what_was_saved():
    house = House()
    patient = house.round()
    shorter = patient.shorter([0, 1, 2], talks())
    house.s = 0.1
    ends = [End(0, answer(30), True), End(1, failure("past_patience", 100), False)]
    patient.over([*ends, End(2, failure("past_patience", 100, sent=False), False)], cut=True)
    assert house.known(1) == (1, 1, 0, 0)
    assert house.known(2) == (0, 0, 0, 0), "his answer is read still"
    assert house.known(3) == (1, 0, 1, 0), "nothing was sent, so nothing will come"
    rounds = house.times.rounds[5, 0]
    assert (rounds.rounds, rounds.cut, rounds.watched) == (1, 1, 0)
    house.s = 0.35
    shorter.on_late(1, answer(350))
    assert house.known(2) == (1, 1, 0, 0)
    assert (rounds.watched, rounds.saved_ms) == (1, 250)


def test_what_was_read_before_the_round_was_counted_counts():
    house = House()
    patient = house.round()
    shorter = patient.shorter([0, 1], talks())
    house.s = 0.12
    shorter.on_late(1, answer(120))
    patient.over([End(0, answer(30), True), End(1, failure("past_patience", 100), False)], cut=True)
    assert (house.times.rounds[5, 0].watched, house.times.rounds[5, 0].saved_ms) == (1, 20)


@pytest.mark.parametrize(("whole", "known"), [(2_000, (1, 0, 0, 1)), (500, (1, 0, 1, 0))])
def test_who_is_late_for_a_seller_in_a_hurry_might_have_been_in_time_for_the_tier(whole, known):
    house = House()
    patient = house.round(whole)
    shorter = patient.shorter([0], talks())
    patient.over([End(0, failure("past_patience", 100), False)], cut=True)
    shorter.on_late(0, failure("timed_out", whole))
    assert house.known(1) == known


def test_whoever_had_more_to_ask_was_not_done_with_his_late_answer():
    house = House()
    patient = house.round()
    shorter = patient.shorter([0], talks(Http(Target("http", "a.test", 80, "/second"))))
    shorter.on_late(0, answer(300))
    assert house.known(1) == (1, 0, 1, 0)


def test_a_second_request_counts_from_the_rounds_beginning():
    house = House()
    patient = house.round()
    patient.shorter([0], talks())
    house.s = 0.05
    patient.shorter([0], talks())
    patient.over([End(0, answer(30), True)], cut=False)
    assert house.times.lot(RULE, 1).answered.index(1) > 20, "80 ms, not 30"
