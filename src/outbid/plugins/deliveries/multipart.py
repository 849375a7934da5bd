"""Pings and posts as multipart forms (RFC 7578), for endpoints that take nothing else."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.formats.form import flat_pairs
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


_BOUNDARY = "outbid-part-5f0c2a9e71d84b36"
_QUOTED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class Settings(Interface, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's multipart interface."""

    yes_word: Annotated[str, said_as("how a true value is written")] = "true"
    no_word: Annotated[str, said_as("how a false value is written")] = "false"


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    name = msgspec.json.encode(("multipart", settings.yes_word, settings.no_word))
    write = _writer(settings.yes_word, settings.no_word)
    return bind_interface(
        settings, binding, Manner(name, f"multipart/form-data; boundary={_BOUNDARY}", "POST", write, FLAT)
    )


def _writer(yes: str, no: str) -> Callable[[Any], bytes]:
    """A part for each key; the boundary itself cannot stand in a value."""

    def write(made: Any) -> bytes:
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key.translate(_QUOTED)}"\r\n\r\n'
            f"{text.replace(_BOUNDARY, '')}\r\n"
            for key, text in flat_pairs(made, "{}.{}", yes, no)
        ]
        return f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode("utf-8", "replace")

    return write
