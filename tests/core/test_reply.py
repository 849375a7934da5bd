"""How answers are read: paths, words that mean yes, prices as buyers write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.dialect.reply import KEPT, any_word, compile_path, price_from, text_from, word_of
from outbid.core.money import MOST, text_of

DOCUMENT = {
    "price": 5,
    "result": {"bids": [{"price": 7, "a b": 1}, {"price": 8}], "none": None, "x-y_z": 0},
    "0": "zero",
    "list": [[1, 2], [3]],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("price", 5),
        ("result.bids[0].price", 7),
        ("result.bids[1].price", 8),
        ("result.bids[0].a b", 1),
        ("result.x-y_z", 0),
        ("list[0][1]", 2),
        ("0", "zero"),
        ("result.bids[2].price", None),
        ("result.bids.price", None),
        ("result.bids[1][0].price", 8),
        ("result.bids[*].price", [7, 8]),
        ("result[*].x-y_z", [0]),
        ("result.bids[*].nothing", None),
        ("price.deeper", None),
        ("result.none.deeper", None),
        ("nothing", None),
        ("list[9999]", None),
    ],
)
def test_a_path_leads_to_a_value_or_to_nothing(path, value):
    assert compile_path(path)(DOCUMENT) == value


@pytest.mark.parametrize(
    "path", ["", ".", "a.", "a..b", "a[]", "a[x]", "a[-1]", "a[99999]", "a[0", "a]", "[", "a.[0].]"]
)
def test_what_is_no_path_is_refused_with_a_sentence(path):
    with pytest.raises(ValueError, match="is not a path"):
        compile_path(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0"]), part, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300)
@given(JSON, st.sampled_from(["a", "a.b", "a[0]", "[0]", "[1].a", "a.b[0].a", "0.a"]))
def test_a_path_never_raises(document, path):
    compile_path(path)(document)


YES = any_word(("true", "1", "Yes ", "success", "ACCEPTED"))


@pytest.mark.parametrize("value", [True, 1, "1", "true", "TRUE", " yes\n", "Success", "accepted"])
def test_a_whole_word_in_any_case_means_yes(value):
    assert word_of(value) in YES


@pytest.mark.parametrize(
    "value",
    [False, 0, None, "", "false", "no", "Not Accepted", "not success", "unsuccessful", "accepted: no", "success=false",
     "10", 1.5, [True], {"success": True}, ["success"]],
)  # fmt: skip
def test_a_word_inside_others_does_not(value):
    assert word_of(value) not in YES


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" no thanks ", "no thanks"),
        (5, "5"),
        (5.5, "5.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        ({"a": 1}, ""),
        (["b ", "a", "b", "", None], "a, b"),
        ([["x"], 2], "2, x"),
        ([], ""),
        ("x" * 500, "x" * KEPT),
        (["x" * 150, "y" * 150], ("x" * 150 + ", " + "y" * 150)[:KEPT]),
    ],
)
def test_text_is_trimmed_sorted_joined_and_cut(value, text):
    assert text_from(value) == text


PRICES = [
    (21.105, "21.105"),
    ("21.105", "21.105"),
    ("$21.50", "21.5"),
    ("21,50", "21.5"),
    (" 21.50 ", "21.5"),
    ("$ 21.50", "21.5"),
    ("€21,50", "21.5"),
    ("USD 21.50", "21.5"),
    ("21.50 USD", "21.5"),
    ("1,234.50", "1234.5"),
    ("1,23", "1.23"),
    ("1,234,567.50", "1234567.5"),
    ("12;", "12"),
    (21, "21"),
    ("0.0000019", "0.000001"),
    ("9000000000", "9000000000"),
    ("007", "7"),
    (0, "0"),
    ("0.00", "0"),
    ("$0", "0"),
    ("0.0000001", "0"),
]


@pytest.mark.parametrize(("said", "price"), PRICES)
def test_prices_are_read_as_buyers_write_them(said, price):
    whole, _, part = price.partition(".")
    assert price_from(said) == int(whole + part.ljust(6, "0"))


@pytest.mark.parametrize(
    "said",
    [None, True, False, "", " ", "NaN", "nan", "Infinity", "-inf", -1, "-1", "$-1", "-$1", "- 1", "-0.01", "9000000001",
     9_000_000_001, 1e22, "1e3", 1e300, "twelve", "12 dollars", "1.2.3", "1,2,3.4", "1.234,50", "0x10", "1_000", "１２",
     "٣", [], [21.5], {}, {"price": 1}, "12\n13", "--1", "1,500", "$1,234", "$ 1,234 ", "1,234 USD", "1,234,567"],
)  # fmt: skip
def test_what_is_no_price_is_none(said):
    assert price_from(said) is None


@pytest.mark.parametrize(
    ("said", "micros"),
    [(64 / 3, 21_333_333), ("21.3333333333", 21_333_333), (21.1 * 3, 63_300_000), (0.1 + 0.2, 300_000)],
)
def test_a_float_with_all_its_decimals_is_a_price(said, micros):
    assert price_from(said) == micros


@pytest.mark.parametrize(
    ("said", "micros"), [(".50", 500_000), ("$.50", 500_000), ("21,50 €", 21_500_000), ("21.50$", 21_500_000)]
)
def test_a_price_without_a_leading_digit_or_with_the_sign_behind_is_a_price(said, micros):
    assert price_from(said) == micros


@pytest.mark.parametrize(
    "said", ["12k", "12M", "12%", "(12)", "\u221212.50", "\u201312", "\uff112", "12 days", "n/a1", "v1.2", "x,50"]
)
def test_what_is_worth_something_else_than_its_digits_is_no_price(said):
    assert price_from(said) is None


def test_a_float_below_a_ten_thousandth_is_a_price():
    assert price_from(1e-05) == 10


@given(st.integers(0, MOST))
def test_every_amount_of_ours_is_read_back(micros):
    assert price_from(text_of(micros)) == micros
    assert price_from("$" + text_of(micros)) == micros


@settings(max_examples=500)
@given(st.text(alphabet="0123456789.,-$€ USD", max_size=14))
def test_a_price_is_never_negative_absurd_or_a_fault(said):
    found = price_from(said)
    assert found is None or 0 <= found <= MOST


@settings(max_examples=300)
@given(JSON)
def test_nothing_that_json_can_say_is_a_fault(value):
    price_from(value)
    text_from(value)
    word_of(value)
