"""Makes posting instructions of a source and its campaign, as they stand in the market."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from outbid.core.ids import QUOTE
from outbid.core.instructions.example import Choices, choices_of, made_up, written
from outbid.core.instructions.speech import Speech, Spelling, spellings
from outbid.core.instructions.told import (
    AnswerLine,
    ChangeLine,
    FieldLine,
    House,
    Instructions,
    QuoteTerms,
    ReasonLine,
)
from outbid.core.lead.value import Scalar
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.plan import Plugins
from outbid.core.reasons import ENDS, POSTS, REFUSED, Reason

SENT = ("key_missing", "key_unknown", "key_not_allowed", "source_closed", "overloaded", "database_away", "not_recorded")
READ = (
    "body_not_json",
    "body_not_object",
    "body_too_large",
    "too_many_fields",
    "media_type_unknown",
    "request_key_reused",
)
ASKED = ("ping_unknown", "ping_used", "ping_expired", "bid_unknown", "ping_not_quoted", "changed_since_ping")
WAITS = ("in_progress", "unsettled", "in_review", "queued")
FACTS = {
    "options": "one of",
    "min": "at least",
    "max": "at most",
    "earliest": "not before",
    "latest": "not after",
    "min_length": "shortest",
    "max_length": "longest",
    "country": "of the country",
    "order": "order of day and month",
}


class Given(msgspec.Struct, frozen=True):
    """What instructions are made of.

    usual    field name → values that leads of any kind have there; reasons: all there are, those of plugins too
    answers  what the source answers, for made-up values; changes: the newest first
    """

    source: made.Source
    source_noun: spec.Source
    campaign_noun: spec.Campaign
    plugins: Plugins
    usual: Choices
    reasons: Mapping[str, Reason]
    address: str
    day: date
    answers: tuple[AnswerLine, ...] = ()
    changes: tuple[ChangeLine, ...] = ()
    house: House = House()


def instructions_of(given: Given) -> Instructions:
    """All that is told of a source."""
    source, campaign = given.source, given.campaign_noun
    speech = speech_of(given.plugins, given.source_noun)
    spelt = spellings(speech, (field.name for field in campaign.fields))
    choices = choices_of(given.plugins, campaign, source.campaign, given.usual, given.day)
    lead, failing = made_up(source, choices, given.day)
    his, lost = ({}, "") if speech.pushed else written(source, speech, spelt, lead, given.day)
    needed = needed_of(given.plugins, campaign, source.campaign)
    typed = typed_of(given.plugins, campaign)
    pinged = _pinged(source.campaign, campaign)
    fields = tuple(
        _field(given, field, spelt[field.name], his, field.name in needed, field.name in pinged, field.name in typed)
        for field in campaign.fields
    )
    asks = any(answer.outcome == "quoted" and QUOTE in answer.body for answer in given.answers)
    told = {path for field in fields if field.pinged for path in (field.path, *field.more)}
    return Instructions(
        slug=source.slug,
        name=given.source_noun.name,
        campaign=campaign.name or campaign.slug,
        currency=campaign.currency,
        address=given.address,
        closed=source.paused,
        speech=speech,
        fields=fields,
        one_of=tuple(tuple(spelt[name].path for name in group) for group in groups_of(given.plugins, campaign)),
        rules=tuple(_rules(given, spelt)),
        lead=his,
        ping={path: value for path, value in his.items() if path in told} if asks else {},
        doubt=_doubt(speech, failing, lost),
        quotes=_quotes(given.source_noun.quotes) if asks else None,
        answers=given.answers,
        reasons=tuple(_reasons(given, asks)),
        changes=given.changes,
        answer_ms=source.answer_ms,
        deadline_ms=given.source_noun.deadline_ms,
        postback=source.postback is not None,
        house=given.house,
    )


def speech_of(plugins: Plugins, source: spec.Source) -> Speech:
    """How a source is spoken to; an intake that does not say is taken for plain JSON."""
    module = plugins.get("intakes", source.intake.plugin)
    if not hasattr(module, "speech"):
        return Speech(format="json")
    found: Speech = module.speech(msgspec.convert(source.intake.settings, module.Settings, strict=False))
    return found


def _checks(plugins: Plugins, campaign: spec.Campaign) -> Iterator[tuple[spec.Check, Any, Any]]:
    """Each check with its module and its settings."""
    for check in campaign.checks:
        module = plugins.get("validators", check.plugin)
        yield check, module, msgspec.convert(check.settings, module.Settings, strict=False)


def needed_of(plugins: Plugins, campaign: spec.Campaign, ready: made.Campaign | None) -> set[str]:
    """The fields without which a check refuses a lead; what an enricher gives need not be sent."""
    found: set[str] = set()
    for check, module, settings in _checks(plugins, campaign):
        if check.on_flaw == "refuse" and hasattr(module, "required_of"):
            found |= set(module.required_of(settings))
    given = () if ready is None else (enricher.gives for enricher in ready.enrichers)
    return found.difference(*given)


def groups_of(plugins: Plugins, campaign: spec.Campaign) -> list[tuple[str, ...]]:
    """Groups of fields of which one must come."""
    found: list[tuple[str, ...]] = []
    for check, module, settings in _checks(plugins, campaign):
        if check.on_flaw == "refuse" and hasattr(module, "one_of"):
            found += module.one_of(settings)
    return found


def typed_of(plugins: Plugins, campaign: spec.Campaign) -> set[str]:
    """The fields for whose faults a lead is refused."""
    names, found = tuple(field.name for field in campaign.fields), set[str]()
    for check, module, settings in _checks(plugins, campaign):
        if check.on_flaw == "refuse" and hasattr(module, "typed_of"):
            found |= set(module.typed_of(settings, names))
    return found


def _field(
    given: Given,
    field: spec.Field,
    spelling: Spelling,
    his: Mapping[str, Scalar],
    needed: bool,
    pinged: bool,
    typed: bool,
) -> FieldLine:
    module = given.plugins.get("fields", field.type)
    settings = msgspec.convert(field.settings, module.Settings, strict=False)
    schema = module.schema(settings) if typed and hasattr(module, "schema") else {}
    return FieldLine(
        path=spelling.path,
        more=spelling.more,
        name=field.name,
        type=field.type,
        about=(module.__doc__ or "").strip().partition("\n")[0],
        needed=needed and bool(spelling.path),
        pinged=pinged,
        example=his.get(spelling.path),
        schema=schema,
        facts=dict(facts_of(module, settings)),
        mask=getattr(module, "MASK", ""),
        term=spelling.term,
        words=spelling.values,
    )


def facts_of(module: Any, settings: Any) -> Iterator[tuple[str, str]]:
    """What the settings of a field type allow, in a few words each; only what is not the usual."""
    usual = {name: getattr(settings, name) for name in settings.__struct_fields__}
    for name, value in usual.items():
        default = next((f.default for f in msgspec.structs.fields(module.Settings) if f.name == name), None)
        if name in FACTS and value not in (None, "", default):
            yield FACTS[name], _in_words(name, value)


def _in_words(setting: str, value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if setting == "order":
        return text.replace("_", " ")
    return f"{text} characters" if setting.endswith("_length") else text


def _pinged(ready: made.Campaign, campaign: spec.Campaign) -> set[str]:
    """The fields that a ping should tell: all that are not personal, and those of which pings tell a part."""
    parts = {name.partition(".")[0] for name in campaign.ping_fields if "." in name}
    return {field.name for field in ready.fields if not field.personal or field.name in parts}


def _quotes(quotes: spec.Quotes) -> QuoteTerms:
    return QuoteTerms(quotes.seconds, quotes.stale, quotes.bids == "all")


def _rules(given: Given, spelt: Mapping[str, Spelling]) -> Iterator[str]:
    """What the checks want, where their plugins say it, in the seller's names."""
    names = {name: spelling.path or name for name, spelling in spelt.items()}
    for check, module, settings in _checks(given.plugins, given.campaign_noun):
        if check.on_flaw != "flag" and hasattr(module, "told"):
            held = " Such a lead is held until somebody looked at it." if check.on_flaw == "review" else ""
            yield from (said + held for said in module.told(settings, names))


