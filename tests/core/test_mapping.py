"""Outgoing values: each term, nesting, what a mapping reads, and what is refused when the market is made."""

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.mapping import FLAT, JSON, STEPS, SYSTEM, XML, Cdata, Entry, compile_mapping, compile_term
from outbid.core.dialect.mapping.steps import SIGNS
from outbid.core.lead.value import ABSENT, Value
from outbid.core.match.filter import Fact

FACTS = {"zip": Fact("text"), "birth_date.age": Fact("number"), "count": Fact("number")}
KNOWN = {"zip": True, "birth_date": True, "birth_date.age": False, "state": True, "email": True, "count": True}


BINDING = Binding(KNOWN, facts=FACTS)


def made(table, grammar=JSON, **more):
    """What a table makes of the lead below."""
    return compile_mapping(table, BINDING, grammar).build(ask(**more))


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
    assert compile_term(term, KNOWN).take(ask()) == value


def test_who_tries_a_delivery_is_told_so():
    assert [compile_term("@test", KNOWN).take(ask(test=test)) for test in (True, False)] == [True, None]


def test_a_post_knows_sale_token_and_price():
    given = ask(sale="sl_1", token="tok", price_micros=20_500_000)
    assert [compile_term(term, KNOWN).take(given) for term in ("@sale", "@token", "@price")] == ["sl_1", "tok", "20.50"]


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
        compile_mapping({"x": term}, BINDING)


def test_dots_in_keys_build_objects_and_absent_values_are_left_out():
    table = {
        "lead.zip": "zip",
        "lead.person.age": "birth_date.age",
        "lead.person.email": "email",
        "key": "=secret",
        "token": "@token",
        "zero": "count",
    }
    assert made(table) == {
        "lead": {"zip": "78701", "person": {"age": 46}},
        "key": "secret",
        "zero": 0,
    }


@pytest.mark.parametrize("keys", [("a", "a.b"), ("a.b", "a"), ("a.b", "a.b.c"), ("a.b.c", "a.b")])
def test_a_key_that_is_a_value_and_an_object_is_refused(keys):
    with pytest.raises(ValueError, match="cannot be a value and an object"):
        compile_mapping(dict.fromkeys(keys, "=x"), BINDING)


def test_keys_that_only_begin_alike_are_no_trouble():
    assert made({"a": "=x", "ab": "=y", "ab c": "=z"}) == {"a": "x", "ab": "y", "ab c": "z"}


def test_two_leads_share_nothing():
    build = compile_mapping({"a.b": "zip"}, BINDING).build
    one, other = build(ask()), build(ask())
    one["a"]["b"] = "changed"
    assert other == {"a": {"b": "78701"}}


def test_what_a_mapping_reads_is_known_without_running_it():
    table = {"a": "zip.raw", "b": "birth_date.age", "c": "=email", "d": "@ref", "e": "zip"}
    assert compile_mapping(table, BINDING).reads == ("zip", "birth_date.age")


def test_every_system_value_is_tried_above():
    assert set(SYSTEM) == {"@ref", "@sale", "@token", "@price", "@currency", "@test", "@time"}


# -- steps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_does_what_its_example_says(step):
    before, written, after = step.example
    given = ask(values={"zip": Value("", before)})
    assert written.split()[0] == step.name
    assert compile_term(f"zip | {written}", KNOWN).take(given) == after


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("zip|first 3", "787"),
        ("zip | last 0", ""),
        ("zip | replace 787 'a | b'", "a | b01"),
        ("zip.raw | after - | pad 6", "001234"),
        ("zip | cut 2", "701"),
        ("birth_date | date '%A, %B %-d %Y'", "Thursday, January 31 1980"),
        ("birth_date | date %-m/%-d/%y", "1/31/80"),
        ("@time | date %Y-%m-%dT%H:%M:%S.%f%z America/New_York", "2026-05-28T16:26:40.123-0400"),
        ("@time | date '%-I:%M %p, %a %b %d' America/New_York", "4:26 PM, Thu May 28"),
        ("@time | date %s | number", 1_780_000_000),
        ("zip | date %Y", None),
        ("state | number", None),
        ("state | yes_no Y N", None),
        ("count | yes_no Y N", "N"),
        ("count | plus 1 | over 3 | round 2", 0.33),
        ("count | over 7 | fixed 2", "0.00"),
        ("email | upper", None),
        ("email | sha256", None),
        ("birth_date.age | text", "46"),
        ("zip | split '' ' '", "refused"),
        ("{zip} {state}", "78701 Nowhere"),
        ("{email} {@token}", None),
        ("{email} in {zip | first 3}", "in 787"),
        ("{{{zip}}}", "{78701}"),
        ("{@ref}-{birth_date.age}", "ref1-46"),
    ],
)
def test_terms_take_steps_and_stand_in_texts(term, value):
    if value == "refused":
        with pytest.raises(ValueError, match="arguments"):
            compile_term(term, KNOWN)
    else:
        assert compile_term(term, KNOWN).take(ask()) == value


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("zip | uper", "no step 'uper'; there are upper, lower"),
        ("zip |", "a step is missing"),
        ("zip || upper", "a step is missing"),
        ("zip | first", "written 'first COUNT'"),
        ("zip | first -1", "whole number from 0 to 9999, not '-1'"),
        ("zip | first 99999", "whole number"),
        ("zip | times ten", "write a number"),
        ("zip | times nan", "write a number"),
        ("zip | over 0", "divided by zero"),
        ("zip | round 99", "99 places"),
        ("zip | date", "written 'date TEXT [TEXT]'"),
        ("zip | date %Q", "'%Q' is no part of a date"),
        ("zip | date Y", "no format of a date"),
        ("zip | date %Y Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("zip | md5 octal", "write one of hex"),
        ("zip | replace '' x", "name the part"),
        ("zip | append 'x", "not closed"),
        ("{zip", "a brace is not closed"),
        ("zip}", "a brace is not closed"),
        ("{}", "no field or fact ''"),
        ("{{zip}}", "no term in its braces"),
        ("{zipp}", "no field or fact 'zipp'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(term, sentence):
    with pytest.raises(ValueError, match=sentence.replace("[", r"\[").replace("(", r"\(")):
        compile_mapping({"key": term}, BINDING)
    with pytest.raises(ValueError, match=r"^'key': "):
        compile_mapping({"key": term}, BINDING)


SCALARS = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text(), max_size=3))


