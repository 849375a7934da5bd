"""The filter language: what each operator means, what is refused and where, and how a failure is told."""

import pytest

from outbid.core.match.filter import DEEPEST, Fact, FilterError, Group, Test, compile_filter, explain, read_filter

Test.__test__ = False

STATES = {"tx": "TX", "texas": "TX", "ca": "CA"}
FACTS = {
    "state": Fact("text", lambda text: STATES.get(text.lower())),
    "city": Fact("text"),
    "age": Fact("number"),
    "insured": Fact("boolean"),
    "born": Fact("date"),
}


def matches(document, **facts) -> bool:
    return compile_filter(read_filter(document, FACTS))(facts)


MEANINGS = [
    ({"fact": "state", "equals": "texas"}, {"state": "TX"}, True),
    ({"fact": "state", "equals": "TX"}, {"state": "CA"}, False),
    ({"fact": "state", "not_equals": "TX"}, {"state": "CA"}, True),
    ({"fact": "state", "not_equals": "TX"}, {"state": "TX"}, False),
    ({"fact": "state", "one_of": ["ca", "Texas"]}, {"state": "TX"}, True),
    ({"fact": "state", "one_of": ["ca"]}, {"state": "TX"}, False),
    ({"fact": "state", "not_one_of": ["ca"]}, {"state": "TX"}, True),
    ({"fact": "state", "not_one_of": ["ca", "tx"]}, {"state": "TX"}, False),
    ({"fact": "city", "equals": "01001"}, {"city": "01001"}, True),
    ({"fact": "city", "equals": "NO"}, {"city": "no"}, False),
    ({"fact": "age", "equals": "25"}, {"age": 25}, True),
    ({"fact": "age", "equals": "25.0"}, {"age": 25}, True),
    ({"fact": "age", "equals": 25}, {"age": 25.0}, True),
    ({"fact": "age", "at_least": "25"}, {"age": 25}, True),
    ({"fact": "age", "at_least": "25"}, {"age": 24.999}, False),
    ({"fact": "age", "at_most": "-1.5"}, {"age": -1.5}, True),
    ({"fact": "age", "at_most": "-1.5"}, {"age": -1.4}, False),
    ({"fact": "age", "between": ["25", "65"]}, {"age": 25}, True),
    ({"fact": "age", "between": ["25", "65"]}, {"age": 65}, True),
    ({"fact": "age", "between": ["25", "65"]}, {"age": 66}, False),
    ({"fact": "age", "between": [3, 3]}, {"age": 3}, True),
    ({"fact": "age", "one_of": ["1", 2]}, {"age": 2}, True),
    ({"fact": "insured", "equals": "yes"}, {"insured": True}, True),
    ({"fact": "insured", "equals": "No"}, {"insured": False}, True),
    ({"fact": "insured", "equals": True}, {"insured": False}, False),
    ({"fact": "insured", "not_equals": "0"}, {"insured": True}, True),
    ({"fact": "insured", "present": "no"}, {"insured": False}, False),
    ({"fact": "insured", "present": "yes"}, {"insured": False}, True),
    ({"fact": "born", "between": ["1980-01-01", "1989-12-31"]}, {"born": "1980-01-01"}, True),
    ({"fact": "born", "at_least": "1980-01-01"}, {"born": "1979-12-31"}, False),
    ({"fact": "born", "at_most": "1980-01-01"}, {"born": "1980-01-01"}, True),
    ({"all": [{"fact": "age", "at_least": 1}, {"fact": "age", "at_most": 5}]}, {"age": 5}, True),
    ({"all": [{"fact": "age", "at_least": 1}, {"fact": "age", "at_most": 5}]}, {"age": 6}, False),
    ({"any": [{"fact": "age", "equals": 1}, {"fact": "age", "equals": 2}]}, {"age": 2}, True),
    ({"any": [{"fact": "age", "equals": 1}, {"fact": "age", "equals": 2}]}, {"age": 3}, False),
    ({"none": [{"fact": "age", "equals": 1}, {"fact": "age", "equals": 2}]}, {"age": 3}, True),
    ({"none": [{"fact": "age", "equals": 1}, {"fact": "age", "equals": 2}]}, {"age": 1}, False),
]


