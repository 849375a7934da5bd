"""Filters as people write them, checked and brought to the facts' form; what is wrong is told with its place."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from outbid.core.lead.value import Scalar
from outbid.core.match.filter.language import (
    DEEPEST,
    LONGEST_TEXT,
    MODES,
    MOST_MILES,
    MOST_VALUES,
    OPERATORS,
    Fact,
    FilterError,
    Group,
    Mode,
    Node,
    Operator,
    Test,
)
from outbid.core.match.pattern import compile_pattern

Path = tuple[str | int, ...]
Convert = Callable[[Scalar], Scalar]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no fact can hold: the database stores neither the character zero nor halves of surrogate pairs."""
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_RIGHT = {
    "boolean": "yes or no",
    "number": "a number",
    "date": "a date, such as 2026-12-31",
    "text": "what its field takes",
}
"""What the values of a kind of fact are called."""
_LISTS = ("one_of", "not_one_of")
_PARTS_OF_TEXT = ("contains", "not_contains", "starts_with", "ends_with")


def read_filter(document: Any, facts: Mapping[str, Fact], path: Path = (), depth: int = 0) -> Node:
    """Check a filter as somebody wrote it and bring its values to the facts' form. Raises FilterError."""
    if depth > DEEPEST:
        raise FilterError(path, f"a filter may be nested {DEEPEST} levels deep at most")
    if not isinstance(document, dict):
        raise FilterError(path, "a filter part is {all|any|none: […]} or {fact: NAME, OPERATOR: VALUE}")
    modes = [mode for mode in MODES if mode in document]
    if modes:
        return _read_group(document, modes[0], facts, path, depth)
    return _read_test(document, facts, path)


def _read_group(document: dict[str, Any], mode: Mode, facts: Mapping[str, Fact], path: Path, depth: int) -> Group:
    if len(document) != 1:
        raise FilterError(path, f"{mode!r} stands alone in its part; found {', '.join(map(str, document))}")
    parts = document[mode]
    if not isinstance(parts, list | tuple) or not parts:
        raise FilterError((*path, mode), f"{mode!r} needs a list of at least one part")
    read = (read_filter(part, facts, (*path, mode, i), depth + 1) for i, part in enumerate(parts))
    return Group(mode, tuple(read))


def _read_test(document: dict[str, Any], facts: Mapping[str, Fact], path: Path) -> Test:
    name = document.get("fact")
    if not isinstance(name, str) or name not in facts:
        known = ", ".join(sorted(facts)) or "none"
        raise FilterError((*path, "fact"), f"the campaign has no fact {name!r}; it has: {known}")
    fact = facts[name]
    operators = [key for key in document if key != "fact"]
    if len(operators) != 1 or operators[0] not in OPERATORS[fact.kind]:
        allowed = ", ".join(OPERATORS[fact.kind])
        raise FilterError(path, f"a test on {name!r} has exactly one of: {allowed}")
    operator: Operator = operators[0]
    if operator in _LISTS and isinstance(document[operator], dict):
        return _read_area(name, operator, document[operator], fact, (*path, operator))
    return Test(name, operator, _read_value(operator, document[operator], fact, name, (*path, operator)))


def _read_value(operator: Operator, value: Any, fact: Fact, name: str, path: Path) -> Any:
    if operator == "present":
        return _typed(value, Fact("boolean"), name, path)
    if operator in _LISTS:
        return _read_list(operator, value, fact, name, path)
    if operator == "between":
        return _read_ends(value, fact, name, path)
    if operator == "matches":
        return _read_pattern(value, path)
    if operator in _PARTS_OF_TEXT:
        return _read_part_of_text(operator, value, path)
    return _typed(value, fact, name, path)


def _read_area(name: str, operator: Operator, value: dict[str, Any], fact: Fact, path: Path) -> Test:
    """Places around one, as the list of them: so the index, a reading in SQL and a replay need to know no places."""
    if fact.around is None:
        raise FilterError(path, f"{name!r} is no place: {operator!r} needs a list of values")
    if value.keys() != {"within_miles", "of"}:
        raise FilterError(path, "an area is {within_miles: MILES, of: PLACE}")
    miles = _typed(value["within_miles"], Fact("number"), "within_miles", (*path, "within_miles"))
    if isinstance(miles, str) or not 0 < miles <= MOST_MILES:
        raise FilterError((*path, "within_miles"), f"the distance is more than 0 and at most {MOST_MILES} miles")
    place = str(_typed(value["of"], fact, name, (*path, "of")))
    around = fact.around(place, float(miles))
    if around is None:
        raise FilterError((*path, "of"), f"nobody knows where {place!r} is")
    return Test(name, operator, around, f"the {len(around)} within {miles} miles of {place!r}")


