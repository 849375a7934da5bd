"""Outgoing values: each term, nesting, what a mapping reads, and what is refused when the market is made."""

import pytest

from outbid.core.contract import Ask
from outbid.core.dialect.mapping import SYSTEM, compile_mapping, compile_term, fields_of
from outbid.core.lead.value import ABSENT, Value

KNOWN = {"zip": True, "birth_date": True, "birth_date.age": False, "state": True, "email": True, "count": True}


def ask(**more) -> Ask:
    values = {
        "zip": Value("78701-1234", "78701", {"state": "TX"}),
        "birth_date": Value("1/31/1980", "1980-01-31", {"age": 46}),
        "state": Value("Nowhere", None, fault="state.unknown"),
        "email": ABSENT,
        "count": Value("0", 0),
    }
    facts = {"zip": "78701", "birth_date.age": 46, "count": 0}
    given = {
        "facts": facts,
        "values": values,
        "refer": lambda buyer: "ref1",
        "at_ms": 1_780_000_000_123,
        "currency": "USD",
    }
    return Ask(**given | more)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("zip", "78701"),
        ("zip.raw", "78701-1234"),
        ("birth_date", "1980-01-31"),
        ("birth_date.age", 46),
        ("state", "Nowhere"),
        ("state.raw", "Nowhere"),
        ("email", None),
        ("email.raw", None),
        ("count", 0),
        ("=", ""),
        ("=zip", "zip"),
        ("=@ref", "@ref"),
        ("@ref", "ref1"),
        ("@sale", None),
        ("@token", None),
        ("@price", None),
        ("@currency", "USD"),
        ("@time", "2026-05-28T20:26:40.123+00:00"),
    ],
)
def test_a_term_gives_a_value(term, value):
    assert compile_term(term, KNOWN)(ask()) == value


def test_a_post_knows_sale_token_and_price():
    given = ask(sale="sl_1", token="tok", price_micros=20_500_000)
    assert [compile_term(term, KNOWN)(given) for term in ("@sale", "@token", "@price")] == ["sl_1", "tok", "20.50"]


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("zipp", "the campaign has no field or fact 'zipp'; it has birth_date, birth_date.age, count"),
        ("", "no field or fact ''"),
        ("zip.state", "no field or fact 'zip.state'"),
        ("zip.rawer", "no field or fact"),
        ("zip.raw.raw", "no field or fact"),
        (".raw", "no field or fact"),
        ("@reference", "there is no system value '@reference'; there are @ref, @sale"),
        ("@", "no system value '@'"),
        (" zip", "no field or fact"),
    ],
)
def test_an_unknown_name_is_refused_with_those_there_are(term, sentence):
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        compile_term(term, KNOWN)
    with pytest.raises(ValueError, match="no "):
        compile_mapping({"x": term}, KNOWN)


def test_dots_in_keys_build_objects_and_absent_values_are_left_out():
    table = {
        "lead.zip": "zip",
        "lead.person.age": "birth_date.age",
        "lead.person.email": "email",
        "key": "=secret",
        "token": "@token",
        "zero": "count",
    }
    assert compile_mapping(table, KNOWN)(ask()) == {
        "lead": {"zip": "78701", "person": {"age": 46}},
        "key": "secret",
        "zero": 0,
    }


@pytest.mark.parametrize("keys", [("a", "a.b"), ("a.b", "a"), ("a.b", "a.b.c"), ("a.b.c", "a.b")])
def test_a_key_that_is_a_value_and_an_object_is_refused(keys):
    with pytest.raises(ValueError, match="cannot be a value and an object"):
        compile_mapping(dict.fromkeys(keys, "=x"), KNOWN)


def test_keys_that_only_begin_alike_are_no_trouble():
    assert compile_mapping({"a": "=x", "ab": "=y", "ab c": "=z"}, KNOWN)(ask()) == {"a": "x", "ab": "y", "ab c": "z"}


def test_two_leads_share_nothing():
    build = compile_mapping({"a.b": "zip"}, KNOWN)
    one, other = build(ask()), build(ask())
    one["a"]["b"] = "changed"
    assert other == {"a": {"b": "78701"}}


def test_what_a_mapping_reads_is_known_without_running_it():
    table = {"a": "zip.raw", "b": "birth_date.age", "c": "=email", "d": "@ref", "e": "zip"}
    assert fields_of(table) == ("zip", "birth_date.age")


def test_every_system_value_is_tried_above():
    assert set(SYSTEM) == {"@ref", "@sale", "@token", "@price", "@currency", "@time"}
