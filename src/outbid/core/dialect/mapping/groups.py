"""Groups that repeat: `drivers.*.name: driver_{n}_name` is one driver for each `driver_1_name`, `driver_2_name`, ….

The star is a place in a list (a part of the name in a format without lists); `{n}` in the term is its number, from 1.
A group ends with the last number of which the campaign knows a field; an element of which the lead has nothing is left
out, whatever fixed texts stand in it.
"""

import re
from collections.abc import Iterator

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.mapping.entry import Entry, Table, text_of_said
from outbid.core.dialect.mapping.tree import Grammar, Path, path_of

MOST = 50
NUMBER = "{n}"
_STAR = re.compile(r"(?:^|(?<=\.))\*(?=[.@]|$)")
_NAME = re.compile(r"[a-z][a-z0-9_]*\{n\}[a-z0-9_]*")


def spread(table: Table, binding: Binding, grammar: Grammar) -> tuple[dict[str, str | Entry], list[Path]]:
    """The table with its groups written out, and the paths of their elements. Raises ValueError."""
    made: dict[str, str | Entry] = {}
    elements: dict[Path, None] = {}
    for key, said in table.items():
        star = _STAR.search(key)
        if star is None:
            made[key] = said
            continue
        group = key[: star.start()]
        for number in range(1, _last(table, group, binding) + 1):
            place = str(number - 1 if grammar.lists else number)
            front = f"{group}{place}"
            made[front + key[star.end() :]] = _numbered(said, number)
            if star.end() < len(key):
                elements[path_of(front, grammar)] = None
    return made, list(elements)


def _last(table: Table, group: str, binding: Binding) -> int:
    """The highest number of which one of the group's terms has a field. Raises ValueError."""
    names = {name for key, said in table.items() if key.startswith(f"{group}*") for name in _names(said)}
    if not names:
        raise ValueError(f"{group + '*'!r}: one of its terms must name a field with {{n}}, such as driver_{{n}}_name")
    known = [n for n in range(1, MOST + 1) if any(name.replace(NUMBER, str(n)) in binding.known for name in names)]
    if not known:
        raise ValueError(
            f"the campaign has no field {min(names).replace(NUMBER, '1')!r}, with which {group + '*'!r} begins"
        )
    return known[-1]


def _names(said: str | Entry) -> Iterator[str]:
    yield from _NAME.findall(text_of_said(said))


def _numbered(said: str | Entry, number: int) -> str | Entry:
    if isinstance(said, str):
        return said.replace(NUMBER, str(number))
    return msgspec.structs.replace(said, value=_numbered(said.value, number))
