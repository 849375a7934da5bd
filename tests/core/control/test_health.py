"""A buyer who turns bad is asked less step by step, is tried again by itself, and comes back without going to and fro."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.control.health import Count, Figure, Health, Rule, Standing, judge
from outbid.core.money import ONE

S, MINUTE = 1_000, 60_000
REJECTS = Rule("rejects", over=400_000, under=200_000, least=20)
HEALTH = Health((REJECTS,), (500_000, 250_000, 100_000), 10 * MINUTE, MINUTE, 5 * MINUTE, 40 * MINUTE)


class Buyer:
    """Gets leads at a rate, and rejects a share of what he gets; judged every five seconds, as a process does it."""

    def __init__(self, health=HEALTH, leads_a_second=10.0):
        self.health, self.rate = health, leads_a_second
        self.standing, self.now, self.actions = Standing(), 0, []
        self.cases = self.bad = 0.0

    def live(self, seconds, rejects):
        for _ in range(0, seconds, 5):
            self.now += 5 * S
            got = 5 * self.rate * self.health.share_at(self.standing.level) / ONE
            self.cases, self.bad = self.cases + got, self.bad + got * rejects
            counts = [Count(int(self.cases), int(self.bad))] * len(self.health.rules)
            self.standing, action = judge(self.health, self.standing, counts, self.now)
            if action is not None:
                self.actions.append((self.now, action))
        return self

    @property
    def levels(self):
        return [action.level for _, action in self.actions]


def test_a_buyer_who_turns_bad_and_back_goes_down_and_up_once():
    buyer = Buyer().live(30 * 60, 0.05)
    assert buyer.actions == []
    buyer.live(6 * 60, 0.6)
    assert buyer.levels == [1, 2, 3, 4], "down, a step at a time"
    assert buyer.standing.stage(HEALTH) == "paused"
    buyer.live(60 * 60, 0.05)
    assert buyer.levels == [1, 2, 3, 4, 3, 2, 1, 0], "and up again, without a step back"
    assert [action.why for _, action in buyer.actions] == ["worse"] * 4 + ["tried_again"] + ["better"] * 3
    assert buyer.standing.pauses == 0, "it was well since"


def test_the_first_step_comes_soon_after_the_turn_and_says_on_what_it_rests():
    buyer = Buyer().live(600, 0.05).live(60, 0.6)
    at, action = buyer.actions[0]
    assert at - 600 * S <= 10 * S
    (figure,) = action.figures
    assert figure.measure == "rejects"
    assert figure.cases >= REJECTS.least
    assert figure.bad * ONE > REJECTS.over * figure.cases


def test_who_stays_bad_is_paused_ever_longer_up_to_the_most():
    buyer = Buyer().live(6 * 3600, 0.9)
    paused = [(at, buyer.actions[i + 1][0]) for i, (at, a) in enumerate(buyer.actions[:-1]) if a.level == HEALTH.lowest]
    minutes = [round((end - begin) / MINUTE) for begin, end in paused]
    assert minutes[:5] == [5, 10, 20, 40, 40]


def test_a_share_between_the_two_bounds_changes_nothing():
    buyer = Buyer().live(70, 0.6)
    level = buyer.standing.level
    assert level > 0
    assert buyer.live(3600, 0.3).standing.level == level


def test_a_handful_of_cases_is_never_judged_bad():
    assert Buyer(leads_a_second=0.01).live(3600, 1.0).actions == []


def test_a_rule_that_pauses_does_so_at_once():
    health = Health((Rule("timeouts", 400_000, 200_000, 20, pauses=True),), HEALTH.steps, *[10 * MINUTE] * 4)
    buyer = Buyer(health).live(600, 0.05).live(60, 0.9)
    assert buyer.levels == [health.lowest]


def test_who_gets_too_few_leads_to_be_judged_comes_back_step_by_step():
    buyer = Buyer().live(70, 0.6)
    buyer.rate = 0.0
    buyer.live(3 * 3600, 0.0)
    assert buyer.standing.level == 0
    assert buyer.actions[-1][1].why == "few"


def test_all_rules_must_be_well_before_a_step_up():
    health = Health((REJECTS, Rule("timeouts", 100_000, 50_000, 20)), HEALTH.steps, *[10 * MINUTE] * 4)
    standing = Standing(2, 0)
    standing, _ = judge(health, standing, [Count(), Count()], 10 * MINUTE)
    standing, action = judge(health, standing, [Count(30, 0), Count(30, 2)], 11 * MINUTE)
    assert action is None, "one is neither good nor bad"
    standing, action = judge(health, standing, [Count(30, 0), Count(60, 2)], 12 * MINUTE)
    assert action is not None
    assert (action.level, action.why, action.figures) == (1, "better", (Figure("timeouts", 30, 0),))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=8),
    st.sampled_from([0.05, 1.0, 20.0]),
)
def test_whatever_a_buyer_does_steps_are_single_far_apart_and_lead_back(course, rate):
    buyer = Buyer(leads_a_second=rate)
    for minutes, rejects in course:
        buyer.live(minutes * 60, rejects)
    for (before, one), (after, other) in pairwise([(-MINUTE, None), *buyer.actions]):
        assert after - before >= MINUTE
        assert other.level in ((one.level if one else 0) + 1, (one.level if one else 0) - 1)
        if other.why == "worse":
            assert all(f.cases >= REJECTS.least and f.bad * ONE > REJECTS.over * f.cases for f in other.figures)
    buyer.live(4 * 3600, 0.0)
    assert buyer.standing.level == 0


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1))
def test_of_a_steady_buyer_no_step_down_follows_a_step_up_that_was_earned(rejects):
    buyer = Buyer().live(5 * 3600, rejects)
    for (_, one), (_, other) in pairwise(buyer.actions):
        assert not (one.why == "better" and other.why == "worse")
