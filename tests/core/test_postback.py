"""A postback goes to the host that was set, whatever is filled in, and may tell nothing of the person or of buyers."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.dialect.postback import PLACEHOLDERS, compile_postback

TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["../../x", "a&o=sold", "#", "?x=1", "//evil.example/", "@evil.example", "{lead}", "a b", "%2e%2e", "\r\nHost: x"]
)
VALUES = st.fixed_dictionaries({}, optional=dict.fromkeys(PLACEHOLDERS, TEXT))


@given(VALUES)
def test_what_is_filled_in_stays_in_its_place_of_path_and_query(values):
    build = compile_postback("https://seller.example/done/{lead}?o={outcome}&p={price}&r={reason}&fixed=1")
    request = build(values)
    target = request.target
    assert (request.method, target.scheme, target.host, target.port, request.body) == (
        "GET", "https", "seller.example", 443, b"",
    )  # fmt: skip
    path, _, query = target.path.partition("?")
    assert path.startswith("/done/")
    assert path.count("/") == 2
    assert unquote(path.removeprefix("/done/")) == values.get("lead", "")
    told = parse_qsl(query, keep_blank_values=True)
    names = (("o", "outcome"), ("p", "price"), ("r", "reason"))
    assert told == [*((short, values.get(name, "")) for short, name in names), ("fixed", "1")]


@pytest.mark.parametrize(
    "name", ["phone", "email", "first_name", "buyer", "offer", "bid", "margin", "facts", "sale", ""]
)
def test_nothing_of_the_person_and_of_buyers_can_be_asked_for(name):
    with pytest.raises(ValueError, match="a postback tells no"):
        compile_postback(f"https://seller.example/?x={{{name}}}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://{lead}.example/", "not in the host"),
        ("{lead}://seller.example/", "not in the host"),
        ("https://seller.example:{price}/", "not in the host"),
        ("https://seller.example/?x={lead", "is not closed"),
        ("https://seller.example/#{lead}", "what follows # in an address is never sent"),
        ("https://seller.example/?x=}", "is not closed"),
        ("ftp://seller.example/", "must begin with http"),
        ("sandbox:accept", "must begin with http"),
    ],
)
def test_a_postback_whose_host_could_change_is_refused(url, sentence):
    with pytest.raises(ValueError, match=sentence):
        compile_postback(url)
