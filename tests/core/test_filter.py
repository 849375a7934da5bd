"""The filter language: what each operator means, what is refused and where, and how a failure is told."""

import time

import pytest

from outbid.core.match.filter import (
    DEEPEST,
    LONGEST_TEXT,
    MOST_VALUES,
    OPERATORS,
    Fact,
    FilterError,
    Group,
    Test,
    compile_filter,
    explain,
    read_filter,
)
from outbid.core.match.pattern import LONGEST_PATTERN

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
    ({"fact": "age", "less_than": "25"}, {"age": 24.999}, True),
    ({"fact": "age", "less_than": "25"}, {"age": 25}, False),
    ({"fact": "age", "more_than": "25"}, {"age": 25.001}, True),
    ({"fact": "age", "more_than": "25"}, {"age": 25}, False),
    ({"fact": "born", "before": "1980-01-01"}, {"born": "1979-12-31"}, True),
    ({"fact": "born", "before": "1980-01-01"}, {"born": "1980-01-01"}, False),
    ({"fact": "born", "after": "1980-01-01"}, {"born": "1980-01-02"}, True),
    ({"fact": "born", "after": "1980-01-01"}, {"born": "1980-01-01"}, False),
    ({"fact": "city", "contains": "ort W"}, {"city": "Fort Worth"}, True),
    ({"fact": "city", "contains": "fort"}, {"city": "Fort Worth"}, False),
    ({"fact": "city", "contains": 7}, {"city": "Area 78"}, True),
    ({"fact": "city", "contains": "%"}, {"city": "Fort Worth"}, False),
    ({"fact": "city", "not_contains": "fort"}, {"city": "Fort Worth"}, True),
    ({"fact": "city", "not_contains": "Fort"}, {"city": "Fort Worth"}, False),
    ({"fact": "city", "starts_with": "Fort"}, {"city": "Fort Worth"}, True),
    ({"fact": "city", "starts_with": "Fort"}, {"city": "Fort"}, True),
    ({"fact": "city", "starts_with": "Worth"}, {"city": "Fort Worth"}, False),
    ({"fact": "city", "ends_with": "Worth"}, {"city": "Fort Worth"}, True),
    ({"fact": "city", "ends_with": "Fort"}, {"city": "Fort Worth"}, False),
    ({"fact": "state", "starts_with": "Tex"}, {"state": "TX"}, False),
    ({"fact": "city", "matches": "^Fort|Dallas$"}, {"city": "Old Dallas"}, True),
    ({"fact": "city", "matches": "^Dallas"}, {"city": "Old Dallas"}, False),
    ({"fact": "city", "matches": "dallas"}, {"city": "Dallas"}, False),
    ({"fact": "city", "matches": "(?i)DALLAS"}, {"city": "Dallas"}, True),
    ({"fact": "city", "matches": "^Z.rich$"}, {"city": "Zürich"}, True),
    ({"fact": "city", "matches": "^.$"}, {"city": "\U0001f3e0"}, True),
    ({"fact": "city", "matches": "(?i)ZÜRICH"}, {"city": "zürich"}, True),
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
        ({"less_than": 1}, False),
        ({"more_than": 1}, False),
        ({"fact": "born", "before": "2000-01-01"}, False),
        ({"fact": "born", "after": "2000-01-01"}, False),
        ({"fact": "city", "contains": "a"}, False),
        ({"fact": "city", "not_contains": "a"}, True),
        ({"fact": "city", "starts_with": "a"}, False),
        ({"fact": "city", "ends_with": "a"}, False),
        ({"fact": "city", "matches": ".*"}, False),
    ],
)
def test_what_is_absent_fails_all_but_the_negations(test, holds):
    assert matches({"fact": "age"} | test) is holds
    assert matches({"none": [{"fact": "age"} | test]}) is not holds


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ({"fact": "age", "at_least": 1}, False),
        ({"fact": "age", "less_than": 1}, False),
        ({"fact": "age", "between": [1, 2]}, False),
        ({"fact": "age", "equals": 1}, False),
        ({"fact": "age", "present": "yes"}, True),
        ({"fact": "born", "before": "2000-01-01"}, False),
        ({"fact": "city", "contains": "1"}, False),
        ({"fact": "city", "not_contains": "1"}, True),
        ({"fact": "city", "starts_with": "1"}, False),
        ({"fact": "city", "ends_with": "1"}, False),
        ({"fact": "city", "matches": "1"}, False),
    ],
)
def test_a_fact_of_another_kind_fails_as_if_it_were_absent(test, holds):
    """An old lead may have one: its field had another type then."""
    assert matches(test, age="1", born=1, city=1) is holds


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
    ({"fact": "age", "larger_than": 1}, (), "exactly one of"),
    ({"fact": "age", "before": 1}, (), "exactly one of"),
    ({"fact": "age", "contains": 1}, (), "exactly one of"),
    ({"fact": "born", "more_than": "2000-01-01"}, (), "exactly one of"),
    ({"fact": "insured", "matches": "y"}, (), "exactly one of"),
    ({"fact": "state", "at_least": "A"}, (), "exactly one of: equals, not_equals, one_of, not_one_of, contains"),
    ({"fact": "age", "less_than": "x"}, ("less_than",), "write a number, not 'x'"),
    ({"fact": "born", "before": "x"}, ("before",), "write a date, such as 2026-12-31, not 'x'"),
    ({"fact": "city", "contains": ""}, ("contains",), "'contains' needs a text of at least one character"),
    ({"fact": "city", "ends_with": None}, ("ends_with",), "needs a text"),
    ({"fact": "city", "starts_with": ["a"]}, ("starts_with",), "needs a text"),
    ({"fact": "city", "not_contains": True}, ("not_contains",), "needs a text"),
    ({"fact": "city", "contains": "a" * (LONGEST_TEXT + 1)}, ("contains",), "has 1000 characters at most"),
    ({"fact": "city", "contains": "a\0"}, ("contains",), "a character that no fact can have"),
    ({"fact": "city", "equals": "a\0"}, ("equals",), "city: write what its field takes"),
    ({"fact": "city", "one_of": ["a", "\ud800"]}, ("one_of", 1), "city: write what its field takes"),
    ({"fact": "state", "equals": "\0"}, ("equals",), "state: write what its field takes"),
    ({"fact": "city", "matches": ""}, ("matches",), "a pattern has at least one character"),
    ({"fact": "city", "matches": 5}, ("matches",), "'matches' needs a pattern as text"),
    ({"fact": "city", "matches": "(a"}, ("matches",), "'(a' is no pattern: missing ): (a"),
    ({"fact": "city", "matches": "[z-a]"}, ("matches",), "invalid character class range: z-a"),
    ({"fact": "city", "matches": "a(?=b)"}, ("matches",), "look-around and back-references do not exist here"),
    ({"fact": "city", "matches": "a(?<!b)"}, ("matches",), "look-around and back-references do not exist here"),
    ({"fact": "city", "matches": r"(a)\1"}, ("matches",), "look-around and back-references do not exist here"),
    ({"fact": "city", "matches": "a{1,5000}"}, ("matches",), "invalid repetition size: {1,5000}"),
    ({"fact": "city", "matches": r"(\pL{90}){9}"}, ("matches",), "pattern too large"),
    ({"fact": "city", "matches": "a\ud800"}, ("matches",), "half of a surrogate pair"),
    ({"fact": "city", "matches": "a" * (LONGEST_PATTERN + 1)}, ("matches",), "500 characters at most"),
    ({"fact": "age", "one_of": [1] * (MOST_VALUES + 1)}, ("one_of",), "100001 values are too many"),
    ({"fact": "age", "one_of": [1, None]}, ("one_of", 1), "one plain value"),
    ({"fact": "state", "one_of": ["TX", True]}, ("one_of", 1), "write what its field takes, not True"),
    ({"fact": "insured", "one_of": ["yes"]}, (), "exactly one of: equals, not_equals, present"),
    ({"fact": "age", "equals": "old"}, ("equals",), "age: write a number, not 'old'"),
    ({"fact": "age", "equals": "nan"}, ("equals",), "write a number"),
    ({"fact": "age", "at_least": "inf"}, ("at_least",), "write a number"),
    ({"fact": "age", "equals": ""}, ("equals",), "age: write a value"),
    ({"fact": "age", "equals": None}, ("equals",), "compared with one plain value"),
    ({"fact": "age", "equals": [1]}, ("equals",), "compared with one plain value"),
    ({"fact": "age", "equals": {"a": 1}}, ("equals",), "compared with one plain value"),
    ({"fact": "age", "one_of": 1}, ("one_of",), "needs a list of at least one value"),
    ({"fact": "age", "one_of": []}, ("one_of",), "needs a list of at least one value"),
    ({"fact": "age", "not_one_of": "1, 2"}, ("not_one_of",), "needs a list"),
    ({"fact": "age", "one_of": [1, "x"]}, ("one_of", 1), "write a number, not 'x'"),
    ({"fact": "age", "one_of": [1, [2]]}, ("one_of", 1), "one plain value"),
    ({"fact": "age", "between": [1]}, ("between",), "a list of two values"),
    ({"fact": "age", "between": [1, 2, 3]}, ("between",), "a list of two values"),
    ({"fact": "age", "between": "1-2"}, ("between",), "a list of two values"),
    ({"fact": "age", "between": [2, 1]}, ("between",), "2 to 1 holds nothing"),
    ({"fact": "age", "between": [1, "x"]}, ("between", 1), "write a number, not 'x'"),
    ({"fact": "state", "equals": "Bavaria"}, ("equals",), "state: write what its field takes, not 'Bavaria'"),
    ({"fact": "insured", "equals": "maybe"}, ("equals",), "write yes or no, not 'maybe'"),
    ({"fact": "insured", "present": "maybe"}, ("present",), "write yes or no, not 'maybe'"),
    ({"fact": "born", "equals": "1980"}, ("equals",), "write a date, such as 2026-12-31, not '1980'"),
    ({"fact": "born", "equals": "01/31/1980"}, ("equals",), "write a date, such as 2026-12-31"),
    ({"fact": "born", "equals": "1980-01-31\n"}, ("equals",), "write a date, such as 2026-12-31"),
    ({"all": []}, ("all",), "'all' needs a list of at least one part"),
    ({"any": {"fact": "age", "equals": 1}}, ("any",), "needs a list"),
    ({"none": None}, ("none",), "needs a list"),
    ({"all": [{"fact": "age", "equals": 1}], "any": []}, (), "'all' stands alone in its part; found all, any"),
    ({"fact": "age", "all": [{"fact": "age", "equals": 1}]}, (), "'all' stands alone"),
    ({"all": [{"fact": "age", "equals": 1}, 5]}, ("all", 1), "a filter part is"),
    ({"all": [{"any": [{"fact": "age", "equals": "x"}]}]}, ("all", 0, "any", 0, "equals"), "write a number"),
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


