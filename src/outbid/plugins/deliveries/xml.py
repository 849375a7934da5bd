"""Pings and posts as XML, a SOAP envelope included: it is one more way to nest keys."""

from typing import Annotated, Literal

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.formats.xml import xml_writer
from outbid.core.dialect.mapping import XML
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
    """One buyer's XML interface. A key `lead.name@lang` is an attribute; a list repeats its element."""

    root: Annotated[
        str, said_as("the outermost element, such as `PostLead`; empty: all keys begin with one and the same")
    ] = "lead"
    namespaces: Annotated[
        dict[str, str],
        said_as("from the prefixes of keys such as `soap:Body` to their addresses; the empty prefix is for all others"),
    ] = {}
    content_type: Annotated[
        Literal["application/xml", "text/xml", "application/soap+xml"], said_as("what a body is called")
    ] = "application/xml"
    yes_word: Annotated[str, said_as("how a true value is written")] = "true"
    no_word: Annotated[str, said_as("how a false value is written")] = "false"


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    words = settings.yes_word, settings.no_word
    name = msgspec.json.encode(("xml", settings.root, settings.namespaces, words))
    write = xml_writer(settings.root, settings.namespaces, *words)
    manner = Manner(name, f"{settings.content_type}; charset=utf-8", "POST", write, XML)
    return bind_interface(settings, binding, manner)
