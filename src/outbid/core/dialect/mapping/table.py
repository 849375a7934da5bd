"""A whole mapping compiled: one function to what is sent, and what it tells of a lead, without running it."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import msgspec

from outbid.core.contract import Ask, Binding, Sometimes
from outbid.core.dialect.mapping.entry import Entry, Line, Table, compile_line, text_of_said
from outbid.core.dialect.mapping.groups import spread
from outbid.core.dialect.mapping.term import Names
from outbid.core.dialect.mapping.tree import Grammar, Leaf, compile_tree, path_of

KEPT = 1024
"""How many mappings are kept compiled: many buyers take the same one, and it is then compiled and held once."""
JSON = Grammar()
FLAT = Grammar(lists=False)
XML = Grammar(attributes=True)

_written = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder(dict[str, str | Entry]).decode


class Mapping(msgspec.Struct, frozen=True):
    """A table from the buyer's keys to terms, compiled.

    build      from what may be said of a lead to nested dicts and lists of scalars; keys without a value are left out
    lines      its keys one by one, groups written out
    reads      the fields and facts that it always reads, each once, in the order of the table
    sometimes  those that it reads under conditions
    to_buyer   it differs from buyer to buyer
    """

    build: Callable[[Ask], Any]
    lines: tuple[Line, ...]
    reads: tuple[str, ...]
    sometimes: tuple[Sometimes, ...]
    to_buyer: bool


def compile_mapping(table: Table, binding: Binding, grammar: Grammar = JSON, names: Names | None = None) -> Mapping:
    """The whole table; `names`: what the names in its terms stand for, a lead's unless it is said.

    Raises ValueError that begins with the key at fault.
    """
    if names is not None or any(isinstance(said, Entry) and said.when is not None for said in table.values()):
        return _compile(table, binding, grammar, names)
    to_buyer = any("@ref" in text_of_said(said) for said in table.values())
    buyer = binding.buyer if to_buyer else 0
    return _kept(_written(table), tuple(binding.known.items()), buyer, grammar)


@lru_cache(KEPT)
def _kept(written: bytes, known: tuple[tuple[str, bool], ...], buyer: int, grammar: Grammar) -> Mapping:
    return _compile(_read(written), Binding(dict(known), buyer=buyer), grammar)


def _compile(table: Table, binding: Binding, grammar: Grammar, names: Names | None = None) -> Mapping:
    spelt, elements = spread(table, binding, grammar)
    lines = tuple(compile_line(key, said, binding, names) for key, said in spelt.items())
    leaves = [Leaf(path_of(line.key, grammar), line.term) for line in lines]
    return Mapping(
        compile_tree(leaves, elements),
        lines,
        _once(name for line in lines for name in (line.asks if line.when else line.term.reads)),
        tuple(Sometimes(line.when, line.term.reads) for line in lines if line.when is not None),
        any(line.term.to_buyer for line in lines),
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
