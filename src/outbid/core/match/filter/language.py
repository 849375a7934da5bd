"""The words of the filter language: tests, groups, and which operators a fact of each kind knows."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Scalar

Facts = Mapping[str, Scalar]
Predicate = Callable[[Facts], bool]
Operator = Literal[
    "equals",
    "not_equals",
    "one_of",
    "not_one_of",
    "at_least",
    "at_most",
    "less_than",
    "more_than",
    "before",
    "after",
    "between",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "matches",
    "present",
]
Mode = Literal["all", "any", "none"]

OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    "text": (
        "equals",
        "not_equals",
        "one_of",
        "not_one_of",
        "contains",
        "not_contains",
        "starts_with",
        "ends_with",
        "matches",
        "present",
    ),
    "number": (
        "equals",
        "not_equals",
        "one_of",
        "not_one_of",
        "at_least",
        "at_most",
        "less_than",
        "more_than",
        "between",
        "present",
    ),
    "boolean": ("equals", "not_equals", "present"),
    "date": (
        "equals",
        "not_equals",
        "one_of",
        "not_one_of",
        "at_least",
        "at_most",
        "before",
        "after",
        "between",
        "present",
    ),
}
MODES: tuple[Mode, ...] = ("all", "any", "none")
DEEPEST = 16
"""Levels of groups in a filter."""
MOST_VALUES = 100_000
"""Values in one list."""
MOST_MILES = 500
LONGEST_TEXT = 1_000
"""Characters of a text that is looked for in a fact."""


class Fact(msgspec.Struct, frozen=True):
    """What the filter language knows of a fact: its kind, and how a typed value is brought to the fact's form.

    `around`: the values that lie so many miles around one, where values are places; None for a place nobody knows
    """

    kind: Kind
    normalise: Callable[[str], Scalar | None] | None = None
    around: Callable[[str, float], tuple[str, ...] | None] | None = None


class Test(msgspec.Struct, frozen=True):
    """One comparison.

    `value` is in the fact's own form: a scalar, a tuple for lists (each value once), a pair for `between`, the text
    of the pattern for `matches`. `said`: how a list is told, where it was not written value by value
    """

    fact: str
    operator: Operator
    value: Any
    said: str = ""


class Group(msgspec.Struct, frozen=True):
    """Parts that must all hold, of which one must hold, or of which none may hold."""

    mode: Mode
    parts: tuple["Node", ...]


Node = Test | Group


def facts_read(node: Node) -> frozenset[str]:
    """The names of all facts that a filter looks at."""
    if isinstance(node, Test):
        return frozenset((node.fact,))
    return frozenset().union(*map(facts_read, node.parts))


class FilterError(ValueError):
    """A filter that cannot be: where (path of keys and positions), and what would be right."""

    def __init__(self, path: tuple[str | int, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence
