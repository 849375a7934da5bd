"""A breaker opens after failures in a row, tries single leads ever more seldom, and closes by itself."""

from hypothesis import given
from hypothesis import strategies as st

from outbid.core.control.breaker import CLOSED, Breaker, heard, keeps_out, tried

RULE = Breaker(after=3, first_ms=1_000, most_ms=8_000, good=2)


def opened(now_ms=0):
    circuit = CLOSED
    for _ in range(RULE.after):
        circuit = heard(RULE, circuit, b"x", False, now_ms, 0.0)
    return circuit


def test_failures_open_it_only_in_a_row():
    circuit = CLOSED
    for answered in (False, False, True, False, False):
        circuit = heard(RULE, circuit, b"x", answered, 0, 0.0)
    assert not circuit.is_open
    assert heard(RULE, circuit, b"x", False, 0, 0.0).is_open


def test_while_it_is_open_one_lead_at_a_time_is_let_through():
    circuit = opened()
    assert keeps_out(circuit, 999)
    assert not keeps_out(circuit, 1_000)
    assert keeps_out(tried(circuit, b"a", 1_000), 1_001)


def test_a_trial_of_which_nothing_is_heard_is_followed_by_another():
    assert not keeps_out(tried(opened(), b"a", 1_000), 2_000)


def test_only_the_trial_counts_while_it_is_open():
    circuit = tried(opened(), b"a", 1_000)
    assert heard(RULE, circuit, b"straggler", False, 1_001, 0.0) == circuit
    assert heard(RULE, circuit, b"straggler", True, 1_001, 0.0) == circuit


def test_each_trial_that_fails_doubles_the_wait_up_to_the_most():
    circuit, now, waits = opened(), 0, []
    for _ in range(5):
        now = circuit.until_ms
        circuit = heard(RULE, tried(circuit, b"a", now), b"a", False, now, 0.0)
        waits.append(circuit.until_ms - now)
    assert waits == [2_000, 4_000, 8_000, 8_000, 8_000]


def test_good_trials_follow_each_other_at_once_and_close_it():
    circuit = heard(RULE, tried(opened(), b"a", 1_000), b"a", True, 1_050, 0.0)
    assert circuit.is_open
    assert not keeps_out(circuit, 1_050)
    assert heard(RULE, tried(circuit, b"b", 1_050), b"b", True, 1_100, 0.0) is CLOSED


@given(st.lists(st.booleans(), max_size=300), st.floats(0, 1, exclude_max=True))
def test_a_dead_endpoint_is_asked_seldom_and_one_that_lives_again_is_asked_always(fates, chance):
    """One lead every 100 ms, each answered or not as drawn; then a time in which all are."""
    circuit, asked, now = CLOSED, 0, 0
    for answered in fates + [True] * 200:
        now += 100
        if keeps_out(circuit, now):
            assert circuit.until_ms - now <= RULE.most_ms
            continue
        asked += 1
        circuit = heard(RULE, tried(circuit, b"%d" % now, now), b"%d" % now, answered, now, chance)
    assert circuit is CLOSED
    if not any(fates):
        assert asked <= RULE.after + 6 + 200
