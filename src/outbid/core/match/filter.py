"""The filter language: which leads an offer wants, said in data, with one meaning.

    {all: [{fact: state, one_of: [CA, TX]}, {fact: birth_date.age, between: [25, 65]},
           {any: [{fact: insured, equals: yes}, {fact: email.domain, not_one_of: [example.test]}]}]}

A test on a fact that the lead does not have fails, but for `present: no` and for the negations (`not_equals`,
`not_one_of`), which hold exactly where their positive does not. `between` includes both ends.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Scalar

Facts = Mapping[str, Scalar]
Predicate = Callable[[Facts], bool]
Operator = Literal["equals", "not_equals", "one_of", "not_one_of", "at_least", "at_most", "between", "present"]
Mode = Literal["all", "any", "none"]

OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    "text": ("equals", "not_equals", "one_of", "not_one_of", "present"),
    "number": ("equals", "not_equals", "one_of", "not_one_of", "at_least", "at_most", "between", "present"),
    "boolean": ("equals", "not_equals", "present"),
    "date": ("equals", "not_equals", "one_of", "not_one_of", "at_least", "at_most", "between", "present"),
}
MODES: tuple[Mode, ...] = ("all", "any", "none")
DEEPEST = 16
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Fact(msgspec.Struct, frozen=True):
    """What the filter language knows of a fact: its kind, and how a typed value is brought to the fact's form."""

    kind: Kind
    normalise: Callable[[str], Scalar | None] | None = None


class Test(msgspec.Struct, frozen=True):
    """One comparison. `value` is in the fact's own form: a scalar, a tuple for lists, a pair for `between`."""

    fact: str
    operator: Operator
    value: Any


class Group(msgspec.Struct, frozen=True):
    """Parts that must all hold, of which one must hold, or of which none may hold."""

    mode: Mode
    parts: tuple["Node", ...]


Node = Test | Group


