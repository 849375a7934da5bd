"""Dimensions: facts of a lead by which a campaign's leads and sales are counted beside the whole."""

from collections.abc import Mapping

import msgspec

from outbid.core.lead.value import Scalar

MOST_VALUES = 1_000
"""How many values of a dimension have rows of their own, for each source and UTC day in one lane."""
LONGEST = 64
DAY_MS = 86_400_000


class Subject(msgspec.Struct, frozen=True):
    """What of a lead its tallies are kept by. `dimensions`: name and value of each that its campaign names."""

    source: int
    arrived_ms: int
    dimensions: tuple[tuple[str, str], ...] = ()


def dimensions_of(names: tuple[str, ...], facts: Mapping[str, Scalar]) -> tuple[tuple[str, str], ...]:
    """A lead's values, empty where it has no such fact; of a long text its first 64 characters."""
    return tuple((name, _text(facts.get(name))) for name in names)


def _text(fact: Scalar | None) -> str:
    if fact is None:
        return ""
    if isinstance(fact, bool):
        return "true" if fact else "false"
    return f"{fact:.15g}" if isinstance(fact, float) else str(fact)[:LONGEST]


class Names:
    """Which values of a dimension have rows of their own: the first 1,000 of each source and day, in one lane.

    What follows from the order of a lane's chapters alone, so that whoever counts them again decides alike. Common
    values come early; what comes later is counted as the rest. The limit is lifted for what happens two days or more
    after the day of its row: that is rare, and so no more than three days need to be remembered.
    """

    most = MOST_VALUES

    def __init__(self) -> None:
        self._days: dict[int, dict[tuple[int, str], set[str]]] = {}

    def dimension(self, quarter_ms: int, at_ms: int, source: int, name: str, value: str) -> str:
        """How a row's dimension is written: `name=value`, or `name` alone for the rest."""
        day = quarter_ms // DAY_MS
        if at_ms // DAY_MS > day + 1:
            return f"{name}={value}"
        known = self._values(day, source, name)
        if value not in known:
            if len(known) >= self.most:
                return name
            known.add(value)
        return f"{name}={value}"

    def know(self, quarter_ms: int, source: int, dimension: str) -> None:
        """There is a row of this dimension already."""
        name, named, value = dimension.partition("=")
        if named:
            self._values(quarter_ms // DAY_MS, source, name).add(value)

    def _values(self, day: int, source: int, name: str) -> set[str]:
        values = self._days.get(day)
        if values is None:
            values = self._days[day] = {}
            newest = max(self._days)
            for past in [known for known in self._days if known < newest - 2]:
                del self._days[past]
        return values.setdefault((source, name), set())