@pytest.mark.parametrize(("document", "facts", "expected"), MEANINGS)
def test_every_operator_means_one_thing(document, facts, expected):
    assert matches(document, **facts) is expected


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ({"equals": 1}, False),
        ({"one_of": [1]}, False),
        ({"at_least": 1}, False),
        ({"at_most": 1}, False),
        ({"between": [0, 9]}, False),
        ({"present": "yes"}, False),
        ({"present": "no"}, True),
        ({"not_equals": 1}, True),
        ({"not_one_of": [1]}, True),
    ],
)
def test_what_is_absent_fails_all_but_the_negations(test, holds):
    assert matches({"fact": "age"} | test) is holds
    assert matches({"none": [{"fact": "age"} | test]}) is not holds


FAULTS = [
    ([], (), "a filter part is"),
    ("state is TX", (), "a filter part is"),
    (None, (), "a filter part is"),
    ({}, ("fact",), "the campaign has no fact None; it has: age, born, city, insured, state"),
    ({"equals": 1}, ("fact",), "the campaign has no fact None"),
    ({"fact": "zip", "equals": 1}, ("fact",), "the campaign has no fact 'zip'"),
    ({"fact": ["age"], "equals": 1}, ("fact",), "the campaign has no fact ['age']"),
    ({"fact": "age"}, (), "a test on 'age' has exactly one of: equals, not_equals"),
    ({"fact": "age", "at_least": 1, "at_most": 2}, (), "exactly one of"),
    ({"fact": "age", "more_than": 1}, (), "exactly one of"),
    ({"fact": "state", "at_least": "A"}, (), "exactly one of: equals, not_equals, one_of, not_one_of, present"),
    ({"fact": "insured", "one_of": ["yes"]}, (), "exactly one of: equals, not_equals, present"),
    ({"fact": "age", "equals": "old"}, ("equals",), "'old' is no number that 'age' can have"),
    ({"fact": "age", "equals": "nan"}, ("equals",), "is no number"),
    ({"fact": "age", "at_least": "inf"}, ("at_least",), "is no number"),
    ({"fact": "age", "equals": ""}, ("equals",), "is no number"),
    ({"fact": "age", "equals": None}, ("equals",), "compared with one plain value"),
    ({"fact": "age", "equals": [1]}, ("equals",), "compared with one plain value"),
    ({"fact": "age", "equals": {"a": 1}}, ("equals",), "compared with one plain value"),
    ({"fact": "age", "one_of": 1}, ("one_of",), "needs a list of at least one value"),
    ({"fact": "age", "one_of": []}, ("one_of",), "needs a list of at least one value"),
    ({"fact": "age", "not_one_of": "1, 2"}, ("not_one_of",), "needs a list"),
    ({"fact": "age", "one_of": [1, "x"]}, ("one_of", 1), "'x' is no number"),
    ({"fact": "age", "one_of": [1, [2]]}, ("one_of", 1), "one plain value"),
    ({"fact": "age", "between": [1]}, ("between",), "a list of two values"),
    ({"fact": "age", "between": [1, 2, 3]}, ("between",), "a list of two values"),
    ({"fact": "age", "between": "1-2"}, ("between",), "a list of two values"),
    ({"fact": "age", "between": [2, 1]}, ("between",), "2 to 1 holds nothing"),
    ({"fact": "age", "between": [1, "x"]}, ("between", 1), "'x' is no number"),
    ({"fact": "state", "equals": "Bavaria"}, ("equals",), "'Bavaria' is no text that 'state' can have"),
    ({"fact": "insured", "equals": "maybe"}, ("equals",), "'maybe' is no boolean"),
    ({"fact": "insured", "present": "maybe"}, ("present",), "'maybe' is no boolean"),
    ({"fact": "born", "equals": "1980"}, ("equals",), "'1980' is no date"),
    ({"fact": "born", "equals": "01/31/1980"}, ("equals",), "is no date"),
    ({"fact": "born", "equals": "1980-01-31\n"}, ("equals",), "is no date"),
    ({"all": []}, ("all",), "'all' needs a list of at least one part"),
    ({"any": {"fact": "age", "equals": 1}}, ("any",), "needs a list"),
    ({"none": None}, ("none",), "needs a list"),
    ({"all": [{"fact": "age", "equals": 1}], "any": []}, (), "'all' stands alone in its part; found all, any"),
    ({"fact": "age", "all": [{"fact": "age", "equals": 1}]}, (), "'all' stands alone"),
    ({"all": [{"fact": "age", "equals": 1}, 5]}, ("all", 1), "a filter part is"),
    ({"all": [{"any": [{"fact": "age", "equals": "x"}]}]}, ("all", 0, "any", 0, "equals"), "is no number"),
]


