"""Rows that people and machines read in tables: columns in their order, each with a term of the mapping language."""

from typing import Annotated, Any

import msgspec

from outbid.core.contract import Ask, Binding, Sometimes
from outbid.core.dialect.mapping import Entry, Line, compile_mapping
from outbid.core.dialect.reference import references
from outbid.core.dialect.reply import said_as
from outbid.core.market.problem import SettingFault

Columns = Annotated[
    dict[str, str | Entry] | None,
    said_as("from columns, in their order, to our terms; absent: `ref` and `price`, and every field under its name"),
]


class Compiled(msgspec.Struct, frozen=True):
    """Columns made ready. `reads` and `sometimes` are what a row tells of a lead."""

    lines: tuple[Line, ...]
    reads: tuple[str, ...]
    sometimes: tuple[Sometimes, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in their order."""
        return tuple(line.key for line in self.lines)

    def row(self, ask: Ask) -> dict[str, Any]:
        """One lead; a column without a value holds None."""
        return {line.key: line.term.take(ask) for line in self.lines}


def compile_columns(setting: str, columns: dict[str, str | Entry] | None, binding: Binding) -> Compiled:
    """Columns, made ready. Raises SettingFault."""
    usual = {"ref": "@ref", "price": "@price"}
    stated = usual | {name: name for name, field in binding.known.items() if field} if columns is None else columns
    if not stated:
        raise SettingFault(setting, "name at least one column, or leave it out for every field")
    for path, _ in references(msgspec.to_builtins(stated)):
        raise SettingFault(setting, "what a buyer reads in a table holds no secret", str(path[0]))
    try:
        found = compile_mapping(stated, binding)
    except ValueError as error:
        raise SettingFault(setting, str(error)) from None
    return Compiled(found.lines, found.reads, found.sometimes)
