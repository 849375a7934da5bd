"""Kinds of leads as data: which fields they have, which are personal, which a ping tells; a campaign made of one."""

from collections.abc import Sequence
from typing import Any

import msgspec

from outbid.core.lead.value import Scalar
from outbid.core.market.noun import Campaign, Check, Tier
from outbid.core.market.noun import Field as Declared


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One datum of a kind of lead.

    personal  overrides what the field type says
    required  a lead without it is refused
    ping      a ping tells it; a part, such as `age`: a ping tells that part alone
    about     what it means, where the name does not tell
    usual     values as sellers send them, made up where they are personal
    """

    name: str
    type: str
    personal: bool | None = None
    settings: dict[str, Any] = {}
    required: bool = False
    ping: bool | str = False
    about: str = ""
    usual: tuple[Scalar, ...]


class Vertical(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of lead; `fields` of its own come after those that all kinds have."""

    title: str
    about: str
    fields: tuple[Field, ...]


def campaign_of(vertical: Vertical, slug: str) -> Campaign:
    """A campaign for this kind of lead: its fields, its checks, one tier. Floors and caps are the operator's."""
    fields = vertical.fields
    return Campaign(
        slug=slug,
        fields=tuple(Declared(name=f.name, type=f.type, personal=f.personal, settings=f.settings) for f in fields),
        checks=(
            Check(plugin="required", settings={"fields": [field.name for field in fields if field.required]}),
            Check(plugin="type", settings={}),
            Check(plugin="suppressed", settings={}),
            Check(plugin="duplicate", settings={}),
        ),
        tiers=(Tier(slug="main"),),
        ping_fields=tuple(_told(field) for field in fields if field.ping),
    )


def _told(field: Field) -> str:
    return field.name if field.ping is True else f"{field.name}.{field.ping}"


def made_up(fields: Sequence[Field], number: int) -> dict[str, Scalar]:
    """The lead of that number, of usual values; its neighbours differ."""
    return {field.name: field.usual[number % len(field.usual)] for field in fields}
