"""Filters as SQL.

A filter has one meaning and two readings, as a function of a lead's facts (`core/match/filter`) and as a condition
over `lead.facts`; a property test holds them together. Patterns and long lists have no reading in SQL. Where there
is one, the condition selects too much, never too little, says so, and the function decides about what is left.
"""

from typing import Any, NamedTuple

import msgspec

from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Group, Node, Operator, Test

MOST_IN_SQL = 1_000
"""Values of a list that still go to the database."""
MOST_PARAMETERS = 30_000
"""A statement can have 32,767."""

_NEGATIVE: dict[Operator, Operator] = {
    "not_equals": "equals",
    "not_one_of": "one_of",
    "not_contains": "contains",
}
_ORDER: dict[Operator, str] = {
    "at_least": ">=",
    "at_most": "<=",
    "more_than": ">",
    "less_than": "<",
    "after": ">",
    "before": "<",
}

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Scalar]).decode


class Condition(NamedTuple):
    """A condition over `l.facts`.

    sql         never null; without `exact` it holds for every lead that the filter matches, and for others
    parameters  what stands for its `$n`
    exact       whether it holds for no others
    """

    sql: str
    parameters: list[object]
    exact: bool


def condition(node: Node, first_parameter: int) -> Condition:
    """A filter as a condition over `l.facts`, its parameters numbered from `first_parameter` on."""
    writer = _Writer(first_parameter)
    sql = writer.sql_of(node, wide=True)
    if len(writer.parameters) > MOST_PARAMETERS:
        return Condition("true", [], False)
    return Condition(sql, writer.parameters, writer.exact)


class _Writer:
    """Writes conditions and gathers their parameters.

    A test without a reading in SQL is written as more than it says (`wide`) or, below a negation, as less.
    """

    def __init__(self, first: int) -> None:
        self.parameters: list[object] = []
        self.exact = True
        self._first = first
        self._names: dict[str, str] = {}

    def sql_of(self, node: Node, *, wide: bool) -> str:
        """A condition that is never null."""
        if isinstance(node, Test):
            return self._test(node, wide=wide)
        return self._group(node, wide=wide)

    def _group(self, group: Group, *, wide: bool) -> str:
        inside = wide if group.mode != "none" else not wide
        parts = f" {'and' if group.mode == 'all' else 'or'} ".join(
            self.sql_of(part, wide=inside) for part in group.parts
        )
        return f"not ({parts})" if group.mode == "none" else f"({parts})"

    def _test(self, test: Test, *, wide: bool) -> str:
        positive = _NEGATIVE.get(test.operator)
        if positive is not None:
            return f"not {self._test(Test(test.fact, positive, test.value), wide=not wide)}"
        if test.operator == "present":
            return self._present(test.fact) if test.value else f"(not {self._present(test.fact)})"
        if test.operator == "matches" or (test.operator == "one_of" and len(test.value) > MOST_IN_SQL):
            self.exact = False
            return self._present(test.fact) if wide else "false"
        return f"coalesce({self._comparison(test, self._name(test.fact))}, false)"

    def _present(self, fact: str) -> str:
        return f"(l.facts ? {self._name(fact)})"

    def _comparison(self, test: Test, name: str) -> str:
        """A comparison that is null where there is no such fact, and false for one of another kind."""
        seen, operator = f"l.facts -> {name}", test.operator
        if operator == "equals":
            return f"{seen} = {self._json(test.value)}"
        if operator == "one_of":
            listed = self._add([_encode(value) for value in test.value], "jsonb[]")
            return f"{seen} = any({listed})"
        if operator == "between":
            least, most = test.value
            return f"{self._ordered(name, '>=', least)} and {self._ordered(name, '<=', most)}"
        if operator in _ORDER:
            return self._ordered(name, _ORDER[operator], test.value)
        part = self._add(test.value, "text")
        text = f'(l.facts ->> {name}) collate "C"'
        found = {
            "contains": f"strpos({text}, {part}) > 0",
            "starts_with": f"starts_with({text}, {part})",
            "ends_with": f"right({text}, length({part})) = {part}",
        }[operator]
        return f"jsonb_typeof({seen}) = 'string' and {found}"

    def _ordered(self, name: str, sign: str, bound: Any) -> str:
        """Numbers are compared as numbers, text (a date is one) in the order of characters, as Python does."""
        kind = f"jsonb_typeof(l.facts -> {name})"
        if isinstance(bound, str):
            return f"{kind} = 'string' and (l.facts ->> {name}) collate \"C\" {sign} {self._add(bound, 'text')}"
        return f"{kind} = 'number' and l.facts -> {name} {sign} {self._json(bound)}"

    def _name(self, fact: str) -> str:
        if fact not in self._names:
            self._names[fact] = self._add(fact, "text")
        return self._names[fact]

    def _json(self, value: Scalar) -> str:
        return self._add(_encode(value), "jsonb")

    def _add(self, value: object, kind: str) -> str:
        self.parameters.append(value)
        return f"${self._first + len(self.parameters) - 1}::{kind}"