def test_a_list_of_a_hundred_thousand_values_is_read_in_a_moment():
    zips = {"zip": Fact("text", lambda text: text if text.isdecimal() else None)}
    values = [f"{at:05}" for at in range(MOST_VALUES)]
    started = time.process_time()
    node = read_filter({"fact": "zip", "one_of": values}, zips)
    holds = compile_filter(node)
    assert time.process_time() - started < 1
    assert node.value == tuple(values)
    assert holds({"zip": "99999"})
    assert not holds({"zip": "999999"})
    with pytest.raises(FilterError, match="zip: write what its field takes, not 'x'") as caught:
        read_filter({"fact": "zip", "one_of": [*values[:-1], "x"]}, zips)
    assert caught.value.path == ("one_of", MOST_VALUES - 1)


def test_a_value_stands_once_in_a_list_where_it_first_stood():
    assert read_filter({"fact": "age", "one_of": ["2", 1, 2.0, "1.0", 3]}, FACTS).value == (2, 1, 3)
    assert read_filter({"fact": "state", "not_one_of": ["texas", "CA", "TX", "ca"]}, FACTS).value == ("TX", "CA")


def test_the_time_of_a_pattern_grows_with_the_text_alone():
    holds = compile_filter(read_filter({"fact": "city", "matches": "^(a+)+$"}, FACTS))
    started = time.process_time()
    assert not holds({"city": "a" * 60_000 + "!"})
    assert time.process_time() - started < 0.1


