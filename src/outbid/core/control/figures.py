"""What rules count, drawn from tallies: rows of quarter-hours in, counts that only grow out."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from outbid.core.control.health import Count, Measure, Rule

_PINGED: Final = ("bid", "pass", "error", "nonsense", "late", "unreachable")
_ANSWERED: Final = ("bid", "pass", "error", "nonsense")
CASES: Final[dict[Measure, tuple[str, ...]]] = {
    "rejects": ("sold", "rejected"),
    "uncertain": ("sold", "rejected", "uncertain"),
    "timeouts": _PINGED,
    "errors": _PINGED,
    "slow": _ANSWERED,
}
BAD: Final[dict[Measure, tuple[str, ...]]] = {
    "rejects": ("rejected",),
    "uncertain": ("uncertain",),
    "timeouts": ("late", "unreachable"),
    "errors": ("error", "nonsense"),
    "slow": (),
}
LEFT_OUT: Final = frozenset(("settled", "not_awaited", "past_patience"))
"""Rows with these reasons say nothing about the buyer: a person decided, or nobody waited for him any longer."""


class Tallied(msgspec.Struct, frozen=True):
    """A sum of tallies. `slow`: how many of these answers took longer than the offer's rule says."""

    quarter_ms: int
    offer: int
    outcome: str
    reason: str
    times: int
    slow: int


class Totals:
    """Counts since the first look. A row that is seen again counts by what it grew."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int, str, str], Tallied] = {}
        self._sums: dict[int, Counter[str]] = {}
        self._has_begun = False

    def see(self, rows: Iterable[Tallied]) -> None:
        """Take all rows of the last quarter-hours. What stood there at the first look is not counted."""
        seen = {(row.quarter_ms, row.offer, row.outcome, row.reason): row for row in rows}
        for key, row in seen.items() if self._has_begun else ():
            before = self._seen.get(key)
            if row.reason not in LEFT_OUT:
                sums = self._sums.setdefault(row.offer, Counter())
                sums[row.outcome] += row.times - (before.times if before else 0)
                sums["slow"] += row.slow - (before.slow if before else 0)
        self._seen, self._has_begun = seen, True

    def count(self, offer: int, rule: Rule) -> Count:
        """The cases of a rule so far, and the bad ones."""
        sums = self._sums.get(offer, Counter())
        bad = sums["slow"] if rule.measure == "slow" else sum(sums[outcome] for outcome in BAD[rule.measure])
        return Count(sum(sums[outcome] for outcome in CASES[rule.measure]), bad)
