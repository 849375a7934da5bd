"""Secrets by reference: `{secret:NAME}` in a text of the market stands for a value that the market never holds.

The form is the same in headers, addresses and fixed texts. Its name is a slug; nothing else may follow `{secret:`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""What a secret may be called."""
MOST_BYTES = 4_000
"""Bytes of a secret's value."""
Words = Mapping[str, str]
"""The values of secrets by their names."""

_OPENING = "{secret:"
_REFERENCE = re.compile(rf"\{{secret:({NAME.pattern})\}}")
_ALONE = re.compile(rf"=?(?:[A-Za-z]+ )?{_REFERENCE.pattern}")


def reference(name: str) -> str:
    """How a secret is referred to."""
    return f"{_OPENING}{name}}}"


def refers(text: str) -> bool:
    """Does a text refer to a secret, or try to?"""
    return _OPENING in text


def only_refers(text: str) -> bool:
    """Is a text a reference and nothing else, but for the sign of a fixed text and the scheme of `Authorization`?"""
    return _ALONE.fullmatch(text) is not None


def names_in(text: str) -> tuple[str, ...]:
    """The secrets that a text refers to, each once; an empty name for a reference that is not closed or misspelt."""
    found = dict.fromkeys(_REFERENCE.findall(text))
    return (*found, "") if _OPENING in _REFERENCE.sub("", text) else tuple(found)


def filled(text: str, words: Words, spell: Callable[[str], str] = str) -> str:
    """A text with the secrets in it, each spelt as it must be there; what is not known is left as it stands."""
    if _OPENING not in text:
        return text
    return _REFERENCE.sub(lambda found: spell(words[found[1]]) if found[1] in words else found[0], text)


def references(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every reference in plain data, as (path, name); the name is empty where it is misspelt."""
    if isinstance(value, str):
        if _OPENING in value:
            yield from ((at, name) for name in names_in(value))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from references(part, (*at, key))
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from references(part, (*at, i))


class _AnyWord(dict[str, str]):
    """Has a word for every name."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "x"


ANY_WORD: Words = _AnyWord()
"""Stands for the secrets where only the form of the whole is looked at."""


def unfit(word: str) -> str:
    """Why a text cannot be the value of a secret; empty if it can: it then fits wherever one may be referred to."""
    if not word:
        return "it is empty"
    if len(word.encode(errors="replace")) > MOST_BYTES:
        return f"it has more than {MOST_BYTES} bytes"
    if not word.isprintable():
        return "it holds a line end, a control character or another one that cannot be seen"
    return ""
