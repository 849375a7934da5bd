"""Learned chances: near to the truth after 200 posts, cautious before, worth their while, and fair to newcomers."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.contract import Bid, Ends, Record
from outbid.core.money import ONE
from outbid.core.score.chance import LEAST, estimate
from outbid.exchange.live.learned.scores import LEARN_EVERY_MS, Scores
from outbid.exchange.live.learned.wins import DAY_MS, Wins
from outbid.plugins.methods import expected_value, highest_bid

RATES = (0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.97)
CAMPAIGN = Ends(6_000, 10_000)
SETTINGS = expected_value.Settings()


def seen(accepted: int, posts: int) -> Record:
    """An offer that buys of one source."""
    ends = Ends(accepted, posts)
    return Record(ends, ends, CAMPAIGN)


@pytest.mark.parametrize("rate", RATES)
def test_after_200_posts_the_estimate_is_within_5_points(rate: float) -> None:
    chance = Random(f"stub {rate}")
    accepted = sum(chance.random() < rate for _ in range(200))
    assert abs(estimate(seen(accepted, 200)).mean - rate) < 0.05
    assert abs(estimate(seen(round(rate * 200), 200)).mean - rate) < 0.015


def test_many_rates_are_estimated_within_5_points_nine_times_in_ten_and_never_by_15() -> None:
    chance = Random(4)
    off = []
    for _ in range(2_000):
        rate = chance.random()
        accepted = sum(chance.random() < rate for _ in range(200))
        off.append(abs(estimate(seen(accepted, 200)).mean - rate))
    assert sum(error < 0.05 for error in off) > 0.9 * len(off)
    assert max(off) < 0.15


ENDS = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda two: Ends(min(two), max(two)))


@given(ENDS, ENDS, ENDS)
def test_caution_and_hope_lie_on_both_sides_of_the_mean(here: Ends, offer: Ends, campaign: Ends) -> None:
    found = estimate(Record(here, offer.plus(here), campaign))
    assert 0 < found.mean < 1
    assert LEAST <= found.cautious <= max(LEAST, found.mean * ONE + 1)
    assert found.mean * ONE - 1 <= found.hopeful <= ONE


@given(ENDS, ENDS)
def test_one_more_accepted_post_never_lowers_the_estimate(here: Ends, campaign: Ends) -> None:
    before = estimate(Record(here, here, campaign))
    after = estimate(Record(here.plus(Ends(1, 1)), here.plus(Ends(1, 1)), campaign.plus(Ends(1, 1))))
    assert after.mean >= before.mean


def test_what_is_not_known_is_taken_from_what_is_nearest() -> None:
    assert abs(estimate(Record(campaign=CAMPAIGN)).mean - 0.6) < 0.001
    assert abs(estimate(Record(Ends(), Ends(900, 1_000), CAMPAIGN)).mean - 0.9) < 0.01
    assert abs(estimate(Record(Ends(20, 400), Ends(900, 1_000), CAMPAIGN)).mean - 0.05) < 0.05
    assert estimate(Record()).mean == 0.5


def test_few_posts_count_for_less_than_many_that_ended_alike() -> None:
    scores = [estimate(seen(posts * 6 // 10, posts)).cautious for posts in (0, 20, 100, 1_000)]
    assert scores == sorted(scores)
    assert scores[0] < 550_000 < scores[-1]


def test_a_newcomer_is_hoped_for_in_so_many_rounds_and_that_is_marked() -> None:
    new, known = seen(0, 0), seen(120, 200)
    told = [expected_value.score(new, draw, SETTINGS) for draw in (0.0, 0.0199, 0.02, 0.9)]
    assert [score.explored for score in told] == [True, True, False, False]
    assert told[0].value > 600_000 > told[3].value
    assert not expected_value.score(known, 0.0, SETTINGS).explored
    assert not expected_value.score(new, 0.0, expected_value.Settings(explore="0%")).explored


def auctions(method, rounds: int, seed: int) -> tuple[float, dict[int, int]]:
    """Revenue of auctions in which a rejected lead is lost, and who was posted how often. Offer 5 comes half-way."""
    chance = Random(seed)
    scores = Scores()
    takes = {1: 0.95, 2: 0.8, 3: 0.5, 4: 0.3, 5: 0.9}
    pays = {1: 30, 2: 33, 3: 40, 4: 44, 5: 38}
    revenue, posts = 0.0, dict.fromkeys(takes, 0)
    for number in range(rounds):
        draw, bids = chance.random(), []
        for offer, typical in pays.items():
            price = round(typical * chance.uniform(0.8, 1.2) * 1_000_000)
            if offer < 5 or number >= rounds // 2:
                score = expected_value.score(scores.record(1, 1, offer), draw, SETTINGS)
                bids.append(Bid(offer, price, score=score.value))
        best = method.rank(bids, 0, draw, method.Settings())[0]
        took = chance.random() < takes[best.offer]
        scores.note(1, 1, best.offer, accepted=took)
        posts[best.offer] += 1
        revenue += best.price_micros / 1_000_000 * took
    return revenue, posts


@pytest.mark.parametrize("seed", [1, 2])
def test_it_earns_at_least_as_much_as_the_highest_bid_where_a_reject_costs_the_lead(seed: int) -> None:
    learned, posts = auctions(expected_value, 20_000, seed)
    plain, _ = auctions(highest_bid, 20_000, seed)
    assert learned > 1.2 * plain
    assert posts[5] > 1_000  # the newcomer was tried, and found to be good


@pytest.mark.parametrize(("explore", "tried"), [("0%", False), ("2%", True)])
def test_a_newcomer_who_bids_no_more_than_others_gets_tries_until_he_is_known(explore: str, tried: bool) -> None:
    settings, chance, scores = expected_value.Settings(explore=explore), Random(3), Scores()
    scores.learn({1: {(1, 1): Ends(4_500, 5_000)}}, 0)
    posts = 0
    for _ in range(4_000):
        draw = chance.random()
        found = [(offer, expected_value.score(scores.record(1, 1, offer), draw, settings).value) for offer in (1, 2)]
        best = expected_value.rank([Bid(offer, 30, score=score) for offer, score in found], 0, draw, settings)[0]
        scores.note(1, 1, best.offer, accepted=chance.random() < 0.95)
        posts += best.offer == 2
    assert (posts > 60) is tried


def test_what_ended_here_is_felt_at_once_and_counts_once_when_the_tallies_have_it() -> None:
    scores = Scores()
    scores.record(7, 1, 5)
    for _ in range(200):
        scores.note(7, 1, 5, accepted=False)
    scores.note(8, 1, 6, accepted=True)
    assert scores.record(7, 1, 5) == Record(Ends(0, 200), Ends(0, 200), Ends(0, 200))
    assert scores.due(LEARN_EVERY_MS) == [7]
    assert scores.record(7, 1, 5).here == Ends(0, 200)
    scores.note(7, 2, 5, accepted=True)
    scores.learn({7: {(1, 5): Ends(0, 200), (3, 4): Ends(9, 10)}}, LEARN_EVERY_MS)
    assert scores.record(7, 1, 5) == Record(Ends(0, 200), Ends(1, 201), Ends(10, 211))
    assert scores.due(LEARN_EVERY_MS + 1) == []


def test_wins_are_counted_at_once_and_those_of_others_when_they_are_told() -> None:
    wins = Wins()
    wins.count(5, DAY_MS)
    assert wins.due(DAY_MS) == []
    wins.want([5, 6])
    assert wins.due(DAY_MS) == [5, 6]
    assert wins.due(DAY_MS) == []
    wins.learn([5, 6], {6: 4, 5: 2}, DAY_MS)
    wins.count(6, DAY_MS + 1)
    assert wins.on(DAY_MS + 1) == {5: 3, 6: 5}
    wins.want([5])
    assert wins.due(DAY_MS + 2) == []
    assert wins.on(2 * DAY_MS) == {}
