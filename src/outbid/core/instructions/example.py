"""A made-up lead that passes the checks of a source, and the same lead as the seller writes it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, product
from typing import Any
from urllib.parse import urlencode

import msgspec

from outbid.core.contract import Malformed
from outbid.core.dialect.formats.xml import xml_writer
from outbid.core.heard import Inbound
from outbid.core.heard import Lead as Heard
from outbid.core.instructions.speech import Document, Speech, Spelling, document_of
from outbid.core.lead.lead import Lead
from outbid.core.lead.value import ABSENT, Scalar
from outbid.core.market import noun as spec
from outbid.core.market.making.plan import Plugins
from outbid.core.market.snapshot import Campaign, Check, Source, facts_of

MOST_TRIES = 500
ROOT = "lead"
Choices = Mapping[str, Sequence[Scalar]]
"""Values that a field may have in a made-up lead, the most usual first."""
CONTENT_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "query": "",
    "xml": "application/xml",
}


def choices_of(
    plugins: Plugins, noun: spec.Campaign, campaign: Campaign, usual: Choices, day: date
) -> dict[str, tuple[Scalar, ...]]:
    """What each field may be in a made-up lead: usual values, those of its type, those that a check names."""
    return {field.name: _choices(plugins, noun, field, campaign, usual, day) for field in noun.fields}


def _choices(
    plugins: Plugins, noun: spec.Campaign, field: spec.Field, campaign: Campaign, usual: Choices, day: date
) -> tuple[Scalar, ...]:
    module = plugins.get("fields", field.type)
    settings = msgspec.convert(field.settings, module.Settings, strict=False)
    own = module.samples(settings) if hasattr(module, "samples") else (module.EXAMPLE,)
    named = [
        value
        for check in noun.checks
        if check.plugin not in ("required", "type", "duplicate")
        for value in _scalars(check.settings)
    ]
    ready = next(each for each in campaign.fields if each.name == field.name)
    every = dict.fromkeys((*usual.get(field.name, ()), *own, *named))
    return tuple(value for value in every if ready.read(value, day).fault is None)


def _scalars(part: Any) -> Iterator[Scalar]:
    if isinstance(part, Mapping):
        part = list(part.values())
    if isinstance(part, str | int | float):
        yield part
    elif isinstance(part, Iterable):
        for inner in part:
            yield from _scalars(inner)


def made_up(source: Source, choices: Choices, day: date) -> tuple[dict[str, Scalar], str]:
    """A lead by the campaign's names, and which check it does not pass; none: it passes all."""
    lead: dict[str, Scalar] = {name: values[0] for name, values in choices.items() if values}
    for _ in source.campaign.checks:
        failing = _failing(source, lead, day)
        if failing is None:
            return lead, ""
        mended = next((tried for tried in _tries(lead, failing, choices) if _passes(source, failing, tried, day)), None)
        if mended is None:
            return lead, failing.plugin
        lead = mended
    failing = _failing(source, lead, day)
    return lead, "" if failing is None else failing.plugin


def _tries(lead: dict[str, Scalar], check: Check, choices: Choices) -> Iterator[dict[str, Scalar]]:
    names = sorted(check.reads & choices.keys()) or list(choices)
    every = product(*(choices[name] for name in names if choices[name]))
    for values in islice(every, MOST_TRIES):
        yield lead | dict(zip([name for name in names if choices[name]], values, strict=True))


def _failing(source: Source, lead: Mapping[str, Any], day: date) -> Check | None:
    """The first check that refuses or holds a lead, as far as it tells by the lead alone."""
    checks = (check for check in source.campaign.checks if check.on_flaw != "flag")
    return next((check for check in checks if not _passes(source, check, lead, day)), None)


def _passes(source: Source, check: Check, lead: Mapping[str, Any], day: date) -> bool:
    return not check.judge(_read(source, lead, day), ())


def _read(source: Source, came: Mapping[str, Any], day: date) -> Lead:
    campaign = source.campaign
    values = {
        field.name: ABSENT if came.get(field.name) is None else field.read(came[field.name], day)
        for field in campaign.fields
    }
    facts = facts_of(values, campaign.fields)
    return Lead(0, b"", source.number, campaign.number, 0, 0, values, facts, {}, True, None)  # type: ignore[arg-type]


def written(
    source: Source, speech: Speech, spelt: Mapping[str, Spelling], lead: Mapping[str, Scalar], day: date
) -> tuple[dict[str, Scalar], str]:
    """The lead by the seller's names, and which of its fields are not read as they should be, joined by commas."""
    his: dict[str, Scalar] = {}
    for name, value in lead.items():
        spelling = spelt[name]
        if spelling.path:
            his[spelling.path] = spelling.written(value)
            his |= {more: "Example" for more in spelling.more if more not in his}
    if speech.signed:
        return his, ""  # nothing is heard of what is not signed
    for name, spelling in spelt.items():
        if name in lead and spelling.path and _lost(source, speech, his, name, lead[name], day):
            usual = his[spelling.path]
            for tried in (f"{usual} Example", f"Example {usual}"):
                if not _lost(source, speech, his | {spelling.path: tried}, name, lead[name], day):
                    his[spelling.path] = tried
                    break
    lost = [name for name in lead if spelt[name].path and _lost(source, speech, his, name, lead[name], day)]
    return his, ", ".join(lost)


def _lost(source: Source, speech: Speech, his: Mapping[str, Scalar], name: str, value: Scalar, day: date) -> bool:
    """Is a field read otherwise than it was meant, when this is sent?"""
    came = heard(source, speech, his)
    field = next(each for each in source.campaign.fields if each.name == name)
    if came is None or came.get(name) is None:
        return True
    found = field.read(came[name], day)
    return found.fault is not None or found.value != field.read(value, day).value


def heard(source: Source, speech: Speech, his: Mapping[str, Scalar]) -> Mapping[str, Any] | None:
    """What the source's intake reads of a lead by the seller's names; None if it reads none."""
    document = document_of(speech, his)
    body, kind = body_of(speech, document), CONTENT_TYPES[speech.format]
    if not speech.own:
        arrived = source.read(kind, body)
        return None if isinstance(arrived, Malformed) else arrived.fields
    if source.spoken is None:
        return None
    query = body.decode() if speech.format == "query" else ""
    inbound = Inbound("POST", "", query, (("content-type", kind),), b"" if query else body)
    found = source.spoken.hear(inbound)
    if isinstance(found, Malformed) or not found.things:
        return None
    thing = found.things[0]
    return thing.arrival.fields if isinstance(thing, Heard) else None


def body_of(speech: Speech, document: Document) -> bytes:
    """A document as it is sent; of a query, the query."""
    if speech.format == "json":
        return msgspec.json.encode(document)
    if speech.format == "xml":
        return xml_writer(ROOT)(document)
    return urlencode({name: text_of(value) for name, value in document.items()}).encode()


def text_of(value: Any) -> str:
    """A value as forms write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
