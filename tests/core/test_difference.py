"""What differs between two values, place by place: told once each, and exactly what has to be put right."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from outbid.core.market.difference import at, paths_between

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "z"]), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_with_what_differs_put_right_nothing_differs(before, after):
    patched = deepcopy(before)
    for path in paths_between(before, after):
        patched = put(patched, path, before, after)
    assert patched == after


def put(value, path, before, after):
    if not path:
        return deepcopy(after)
    *way, last = path
    place, there = value, after
    for part in way:
        place, there = place[part], there[part]
    if isinstance(place, dict) and last not in there:
        del place[last]
    else:
        place[last] = deepcopy(there[last])
    return value


@given(VALUES)
def test_what_is_the_same_differs_nowhere(value):
    assert list(paths_between(value, deepcopy(value))) == []


def test_places_are_the_deepest_ones():
    before = {"tiers": [{"slug": "a", "places": 1}, {"slug": "b"}], "gone": 1}
    after = {"tiers": [{"slug": "a", "places": 2}, {"slug": "b"}], "more": 2}
    paths = list(paths_between(before, after))
    assert paths == [("tiers", 0, "places"), ("gone",), ("more",)]
    assert [at(after, path) for path in paths] == [2, None, 2]
