"""Fields that a lead must have, and groups of which it must have one."""

from typing import Annotated

import msgspec

from outbid.core.contract import Conflict, Flaw, Lookup
from outbid.core.lead.value import ABSENT
from outbid.core.reasons import Reason, reasons
from outbid.plugins.validators._lead import LeadView

REASONS: dict[str, Reason] = reasons(
    missing=("A field that the campaign requires did not come.", "Send the field with a value."),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must come."""

    fields: Annotated[
        tuple[str, ...], msgspec.Meta(title="Fields", description="Each of them must come with a value.")
    ] = ()
    any_of: Annotated[
        tuple[Annotated[tuple[str, ...], msgspec.Meta(min_length=1)], ...],
        msgspec.Meta(title="One of each group", description="Of each group, at least one field must come."),
    ] = ()


def fields_of(settings: Settings) -> tuple[str, ...]:
    """Return the fields that the campaign must declare."""
    return (*settings.fields, *(name for group in settings.any_of for name in group))


def required_of(settings: Settings) -> tuple[str, ...]:
    """Return the fields without which no lead passes."""
    return settings.fields


def one_of(settings: Settings) -> tuple[tuple[str, ...], ...]:
    """Return the groups of which a seller must send one field."""
    return settings.any_of


def needs(lead: LeadView, settings: Settings) -> tuple[Lookup, ...]:
    """Ask for nothing: the lead itself tells."""
    return ()


def judge(lead: LeadView, answers: tuple[Conflict, ...], settings: Settings) -> tuple[Flaw, ...]:
    """Name every field that did not come; one that was not understood did, and `type` speaks of it."""
    missing = [Flaw("missing", name, f"Send a value for {name}.") for name in settings.fields if not _came(lead, name)]
    unmet = [group for group in settings.any_of if not any(_came(lead, name) for name in group)]
    return (*missing, *(Flaw("missing", None, f"Send at least one of {', '.join(group)}.") for group in unmet))


def _came(lead: LeadView, name: str) -> bool:
    value = lead.values.get(name, ABSENT)
    return value.value is not None or value.fault is not None
