"""Keys that build structure: `contact.phones.0.number` is a list of objects within an object.

A part that is a whole number is a place in a list, a part that is `*` repeats (`groups`), `lead.name@lang` is an
attribute where the format has such. A backslash before a point, a number or a star makes it a plain character. What
has no value is left out, an object or list without any is left out whole, and lists have no gaps.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from outbid.core.contract import Ask
from outbid.core.dialect.mapping.term import Take, Term

TEXT = "#text"
"""The key of what stands within an element that has attributes too."""
MOST_PLACES = 1000
Key = str | int
Path = tuple[Key, ...]


class Grammar(msgspec.Struct, frozen=True):
    """What a format makes of keys.

    lists       numbers are places in lists
    attributes  `@` begins an attribute
    """

    lists: bool = True
    attributes: bool = False


class Leaf(msgspec.Struct, frozen=True):
    """A path, and the term whose value stands there."""

    path: Path
    term: Term


def path_of(key: str, grammar: Grammar) -> Path:
    """The parts of a key. Raises ValueError."""
    path: list[Key] = []
    for part, quoted in _parts(key):
        if not part:
            raise ValueError(f"{key!r}: a part of the key is empty; points stand between parts")
        name, at, attribute = part.partition("@") if grammar.attributes else (part, "", "")
        if grammar.lists and name.isascii() and name.isdecimal() and not quoted:
            if int(name) >= MOST_PLACES:
                raise ValueError(f"{key!r}: a list has at most {MOST_PLACES} places")
            path.append(int(name))
        elif name:
            path.append(name)
        if at:
            path.append(at + attribute)
    return tuple(path)


def _parts(key: str) -> Iterable[tuple[str, bool]]:
    """The parts between points, and whether one of their characters was said to be plain."""
    part, quoted, plain = "", False, False
    for character in key:
        if plain or (character not in "\\."):
            part, plain = part + character, False
        elif character == "\\":
            quoted = plain = True
        else:
            yield part, quoted
            part, quoted = "", False
    yield part, quoted


def compile_tree(leaves: Iterable[Leaf], elements: Iterable[Path] = ()) -> Callable[[Ask], Any]:
    """One function from a lead to nested dicts and lists; an empty dict where nothing has a value.

    `elements` are paths of objects that are there only if a term that reads the lead has a value. Raises ValueError.
    """
    root = _Node(())
    for leaf in leaves:
        root.add(leaf)
    build = root.build(frozenset(elements))
    if root.is_list:
        return lambda ask: build(ask) or []
    return lambda ask: build(ask) or {}


class _Node:
    """An object or a list that is being made ready."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: dict[Key, _Node | Term] = {}

    @property
    def is_list(self) -> bool:
        return any(isinstance(key, int) for key in self._parts)

    def add(self, leaf: Leaf) -> None:
        node = self
        for place in range(len(leaf.path) - 1):
            found = node._parts.get(leaf.path[place])
            if isinstance(found, Term):
                if not str(leaf.path[place + 1]).startswith("@"):
                    raise ValueError(_both(leaf.path[: place + 1]))
                inner = _Node(leaf.path[: place + 1])
                inner._parts[TEXT] = found
                node._parts[leaf.path[place]] = found = inner
            node = found or node._open(leaf.path[: place + 1])
        node._put(leaf)

    def _open(self, path: Path) -> "_Node":
        made = self._parts[path[-1]] = _Node(path)
        return made

    def _put(self, leaf: Leaf) -> None:
        last = leaf.path[-1]
        found = self._parts.get(last)
        if isinstance(found, Term):
            raise ValueError(f"{_written(leaf.path)!r} stands twice")
        if found is None:
            self._parts[last] = leaf.term
        elif all(str(key).startswith("@") for key in found._parts):
            found._parts[TEXT] = leaf.term
        else:
            raise ValueError(_both(leaf.path))

    def build(self, elements: frozenset[Path]) -> Take:
        if self.is_list:
            return self._list(elements)
        # The name of a field that can be taken without a call; most terms are such, and pings are many.
        rows = [
            (key, part.plain, part.take) if isinstance(part, Term) else (key, None, part.build(elements))
            for key, part in self._parts.items()
        ]

        def make(ask: Ask) -> dict[str, Any] | None:
            made: dict[Any, Any] = {}
            values = ask.values
            for key, field, take in rows:
                if field is not None and (found := values.get(field)) is not None:
                    value = found.raw if found.value is None else found.value
                else:
                    value = take(ask)
                if value is not None:
                    made[key] = value
            return made or None

        return self._if_any(make) if self._path in elements else make

    def _list(self, elements: frozenset[Path]) -> Take:
        if not all(isinstance(key, int) for key in self._parts):
            raise ValueError(f"{_written(self._path) or 'the whole'!r} cannot be a list and an object")
        ordered = [self._parts[key] for key in sorted(self._parts, key=int)]
        takes = tuple(part.take if isinstance(part, Term) else part.build(elements) for part in ordered)
        return lambda ask: [value for take in takes if (value := take(ask)) is not None] or None

    def _if_any(self, make: Take) -> Take:
        """Only where the lead has something to tell: fixed texts alone are no element."""
        telling = tuple(self._telling())
        return lambda ask: make(ask) if any(take(ask) is not None for take in telling) else None

    def _telling(self) -> Iterable[Take]:
        for part in self._parts.values():
            if isinstance(part, _Node):
                yield from part._telling()
            elif part.reads:
                yield part.take


def _written(path: Path) -> str:
    return ".".join(map(str, path))


def _both(path: Path) -> str:
    return f"{_written(path)!r} cannot be a value and an object with keys of its own; name one of them otherwise"