@pytest.mark.parametrize(("document", "path", "sentence"), FAULTS)
def test_what_is_no_filter_is_refused_where_it_is_wrong(document, path, sentence):
    with pytest.raises(FilterError) as caught:
        read_filter(document, FACTS)
    assert caught.value.path == path
    assert sentence in caught.value.sentence
    with pytest.raises(FilterError) as caught:
        read_filter(document, FACTS, ("offers", 3))
    assert caught.value.path == ("offers", 3, *path)


def test_a_day_that_does_not_exist_is_refused():
    with pytest.raises(FilterError):
        read_filter({"fact": "born", "equals": "1980-02-30"}, FACTS)


def test_a_number_beyond_floats_is_refused():
    with pytest.raises(FilterError):
        read_filter({"fact": "age", "equals": 10**400}, FACTS)


def nested(levels: int):
    document = {"fact": "age", "equals": 1}
    for _ in range(levels):
        document = {"all": [document]}
    return document


def test_filters_nest_sixteen_levels_and_no_more():
    assert matches(nested(DEEPEST), age=1)
    with pytest.raises(FilterError, match="16 levels deep at most") as caught:
        read_filter(nested(DEEPEST + 1), FACTS)
    assert caught.value.path == ("all", 0) * (DEEPEST + 1)
    with pytest.raises(FilterError):
        read_filter(nested(5000), FACTS)


def test_without_facts_the_message_says_so():
    with pytest.raises(FilterError, match="it has: none"):
        read_filter({"fact": "age", "equals": 1}, {})


FILTER = {
    "all": [
        {"fact": "state", "one_of": ["CA", "TX"]},
        {"fact": "age", "between": [25, 65]},
        {"any": [{"fact": "insured", "equals": "yes"}, {"fact": "city", "equals": "Austin"}]},
        {"none": [{"fact": "age", "equals": 30}, {"fact": "age", "equals": 31}]},
    ]
}
GOOD = {"state": "TX", "age": 40, "insured": True}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, None),
        ({"state": "NY"}, "state one of 'CA', 'TX', seen 'NY'"),
        ({"state": "NY", "age": 3}, "state one of 'CA', 'TX', seen 'NY'"),
        ({"age": 3}, "age between 25, 65, seen 3"),
        ({"age": None}, "age between 25, 65, seen nothing"),
        ({"insured": False}, "none of: insured equals True, seen False; city equals 'Austin', seen nothing"),
        ({"age": 31}, "matched a part that may not match: age equals 31"),
    ],
)
def test_the_first_part_that_failed_is_told_with_the_value_seen(changes, told):
    facts = {key: value for key, value in (GOOD | changes).items() if value is not None}
    assert explain(read_filter(FILTER, FACTS), facts) == told


def test_long_lists_are_told_shortly():
    many = read_filter({"fact": "age", "one_of": list(range(100))}, FACTS)
    assert explain(many, {"age": -1}) == "age one of 0, 1, 2, 3, 4, 5 and 94 more, seen -1"


def test_a_group_inside_a_forbidden_group_is_told_in_words():
    node = Group("none", (Group("all", (Test("age", "at_least", 1), Test("age", "at_most", 3))),))
    assert explain(node, {"age": 2}) == "matched a part that may not match: all of (age at least 1; age at most 3)"
