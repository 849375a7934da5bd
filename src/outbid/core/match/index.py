"""The index of filters: offers as bits, so that a lead among ten thousand offers costs a few ANDs of big integers.

For each fact that filters test at their top level (inside `all`, or alone), the index knows which offers every
value allows. What it cannot say exactly (`any`, `none`, negations, `present`) it lets through: it may select too
much, never too little, and the survivors are read singly.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Node, Test

_RANGES = ("at_least", "at_most", "between")


def conjuncts(node: Node | None) -> list[Test]:
    """The tests that must hold whatever the rest says."""
    if node is None:
        return []
    if isinstance(node, Test):
        return [node]
    if node.mode != "all":
        return []
    return [test for part in node.parts for test in conjuncts(part)]


class _Values:
    """Offers that name the values they allow: value → bits, and the bits for every other value."""

    __slots__ = ("_allowed", "_others")

    def __init__(self, everyone: int, wanted: Mapping[int, frozenset[Scalar]]) -> None:
        named = sum(1 << offer for offer in wanted)
        self._others = everyone & ~named
        allowed: dict[Scalar, int] = defaultdict(int)
        for offer, values in wanted.items():
            for value in values:
                allowed[value] |= 1 << offer
        self._allowed = {value: bits | self._others for value, bits in allowed.items()}

    def of(self, seen: Scalar | None) -> int:
        return self._others if seen is None else self._allowed.get(seen, self._others)


class _Ranges:
    """Offers that bound a fact: the pieces between all bounds, each with its bits.

    Pieces alternate: below the first bound, the first bound itself, between it and the second, and so on.
    """

    __slots__ = ("_bounds", "_others", "_pieces")

    def __init__(self, everyone: int, wanted: Mapping[int, tuple[Any, Any]]) -> None:
        self._others = everyone & ~sum(1 << offer for offer in wanted)
        self._bounds = sorted({end for ends in wanted.values() for end in ends if end is not None})
        count = 2 * len(self._bounds) + 1
        begin, end = [0] * count, [0] * count
        for offer, (least, most) in wanted.items():
            begin[0 if least is None else 2 * bisect_left(self._bounds, least) + 1] |= 1 << offer
            end[count - 1 if most is None else 2 * bisect_left(self._bounds, most) + 1] |= 1 << offer
        self._pieces = []
        running = self._others
        for begins, ends in zip(
            begin, end, strict=True
        ):  # one sweep: offers come in at their least, go after their most
            running |= begins
            self._pieces.append(running)
            running &= ~ends

    def of(self, seen: Scalar | None) -> int:
        if seen is None:
            return self._others
        at = bisect_right(self._bounds, seen)
        on_bound = at > 0 and self._bounds[at - 1] == seen
        return self._pieces[2 * at - 1 if on_bound else 2 * at]


class Index:
    """Positions of offers whose filters may match. Built once for each list of filters."""

    __slots__ = ("_everyone", "_tables")

    def __init__(self, filters: list[Node | None]) -> None:
        self._everyone = (1 << len(filters)) - 1
        values: dict[str, dict[int, frozenset[Scalar]]] = defaultdict(dict)
        ranges: dict[str, dict[int, tuple[Any, Any]]] = defaultdict(dict)
        for offer, node in enumerate(filters):
            for test in conjuncts(node):
                _collect(test, offer, values, ranges)
        self._tables: list[tuple[str, _Values | _Ranges]] = [
            *((fact, _Values(self._everyone, wanted)) for fact, wanted in values.items()),
            *((fact, _Ranges(self._everyone, wanted)) for fact, wanted in ranges.items()),
        ]

    def candidates(self, facts: Mapping[str, Scalar]) -> list[int]:
        """Positions, ascending, of the filters that may match these facts."""
        left = self._everyone
        for fact, table in self._tables:
            left &= table.of(facts.get(fact))
            if not left:
                return []
        return positions(left)


def _collect(
    test: Test,
    offer: int,
    values: dict[str, dict[int, frozenset[Scalar]]],
    ranges: dict[str, dict[int, tuple[Any, Any]]],
) -> None:
    if test.operator in ("equals", "one_of"):
        wanted = frozenset((test.value,) if test.operator == "equals" else test.value)
        before = values[test.fact].get(offer)
        values[test.fact][offer] = wanted if before is None else before & wanted
    elif test.operator in _RANGES and offer not in ranges[test.fact]:
        least = test.value if test.operator == "at_least" else None
        most = test.value if test.operator == "at_most" else None
        ranges[test.fact][offer] = test.value if test.operator == "between" else (least, most)


def positions(bits: int) -> list[int]:
    """The positions of the ones in a big integer, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
