"""Money: text and micros, shares, payouts; nobody gains a micro by rounding but the house."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outbid.core.market.noun import percent
from outbid.core.market.snapshot import NOTHING, Part, Split, Step
from outbid.core.money import MOST, ONE, micros, share_of, text_of
from outbid.core.price.least import spans

MICROS = st.integers(-MOST, MOST)
PRICE = st.integers(0, 1_000 * ONE) | st.integers(0, 50)
SHARE = st.integers(0, ONE)
MARGIN = st.integers(0, 50 * ONE) | st.integers(0, 5)


@given(MICROS)
def test_amounts_survive_as_text(amount):
    assert micros(text_of(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.50", 12_500_000),
        ("0", 0),
        ("-0", 0),
        ("0.000001", 1),
        ("007.1", 7_100_000),
        (" 3 ", 3_000_000),
        ("-2.5", -2_500_000),
        ("9000000000", MOST),
        ("9000000000.000000", MOST),
    ],
)
def test_plain_decimals_are_amounts(text, amount):
    assert micros(text) == amount


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", ".5", "5.", "1,5", "1e3", "1_000", "+1", "--1", "- 1", "$1", "1 000", "0.0000001", "NaN", "inf", "0x10",
     "9000000000.000001", "-9000000001", "12345678901", "٣", "１", "1\n2", "1.2.3", "one"],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"is not an amount|is more than the largest"):
        micros(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(12_500_000, "12.50"), (1, "0.000001"), (0, "0.00"), (-1, "-0.000001"), (ONE, "1.00"), (1_234_500, "1.2345")],
)
def test_text_has_at_least_two_places(amount, text):
    assert text_of(amount) == text


@pytest.mark.parametrize(
    ("text", "share"),
    [("80%", 800_000), ("12.5%", 125_000), ("0%", 0), ("100%", ONE), (" 33.3333 % ", 333_333)],
)
def test_percents_are_millionths_of_the_whole(text, share):
    assert percent(text) == share


@pytest.mark.parametrize("text", ["-1%", "-0.0001%", "100.0001%", "101%", "%", "", "half", "1/2%", "80%%"])
def test_what_is_no_percent_is_refused(text):
    with pytest.raises(ValueError):
        percent(text)


def test_a_little_more_than_all_is_refused():
    with pytest.raises(ValueError):
        percent("100.00009%")


@pytest.mark.parametrize("text", ["0.8", "1", "80", "0"])
def test_a_percent_without_its_sign_is_refused_since_it_may_be_meant_as_a_part_of_one(text):
    with pytest.raises(ValueError, match="has no percent sign: write 80% for four fifths"):
        percent(text)


@given(PRICE, SHARE)
def test_a_share_is_rounded_down_and_never_more_than_the_whole(price, share):
    paid = share_of(price, share)
    assert 0 <= paid <= price
    assert paid * ONE <= price * share < (paid + 1) * ONE


def test_a_payout_is_a_share_or_fixed():
    assert Part(800_000).of(20_500_000) == 16_400_000
    assert Part(333_333).of(10) == 3
    assert Part(None, 5_000_000).of(1) == 5_000_000


def least_price(payout: Part, margin: int) -> int:
    """The least price that leaves the house its margin; above all there are if none does."""
    found = spans(Split((Step(0, NOTHING, payout),)), Part(None, margin))
    return found[0][0] if found else 1 << 63


PAYOUT = st.builds(Part, SHARE) | st.builds(Part, st.none(), st.integers(0, 100 * ONE))


@settings(max_examples=500)
@given(PAYOUT, PRICE, MARGIN)
def test_from_the_least_price_on_the_house_keeps_its_margin(payout, price, margin):
    if price >= least_price(payout, margin):
        assert price - payout.of(price) >= margin


@settings(max_examples=500)
@given(PAYOUT, PRICE, MARGIN)
def test_below_the_least_price_only_a_fraction_of_a_micro_is_missing(payout, price, margin):
    """The margin asked for is missed, or met only since the payout was rounded down by less than a micro."""
    if price < least_price(payout, margin):
        exact = payout.fixed_micros * ONE if payout.share is None else price * payout.share
        assert price * ONE - exact < margin * ONE


@example(Part(500_000), 1, 1)
@example(Part(999_999), 1, 1)
@settings(max_examples=50)
@given(PAYOUT, PRICE, MARGIN)
def test_below_the_least_price_the_margin_is_missed(payout, price, margin):
    if price < least_price(payout, margin):
        assert price - payout.of(price) < margin


def test_who_pays_all_to_the_seller_has_no_margin_to_keep():
    assert least_price(Part(ONE), 1) > MOST
    assert least_price(Part(ONE), 0) == 0
