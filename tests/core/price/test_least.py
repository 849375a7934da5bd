"""The prices at which the house keeps enough, against a search through every price there is."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.market.snapshot import ANY_PRICE_MICROS, Part, Split, Step, Terms
from outbid.core.money import ONE
from outbid.core.price.least import spans
from outbid.core.price.terms import _ladder, _terms

MOST = 60
"""Prices are tried up to so many micros: few enough to try them all, and fractions matter everywhere."""
SHARE = st.builds(Part, st.integers(0, 20).map(lambda n: n * 50_000) | st.sampled_from([333_333, 999_999, 1, ONE]))
FIXED = st.builds(Part, st.none(), st.integers(0, 30))
PART = SHARE | FIXED
EDGES = st.lists(st.integers(1, MOST), max_size=3, unique=True).map(sorted)


@st.composite
def splits(draw) -> Split:
    return Split(tuple(Step(edge, draw(PART), draw(PART)) for edge in [0, *draw(EDGES)]))


def kept_exactly(step: Step, price: int) -> Fraction:
    """What the house keeps before anything is rounded, as it is written in docs/explain/price.md."""
    margin, payout = step.margin, step.payout
    left = max(0, price - margin.fixed_micros) if margin.share is None else Fraction(price * (ONE - margin.share), ONE)
    return price - (payout.fixed_micros if payout.share is None else Fraction(left * payout.share, ONE))


def keeps_enough(split: Split, least: Part, price: int) -> bool:
    step = [step for step in split.steps if step.from_micros <= price][-1]
    if least.share is None:
        return price - split.payout_of(price) >= least.fixed_micros
    return kept_exactly(step, price) >= Fraction(price * least.share, ONE)


@settings(max_examples=600, deadline=None)
@given(splits(), PART)
def test_a_price_is_in_a_span_exactly_where_the_house_keeps_its_least_margin(split, least):
    found = spans(split, least)
    inside = [any(first <= price <= last for first, last in found) for price in range(1, MOST + 40)]
    assert inside == [keeps_enough(split, least, price) for price in range(1, MOST + 40)]
    assert all(price - split.payout_of(price) >= Fraction(price * (least.share or 0), ONE)
               for price in range(1, MOST + 40) if inside[price - 1])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(splits(), PART, st.integers(0, MOST), st.integers(1, MOST))
def test_the_least_price_from_one_on_is_the_first_that_is_allowed(split, least, floor, start):
    margins = tuple((step.from_micros, step.margin) for step in split.steps)
    payouts = tuple((step.from_micros, step.payout) for step in split.steps)
    terms = _terms(floor, margins, payouts, least)
    allowed = [p for p in range(1, MOST + 40) if p >= max(floor, start) and keeps_enough(split, least, p)]
    if allowed:
        assert terms.least(start) == allowed[0]
    else:
        assert terms.least(start) >= MOST + 40


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, MOST), PART), max_size=4), PART, st.integers(0, MOST + 9))
def test_of_rules_by_price_the_first_that_speaks_of_a_price_counts(rules, otherwise, price):
    class Given:
        def __init__(self, first, part):
            self.from_micros, self.part = first, part

    ladder = _ladder([Given(*rule) for rule in rules], otherwise)
    wanted = next((part for first, part in rules if first <= price), otherwise)
    assert [part for first, part in ladder if first <= price][-1] == wanted


def test_with_loss_allowed_only_floors_bind():
    whole = ((0, Part(ONE)),)
    assert _terms(7, ((0, Part(None, 0)),), whole, None).least(0) == 7
    assert _terms(7, ((0, Part(None, 0)),), whole, Part(None, 1)).least(0) > ANY_PRICE_MICROS


def test_terms_without_gaps_are_a_plain_floor():
    terms = Terms(5, Split((Step(0, Part(0), Part(0)),)))
    assert [terms.least(price) for price in (0, 5, 6)] == [5, 5, 6]
