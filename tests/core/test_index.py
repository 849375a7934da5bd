"""The index against single readings, and those against a reference of ten lines: one meaning, however it is read."""

import re
import time
import tracemalloc
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.match.filter import Fact, compile_filter, explain, read_filter
from outbid.core.match.index import Index, conjuncts, positions, remainder

FACTS = {
    "n": Fact("number"),
    "m": Fact("number"),
    "t": Fact("text"),
    "b": Fact("boolean"),
    "d": Fact("date"),
}
# Few values, so that hits, bounds and overlaps are common; 0, 1, False and True are one key to a dict.
NUMBER = st.sampled_from([-1, 0, 1, 2, 2.5, 3])
TEXT = st.sampled_from(["", "1", "a", "ab", "b", "true", "\u00e9", "a\U0010ffff", "a\U0010ffff1"])
PART = st.sampled_from(["1", "a", "ab", "b", "\u00e9", "\U0010ffff", "a\U0010ffff"])
PATTERN = st.sampled_from(["^a", "b$", "^$", "[1\u00e9]", "^.$", "(?i)TRUE", "."])
DAY = st.sampled_from(["1999-12-31", "2000-01-01", "2000-02-29"])
VALUES = {"number": NUMBER, "text": TEXT, "boolean": st.booleans(), "date": DAY}


def _test(name: str) -> st.SearchStrategy:
    kind = FACTS[name].kind
    value = VALUES[kind]
    options = [
        value.map(lambda v: {"equals": v}),
        value.map(lambda v: {"not_equals": v}),
        st.booleans().map(lambda v: {"present": v}),
    ]
    if kind != "boolean":
        some = st.lists(value, min_size=1, max_size=4)
        options += [some.map(lambda v: {"one_of": v}), some.map(lambda v: {"not_one_of": v})]
    if kind in ("number", "date"):
        options += [value.map(lambda v: {"at_least": v}), value.map(lambda v: {"at_most": v})]
        options += [st.tuples(value, value).map(lambda pair: {"between": sorted(pair)})]
    strict = {"number": ("less_than", "more_than"), "date": ("before", "after")}.get(kind, ())
    options += [st.tuples(st.just(word), value).map(lambda pair: {pair[0]: pair[1]}) for word in strict]
    if kind == "text":
        words = ("contains", "not_contains", "starts_with", "ends_with")
        options += [st.tuples(st.just(word), PART).map(lambda pair: {pair[0]: pair[1]}) for word in words]
        options += [PATTERN.map(lambda v: {"matches": v})]
    return st.one_of(options).map(lambda test: {"fact": name} | test)


