"""What enrichers taught of a lead, beside what its seller sent.

Facts stand in the events, values in sealed notes: so a lead is the same in every process, and decides the same when
its person is erased. A quote's ping and the post under it learn each for themselves.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.lead import event as ev
from outbid.core.lead.lead import Lead
from outbid.core.lead.value import ABSENT, Scalar
from outbid.core.market.snapshot import Campaign, Enricher, Field, facts_of

NOTE = "learned "
"""How the name of a note begins that holds a learned value, as JSON; the field's name follows."""
LONGEST_VALUE = 2_000

_encode = msgspec.json.Encoder().encode


def is_missing(lead: Lead, name: str) -> bool:
    """Did nothing come for a field? What came and was not understood is not missing."""
    value = lead.values.get(name, ABSENT)
    return value.value is None and value.fault is None


def may_give(enricher: Enricher, lead: Lead) -> tuple[str, ...]:
    """The fields that an enricher may give this lead: what the seller sent stays, unless it is to be overwritten."""
    return tuple(name for name in enricher.gives if enricher.overwrite or is_missing(lead, name))


def awaited(campaign: Campaign, lead: Lead) -> frozenset[str]:
    """The fields that enrichers may still give a lead: what hangs on them is judged after they were asked."""
    return frozenset(name for enricher in campaign.enrichers for name in may_give(enricher, lead))


def why_not_asked(enricher: Enricher, lead: Lead) -> str | None:
    """The code for which an enricher is not asked about a lead; None if it is."""
    if lead.test and not enricher.local:
        return "test_lead"
    if not may_give(enricher, lead):
        return "nothing_missing"
    return None if all(_is_known(lead, name) for name in enricher.needs) else "needs_missing"


def _is_known(lead: Lead, name: str) -> bool:
    return name in lead.facts or lead.values.get(name, ABSENT).value is not None


def taken(enricher: Enricher, lead: Lead, answered: Mapping[str, Any]) -> dict[str, Scalar]:
    """What a lead takes of an answer, and of what there is to fall back on where it says nothing."""
    usable = {name: answered[name] for name in may_give(enricher, lead) if is_usable(answered.get(name))}
    spare = {name: text for name, text in enricher.fallback.items() if is_missing(lead, name)}
    return {**spare, **usable}


def is_usable(raw: Any) -> bool:
    """Can it be the value of a field? Lists, objects, blanks and what is too long are none."""
    if isinstance(raw, str):
        return bool(raw.strip()) and len(raw) <= LONGEST_VALUE
    return isinstance(raw, int | float | bool)


def readable(fields: Iterable[Field], answered: Mapping[str, Any], day: date) -> dict[str, Any]:
    """What of an answer the fields' types can read: a service that errs must not spoil what a seller sent well."""
    return {
        field.name: answered[field.name]
        for field in fields
        if field.name in answered and field.read(answered[field.name], day).fault is None
    }


def learn(lead: Lead, fields: Iterable[Field], given: Mapping[str, Any], day: date) -> tuple[Lead, dict[str, Scalar]]:
    """The lead with the given fields read by their types, and the facts that they brought."""
    named = tuple(field for field in fields if field.name in given)
    values = {field.name: field.read(given[field.name], day) for field in named}
    facts = facts_of(values, named)
    return replace(lead, values=lead.values | values, facts=without(lead.facts, given) | facts), facts


def without(facts: Mapping[str, Scalar], fields: Iterable[str]) -> dict[str, Scalar]:
    """The facts that do not come of any of the fields."""
    gone = set(fields)
    return {name: fact for name, fact in facts.items() if name.partition(".")[0] not in gone}


def taught(facts: Mapping[str, Scalar], event: ev.Enriched) -> dict[str, Scalar]:
    """Facts after one more enricher."""
    return without(facts, event.gave) | event.facts


def facts_after(facts: Mapping[str, Scalar], events: Iterable[ev.Event]) -> Mapping[str, Scalar]:
    """The facts that decide about a lead, from those that it came with; under a quote, those since its post."""
    for event in _since_the_post(events):
        facts = taught(facts, event)
    return facts


def facts_at_ping(facts: Mapping[str, Scalar], events: Iterable[ev.Event]) -> Mapping[str, Scalar]:
    """The facts that decided about the ping of a lead, from those that it came with."""
    for event in events:
        if isinstance(event, ev.Received):
            break
        if isinstance(event, ev.Enriched):
            facts = taught(facts, event)
    return facts


def given_by(events: Iterable[ev.Event], notes: Mapping[str, str]) -> dict[str, Any]:
    """The values that a lead has by its enrichers, as they came."""
    names = (name for event in _since_the_post(events) for name in event.gave)
    return {name: msgspec.json.decode(notes[NOTE + name]) for name in names}


def _since_the_post(events: Iterable[ev.Event]) -> list[ev.Enriched]:
    found: list[ev.Enriched] = []
    for event in events:
        if isinstance(event, ev.Received):
            found = []
        elif isinstance(event, ev.Enriched):
            found.append(event)
    return found


def kept_of(events: Iterable[ev.Event], notes: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What enrichers answered to the ping of a lead, by enricher: buyers bid on it, so that it stands for the post."""
    kept: dict[str, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, ev.Received):
            return kept
        if isinstance(event, ev.Enriched) and event.outcome in ("learned", "cached"):
            kept[event.enricher] = {name: msgspec.json.decode(notes[NOTE + name]) for name in event.gave}
    return kept


def note_of(raw: Scalar) -> str:
    """A learned value as its note."""
    return _encode(raw).decode()
