"""References to secrets: read, filled in where they may stand, refused where not, and hidden in every spelling."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.postback import compile_postback
from outbid.core.dialect.reference import filled, names_in, only_refers, references, unfit
from outbid.core.dialect.secrets import Secrets, words_of
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import KINDS
from outbid.core.market.problem import MarketError
from outbid.plugins.registry import Registry

WORDS = {"crm": 'p&ss "wörd"', "short": "abc"}
ASK = Ask({}, {}, lambda buyer: "r", 0, "USD")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("nothing", ()),
        ("{secret:crm}", ("crm",)),
        ("Bearer {secret:crm} and {secret:a-b_1}{secret:crm}", ("crm", "a-b_1")),
        ("{secret:Crm}", ("",)),
        ("{secret:crm", ("",)),
        ("{secret:crm} {secret:}", ("crm", "")),
        ("{ secret:crm}", ()),
        ("{lead}", ()),
    ],
)
def test_the_names_in_a_text_are_found_and_what_is_misspelt_too(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize(("text", "only"), [("{secret:a}", 1), ("=Basic {secret:a}", 1), ("pw{secret:a}", 0), ("x", 0)])
def test_a_mere_reference_is_told_from_a_text_with_one_in_it(text, only):
    assert only_refers(text) is bool(only)


def test_references_are_found_wherever_they_stand():
    found = list(references({"a": ["x", "{secret:one}"], "b": {"c": "{secret:two}{secret:"}, "d": 1}))
    assert found == [(("a", 1), "one"), (("b", "c"), "two"), (("b", "c"), "")]


@given(st.text(), st.text(min_size=1))
def test_filling_in_never_fails_and_fills_no_reference_that_a_value_brings(text, word):
    assert filled(text, {"a": word}) == text.replace("{secret:a}", word)
    assert filled("{secret:a}", {"a": "{secret:a}"}) == "{secret:a}"


@pytest.mark.parametrize("word", ["", "a\n", "\ud800", "x" * 4001])
def test_what_cannot_be_a_secret_is_told(word):
    assert unfit(word)
    assert not unfit("pässword with blanks")


# -- deliveries ------------------------------------------------------------------------------------------------------


def bound(plugin: str, settings: dict, words=WORDS):
    module = Registry().get("deliveries", plugin)
    binding = Binding({"zip": True}, ("zip",), secrets=words)
    return module, module.bind(msgspec.convert(settings, module.Settings), binding)


URLS = {"ping_url": "https://b.example/{secret:crm}/in", "post_url": "https://b.example/in?k={secret:crm}&id=1"}


@pytest.mark.parametrize("plugin", ["json", "form"])
def test_a_delivery_sends_the_values_and_keeps_the_references(plugin):
    more = {
        "headers": {"X-Login": "u:{secret:crm}"},
        "post": {"auth.code": "={secret:short}", "note": "=v {secret:crm}"},
    }
    module, made = bound(plugin, URLS | more)
    ping, post = next(module.ping(ASK, made)), next(module.post(ASK, made))
    assert ping.target.path == "/p%26ss%20%22w%C3%B6rd%22/in"
    assert post.target.path == "/in?k=p%26ss%20%22w%C3%B6rd%22&id=1"
    assert ("X-Login", 'u:p&ss "wörd"') in post.headers
    assert b"abc" in post.body
    hidden = module.secrets(made)
    assert hidden.hide(ping.target.path.encode()) == b"/{secret:crm}/in"
    assert hidden.hide(post.target.path.encode()) == b"/in?k={secret:crm}&id=1"
    assert ("X-Login", "u:{secret:crm}") in hidden.hide_headers(post.headers)
    kept = hidden.hide(post.body)
    assert b"{secret:short}" in kept
    assert b"{secret:crm}" in kept
    assert b"abc" not in kept
    assert b"rd" not in kept


def test_a_buyer_who_repeats_a_secret_in_any_spelling_is_not_kept_word_for_word():
    module, made = bound("json", URLS)
    hidden = module.secrets(made)
    inside = msgspec.json.encode(WORDS["crm"])
    for said in (WORDS["crm"].encode(), b"p%26ss%20%22w%C3%B6rd%22", b"p%26ss+%22w%C3%B6rd%22", inside):
        assert hidden.hide_echo(b"<" + said + b">").strip(b'"<>') == b"{secret:crm}"
    assert hidden.hide_said(f"no: {WORDS['crm']}") == "no: {secret:crm}"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("pässwort/one", rb"p\u00e4sswort/one"),
        ("pässwort/one", rb"p\u00E4sswort\/one"),
        ("pässwort/one", b"p%c3%a4sswort%2fone"),
        ("base64/+value=", rb"base64\/+value="),
        ("base64/+value=", b"base64%2f%2bvalue%3d"),
        ("gate&keeper", b"gate&amp;keeper"),
    ],
)
def test_what_libraries_of_other_languages_make_of_a_secret_is_hidden_too(word, said):
    hidden = Secrets(words=words_of(["x"], {"x": word}))
    assert hidden.hide_echo(b"<" + said + b">") == b"<{secret:x}>"
    assert hidden.without(f"https://b.example/?{said.decode()}") is None
    assert hidden.without("https://b.example/") == "https://b.example/"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"post_url": "https://{secret:crm}.example/"}, "path or the query"),
        ({"post": {"code": "{secret:crm}"}}, "fixed text"),
        ({"post_reply": {"price_path": "{secret:crm}"}}, "post_reply.price_path cannot refer to a secret"),
        ({"post_url": "https://b.example/in#{secret:crm}"}, "what follows # in an address is never sent"),
        ({"post": {"{secret:crm}": "zip"}}, "in a value, not in its key"),
        ({"headers": {"X-{secret:crm}": "a"}}, "in a value, not in its key"),
        ({"key_header": "{secret:crm}"}, "key_header cannot refer"),
    ],
)
def test_a_reference_where_nothing_is_filled_in_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        bound("json", URLS | settings)
    assert WORDS["crm"] not in str(caught.value)


def test_a_postback_may_carry_a_secret_in_its_query():
    request = compile_postback("https://s.example/end?lead={lead}&k={secret:crm}", words=WORDS)({"lead": "ld_1"})
    assert request.target.path == "/end?lead=ld_1&k=p%26ss%20%22w%C3%B6rd%22"


# -- the market ------------------------------------------------------------------------------------------------------


SERVICE = {
    "url": "https://zip.example/?key={secret:lookup}",
    "headers": {"Authorization": "Bearer {secret:lookup}"},
    "request": {"zip": "zip"},
    "reply": {"city": "city"},
}


def compiled(words, **how):
    rows = {
        "seller": {"slug": "s"},
        "buyer": {"slug": "b"},
        "campaign": {
            "slug": "c", "fields": [{"name": "zip", "type": "zip"}, {"name": "city", "type": "text"}],
            "tiers": [{"slug": "t"}],
            "enrichers": [{"plugin": "http_append", "settings": SERVICE}],
        },
        "source": {
            "slug": "w", "seller": "s", "campaign": "c", "payout": {"share": "80%"},
            "postback": "https://s.example/?k={secret:theirs}",
        },
        "offer": {
            "slug": "o", "buyer": "b", "campaign": "c", "tier": "t",
            "delivery": {"plugin": "json", "settings": URLS | {"ping": {"zip": "zip"}}},
        },
    }  # fmt: skip
    nouns = {kind: {row["slug"]: (1, msgspec.convert(row, KINDS[kind]))} for kind, row in rows.items()}
    return compile_market(1, nouns, Registry(), words, **how)


def test_a_secret_that_is_not_there_is_told_wherever_it_is_referred_to():
    with pytest.raises(MarketError) as caught:
        compiled({})
    assert [(found.kind, found.slug, found.path) for found in caught.value.problems] == [
        ("campaign", "c", ("enrichers", 0, "settings", "url")),
        ("campaign", "c", ("enrichers", 0, "settings", "headers", "Authorization")),
        ("source", "w", ("postback",)),
        ("offer", "o", ("delivery", "settings", "ping_url")),
        ("offer", "o", ("delivery", "settings", "post_url")),
    ]


def test_a_running_process_goes_on_without_a_secret_and_the_delivery_that_lacks_it_is_mute():
    market = compiled({"theirs": "x"}, lenient=True)
    assert {(lack.kind, lack.slug) for lack in market.lacks} == {("campaign", "c"), ("offer", "o")}
    with pytest.raises(StopIteration) as asked:
        next(market.campaigns[1].enrichers[0].ask(ASK))
    assert (asked.value.value.values, asked.value.value.reason) == ({}, "secret_missing")
    delivery = market.offers[1].delivery
    with pytest.raises(StopIteration) as ping:
        next(delivery.ping(ASK))
    with pytest.raises(StopIteration) as post:
        next(delivery.post(ASK))
    assert (ping.value.value.outcome, ping.value.value.reason) == ("error", "secret_missing")
    assert (post.value.value.outcome, post.value.value.reached) == ("error", False)
    assert delivery.reads.ping == ("zip",), "what it told before is known still"


def test_with_its_secrets_a_market_lacks_nothing():
    market = compiled(WORDS | {"theirs": "x", "lookup": "p q"})
    assert market.lacks == ()
    enricher = market.campaigns[1].enrichers[0]
    asked = next(enricher.ask(ASK))
    assert asked.target.path == "/?key=p%20q"
    assert ("Authorization", "Bearer p q") in asked.headers
    assert enricher.secrets.hide(asked.target.path.encode()) == b"/?key={secret:lookup}"
    assert next(market.offers[1].delivery.ping(ASK)).target.path == "/p%26ss%20%22w%C3%B6rd%22/in"
