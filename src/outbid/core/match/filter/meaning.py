"""What a filter means: every test and group as one function of the facts."""

from collections.abc import Callable
from typing import Any

from outbid.core.lead.value import Scalar
from outbid.core.match.filter.language import Facts, Group, Node, Operator, Predicate
from outbid.core.match.pattern import compile_pattern


def compile_filter(node: Node) -> Predicate:
    """The filter as one function of the facts.

    A fact of another kind than the test's (an old lead may have one) is compared with no value, and fails as if it
    were absent; only true and false are 1 and 0 to a test of numbers.
    """
    if isinstance(node, Group):
        return _compile_group(node)
    return _COMPILE[node.operator](node.fact, node.value)


def _compile_group(group: Group) -> Predicate:
    parts = tuple(compile_filter(part) for part in group.parts)
    if group.mode == "all":
        return _all(parts)
    either = _any(parts)
    return either if group.mode == "any" else _not(either)


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
    if len(parts) == 1:
        return parts[0]

    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - see `_all`
            if part(facts):
                return True
        return False

    return holds


def _not(part: Predicate) -> Predicate:
    return lambda facts: not part(facts)


def _equals(fact: str, value: Scalar) -> Predicate:
    return lambda facts: facts.get(fact) == value


def _not_equals(fact: str, value: Scalar) -> Predicate:
    return lambda facts: facts.get(fact) != value


def _one_of(fact: str, values: tuple[Scalar, ...]) -> Predicate:
    allowed = frozenset(values)
    return lambda facts: facts.get(fact) in allowed


def _not_one_of(fact: str, values: tuple[Scalar, ...]) -> Predicate:
    denied = frozenset(values)
    return lambda facts: facts.get(fact) not in denied


def _at_least(fact: str, least: Any) -> Predicate:
    kind = _kind_of(least)
    return lambda facts: isinstance(seen := facts.get(fact), kind) and seen >= least


def _at_most(fact: str, most: Any) -> Predicate:
    kind = _kind_of(most)
    return lambda facts: isinstance(seen := facts.get(fact), kind) and seen <= most


def _more_than(fact: str, bound: Any) -> Predicate:
    kind = _kind_of(bound)
    return lambda facts: isinstance(seen := facts.get(fact), kind) and seen > bound


def _less_than(fact: str, bound: Any) -> Predicate:
    kind = _kind_of(bound)
    return lambda facts: isinstance(seen := facts.get(fact), kind) and seen < bound


def _between(fact: str, ends: tuple[Any, Any]) -> Predicate:
    least, most = ends
    kind = _kind_of(least)
    return lambda facts: isinstance(seen := facts.get(fact), kind) and least <= seen <= most


def _kind_of(bound: Scalar) -> Any:
    """What a fact must be to have an order with this bound: dates are text, and so are numbers among themselves."""
    return str if isinstance(bound, str) else (int, float)


def _contains(fact: str, part: str) -> Predicate:
    return lambda facts: isinstance(seen := facts.get(fact), str) and part in seen


def _starts_with(fact: str, part: str) -> Predicate:
    return lambda facts: isinstance(seen := facts.get(fact), str) and seen.startswith(part)


def _ends_with(fact: str, part: str) -> Predicate:
    return lambda facts: isinstance(seen := facts.get(fact), str) and seen.endswith(part)


def _matches(fact: str, pattern: str) -> Predicate:
    found_in = compile_pattern(pattern).found_in
    return lambda facts: isinstance(seen := facts.get(fact), str) and found_in(seen)


def _present(fact: str, wanted: bool) -> Predicate:
    return lambda facts: (fact in facts) == wanted


_COMPILE: dict[Operator, Callable[[str, Any], Predicate]] = {
    "equals": _equals,
    "not_equals": _not_equals,
    "one_of": _one_of,
    "not_one_of": _not_one_of,
    "at_least": _at_least,
    "at_most": _at_most,
    "more_than": _more_than,
    "less_than": _less_than,
    "after": _more_than,
    "before": _less_than,
    "between": _between,
    "contains": _contains,
    "not_contains": lambda fact, part: _not(_contains(fact, part)),
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "matches": _matches,
    "present": _present,
}
