"""Fields made of other fields, by the mapping language: nobody is asked."""

from collections.abc import Generator
from typing import Annotated

import msgspec

from outbid.core.contract import Ask, Binding, Learned
from outbid.core.dialect.mapping import FLAT, Entry, Mapping, compile_mapping
from outbid.core.dialect.reply import said_as
from outbid.core.dialect.wire import Answer, Http

LOCAL = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of what."""

    fields: Annotated[
        dict[str, str | Entry],
        said_as("from our fields to terms of the mapping language, value maps and conditions included"),
    ]


def bind(settings: Settings, binding: Binding) -> Mapping:
    """Compile the terms. Raises ValueError that begins with the field at fault."""
    return compile_mapping(settings.fields, binding, FLAT)


def gives(bound: Mapping) -> tuple[str, ...]:
    """The fields that it may fill in."""
    return tuple(line.key for line in bound.lines)


def needs(bound: Mapping) -> tuple[str, ...]:
    """Nothing: a term that lacks a value gives none."""
    return ()


def reads(bound: Mapping) -> tuple[str, ...]:
    """The fields and facts that the terms are made of."""
    return tuple(dict.fromkeys((*bound.reads, *(name for each in bound.sometimes for name in each.names))))


def ask(ask: Ask, bound: Mapping) -> Generator[Http, Answer, Learned]:
    """Work the terms out."""
    yield from ()
    return Learned(bound.build(ask))
