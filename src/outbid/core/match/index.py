"""The index of filters: offers as bits, so that a lead among ten thousand offers costs a few ANDs of big integers.

For each fact that filters test at their top level (inside `all`, or alone), the index knows which offers every
value allows. A filter that holds more than that (`any`, `none`) is let through by what it says at its top level, and
the few that are left are read singly.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Node, Predicate, Test, compile_filter


def conjuncts(node: Node | None) -> list[Test]:
    """The tests that must hold whatever the rest says."""
    if node is None:
        return []
    if isinstance(node, Test):
        return [node]
    if node.mode != "all":
        return []
    return [test for part in node.parts for test in conjuncts(part)]


def _is_conjunction(node: Node) -> bool:
    if isinstance(node, Test):
        return True
    return node.mode == "all" and all(_is_conjunction(part) for part in node.parts)


class _Denied:
    """Offers that name the values they refuse: value → bits of all others."""

    __slots__ = ("_everyone", "_others")

    def __init__(self, everyone: int, wanted: Mapping[int, frozenset[Scalar]]) -> None:
        self._everyone = everyone
        refused: dict[Scalar, int] = defaultdict(int)
        for offer, values in wanted.items():
            for value in values:
                refused[value] |= 1 << offer
        self._others = {value: everyone & ~bits for value, bits in refused.items()}

    def of(self, seen: Scalar | None) -> int:
        return self._everyone if seen is None else self._others.get(seen, self._everyone)


class _Presence:
    """Offers that want a fact to be known, or not to be."""

    __slots__ = ("_absent", "_present")

    def __init__(self, everyone: int, wanted: Mapping[int, frozenset[bool]]) -> None:
        self._present = everyone & ~sum(1 << offer for offer, values in wanted.items() if False in values)
        self._absent = everyone & ~sum(1 << offer for offer, values in wanted.items() if True in values)

    def of(self, seen: Scalar | None) -> int:
        return self._absent if seen is None else self._present


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
            if least is not None and most is not None and least > most:
                continue  # no value is both
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
    """Positions of offers whose filters match. Built once for each list of filters."""

    __slots__ = ("_everyone", "_singly", "_tables", "_unsure")

    def __init__(self, filters: list[Node | None]) -> None:
        self._everyone = (1 << len(filters)) - 1
        wanted = _Wanted()
        self._singly: dict[int, Predicate] = {}
        for offer, node in enumerate(filters):
            for test in conjuncts(node):
                wanted.add(offer, test)
            if node is not None and not _is_conjunction(node):
                self._singly[offer] = compile_filter(node)
        self._unsure = sum(1 << offer for offer in self._singly)
        self._tables = wanted.tables(self._everyone)

    def matching(self, facts: Mapping[str, Scalar], among: int = -1) -> list[int]:
        """Positions, ascending, of the filters that match these facts; of those only whose bit is set in `among`."""
        left = self._everyone & among
        for fact, table in self._tables:
            left &= table.of(facts.get(fact))
            if not left:
                return []
        found = positions(left)
        if not left & self._unsure:
            return found
        singly = self._singly
        return [at for at in found if at not in singly or singly[at](facts)]


class _Wanted:
    """What the filters want of each fact at their top level, by kind of table."""

    def __init__(self) -> None:
        self._values: dict[str, dict[int, frozenset[Scalar]]] = defaultdict(dict)
        self._denied: dict[str, dict[int, frozenset[Scalar]]] = defaultdict(dict)
        self._presence: dict[str, dict[int, frozenset[bool]]] = defaultdict(dict)
        self._ranges: dict[str, dict[int, tuple[Any, Any]]] = defaultdict(dict)

    def add(self, offer: int, test: Test) -> None:
        """One more test of an offer."""
        listed = frozenset(test.value if test.operator.endswith("one_of") else (test.value,))
        if test.operator in ("equals", "one_of"):
            before = self._values[test.fact].get(offer, listed)
            self._values[test.fact][offer] = before & listed
        elif test.operator in ("not_equals", "not_one_of"):
            self._denied[test.fact][offer] = self._denied[test.fact].get(offer, frozenset()) | listed
        elif test.operator == "present":
            self._presence[test.fact][offer] = self._presence[test.fact].get(offer, frozenset()) | listed
        else:
            self._ranges[test.fact][offer] = _narrower(self._ranges[test.fact].get(offer, (None, None)), _ends(test))

    def tables(self, everyone: int) -> list[tuple[str, _Values | _Denied | _Presence | _Ranges]]:
        """The tables, those that leave the fewest first to be asked."""
        return [
            *((fact, _Values(everyone, wanted)) for fact, wanted in self._values.items()),
            *((fact, _Ranges(everyone, wanted)) for fact, wanted in self._ranges.items()),
            *((fact, _Presence(everyone, wanted)) for fact, wanted in self._presence.items()),
            *((fact, _Denied(everyone, wanted)) for fact, wanted in self._denied.items()),
        ]


def _ends(test: Test) -> tuple[Any, Any]:
    if test.operator == "between":
        least, most = test.value
        return least, most
    return (test.value, None) if test.operator == "at_least" else (None, test.value)


def _narrower(one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    leasts = [ends[0] for ends in (one, other) if ends[0] is not None]
    mosts = [ends[1] for ends in (one, other) if ends[1] is not None]
    return max(leasts, default=None), min(mosts, default=None)


def positions(bits: int) -> list[int]:
    """The positions of the ones in a big integer, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
