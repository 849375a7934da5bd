"""Who is let in while a process is behind: a burst whole, a crowd only as far as it is worked on."""

from types import SimpleNamespace

from outbid.exchange.load.gate import CALM_S, Gate


def gate_at(**more):
    house = SimpleNamespace(
        journal=SimpleNamespace(unrecorded=0), quotes=SimpleNamespace(unrecorded=0), in_flight={}, now=lambda: house.time, time=5.0
    )  # fmt: skip
    return house, Gate(house, **{"long": 100, "short": 10, "most": 1000} | more)


def let_in(house, gate, waiting: int) -> bool:
    house.journal.unrecorded = waiting
    return gate.lets_in()


def test_a_burst_is_taken_whole_and_what_is_more_is_turned_away():
    house, gate = gate_at()
    assert [let_in(house, gate, waiting) for waiting in (0, 10, 99, 100)] == [True, True, True, False]
    assert gate.turned_away == 1


def test_leads_and_pings_wait_in_the_same_crowd():
    house, gate = gate_at()
    house.quotes.unrecorded = 60
    assert let_in(house, gate, 39)
    assert not let_in(house, gate, 40)


def test_once_too_many_came_a_short_queue_is_all_that_is_allowed_until_it_is_calm():
    house, gate = gate_at()
    assert not let_in(house, gate, 100)
    assert [let_in(house, gate, waiting) for waiting in (99, 50, 10, 9)] == [False, False, False, True]
    house.time += CALM_S - 0.01
    assert not let_in(house, gate, 50)  # and from here on it must be calm again
    house.time += CALM_S - 0.01
    assert not let_in(house, gate, 50)
    house.time += CALM_S
    assert let_in(house, gate, 50)


def test_memory_is_bounded_though_all_of_them_wait_for_buyers():
    house, gate = gate_at(most=3)
    house.in_flight = dict.fromkeys("abc")
    assert not let_in(house, gate, 0)
    house.in_flight.pop("a")
    assert let_in(house, gate, 0)
