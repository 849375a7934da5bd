"""The index against single readings, and those against a reference of ten lines: one meaning, however it is read."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.match.filter import Fact, compile_filter, explain, read_filter
from outbid.core.match.index import Index, conjuncts, positions

FACTS = {
    "n": Fact("number"),
    "m": Fact("number"),
    "t": Fact("text"),
    "b": Fact("boolean"),
    "d": Fact("date"),
}
# Few values, so that hits, bounds and overlaps are common; 0, 1, False and True are one key to a dict.
NUMBER = st.sampled_from([-1, 0, 1, 2, 2.5, 3])
TEXT = st.sampled_from(["", "1", "a", "b", "true"])
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
    low, high = {"at_least": (wanted, seen), "at_most": (seen, wanted)}.get(word, (seen, seen))
    low, high = wanted if word == "between" else (low, high)
    among = wanted if word == "one_of" else [wanted] if word == "equals" else [seen]
    return there and seen in among and low <= seen <= high


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


def test_an_index_of_nothing_selects_nothing():
    assert Index([]).matching({"n": 1}) == []


def test_offers_without_a_filter_are_always_selected():
    assert Index([None, None]).matching({}) == [0, 1]


def test_only_what_must_hold_is_indexed():
    part = {"fact": "n", "equals": 1}
    both = read_filter({"all": [part, {"all": [part]}, {"any": [part]}, {"none": [part]}]}, FACTS)
    assert len(conjuncts(both)) == 2
    assert conjuncts(None) == []


@given(st.sets(st.integers(0, 5000), max_size=50))
def test_positions_are_the_ones_of_a_number(wanted):
    assert positions(sum(1 << position for position in wanted)) == sorted(wanted)
