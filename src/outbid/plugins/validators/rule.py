"""A rule of the operator's own: a filter that every lead must match, and the name it is refused under."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from outbid.core.contract import Conflict, Flaw, Lookup
from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Fact, Predicate, compile_filter, read_filter
from outbid.core.reasons import reasons

REASONS = reasons(broken=("A rule of the operator does not allow the lead.", "The rule's name says which."))


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule: leads that `require` does not match are flawed."""

    name: Annotated[str, Meta(min_length=1, max_length=80, description="what sellers and reports see")]
    require: Annotated[dict[str, Any], Meta(description="a filter that the lead must match")]
    field: Annotated[str | None, Meta(description="the field that the flaw is shown at")] = None


class Bound(msgspec.Struct, frozen=True):
    """The rule, its filter compiled."""

    name: str
    field: str | None
    matches: Predicate


class LeadView(Protocol):
    """What of a lead this validator reads."""

    facts: dict[str, Scalar]


def bind(settings: Settings, facts: Mapping[str, Fact]) -> Bound:
    """Compile the filter against the campaign's facts. Raises FilterError."""
    node = read_filter(settings.require, facts, ("settings", "require"))
    return Bound(settings.name, settings.field, compile_filter(node))


def fields_of(settings: Settings) -> tuple[str, ...]:
    """The fields whose facts the filter looks at."""
    return tuple(sorted({fact.partition(".")[0] for fact in _facts(settings.require)}))


def _facts(part: Any) -> Iterator[str]:
    if isinstance(part, dict) and isinstance(part.get("fact"), str):
        yield part["fact"]
    elif isinstance(part, dict):
        for parts in part.values():
            for inner in parts if isinstance(parts, list | tuple) else ():
                yield from _facts(inner)


def told(settings: Settings, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a seller is told of the rule."""
    at = "" if settings.field is None else f" It looks at {names.get(settings.field, settings.field)}."
    return (f"The rule “{settings.name}” must hold.{at}",)


def needs(lead: LeadView, bound: Bound) -> tuple[Lookup, ...]:
    """Nothing has to be looked up."""
    return ()


def judge(lead: LeadView, answers: tuple[Conflict, ...], bound: Bound) -> tuple[Flaw, ...]:
    """One flaw under the rule's name if the filter does not match."""
    if bound.matches(lead.facts):
        return ()
    return (Flaw("broken", bound.field, f"rule: {bound.name}"),)
