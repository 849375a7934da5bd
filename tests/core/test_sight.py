"""Rules over whole answers: every way to look, what counts as yes, no, failure and duplicate; no answer breaks one."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outbid.core.dialect.reply import Rule, bid_reader, compile_place, post_reader, sight_of
from outbid.core.dialect.reply.document import document_of
from outbid.core.dialect.reply.place import Seen
from outbid.core.dialect.wire import Response

XML = b"<r xmlns='urn:x'><bids><bid best='1'><p>2</p></bid><bid><p>3</p></bid></bids><e>b</e><e> a </e></r>"
JSON = b'{"bids": [{"p": 2}, {"p": 3, "who": "Ann & Co"}], "inner": "{\\"p\\": 9}", "xml": "<a><p x=\'1\'>7</p></a>"}'


def looked(text: str, body: bytes, status: int = 200, headers=()) -> object:
    return compile_place(text).look(Seen(status, headers, body, document_of(body)))


@pytest.mark.parametrize(
    ("place", "body", "found"),
    [
        ("r.bids.bid[1].p", XML, "3"),
        ("bids.bid[0]@best", XML, "1"),
        ("r.bids[0].bid[*].p", XML, ["2", "3"]),
        ("e", XML, ["b", "a"]),
        ("xpath: //*[local-name()='bid'][@best='1']/*/text()", XML, "2"),
        ("xpath: count(//*[local-name()='bid'])", XML, 2.0),
        ("xpath: //*[local-name()='bid']", XML, ["2", "3"]),
        ("xpath: //nothing", XML, None),
        ("xpath: boolean(//@best)", XML, True),
        ("xpath: string($unknown)", XML, None),
        ("xpath: //a", JSON, None),
        ("jmespath: max_by(bids, &p).who", JSON, "Ann & Co"),
        ("jmespath: length(nothing)", JSON, None),
        ("jmespath: r.bids.bid[1].p", XML, "3"),
        ("inner.p", JSON, 9),
        ("xml.a.p@x", JSON, "1"),
        ("xml.p.#text", JSON, "7"),
        ('pattern: "p": ([0-9])', JSON, "2"),
        ("text:", b" no \n", "no"),
        ("status:", b"", 200),
        ("price", b"Price: 1\nprice=2", "2"),
        ("a b", b"a+b=1&c=2", "1"),
    ],
)
def test_a_place_is_looked_for(place, body, found):
    assert looked(place, body) == found


def test_a_header_is_found_in_any_case():
    assert looked("header: LOCATION", b"", 201, (("location", "https://b.example/7"),)) == "https://b.example/7"
    assert looked("header: X-No", b"", 201, ()) is None


@pytest.mark.parametrize("kind", ["xpath: //p/text()", "jmespath: p"])
def test_the_operators_languages_do_not_look_into_large_answers(kind):
    small, large = (b'{"p": "1", "x": "%s"}' % (b"x" * n) for n in (10, 70_000))
    if kind.startswith("xpath"):
        small, large = (b"<r><p>1</p><x>%s</x></r>" % (b"x" * n) for n in (10, 70_000))
    assert (looked(kind, small), looked(kind, large)) == ("1", None)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"price_path": "a..b"}, "^price_path: 'a..b' is not a path"),
        ({"price_path": "xpath: //["}, "^price_path: '//\\[' is no XPath"),
        ({"reason_path": "xpath: re:match(., 'x')", "accepted_path": "jmespath: ["}, "is no JMESPath"),
        ({"token_path": "pattern: (a"}, "^token_path: "),
        ({"token_path": "pattern:"}, "write what is looked for"),
        ({"redirect_path": "header:"}, "write its name"),
        ({"reason_path": "text: more"}, "stands alone"),
        ({"bids_path": "bids", "price_path": "pattern: [0-9]+"}, "^price_path: in a list of bids"),
        ({"bids_path": "bids", "token_path": "header: X"}, "^token_path: in a list of bids"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_the_setting(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        sight_of(Rule(**setting))


def ping(rule: Rule, body: bytes, status: int = 200):
    return bid_reader(sight_of(rule))(Response(status, (), body))


def post(rule: Rule, body: bytes, status: int = 200):
    return post_reader(sight_of(rule))(Response(status, (), body))


def test_status_or_body_whichever_the_rule_names():
    by_code = Rule(accepted_path="code", accepted_words=("4040",))
    assert post(by_code, b'{"code": 4040}').outcome == "accept"
    assert post(by_code, b'{"code": 1}').outcome == "reject"
    by_outcome = Rule(accepted_path="outcome")
    assert post(by_outcome, b'{"outcome": "failure", "reason": "x"}', 201).outcome == "reject"
    assert post(Rule(accepted_path="status:", accepted_words=("201",)), b"", 201).outcome == "accept"
    assert post(Rule(accepted_path="status:", accepted_words=("201",)), b"", 200).outcome == "reject"


def test_a_duplicate_is_told_by_a_value_of_its_own():
    rule = Rule(accepted_path="code", accepted_words=("1",), duplicate_path="code", duplicate_words=("-2",))
    assert post(rule, b'{"code": -2}').reason == "buyer_duplicate"
    assert post(rule, b'{"code": -4, "reason": "duplicate cap"}').reason == "rejected"


def test_several_bids_may_be_elements_and_be_looked_at_by_jmespath():
    rule = Rule(bids_path="r.bids.bid", price_path="p", token_path="jmespath: p")
    assert [bid.price_micros for bid in ping(rule, XML).bids] == [2_000_000, 3_000_000]
    assert [bid.token for bid in ping(rule, XML).bids] == ["2", "3"]
    one = ping(rule, b"<r><bids><bid><p>5</p></bid></bids></r>")
    assert [bid.price_micros for bid in one.bids] == [5_000_000]


def test_what_says_neither_yes_nor_no_means_nothing_unless_it_is_json():
    rule = Rule(accepted_path="ok")
    assert ping(rule, b"{}").outcome == "pass"
    for body in (b"<a/>", b"error: x", b"<html><ok>true</ok></html>", b"", b"\x00"):
        assert ping(rule, body).outcome == "nonsense", body


WAYS = st.sampled_from(
    ["", "ok", "r.bids.bid[0].p", "bids[*].p", "xpath: //*", "xpath: string(//e)", "jmespath: bids[0].p", "text:",
     "jmespath: sum(bids)", "status:", "header: a", "pattern: (.)$", "inner.p", "xml.a.p@x", "[0].a", "a@b@c"]
)  # fmt: skip
WHOLE = ("xpath", "text", "status", "header", "pattern")
WORDS = st.sampled_from([(), ("ok",), ("a", "sold")])
RULES = st.builds(
    Rule,
    accepted_path=WAYS, price_path=WAYS, token_path=WAYS, reason_path=WAYS, stands_path=WAYS, duplicate_path=WAYS,
    redirect_path=WAYS, accepted_text=WORDS, refused_text=WORDS, error_text=WORDS,
    bids_path=st.sampled_from([None, "bids", "r.bids.bid", "[*]"]),
)  # fmt: skip
ODD = [
    XML, JSON, b"", b"\xef\xbb\xbf", b"[]", b"[" * 5000, b"<a>" * 5000, b'{"a":' * 5000, b"null", b"1e999", b'{"ok": 1e999}',
    b'{"ok": NaN}', b"\xff\xfe\x00", b"<a>&#0;</a>", b"<?xml", b"<!DOCTYPE a><a/>", b"ok=%FF%00&price=%", b"\x00" * 100,
    b'{"price": "\\ud800"}', b'{"bids": {"p": [1, {"p": null}]}}', b"ok: sold\nprice: 1,5", b"--\r\n\r\n", b'"text"',
]  # fmt: skip


@settings(max_examples=400)
@given(RULES, st.sampled_from(ODD) | st.binary(max_size=200), st.integers(200, 599))
def test_no_answer_in_the_world_breaks_a_rule(rule, body, status):
    each = (rule.price_path, rule.token_path, rule.stands_path)
    assume(not rule.bids_path or not any(way.partition(":")[0] in WHOLE for way in each))
    sight = sight_of(rule)
    answer = Response(status, (("a", "b"),), body)
    assert bid_reader(sight)(answer).outcome in ("bid", "pass", "error", "nonsense")
    assert post_reader(sight)(answer).outcome in ("accept", "reject", "error", "uncertain")
