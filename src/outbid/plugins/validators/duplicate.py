"""The same person again: somebody whose phone or e-mail another lead holds within a time."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from outbid.core.contract import Conflict, Flaw, Lookup
from outbid.core.person.same import told_by
from outbid.core.reasons import DUPLICATE, Reason
from outbid.plugins.validators._lead import LeadView

REASONS: dict[str, Reason] = DUPLICATE

_USUAL = ("phone", "email")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is the same person, where and for how long."""

    fields: Annotated[
        tuple[str, ...],
        msgspec.Meta(title="Fields", description="What tells a person.", min_length=1, max_length=8),
    ] = _USUAL
    match: Annotated[
        Literal["any", "all"],
        msgspec.Meta(title="Match", description="One equal field is enough, or all must be equal together."),
    ] = "any"
    window_hours: Annotated[
        int, msgspec.Meta(title="Hours", description="How long a sold person is kept apart.", ge=1, le=8760)
    ] = 720
    scope: Annotated[
        Literal["house", "campaign", "source"],
        msgspec.Meta(title="Scope", description="Among whose leads: all of the house, the campaign's, the source's."),
    ] = "campaign"


def fields_of(settings: Settings) -> tuple[str, ...]:
    """Return the fields that the campaign must declare; of the usual ones, it may do without some."""
    return () if settings.match == "any" and settings.fields == _USUAL else settings.fields


def told(settings: Settings, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a seller is told of the rule; `names` are his."""
    same = (" and " if settings.match == "all" else " or ").join(
        names[name] for name in settings.fields if name in names
    )
    hours = settings.window_hours
    return (f"A person whose {same} was sold within {hours} hour{'' if hours == 1 else 's'} is refused.",)


def needs(lead: LeadView, settings: Settings) -> tuple[Lookup, ...]:
    """Claim the person for this lead, by each field or by all together."""
    known = told_by(lead.values, settings.fields, together=settings.match == "all")
    scope, seconds = _scope(lead, settings), settings.window_hours * 3600
    return tuple(Lookup(scope, name, text, seconds) for name, text in known.items())


def judge(lead: LeadView, answers: tuple[Conflict, ...], settings: Settings) -> tuple[Flaw, ...]:
    """Report each claim of this rule that another lead holds, in the order of the fields."""
    if not answers:
        return ()
    held = {(answer.scope, answer.name): answer for answer in answers}
    claims = [(claim.scope, claim.name) for claim in needs(lead, settings)]
    return tuple(_flaw(held[claim], settings) for claim in claims if claim in held)


def _scope(lead: LeadView, settings: Settings) -> str:
    if settings.scope == "house":
        return "house"
    return f"{settings.scope}:{lead.campaign if settings.scope == 'campaign' else lead.source}"


def _flaw(conflict: Conflict, settings: Settings) -> Flaw:
    same = conflict.name.replace("+", " and ")
    field = None if "+" in conflict.name else conflict.name
    if conflict.in_flight:
        return Flaw("duplicate_in_flight", field, f"A lead with the same {same} is being sold right now.")
    hours = settings.window_hours
    return Flaw("duplicate", field, f"The same {same} was sold within {hours} hour{'' if hours == 1 else 's'}.")
