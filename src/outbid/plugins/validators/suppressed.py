"""Whom the house does not take: somebody whose phone or e-mail is on its suppression list."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from outbid.core.contract import LISTED, Conflict, Flaw, Lookup
from outbid.core.person.same import told_by
from outbid.core.reasons import SUPPRESSED, Reason
from outbid.plugins.validators._lead import LeadView

REASONS: dict[str, Reason] = SUPPRESSED

_USUAL = ("phone", "email")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which fields the list is looked into."""

    fields: Annotated[
        tuple[str, ...],
        msgspec.Meta(title="Fields", description="Phones and e-mails.", min_length=1, max_length=8),
    ] = _USUAL


def fields_of(settings: Settings) -> tuple[str, ...]:
    """Return the fields that the campaign must declare; of the usual ones, it may do without some."""
    return () if settings.fields == _USUAL else settings.fields


def told(settings: Settings, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a seller is told of the rule; `names` are his."""
    same = " or ".join(names[name] for name in settings.fields if name in names)
    return (f"A person whose {same} is on the house's suppression list is refused.",)


def needs(lead: LeadView, settings: Settings) -> tuple[Lookup, ...]:
    """Look for the person on the list, by each field."""
    texts = told_by(lead.values, settings.fields, together=False)
    return tuple(Lookup(LISTED, name, text, 0) for name, text in texts.items())


def judge(lead: LeadView, answers: tuple[Conflict, ...], settings: Settings) -> tuple[Flaw, ...]:
    """Report each field by which the list has the person, in the order of the fields."""
    found = {answer.name for answer in answers if answer.scope == LISTED}
    return tuple(Flaw("suppressed", name) for name in settings.fields if name in found)