def test_a_text_that_no_encoding_knows_is_searched_all_the_same():
    holds = compile_filter(read_filter({"fact": "city", "matches": "^A.stin$"}, FACTS))
    assert holds({"city": "A\ud800stin"})


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


VALUES = {
    "one_of": ["x", "y"], "not_one_of": ["a", "y"], "between": ["5", "6"], "equals": "y", "not_equals": "a",
    "present": "no", "matches": "^x", "not_contains": "a", "contains": "x", "starts_with": "x", "ends_with": "x",
    "at_least": 2, "more_than": 1, "at_most": 0, "less_than": 1, "before": "2000-01-01", "after": "2000-01-01",
}  # fmt: skip
TOLD = {
    "one_of": "one of 'x', 'y'", "not_one_of": "not one of 'a', 'y'", "between": "between 5, 6",
    "equals": "equals 'y'", "not_equals": "not equals 'a'", "present": "present False", "matches": "matches '^x'",
    "not_contains": "not contains 'a'", "contains": "contains 'x'", "starts_with": "starts with 'x'",
    "ends_with": "ends with 'x'", "at_least": "at least 2", "more_than": "more than 1", "at_most": "at most 0",
    "less_than": "less than 1", "before": "before '2000-01-01'", "after": "after '2000-01-01'",
}  # fmt: skip


