"""Forms beyond their samples: rules that cannot be, bodies that are shared, answers of any bytes."""

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outbid.core import reasons
from outbid.core.contract import Arrival
from outbid.core.dialect.wire import Response
from outbid.plugins.registry import Registry
from plugins.test_conversations import ask_of, bound_of


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ({"accepted_pattern": "(a"}, "missing \\)"),
        ({"price_path": "pattern: (?=a)"}, "look-around"),
        ({"reason_path": "a..b"}, "is not a path"),
    ],
)
@pytest.mark.parametrize("kind", ["ping_reply", "post_reply"])
def test_a_form_with_a_rule_that_cannot_be_is_refused(kind: str, reply: dict[str, Any], sentence: str) -> None:
    urls = {"ping_url": "https://b.example/", "post_url": "https://b.example/"}
    with pytest.raises(ValueError, match=sentence):
        bound_of(Registry([]).get("deliveries", "form"), {"settings": {**urls, kind: reply}})


@pytest.mark.parametrize("reply", [{"accepted_text": [""]}, {"refused_text": ["x"] * 51}, {"accepted_words": "ok"}])
def test_words_to_look_for_are_bounded(reply: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            {"post_url": "https://b.example/", "post_reply": reply}, Registry([]).get("deliveries", "form").Settings
        )


def test_buyers_share_a_body_only_if_they_write_it_alike() -> None:
    registry, ask = Registry([]), ask_of({"ask": {"facts": {"zip": "78701", "insured": True}}})
    known, bodies = {"zip": False, "insured": False}, []
    urls = {"ping_url": "https://b.example/", "post_url": "https://b.example/", "ping": {"zip": "zip", "i": "insured"}}
    for name, more in (("json", {}), ("form", {}), ("form", {"yes_word": "1"}), ("form", {})):
        bound = bound_of(registry.get("deliveries", name), {"settings": urls | more, "known": known})
        bodies.append(next(registry.get("deliveries", name).ping(ask, bound)).body)
    assert bodies == [b'{"zip":"78701","i":true}', b"zip=78701&i=true", b"zip=78701&i=1", b"zip=78701&i=true"]
    assert bodies[1] is bodies[3]


def test_halves_of_characters_and_long_numbers_are_written_all_the_same() -> None:
    plugin = Registry([]).get("deliveries", "form")
    ask = ask_of({"ask": {"facts": {"a": "x\ud800", "b": 1e-7, "c": 1e15, "d": -2.5}}})
    table = {"post_url": "https://b.example/", "post": {name: name for name in "abcd"}}
    bound = bound_of(plugin, {"settings": table, "known": dict.fromkeys("abcd", False)})
    assert next(plugin.post(ask, bound)).body == b"a=x%3F&b=0.0000001&c=1000000000000000&d=-2.5"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.integers(200, 599))
def test_whatever_a_buyer_answers_a_form_is_read_to_an_outcome(body: bytes, status: int) -> None:
    plugin = Registry([]).get("deliveries", "form")
    rules = (
        {},
        {"accepted_path": "a"},
        {"accepted_text": ["ok"], "refused_text": ["no"]},
        {"price_path": "pattern: \\d+"},
    )
    for rule in rules:
        urls = {"ping_url": "https://b.example/", "post_url": "https://b.example/"}
        bound = bound_of(plugin, {"settings": {**urls, "ping_reply": rule, "post_reply": rule}})
        answer = Response(status, (), body)
        assert bound.read_bid(answer).outcome in ("bid", "pass", "error", "nonsense")
        assert bound.read_post(answer).outcome in ("accept", "reject", "error", "uncertain")
        assert status < 500 or bound.read_post(answer).outcome == "uncertain"


@settings(max_examples=500, deadline=None)
@given(
    st.binary(max_size=80) | st.from_regex(rb"([a%\[\]+=&.]|%[0-9a-f]{2}){0,40}", fullmatch=True),
    st.sampled_from(["", "application/x-www-form-urlencoded", "text/plain; charset=latin1", "x; charset=x"]),
)
def test_whatever_comes_a_form_is_a_lead_or_a_no_with_a_reason(body: bytes, content_type: str) -> None:
    plugin = Registry([]).get("intakes", "form")
    found = plugin.read(content_type, body, plugin.Settings())
    if isinstance(found, Arrival):
        assert all(type(text) is str for pair in found.fields.items() for text in pair)
    else:
        assert found.code in {*reasons.ALL, *Registry([]).reasons()}
        assert 400 <= found.status < 500


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_characters="[]", codec="utf-8"), min_size=1), st.text()))
def test_what_a_form_is_written_from_is_read_from_it(fields: dict[str, str]) -> None:
    plugin = Registry([]).get("intakes", "form")
    assume(not {"ping_id", "bid_ids"} & set(fields))
    found = plugin.read("", urlencode(fields).encode(), plugin.Settings())
    assert found == Arrival(fields) if fields else found.code == "form.not_a_form"


def test_a_name_that_comes_too_often_is_refused() -> None:
    plugin = Registry([]).get("intakes", "form")
    assert plugin.read("", b"a=1&" * 60_000, plugin.Settings()).code == "too_many_fields"