TEST = st.sampled_from(sorted(FACTS)).flatmap(_test)
FILTER = st.recursive(
    TEST,
    lambda part: st.tuples(st.sampled_from(["all", "all", "any", "none"]), st.lists(part, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    max_leaves=8,
)
LEAD = st.fixed_dictionaries({}, optional={name: VALUES[fact.kind] for name, fact in FACTS.items()})


ORDER = {
    "less_than": lambda seen, wanted: seen < wanted,
    "before": lambda seen, wanted: seen < wanted,
    "more_than": lambda seen, wanted: seen > wanted,
    "after": lambda seen, wanted: seen > wanted,
    "contains": lambda seen, wanted: wanted in seen,
    "starts_with": lambda seen, wanted: seen[: len(wanted)] == wanted,
    "ends_with": lambda seen, wanted: seen[-len(wanted) :] == wanted,
    "matches": lambda seen, wanted: re.search(wanted, seen) is not None,
}


def reference(part: dict, lead: dict) -> bool:
    """The language once more, as plainly as it can be said."""
    (word, wanted), *_ = [item for item in part.items() if item[0] != "fact"]
    if word in ("all", "any", "none"):
        found = [reference(inner, lead) for inner in wanted]
        return {"all": all(found), "any": any(found), "none": not any(found)}[word]
    there, seen = part["fact"] in lead, lead.get(part["fact"])
    if word == "present":
        return there == wanted
    if word.startswith("not_"):
        return not reference({"fact": part["fact"], word.removeprefix("not_"): wanted}, lead)
    if not there:
        return False
    if word in ORDER:
        return ORDER[word](seen, wanted)
    low, high = {"at_least": (wanted, seen), "at_most": (seen, wanted)}.get(word, (seen, seen))
    low, high = wanted if word == "between" else (low, high)
    among = wanted if word == "one_of" else [wanted] if word == "equals" else [seen]
    return seen in among and low <= seen <= high


@settings(max_examples=500, deadline=None)
@given(FILTER, LEAD)
def test_a_filter_means_what_the_reference_says(document, lead):
    node = read_filter(document, FACTS)
    assert compile_filter(node)(lead) == reference(document, lead)


@settings(max_examples=500, deadline=None)
@given(FILTER, LEAD)
def test_what_is_explained_is_what_failed(document, lead):
    node = read_filter(document, FACTS)
    assert (explain(node, lead) is None) == reference(document, lead)
    assert explain(node, lead) != ""


@settings(max_examples=600, deadline=None)
@given(
    st.lists(
        st.none() | FILTER | st.lists(TEST, min_size=2, max_size=5).map(lambda parts: {"all": parts}), max_size=12
    ),
    st.lists(LEAD, min_size=1, max_size=5),
    st.integers(0, (1 << 12) - 1),
)
def test_the_index_selects_what_the_reference_says(documents, leads, among):
    index = Index([None if document is None else read_filter(document, FACTS) for document in documents])
    for lead in leads:
        wanted = [i for i, document in enumerate(documents) if document is None or reference(document, lead)]
        assert index.matching(lead) == wanted
        assert index.matching(lead, among) == [i for i in wanted if among >> i & 1]


def test_an_index_of_thousands_of_ranges_is_built_in_a_moment():
    tests = [read_filter({"fact": "n", "between": [at / 7, 5000 - at / 9]}, FACTS) for at in range(4000)]
    started = time.process_time()
    Index(tests)
    assert time.process_time() - started < 0.3


def test_long_lists_share_their_bits():
    """Among thousands of offers an integer is a kilobyte: one for each of a hundred thousand values were too many."""
    tests = [read_filter({"fact": "n", "equals": at % 7}, FACTS) for at in range(8000)]
    tests += [read_filter({"fact": "n", "one_of": list(range(at, 50_000 + at))}, FACTS) for at in range(3)]
    tests += [read_filter({"fact": "m", "not_one_of": list(range(50_000))}, FACTS)]
    tracemalloc.start()
    index = Index(tests)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000
    assert index.matching({"n": 0, "m": 0}, -1 << 7999) == [8000]
    assert index.matching({"n": 50_000}) == [8001, 8002, 8003]


@pytest.mark.parametrize("word", ["at_least", "more_than"])
@pytest.mark.parametrize("closed", ["at_least", "at_most"])
@pytest.mark.parametrize("strict", ["more_than", "less_than"])
def test_of_equal_bounds_the_strict_one_counts_in_either_order(word, closed, strict):
    tests = [{"fact": "n", closed: 2}, {"fact": "n", strict: 2}, {"fact": "n", word: 1}]
    documents = [{"all": list(order)} for order in permutations(tests)]
    index = Index([read_filter(document, FACTS) for document in documents])
    for seen in (0, 1, 1.5, 2, 2.5, 3):
        expected = list(range(6)) if reference(documents[0], {"n": seen}) else []
        assert index.matching({"n": seen}) == expected


def test_text_is_a_range_to_the_index_as_far_as_its_beginning_goes():
    starts = ["a", "ab", "a\U0010ffff", "\U0010ffff", "\U0010ffff\U0010ffff", "b"]
    index = Index([read_filter({"fact": "t", "starts_with": start}, FACTS) for start in starts])
    for seen in ("", "a", "ab", "abc", "a\U0010ffffz", "b", "\U0010ffff", "\U0010ffff\U0010ffff", "c"):
        assert index.matching({"t": seen}) == [at for at, start in enumerate(starts) if seen.startswith(start)]


def test_an_index_of_nothing_selects_nothing():
    assert Index([]).matching({"n": 1}) == []


def test_offers_without_a_filter_are_always_selected():
    assert Index([None, None]).matching({}) == [0, 1]


def test_only_what_must_hold_is_indexed():
    part = {"fact": "n", "equals": 1}
    both = read_filter({"all": [part, {"all": [part]}, {"any": [part]}, {"none": [part]}]}, FACTS)
    assert len(conjuncts(both)) == 2
    assert conjuncts(None) == []


def test_only_what_no_table_says_is_read_singly():
    part, odd = {"fact": "n", "equals": 1}, {"fact": "t", "contains": "a"}
    node = read_filter({"all": [part, {"all": [part, odd]}, {"any": [part]}]}, FACTS)
    rest = read_filter({"all": [{"all": [odd]}, {"any": [part]}]}, FACTS)
    assert remainder(node) == rest
    assert remainder(read_filter({"all": [part, {"all": [part]}]}, FACTS)) is None
    assert remainder(None) is None


@given(st.sets(st.integers(0, 5000) | st.sampled_from([959, 960, 961, 1919, 1920]), max_size=50))
def test_positions_are_the_ones_of_a_number(wanted):
    assert positions(sum(1 << position for position in wanted)) == sorted(wanted)
