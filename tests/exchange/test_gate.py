"""Who is let in while a process is behind: a burst whole, a crowd only as far as it is worked on."""

from types import SimpleNamespace

from outbid.exchange.load.gate import CALM_S, Gate


class Waiting:
    """A journal whose oldest chapter waits for so long."""

    seconds = 0.0

    def waited(self, now: float) -> float:
        return self.seconds


def gate_at(**more):
    house = SimpleNamespace(journal=Waiting(), quotes=Waiting(), in_flight={}, now=lambda: house.time, time=5.0)
    return house, Gate(house, **{"long_s": 1.0, "short_s": 0.1, "most": 1000} | more)


def let_in(house, gate, seconds: float) -> bool:
    house.journal.seconds = seconds
    return gate.lets_in()


def test_a_burst_is_taken_whole_and_what_is_more_is_turned_away():
    house, gate = gate_at()
    assert [let_in(house, gate, seconds) for seconds in (0, 0.1, 0.99, 1.0)] == [True, True, True, False]
    assert gate.turned_away == 1


def test_leads_wait_for_pings_and_pings_for_leads():
    house, gate = gate_at()
    house.quotes.seconds = 1.0
    assert not let_in(house, gate, 0)


def test_once_too_many_came_a_short_wait_is_all_that_is_allowed_until_it_is_calm():
    house, gate = gate_at()
    assert not let_in(house, gate, 1.0)
    assert [let_in(house, gate, seconds) for seconds in (0.9, 0.5, 0.1, 0.09)] == [False, False, False, True]
    house.time += CALM_S - 0.01
    assert not let_in(house, gate, 0.5)  # and from here on it must be calm again
    house.time += CALM_S - 0.01
    assert not let_in(house, gate, 0.5)
    house.time += CALM_S
    assert let_in(house, gate, 0.5)


def test_memory_is_bounded_though_all_of_them_wait_for_buyers():
    house, gate = gate_at(most=3)
    house.in_flight = dict.fromkeys("abc")
    assert not let_in(house, gate, 0)
    house.in_flight.pop("a")
    house.time += CALM_S
    assert let_in(house, gate, 0)
