"""One key's value with more to it than a term: a value map, what stands there otherwise, a condition."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.mapping.steps import as_text
from outbid.core.dialect.mapping.term import Names, Take, Term, compile_steps, compile_term_of, lead_names
from outbid.core.match.filter import Predicate, compile_filter, facts_read, read_filter

Scalar = str | int | float | bool


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value that is mapped, stands in for one that is missing, or is sent only sometimes."""

    value: Annotated[str, Meta(description="the term")]
    map: Annotated[
        dict[str, Scalar],
        Meta(description="from our values, as text in any case, to theirs; what is not in it is nothing"),
    ] = {}
    otherwise: Annotated[
        Scalar | None, Meta(description="what is sent where there is no value, or none that the map knows")
    ] = None
    then: Annotated[str | None, Meta(description="steps, such as `upper | first 5`, after the map")] = None
    when: Annotated[Any, Meta(description="a filter on facts: where it does not hold the key is left out")] = None


class Line(msgspec.Struct, frozen=True):
    """One key of a mapping, compiled.

    key, said   as they were written
    term        what it gives; it reads its fields only where the condition holds
    when        whether it is sent at all, by the facts; None: always
    asks        the facts that the condition reads
    """

    key: str
    said: "str | Entry"
    term: Term
    when: Predicate | None = None
    asks: tuple[str, ...] = ()


def compile_line(key: str, said: str | Entry, binding: Binding, names: Names | None = None) -> Line:
    """One key; `names`: what the names in its term stand for, a lead's unless it is said. Raises ValueError."""
    try:
        names = names or lead_names(binding.known, binding.buyer)
        if isinstance(said, str):
            return Line(key, said, compile_term_of(said, names))
        return _compile_entry(key, said, binding, names)
    except ValueError as error:
        raise ValueError(f"{key!r}: {error}") from None


def _compile_entry(key: str, said: Entry, binding: Binding, names: Names) -> Line:
    term = compile_term_of(said.value, names)
    take = _mapped(term.take, said)
    if said.then is not None:
        take = _then(take, said.then)
    if said.otherwise is not None:
        take = _or(take, said.otherwise)
    if said.when is None:
        return Line(key, said, Term(take, term.reads, to_buyer=term.to_buyer))
    node = read_filter(said.when, binding.facts)
    when = compile_filter(node)
    only = Term(_only(take, when), term.reads, to_buyer=term.to_buyer)
    return Line(key, said, only, when, tuple(sorted(facts_read(node))))


def _mapped(take: Take, said: Entry) -> Take:
    if not said.map:
        return take
    table = {key.strip().lower(): value for key, value in said.map.items()}
    if len(table) < len(said.map):
        raise ValueError("two values of the map differ only in capitals: they are one")

    def mapped(ask: Ask) -> Any:
        value = take(ask)
        if isinstance(value, list):
            return [found for part in value if (found := table.get(as_text(part).strip().lower())) is not None] or None
        return None if value is None else table.get(as_text(value).strip().lower())

    return mapped


def _then(take: Take, steps: str) -> Take:
    change = compile_steps(steps)

    def changed(ask: Ask) -> Any:
        value = take(ask)
        return None if value is None else change(value)

    return changed


def _or(take: Take, otherwise: Scalar) -> Take:
    def found(ask: Ask) -> Any:
        value = take(ask)
        return otherwise if value is None else value

    return found


def _only(take: Take, when: Predicate) -> Take:
    return lambda ask: take(ask) if when(ask.facts) else None


def text_of_said(said: str | Entry) -> str:
    """The term of a key's value, whichever way it was written."""
    return said if isinstance(said, str) else said.value


Table = Mapping[str, str | Entry]
"""From the buyer's keys to terms."""