def _doubt(speech: Speech, failing: str, lost: str) -> str:
    if speech.pushed:
        return ""
    if failing:
        return f"No lead could be made up that passes the check `{failing}`: mend its values before you send it."
    if lost:
        return f"The values of {lost} could not be turned into your words: write them as you send them."
    return ""


def _reasons(given: Given, asks: bool) -> Iterator[ReasonLine]:
    """The reasons that may come with an answer: those of the checks and the field types, and the exchange's own."""
    codes: list[str] = []
    typed = typed_of(given.plugins, given.campaign_noun)
    types = dict.fromkeys(field.type for field in given.campaign_noun.fields if field.name in typed)
    for check, module, _ in _checks(given.plugins, given.campaign_noun):
        if check.on_flaw != "flag":
            codes += _codes(check.plugin, module, given.reasons)
    for name in types:
        codes += _codes(name, given.plugins.get("fields", name), given.reasons)
    intake = given.source_noun.intake.plugin
    codes += _codes(intake, given.plugins.get("intakes", intake), given.reasons)
    codes += [*(ASKED if asks else ()), *READ, *SENT, *WAITS, *_unsold(asks)]
    for code in dict.fromkeys(codes):
        reason = given.reasons.get(code) or REFUSED.get(code) or POSTS.get(code)
        if reason is not None:
            yield ReasonLine(code, reason.sentence, reason.fix)


def _codes(plugin: str, module: Any, known: Mapping[str, Reason]) -> Sequence[str]:
    return [full if (full := f"{plugin}.{code}") in known else code for code in getattr(module, "REASONS", {})]


def _unsold(asks: bool) -> list[str]:
    return [code for code in ENDS if asks or code not in ("capped_since_ping", "bids_gone")]
