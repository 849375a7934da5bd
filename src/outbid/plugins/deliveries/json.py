"""Pings and posts as JSON over HTTP; answers read by paths and words."""

from typing import Annotated

import msgspec

from outbid.core.contract import Binding
from outbid.plugins.deliveries._rule import Rule, by_paths, said_as
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

__all__ = [
    "Bound",
    "Rule",
    "Settings",
    "again",
    "ask_again",
    "bind",
    "ping",
    "pings",
    "post",
    "reads",
    "repeatable",
    "secrets",
]

_MANNER = Manner(b"json", "application/json", "POST", msgspec.json.Encoder().encode)


class Settings(Interface, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's JSON interface."""

    ping_reply: Annotated[Rule, said_as("how a ping's answer is read")] = Rule()
    post_reply: Annotated[Rule, said_as("how a post's answer is read")] = Rule()


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    return bind_interface(settings, binding, _MANNER, by_paths(settings.ping_reply), by_paths(settings.post_reply))
