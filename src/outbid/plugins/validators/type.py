"""Fields whose value was not understood, or is not what its field type allows."""

from typing import Annotated

import msgspec

from outbid.core.contract import Conflict, Flaw, Lookup
from outbid.core.lead.value import Scalar
from outbid.core.reasons import Reason
from outbid.plugins.validators._lead import LeadView

# It has no reasons of its own: what it reports are the field types' (`phone.too_short`).
REASONS: dict[str, Reason] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which fields count."""

    fields: Annotated[
        tuple[str, ...], msgspec.Meta(title="Fields", description="Only these are looked at; empty: all.")
    ] = ()
    except_for: Annotated[
        tuple[str, ...],
        msgspec.Meta(title="Except for", description="These may be wrong: a fault stays a fact, and no more."),
    ] = ()


def fields_of(settings: Settings) -> tuple[str, ...]:
    """Return the fields that the campaign must declare."""
    return (*settings.fields, *settings.except_for)


def typed_of(settings: Settings, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the campaign's fields whose faults count."""
    looked = settings.fields or names
    return tuple(name for name in looked if name not in settings.except_for)


def needs(lead: LeadView, settings: Settings) -> tuple[Lookup, ...]:
    """Ask for nothing: the lead itself tells."""
    return ()


def judge(lead: LeadView, answers: tuple[Conflict, ...], settings: Settings) -> tuple[Flaw, ...]:
    """Name every fault at once, in the order of the campaign's fields."""
    return tuple(
        Flaw(value.fault, name, f"{_said(value.fault)}: {_shape(value.raw)} came.")
        for name, value in lead.values.items()
        if value.fault is not None
        and name not in settings.except_for
        and (not settings.fields or name in settings.fields)
    )


def _said(fault: str) -> str:
    return fault.rpartition(".")[2].replace("_", " ").capitalize()


def _shape(raw: Scalar | None) -> str:
    """Tell what came without repeating it: the value may be personal, and a flaw is kept with the plain facts."""
    if isinstance(raw, bool):
        return "true or false"
    if isinstance(raw, str):
        return f"text of {len(raw)} character{'' if len(raw) == 1 else 's'}"
    return "nothing" if raw is None else "a number"