def _read_list(operator: Operator, value: Any, fact: Fact, name: str, path: Path) -> tuple[Scalar, ...]:
    """A list, each of its values once, in the order in which they first stand there."""
    if not isinstance(value, list | tuple) or not value:
        raise FilterError(path, f"{operator!r} needs a list of at least one value")
    if len(value) > MOST_VALUES:
        raise FilterError(path, f"{len(value)} values are too many: a list holds {MOST_VALUES} at most")
    convert = _converter(fact)
    read: dict[Scalar, None] = {}
    for at, item in enumerate(value):
        try:
            # Lists are long: only what is plainly a value goes this way, anything else the one with words.
            read[convert(item) if type(item) in (str, int, float) else _typed(item, fact, name, (*path, at))] = None
        except (ValueError, OverflowError) as error:
            raise error if isinstance(error, FilterError) else _not_a_value(item, fact, name, (*path, at)) from None
    return tuple(read)


def read_values(values: Sequence[str], fact: Fact, name: str) -> tuple[list[Scalar], dict[int, str]]:
    """What a fact can have of some values, in its own form and each once; of the others, by place, why it cannot."""
    read: dict[Scalar, None] = {}
    wrong: dict[int, str] = {}
    convert = _converter(fact)
    for at, value in enumerate(values):
        try:
            read[convert(value)] = None
        except (ValueError, OverflowError):
            wrong[at] = _not_a_value(value, fact, name, ()).sentence
    return list(read), wrong


def _read_ends(value: Any, fact: Fact, name: str, path: Path) -> tuple[Scalar, Scalar]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise FilterError(path, "'between' needs a list of two values, the least and the most")
    low, high = (_typed(item, fact, name, (*path, i)) for i, item in enumerate(value))
    if low > high:  # type: ignore[operator]
        raise FilterError(path, f"{low!r} to {high!r} holds nothing: the first is the larger")
    return low, high


def _read_pattern(value: Any, path: Path) -> str:
    if not isinstance(value, str):
        raise FilterError(path, "'matches' needs a pattern as text")
    try:
        compile_pattern(value)
    except ValueError as error:
        raise FilterError(path, str(error)) from None
    return value


def _read_part_of_text(operator: Operator, value: Any, path: Path) -> str:
    """Text to look for; a number counts as the text that writes it. No field normalises a part of a value."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise FilterError(path, f"{operator!r} needs a text of at least one character")
    text = str(value)
    if len(text) > LONGEST_TEXT:
        raise FilterError(path, f"a text that is looked for has {LONGEST_TEXT} characters at most")
    if _UNSTORABLE.search(text):
        raise FilterError(path, f"{text!r} holds a character that no fact can have")
    return text


def _typed(value: Any, fact: Fact, name: str, path: Path) -> Scalar:
    if isinstance(value, dict | list | tuple) or value is None:
        raise FilterError(path, f"{name!r} is compared with one plain value here")
    try:
        return _converter(fact)(value)
    except (ValueError, OverflowError):
        raise _not_a_value(value, fact, name, path) from None


def _not_a_value(value: Any, fact: Fact, name: str, path: Path) -> FilterError:
    if value == "":
        return FilterError(path, f"{name}: write a value")
    return FilterError(path, f"{name}: write {_RIGHT[fact.kind]}, not {value!r}")


def _converter(fact: Fact) -> Convert:
    """From a plain value to the form that the fact has. What it gives raises ValueError or OverflowError."""
    if fact.kind != "text":
        return {"boolean": _boolean, "number": _number, "date": _date}[fact.kind]
    if fact.normalise is None:
        return _text
    normalise = fact.normalise

    def normal(value: Scalar) -> Scalar:
        found = normalise(_text(value))
        if found is None:
            raise ValueError
        return found

    return normal


def _boolean(value: Scalar) -> Scalar:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word not in _YES:
        raise ValueError
    return _YES[word]


def _number(value: Scalar) -> Scalar:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    return int(number) if number.is_integer() else number


def _date(value: Scalar) -> Scalar:
    text = str(value)
    if not _DATE.match(text):
        raise ValueError
    return date.fromisoformat(text).isoformat()


def _text(value: Scalar) -> str:
    text = str(value)
    if _UNSTORABLE.search(text):
        raise ValueError
    return text
