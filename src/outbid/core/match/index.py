"""The index of filters: offers as bits, so that a lead among ten thousand offers costs a few ANDs of big integers.

For each fact that filters test at their top level (inside `all`, or alone), the index knows which offers every
value allows. Of a filter that holds more than that (`any`, `none`, a test that has no table) the rest is read singly,
for the few offers that are left.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping

from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Group, Node, Operator, Predicate, Test, compile_filter
from outbid.core.match.tables import Denied, End, Ends, Presence, Ranges, Table, Values, narrower

SINGLY: frozenset[Operator] = frozenset(("contains", "not_contains", "ends_with", "matches"))
"""Operators without a table. Text that `starts_with` something is a range in the order of characters."""
_WORD = 960
"""Bits that are looked at in one go: small integers are quick, cutting them off is not free."""
_PART = (1 << _WORD) - 1


def conjuncts(node: Node | None) -> list[Test]:
    """The tests that must hold whatever the rest says."""
    if node is None:
        return []
    if isinstance(node, Test):
        return [node]
    if node.mode != "all":
        return []
    return [test for part in node.parts for test in conjuncts(part)]


def remainder(node: Node | None) -> Node | None:
    """What of a filter no table says, and must be read singly; None if the tables say it all."""
    if node is None or (isinstance(node, Test) and node.operator not in SINGLY):
        return None
    if isinstance(node, Test) or node.mode != "all":
        return node
    left = tuple(rest for part in node.parts if (rest := remainder(part)) is not None)
    return Group("all", left) if left else None


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
            rest = remainder(node)
            if rest is not None:
                self._singly[offer] = compile_filter(rest)
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
        self._ranges: dict[str, dict[int, Ends]] = defaultdict(dict)

    def add(self, offer: int, test: Test) -> None:
        """One more test of an offer; one that has no table adds nothing."""
        if test.operator in SINGLY:
            return
        if test.operator in ("equals", "one_of"):
            listed = _listed(test)
            before = self._values[test.fact].get(offer, listed)
            self._values[test.fact][offer] = before & listed
        elif test.operator in ("not_equals", "not_one_of"):
            self._denied[test.fact][offer] = self._denied[test.fact].get(offer, frozenset()) | _listed(test)
        elif test.operator == "present":
            self._presence[test.fact][offer] = self._presence[test.fact].get(offer, frozenset()) | {test.value}
        else:
            self._ranges[test.fact][offer] = narrower(self._ranges[test.fact].get(offer, (None, None)), _ends(test))

    def tables(self, everyone: int) -> list[tuple[str, Table]]:
        """The tables, those that leave the fewest first to be asked."""
        return [
            *((fact, Values(everyone, wanted)) for fact, wanted in self._values.items()),
            *((fact, Ranges(everyone, wanted)) for fact, wanted in self._ranges.items()),
            *((fact, Presence(everyone, wanted)) for fact, wanted in self._presence.items()),
            *((fact, Denied(everyone, wanted)) for fact, wanted in self._denied.items()),
        ]


def _listed(test: Test) -> frozenset[Scalar]:
    return frozenset(test.value if test.operator.endswith("one_of") else (test.value,))


def _ends(test: Test) -> Ends:
    """A test as a range of values."""
    if test.operator == "between":
        least, most = test.value
        return (least, False), (most, False)
    if test.operator == "starts_with":
        return (test.value, False), _after(test.value)
    end = (test.value, test.operator in ("more_than", "less_than", "after", "before"))
    return (end, None) if test.operator in ("at_least", "more_than", "after") else (None, end)


def _after(prefix: str) -> End:
    """The first text, in the order of characters, that comes after all that begin with the prefix."""
    kept = prefix.rstrip(chr(sys.maxunicode))
    return (kept[:-1] + chr(ord(kept[-1]) + 1), True) if kept else None


def positions(bits: int) -> list[int]:
    """The positions of the ones in a big integer, ascending."""
    found = []
    offset = 0
    while bits:
        word = bits & _PART
        while word:
            lowest = word & -word
            found.append(offset + lowest.bit_length() - 1)
            word ^= lowest
        bits >>= _WORD
        offset += _WORD
    return found
