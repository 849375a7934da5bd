"""Sandbox addresses: what each buyer answers, what is wrong with an address, and that nothing in one ever raises more."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.sandbox import Script, sandbox_target, script_of
from outbid.core.dialect.wire import Failure, Response
from outbid.plugins.registry import Registry

ASK = Ask({"zip": "78701"}, {}, lambda buyer: "r", 0, "USD")
PAGE = "<html>"


def said(text: str) -> dict:
    return msgspec.json.decode(script_of(text).body)


@pytest.mark.parametrize(
    ("text", "status", "after_ms", "body"),
    [
        ("accept", 200, 0, {"accepted": True}),
        ("accept?bid=25", 200, 0, {"accepted": True, "price": "25.00"}),
        ("accept?bid=0.5&token=t&reference=r&redirect=https%3A%2F%2Fb.example%2F", 200, 0, {
            "accepted": True, "token": "t", "reference": "r", "redirect": "https://b.example/", "price": "0.50"}),
        ("slow?ms=900&bid=7", 200, 900, {"accepted": True, "price": "7.00"}),
        ("reject", 422, 0, {"accepted": False, "reason": "rejected"}),
        ("reject?reason=no+thanks&ms=5", 422, 5, {"accepted": False, "reason": "no thanks"}),
        ("duplicate", 409, 0, {"accepted": False, "reason": "duplicate"}),
        ("error", 500, 0, {"error": "the sandbox was told to fail"}),
        ("error?status=503", 503, 0, {"error": "the sandbox was told to fail"}),
        ("says?status=201&body=%7B%22ok%22%3A1%7D", 201, 0, {"ok": 1}),
    ],
)  # fmt: skip
def test_each_buyer_says_what_he_is_asked_to(text, status, after_ms, body):
    script = script_of(text)
    assert (script.status, script.after_ms, msgspec.json.decode(script.body)) == (status, after_ms, body)
    assert sandbox_target(f"sandbox:{text}").host == text


def test_the_silent_one_never_answers_and_the_broken_one_sends_a_page():
    assert script_of("silent").after_ms is None
    assert script_of("broken").body.startswith(PAGE.encode())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no sandbox buyer ''; there are: accept, slow"),
        ("Accept", "there is no sandbox buyer 'Accept'"),
        ("//accept", "there is no sandbox buyer"),
        ("accept?price=2", "no parameter 'price'; there are: bid, token"),
        ("silent?ms=5", "no parameter 'ms'; there are: as"),
        ("accept?bid=x", "is not an amount"),
        ("accept?bid=0", "more than zero"),
        ("accept?bid=-1", "more than zero"),
        ("accept?bid=1&bid=2", "stands twice"),
        ("accept?bid", "is no query"),
        ("slow?bid=2", "after how many milliseconds"),
        ("slow?ms=120001", "ms: write a whole number from 0 to 120000"),
        ("slow?ms=٣", "percent-encoded"),
        ("slow?ms=%D9%A3", "ms: write a whole number"),
        ("error?status=200", "status: write a whole number from 500 to 599"),
        ("says?body=a b", "percent-encoded"),
    ],
)
def test_what_is_wrong_with_an_address_is_told(text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        sandbox_target(f"sandbox:{text}")


names = st.sampled_from(["accept", "slow", "reject", "duplicate", "silent", "broken", "error", "says", "none"])
pieces = st.sampled_from(["?", "&", "=", "bid", "ms", "status", "body", "reason", "25", "1e9", "%00", "%ff", "+", ";"])


@given(
    st.one_of(
        st.text(), st.builds(lambda name, rest: name + "".join(rest), names, st.lists(pieces | st.text(max_size=5)))
    )
)
def test_whatever_stands_in_an_address_it_is_a_script_or_one_sentence(text):
    try:
        script = script_of(text)
    except ValueError as fault:
        script, told = None, fault
    if script is None:
        assert type(told) is ValueError, "a sentence of ours"
        return
    assert isinstance(script, Script)
    assert 200 <= script.status <= 599
    Response(script.status, script.headers, script.body)


# -- through the default rules of the deliveries ---------------------------------------------------------------------


def bound(plugin: str, address: str, **more):
    module = Registry().get("deliveries", plugin)
    settings = {"ping_url": "sandbox:accept?bid=25", "post_url": "sandbox:accept"} | more
    settings = settings | ({"ping_url": address, "post_url": address} if address else {})
    return module, module.bind(msgspec.convert(settings, module.Settings), Binding({"zip": True}, ("zip",)))


def read(module, made, step: str):
    talk = getattr(module, step)(ASK, made)
    http = next(talk)
    script = script_of(http.target.host)
    answer = Response(script.status, script.headers, script.body)
    if script.after_ms is None:
        answer = Failure("timed_out", True, "wait")
    with pytest.raises(StopIteration) as stop:
        talk.send(answer)
    return stop.value.value


@pytest.mark.parametrize("plugin", ["json", "form"])
@pytest.mark.parametrize(
    ("address", "bid", "sale", "reason"),
    [
        ("sandbox:accept?bid=25", "bid", "accept", ""),
        ("sandbox:slow?bid=25&ms=10", "bid", "accept", ""),
        ("sandbox:reject", "pass", "reject", "rejected"),
        ("sandbox:duplicate", "pass", "reject", "buyer_duplicate"),
        ("sandbox:error", "error", "uncertain", "server_error"),
        ("sandbox:silent", "error", "uncertain", "timed_out"),
    ],
)
def test_the_default_rules_understand_every_buyer(plugin, address, bid, sale, reason):
    module, made = bound(plugin, address)
    ping, post = read(module, made, "ping"), read(module, made, "post")
    assert (ping.outcome, post.outcome, post.reason) == (bid, sale, reason)
    assert ping.price_micros == (25_000_000 if bid == "bid" else 0)


def test_nonsense_is_nonsense_but_where_a_rule_takes_any_2xx_for_a_yes():
    for plugin, sale in (("json", "uncertain"), ("form", "accept")):
        module, made = bound(plugin, "sandbox:broken")
        assert read(module, made, "ping").outcome == "nonsense"
        assert read(module, made, "post").outcome == sale


def test_a_form_that_is_sent_in_the_query_changes_nothing_of_what_the_buyer_does():
    module, made = bound("form", "sandbox:accept?bid=25", method="GET", ping={"bid": "=1"})
    assert next(module.ping(ASK, made)).target.path == "?bid=1"
    assert read(module, made, "ping").price_micros == 25_000_000


def test_nobody_is_told_anything_by_what_goes_to_a_sandbox():
    module, made = bound("json", "")
    assert module.reads(made).ping == module.reads(made).post == ()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ping_url": "sandbox:accept"}, "bids nothing"),
        ({"ping_url": "sandbox:slow?ms=5"}, "bids nothing"),
        ({"post_url": "sandbox:buy"}, "there is no sandbox buyer 'buy'"),
        ({"post_url": "SANDBOX:accept"}, "must begin with http"),
        ({"post_url": "sandbox:reject?reason={secret:x}"}, "needs no secret"),
    ],
)
def test_a_delivery_refuses_an_address_that_cannot_be(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        bound("json", "", **settings)
