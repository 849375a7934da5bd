"""Paths into a decoded document, the same for JSON and XML: `result.bids[0].price`, `lead.name@lang`, `errors[*].text`.

In XML a path may begin with the root or below it. An element that stands once is as good as a list of one, for nobody
can tell from a single `<bid>` that there might have been two. A text that is a document itself is walked into.
"""

import re
from collections.abc import Callable
from typing import Any

from outbid.core.dialect.reply.document import embedded

Path = Callable[[Any], Any]
EACH = "*"
_PART = re.compile(r"([^.\[\]]+)|\[(\d{1,4}|\*)\]")
_ATTRIBUTE = re.compile(r"([^@]+)(@.+)")


def compile_path(text: str) -> Path:
    """A path as a function that never raises: what is not there is None. Raises ValueError."""
    parts: list[str | int] = []
    at = 0
    for found in _PART.finditer(text):
        between = text[at : found.start()]
        if between not in ("", "."):
            raise ValueError(_not_a_path(text))
        if found[1] is not None:
            parts.append(found[1])
        else:
            parts.append(EACH if found[2] == EACH else int(found[2]))
        at = found.end()
    if not parts or at != len(text):
        raise ValueError(_not_a_path(text))
    if len(parts) == 1 and isinstance(parts[0], str) and parts[0] != EACH and "@" not in parts[0][1:]:
        only = parts[0]
        return lambda document: document.get(only) if isinstance(document, dict) else None
    steps = tuple(parts)
    return lambda document: _walk(document, steps)


def _not_a_path(text: str) -> str:
    return f"{text!r} is not a path: write names and [positions] joined by points"


def _walk(at: Any, parts: tuple[str | int, ...]) -> Any:
    for place, part in enumerate(parts):
        if isinstance(at, str):
            inner = embedded(at)
            at = at if inner is None and part in (0, EACH) else inner  # a text that stands once is a list of one, too
        if part == EACH:
            rest = parts[place + 1 :]
            found = [_walk(each, rest) for each in (at if isinstance(at, list) else [at])]
            return [each for each in found if each is not None] or None
        at = _position(at, part) if isinstance(part, int) else _named(at, part)
        if at is None:
            return None
    return at


def _position(at: Any, place: int) -> Any:
    if isinstance(at, list):
        return at[place] if place < len(at) else None
    return at if place == 0 else None


def _named(at: Any, name: str) -> Any:
    if not isinstance(at, dict):
        return None
    found = at.get(name)
    if found is None and (attribute := _ATTRIBUTE.fullmatch(name)):
        inner = at.get(attribute[1])
        return inner.get(attribute[2]) if isinstance(inner, dict) else None
    return found