@supposing(SCALARS, st.sampled_from([step.example[1] for step in STEPS.values()]))
def test_no_value_makes_a_step_fail(value, written):
    compile_term(f"zip | {written}", KNOWN).take(ask(values={"zip": Value("", value)}))


@supposing(SCALARS, st.lists(st.sampled_from([step.example[1] for step in STEPS.values()]), min_size=2, max_size=4))
def test_steps_are_one_after_another(value, steps):
    given = ask(values={"zip": Value("", value)})
    expected = value
    for step in steps:
        one = ask(values={"zip": Value("", expected)})
        expected = None if expected is None else compile_term(f"zip | {step}", KNOWN).take(one)
    assert repr(compile_term(" | ".join(["zip", *steps]), KNOWN).take(given)) == repr(expected)


def test_a_date_is_written_as_the_system_writes_it():
    from datetime import UTC, datetime

    for sign in set(SIGNS) - {"f", "s", "z"}:
        for at in (datetime(1980, 1, 5, 0, 7, 9, tzinfo=UTC), datetime(2024, 12, 31, 23, 59, 1, tzinfo=UTC)):
            given = ask(values={"zip": Value("", at.isoformat())})
            assert compile_term(f"zip | date %{sign}", KNOWN).take(given) == at.strftime(f"%{sign}")