class FilterError(ValueError):
    """A filter that cannot be: where (path of keys and positions), and what would be right."""

    def __init__(self, path: tuple[str | int, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence


def read_filter(document: Any, facts: Mapping[str, Fact], path: tuple[str | int, ...] = (), depth: int = 0) -> Node:
    """Check a filter as somebody wrote it and bring its values to the facts' form. Raises FilterError."""
    if depth > DEEPEST:
        raise FilterError(path, f"a filter may be nested {DEEPEST} levels deep at most")
    if not isinstance(document, dict):
        raise FilterError(path, "a filter part is {all|any|none: […]} or {fact: NAME, OPERATOR: VALUE}")
    modes = [mode for mode in MODES if mode in document]
    if modes:
        return _read_group(document, modes[0], facts, path, depth)
    return _read_test(document, facts, path)


def _read_group(
    document: dict[str, Any], mode: Mode, facts: Mapping[str, Fact], path: tuple[str | int, ...], depth: int
) -> Group:
    if len(document) != 1:
        raise FilterError(path, f"{mode!r} stands alone in its part; found {', '.join(map(str, document))}")
    parts = document[mode]
    if not isinstance(parts, list | tuple) or not parts:
        raise FilterError((*path, mode), f"{mode!r} needs a list of at least one part")
    read = (read_filter(part, facts, (*path, mode, i), depth + 1) for i, part in enumerate(parts))
    return Group(mode, tuple(read))


def _read_test(document: dict[str, Any], facts: Mapping[str, Fact], path: tuple[str | int, ...]) -> Test:
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
    value = _read_value(operator, document[operator], fact, name, (*path, operator))
    return Test(name, operator, value)


def _read_value(operator: Operator, value: Any, fact: Fact, name: str, path: tuple[str | int, ...]) -> Any:
    if operator == "present":
        return _typed(value, Fact("boolean"), name, path)
    if operator in ("one_of", "not_one_of"):
        if not isinstance(value, list | tuple) or not value:
            raise FilterError(path, f"{operator!r} needs a list of at least one value")
        return tuple(_typed(item, fact, name, (*path, i)) for i, item in enumerate(value))
    if operator == "between":
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise FilterError(path, "'between' needs a list of two values, the least and the most")
        low, high = (_typed(item, fact, name, (*path, i)) for i, item in enumerate(value))
        if low > high:  # type: ignore[operator]
            raise FilterError(path, f"{low!r} to {high!r} holds nothing: the first is the larger")
        return low, high
    return _typed(value, fact, name, path)


def _typed(value: Any, fact: Fact, name: str, path: tuple[str | int, ...]) -> Scalar:
    if isinstance(value, dict | list | tuple) or value is None:
        raise FilterError(path, f"{name!r} is compared with one plain value here")
    try:
        return _convert(value, fact)
    except (ValueError, OverflowError):
        raise FilterError(path, f"{value!r} is no {fact.kind} that {name!r} can have") from None


def _convert(value: Scalar, fact: Fact) -> Scalar:
    if fact.kind == "boolean":
        if isinstance(value, bool):
            return value
        return _YES[word] if (word := str(value).lower()) in _YES else _no()
    if fact.kind == "number":
        number = float(value)
        if number != number or number in (float("inf"), float("-inf")):
            raise ValueError
        return int(number) if number.is_integer() else number
    if fact.kind == "date":
        return date.fromisoformat(str(value)).isoformat() if _DATE.match(str(value)) else _no()
    if fact.normalise is None:
        return str(value)
    normal = fact.normalise(str(value))
    return _no() if normal is None else normal


def _no() -> Scalar:
    raise ValueError


def compile_filter(node: Node) -> Predicate:
    """The filter as one function of the facts."""
    if isinstance(node, Group):
        return _compile_group(node)
    return _COMPILE[node.operator](node.fact, node.value)


def _compile_group(group: Group) -> Predicate:
    parts = tuple(compile_filter(part) for part in group.parts)
    if group.mode == "all":
        return _all(parts)
    either = _any(parts)
    return either if group.mode == "any" else lambda facts: not either(facts)


def _all(parts: tuple[Predicate, ...]) -> Predicate:
    """A plain loop: half the cost of `all` over a generator."""
    if len(parts) == 1:
        return parts[0]

    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - see above
            if not part(facts):
                return False
        return True

    return holds


def _any(parts: tuple[Predicate, ...]) -> Predicate:
    return lambda facts: any(part(facts) for part in parts)


def _one_of(fact: str, values: tuple[Scalar, ...]) -> Predicate:
    allowed = frozenset(values)
    return lambda facts: facts.get(fact) in allowed


def _not_one_of(fact: str, values: tuple[Scalar, ...]) -> Predicate:
    denied = frozenset(values)
    return lambda facts: facts.get(fact) not in denied


def _at_least(fact: str, least: Any) -> Predicate:
    return lambda facts: (seen := facts.get(fact)) is not None and seen >= least


def _at_most(fact: str, most: Any) -> Predicate:
    return lambda facts: (seen := facts.get(fact)) is not None and seen <= most


def _between(fact: str, ends: tuple[Any, Any]) -> Predicate:
    least, most = ends
    return lambda facts: (seen := facts.get(fact)) is not None and least <= seen <= most


def _equals(fact: str, value: Scalar) -> Predicate:
    return lambda facts: facts.get(fact) == value


def _not_equals(fact: str, value: Scalar) -> Predicate:
    return lambda facts: facts.get(fact) != value


def _present(fact: str, wanted: bool) -> Predicate:
    return lambda facts: (fact in facts) == wanted


_COMPILE: dict[Operator, Callable[[str, Any], Predicate]] = {
    "equals": _equals,
    "not_equals": _not_equals,
    "one_of": _one_of,
    "not_one_of": _not_one_of,
    "at_least": _at_least,
    "at_most": _at_most,
    "between": _between,
    "present": _present,
}


def explain(node: Node, facts: Facts) -> str | None:
    """The first part that fails, in words with the value seen; None if the filter matches."""
    if compile_filter(node)(facts):
        return None
    if isinstance(node, Test):
        seen = repr(facts[node.fact]) if node.fact in facts else "nothing"
        return f"{node.fact} {node.operator.replace('_', ' ')} {_shown(node.value)}, seen {seen}"
    if node.mode == "all":
        return next(why for part in node.parts if (why := explain(part, facts)))
    if node.mode == "any":
        return "none of: " + "; ".join(why for part in node.parts if (why := explain(part, facts)))
    return "matched a part that may not match: " + ", ".join(
        _worded(part) for part in node.parts if explain(part, facts) is None
    )


def _worded(node: Node) -> str:
    if isinstance(node, Test):
        return f"{node.fact} {node.operator.replace('_', ' ')} {_shown(node.value)}"
    return f"{node.mode} of ({'; '.join(_worded(part) for part in node.parts)})"


def _shown(value: Any) -> str:
    if isinstance(value, tuple) and len(value) > 6:
        return f"{', '.join(map(repr, value[:6]))} and {len(value) - 6} more"
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else repr(value)
