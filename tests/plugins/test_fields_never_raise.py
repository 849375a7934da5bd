"""No field type raises, whatever comes; and what it understood, it understands again."""

import datetime
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid import plugins
from outbid.core.lead.value import Value

NAMES = sorted(
    path.stem for path in (Path(plugins.__file__).parent / "fields").glob("*.py") if not path.stem.startswith("_")
)
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "choice": [{"options": ["yes", "no", "ß"], "aliases": {"y": "yes"}}],
    "phone": [{}, {"country": "GB"}, {"country": "ZZ"}],
    "text": [{}, {"min_length": 3, "max_length": 5, "multiline": True}],
    "integer": [{}, {"min": -5, "max": 5}],
    "decimal": [{}, {"min": -5, "max": 5}],
    "date": [{}, {"order": "day_first", "earliest": "1900-01-01", "latest": "today"}],
}
TODAY = datetime.date(2026, 11, 24)
BOUND = [
    (name, importlib.import_module(f"outbid.plugins.fields.{name}"), options)
    for name in NAMES
    for options in SETTINGS.get(name, [{}])
]
READERS = [(name, module, msgspec.convert(options, module.Settings)) for name, module, options in BOUND]

# Text with what breaks readers: NUL, surrogates, other scripts' digits, marks of direction; and near misses.
ODD = (
    "\x00\x1f\x85\ud800\udfff٣५５²½\u200e\u200f\u202e\u2066\ufeff\u00a0\u2028ßİıſ@.+-*#xX()/:%$,;[]\\ 0123456789aZ\n\t"
)
ALMOST = st.sampled_from(
    (
        *("(512) 555-0123", "ann@example.com", "78701-1234", "1980-01-31", "https://example.com/", "$1,234.50"),
        *("2600:1f18::1", "203.0.113.7", "yes", "Texas", "+44 20 7946 0123", "d41d8cd98f00b204e9800998ecf8427e"),
    )
)
TEXT = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=[]), max_size=40),
    st.text(alphabet=ODD, max_size=40),
    st.builds(lambda text, odd, at: text[:at] + odd + text[at:], ALMOST, st.text(ODD, max_size=3), st.integers(0, 30)),
)
NUMBER = st.one_of(st.integers(), st.integers(-(10**40), 10**40), st.floats(), st.just(-0.0))
SCALAR = st.one_of(st.none(), st.booleans(), NUMBER, TEXT)
ANYTHING = st.recursive(
    SCALAR, lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXT, part, max_size=3), max_leaves=5
)


def check(raw: Any) -> None:
    for _, module, options in READERS:
        value = module.read(raw, options, TODAY)
        assert type(value) is Value
        assert value.fault is None or value.fault in module.REASONS
        assert value.fault is None or value.value is None
        assert value.value is not None or not (value.masked or value.parts)
        assert set(value.parts) <= set(module.PARTS)
        if isinstance(raw, str | int | float):
            assert value.raw is raw
        if value.value is not None:
            assert understood(value) == understood(module.read(value.value, options, TODAY)) or value.masked


def understood(value: Value) -> tuple[Any, Any]:
    return value.value, value.parts


@settings(max_examples=400, deadline=None)
@given(ANYTHING)
def test_whatever_comes_is_a_value(raw: Any) -> None:
    check(raw)


@settings(max_examples=400, deadline=None)
@given(TEXT)
def test_whatever_text_comes_is_a_value(raw: str) -> None:
    check(raw)


HUGE = [
    "0",
    "x",
    " ",
    "a.",
    "a@",
    "1,",
    "\u0660",
    "\ud800",
    "\u200b",
    "-",
    "(",
    "::",
    "1.",
    "ü",
    "*",
    "+1 ",
    "[",
    "\x00",
]


@pytest.mark.parametrize("part", HUGE)
def test_ten_kilobytes_are_read_in_no_time(part: str) -> None:
    for raw in (part * (10_000 // len(part)), "5" + part * 10_000, part * 200 + "@" + part * 20, part * 120):
        check(raw)


def test_a_number_too_long_to_be_written_is_a_fault() -> None:
    for raw in (10**5000, -(10**5000), [10**5000]):
        for _, module, options in READERS:
            assert module.read(raw, options, TODAY).fault is not None


@pytest.mark.parametrize("depth", [10, 100_000])
def test_depth_does_not_matter(depth: int) -> None:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    for _, module, options in READERS:
        assert module.read(nested, options, TODAY).fault == "wrong_type"
    while nested:  # taken apart by hand: freeing it at once would recurse
        nested = nested[0]


def test_what_is_not_json_at_all_is_of_the_wrong_type() -> None:
    for raw in (b"bytes", {1, 2}, object(), datetime.date(2026, 1, 1), {"x": float("nan")}):
        for _, module, options in READERS:
            assert module.read(raw, options, TODAY).fault == "wrong_type"


def test_lists_and_objects_are_kept_as_compact_json() -> None:
    for _, module, options in READERS:
        assert module.read({"a": [1, "é"]}, options, TODAY).raw == '{"a":[1,"é"]}'
        assert json.loads(str(module.read([None, True], options, TODAY).raw)) == [None, True]


SOMETIMES = {"phone": {"line"}}
"""Parts that only some values tell: the example is one of those that do not."""


@pytest.mark.parametrize(("name", "module", "options"), READERS)
def test_the_example_is_good(name: str, module: Any, options: Any) -> None:
    defaults = msgspec.convert(SETTINGS[name][0] if name == "choice" else {}, module.Settings)
    if name == "choice":
        defaults = msgspec.convert({"options": [module.EXAMPLE]}, module.Settings)
    value = module.read(module.EXAMPLE, defaults, TODAY)
    assert value.value is not None
    assert set(value.parts) == set(module.PARTS) - SOMETIMES.get(name, set())


def test_no_import_of_a_field_type_loads_the_telephone_library() -> None:
    imports = "; ".join(f"import outbid.plugins.fields.{name}" for name in NAMES)
    script = f"import sys; {imports}; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