@pytest.mark.parametrize("operator", sorted({operator for known in OPERATORS.values() for operator in known}))
def test_every_operator_is_told_with_the_value_seen(operator):
    kind = next(kind for kind, known in OPERATORS.items() if operator in known)
    fact, seen = {"text": ("city", "a"), "number": ("age", 1), "date": ("born", "2000-01-01")}[kind]
    node = read_filter({"fact": fact, operator: VALUES[operator]}, FACTS)
    assert explain(node, {fact: seen}) == f"{fact} {TOLD[operator]}, seen {seen!r}"


def test_long_lists_are_told_shortly():
    many = read_filter({"fact": "age", "one_of": list(range(100))}, FACTS)
    assert explain(many, {"age": -1}) == "age one of 0, 1, 2, 3, 4, 5 and 94 more, seen -1"


def test_a_group_inside_a_forbidden_group_is_told_in_words():
    node = Group("none", (Group("all", (Test("age", "at_least", 1), Test("age", "at_most", 3))),))
    assert explain(node, {"age": 2}) == "matched a part that may not match: all of (age at least 1; age at most 3)"


PLACES = {"78701": ("78701", "78702", "78703")}
AREA = {"zip": Fact("text", lambda text: text if text.isdecimal() else None, lambda code, miles: PLACES.get(code))}


def test_an_area_is_the_list_of_its_places():
    node = read_filter({"fact": "zip", "one_of": {"within_miles": 25, "of": "78701"}}, AREA)
    assert (node.operator, node.value) == ("one_of", PLACES["78701"])
    assert compile_filter(node)({"zip": "78703"})
    assert explain(node, {"zip": "10001"}) == "zip one of the 3 within 25 miles of '78701', seen '10001'"
    outside = read_filter({"fact": "zip", "not_one_of": {"within_miles": 25, "of": "78701"}}, AREA)
    assert not compile_filter(outside)({"zip": "78703"})


@pytest.mark.parametrize(
    ("area", "path", "said"),
    [
        ({"within_miles": 25}, ("one_of",), "an area is"),
        ({"within_miles": 25, "of": "78701", "km": 1}, ("one_of",), "an area is"),
        ({"within_miles": 0, "of": "78701"}, ("one_of", "within_miles"), "more than 0"),
        ({"within_miles": 501, "of": "78701"}, ("one_of", "within_miles"), "at most 500"),
        ({"within_miles": "far", "of": "78701"}, ("one_of", "within_miles"), "write a number"),
        ({"within_miles": [1], "of": "78701"}, ("one_of", "within_miles"), "one plain value"),
        ({"within_miles": 25, "of": "x"}, ("one_of", "of"), "zip: write what its field takes"),
        ({"within_miles": 25, "of": "10001"}, ("one_of", "of"), "nobody knows where '10001' is"),
    ],
)
def test_what_is_no_area_is_told_with_its_place(area, path, said):
    with pytest.raises(FilterError) as error:
        read_filter({"fact": "zip", "one_of": area}, AREA)
    assert error.value.path == path
    assert said in error.value.sentence


def test_only_places_have_an_area():
    with pytest.raises(FilterError, match="'city' is no place"):
        read_filter({"fact": "city", "one_of": {"within_miles": 25, "of": "78701"}}, FACTS)
