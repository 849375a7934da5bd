"""Pings and posts as urlencoded forms or queries."""

from typing import Annotated, Literal

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.formats.form import form_writer
from outbid.core.dialect.mapping import FLAT
from outbid.core.dialect.reply import Rule, said_as
from outbid.plugins.deliveries._talk import (
    Bound,
    Interface,
    Manner,
    again,
    ask_again,
    bind_interface,
    ping,
    pings,
    post,
    reads,
    repeatable,
    secrets,
)
from outbid.plugins.deliveries._tried import looked, shown

__all__ = [
    "Bound",
    "Rule",
    "Settings",
    "again",
    "ask_again",
    "bind",
    "looked",
    "ping",
    "pings",
    "post",
    "reads",
    "repeatable",
    "secrets",
    "shown",
]


class Settings(Interface, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's form interface."""

    method: Annotated[
        Literal["POST", "GET"],
        said_as("POST sends a body; GET writes everything into the query, which servers on the way may log"),
    ] = "POST"
    nesting: Annotated[
        Literal["dots", "brackets"],
        said_as("how a key with points is written: `contact.phone` as it is, or as `contact[phone]`"),
    ] = "dots"
    yes_word: Annotated[str, said_as("how a true value is written")] = "true"
    no_word: Annotated[str, said_as("how a false value is written")] = "false"


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    name = msgspec.json.encode(("form", settings.nesting, settings.yes_word, settings.no_word))
    nested = "{}.{}" if settings.nesting == "dots" else "{}[{}]"
    write = form_writer(nested, settings.yes_word, settings.no_word)
    manner = Manner(name, "application/x-www-form-urlencoded", settings.method, write, FLAT)
    return bind_interface(settings, binding, manner)