# -- entries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        (Entry(value="zip", map={"78701": "Austin"}), "Austin"),
        (Entry(value="state", map={"NOWHERE ": "x"}), "x"),
        (Entry(value="zip", map={"1": "x"}), None),
        (Entry(value="zip", map={"1": "x"}, otherwise="other"), "other"),
        (Entry(value="email", otherwise="none"), "none"),
        (Entry(value="birth_date.age", map={"46": 3}, then="plus 1"), 4),
        (Entry(value="{zip}-{count}", then="replace - _"), "78701_0"),
        (Entry(value="zip", when={"fact": "birth_date.age", "at_least": 40}), "78701"),
        (Entry(value="zip", when={"fact": "birth_date.age", "at_least": 50}), None),
        (Entry(value="zip", otherwise="x", when={"fact": "birth_date.age", "at_least": 50}), None),
        (Entry(value="=yes", when={"fact": "count", "present": "yes"}), "yes"),
    ],
)
def test_maps_substitutes_and_conditions(entry, value):
    assert made({"key": entry}) == ({} if value is None else {"key": value})


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (Entry(value="zip", map={"a": "x", "A": "y"}), "differ only in capitals"),
        (Entry(value="zip", when={"fact": "nothing", "present": "yes"}), "nothing"),
        (Entry(value="zip", then="shout"), "no step 'shout'"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(entry, sentence):
    with pytest.raises(ValueError, match=sentence):
        compile_mapping({"key": entry}, BINDING)


def test_what_is_read_only_sometimes_is_told_with_its_condition():
    table = {
        "a": "{zip} {birth_date | first 4}",
        "b": Entry(value="email", when={"fact": "birth_date.age", "at_least": 50}),
        "c": Entry(value="state", otherwise="none"),
    }
    mapping = compile_mapping(table, BINDING)
    assert mapping.reads == ("zip", "birth_date", "birth_date.age", "state")
    [sometimes] = mapping.sometimes
    assert (sometimes.names, sometimes.when({"birth_date.age": 60}), sometimes.when({})) == (("email",), True, False)


def test_who_is_spoken_to_matters_only_where_he_is_named():
    with_buyer = Binding(KNOWN, buyer=7)
    assert compile_mapping({"a": "{@ref | upper}"}, with_buyer).to_buyer
    assert not compile_mapping({"a": "=@ref", "b": "zip"}, with_buyer).to_buyer
    refer = {"refer": lambda buyer: f"ref{buyer}"}
    assert compile_mapping({"a": "{@ref | upper}"}, with_buyer).build(ask(**refer)) == {"a": "REF7"}


# -- structure -------------------------------------------------------------------------------------------------------


def test_numbers_are_places_and_lists_have_no_gaps():
    table = {
        "phones.0.number": "zip",
        "phones.0.kind": "=home",
        "phones.1.number": "email",
        "phones.5.number": "count",
        "tags.1": "state",
        "tags.0": "=new",
        r"plain.\1": "zip",
        r"plain\.key": "zip",
    }
    assert made(table) == {
        "phones": [{"number": "78701", "kind": "home"}, {"number": 0}],
        "tags": ["new", "Nowhere"],
        "plain": {"1": "78701"},
        "plain.key": "78701",
    }
    assert made({"0.zip": "zip", "1.zip": "email"}) == [{"zip": "78701"}]
    assert made({"0.zip": "email"}) == []
    assert made({"contact.email": "email"}) == {}


def test_in_a_form_numbers_are_names():
    assert made({"phones.0.number": "zip"}, FLAT) == {"phones": {"0": {"number": "78701"}}}


def test_attributes_stand_beside_the_text():
    table = {
        "lead.zip@kind": "=us",
        "lead.zip": "zip",
        "lead.name": "state",
        "lead.name@lang": "=en",
        "lead@id": "@ref",
    }
    assert made(table, XML) == {
        "lead": {
            "zip": {"@kind": "us", "#text": "78701"},
            "name": {"#text": "Nowhere", "@lang": "en"},
            "@id": "ref1",
        }
    }
    assert made({"@type": "=Lead", "a@b": "zip"}) == {"@type": "Lead", "a@b": "78701"}


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (("a.0", "a.b"), "a list and an object"),
        (("0.a", "b"), "a list and an object"),
        (("a..b",), "a part of the key is empty"),
        (("",), "a part of the key is empty"),
        (("a.1000",), "at most 1000 places"),
        (("a", r"\a"), "stands twice"),
    ],
)
def test_structure_that_cannot_be_is_refused(keys, sentence):
    with pytest.raises(ValueError, match=sentence):
        compile_mapping(dict.fromkeys(keys, "zip"), BINDING)


DRIVERS = {f"driver_{n}_{name}": True for n in (1, 2, 3) for name in ("name", "age")}


def drivers(**values):
    return ask(values={name: Value(value, value) for name, value in values.items()})


def test_a_group_repeats_for_every_number_that_the_campaign_knows():
    table = {
        "drivers.*.name": "driver_{n}_name | upper",
        "drivers.*.age": Entry(value="driver_{n}_age", otherwise="unknown"),
        "drivers.*.place": "={n}",
    }
    mapping = compile_mapping(table, Binding(DRIVERS))
    lead = drivers(driver_1_name="ann", driver_3_name="cid", driver_3_age=30)
    assert mapping.build(lead)["drivers"][0] == {"name": "ANN", "age": "unknown", "place": "1"}
    assert mapping.build(lead)["drivers"][-1] == {"name": "CID", "age": 30, "place": "3"}
    assert set(mapping.reads) == set(DRIVERS)
    flat = compile_mapping({"driver.*.name": "driver_{n}_name"}, Binding(DRIVERS), FLAT)
    assert flat.build(lead) == {"driver": {"1": {"name": "ann"}, "3": {"name": "cid"}}}


def test_of_a_group_fixed_texts_alone_are_no_element():
    mapping = compile_mapping({"d.*.name": "driver_{n}_name", "d.*.kind": "=driver"}, Binding(DRIVERS))
    assert mapping.build(drivers(driver_2_name="bob")) == {"d": [{"name": "bob", "kind": "driver"}]}
    assert mapping.build(drivers()) == {}


@pytest.mark.parametrize("term", ["zip", "rider_{n}_name"])
def test_a_group_without_numbered_fields_is_refused(term):
    with pytest.raises(ValueError, match=r"\{n\}|no field 'rider_1_name'"):
        compile_mapping({"a.*.b": term}, Binding(DRIVERS | {"zip": True}))


def test_cdata_is_written_as_json_like_any_text():
    assert made({"a": "zip | cdata | json"}) == {"a": '"78701"'}


def test_cdata_is_text_but_for_xml():
    value = made({"a": "zip | cdata"})["a"]
    assert value == "78701"
    assert isinstance(value, Cdata)
