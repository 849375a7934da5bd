"""Pings and posts as JSON over HTTP."""

from typing import Annotated

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.reply import Rule as AnyRule
from outbid.core.dialect.reply import said_as
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

_MANNER = Manner(b"json", "application/json", "POST", msgspec.json.Encoder().encode)


class Rule(AnyRule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is read."""

    accepted_path: Annotated[str, said_as("which value says yes; empty: HTTP 2xx does (a trade rule)")] = "accepted"


class Settings(Interface, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's JSON interface."""

    ping_reply: Annotated[Rule, said_as("how a ping's answer is read")] = Rule()
    post_reply: Annotated[Rule, said_as("how a post's answer is read")] = Rule()


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    return bind_interface(settings, binding, _MANNER)
