"""What the checks of a campaign say of a lead: those at hand first, then those that wait for what the store answers."""

from collections.abc import Sequence

from outbid.core.contract import Conflict, Flaw, Lookup
from outbid.core.lead.lead import Lead
from outbid.core.lead.value import ABSENT
from outbid.core.market.snapshot import Check, Field

Found = list[tuple[Check, Flaw]]
"""Flaws, each with the check that found it."""


class Inspection:
    """One lead before the checks of its campaign, in order."""

    def __init__(self, lead: Lead, checks: Sequence[Check]) -> None:
        self._lead = lead
        self._needs = [(check, check.needs(lead)) for check in checks]

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """Everything that the checks ask the store for."""
        return tuple(lookup for _, need in self._needs for lookup in need)

    def at_hand(self) -> Found:
        """The flaws that checks find which ask for nothing."""
        return [(check, flaw) for check, need in self._needs if not need for flaw in check.judge(self._lead, ())]

    def answered(self, conflicts: Sequence[Conflict]) -> Found:
        """The flaws that the others find, given what the store answered."""
        return [
            (check, flaw)
            for check, need in self._needs
            if need
            for flaw in check.judge(self._lead, _answers(need, conflicts))
        ]


def _answers(need: tuple[Lookup, ...], conflicts: Sequence[Conflict]) -> tuple[Conflict, ...]:
    asked = {(lookup.scope, lookup.name) for lookup in need}
    return tuple(conflict for conflict in conflicts if (conflict.scope, conflict.name) in asked)


def to_come(lead: Lead, fields: Sequence[Field]) -> frozenset[str]:
    """The fields that a ping need not tell: the personal ones, which come with the post."""
    return frozenset(field.name for field in fields if field.personal and lead.values[field.name] is ABSENT)


def without_awaited(lead: Lead, found: Found, waits: frozenset[str]) -> Found:
    """The flaws that count now: what hangs on fields that are still awaited is put off."""
    return [(check, flaw) for check, flaw in found if not _put_off(lead, check, flaw, waits)] if waits else found


def _put_off(lead: Lead, check: Check, flaw: Flaw, waits: frozenset[str]) -> bool:
    """Is the flaw one of a field that is awaited, or of a check that reads such a field?"""
    if flaw.field in waits:
        return True
    about_what_came = flaw.field is None or lead.values.get(flaw.field, ABSENT) is not ABSENT
    return about_what_came and not waits.isdisjoint(check.reads)


def refusal(found: Found) -> str | None:
    """The reason code for which a lead is refused: that of the first flaw whose check refuses."""
    return _first(found, "refuse")


def holding(found: Found) -> str:
    """The reason code for which a lead is held for review; empty if it is not."""
    return _first(found, "review") or ""


def _first(found: Found, on_flaw: str) -> str | None:
    return next((flaw.code for check, flaw in found if check.on_flaw == on_flaw), None)
