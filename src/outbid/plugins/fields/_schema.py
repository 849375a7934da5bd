"""What a field takes, as JSON Schema: never less than `read` takes, and no more than a schema can help.

Patterns are written for ECMA and Python alike. Odd blanks that are forgiven on the way are not told.
"""

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]
HASH = "[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32}"
_SIGNS = frozenset(".^$*+?()[]{}|\\/-")


def text(core: str) -> Schema:
    """A text of this pattern, with blanks around it, or an empty one, which is as good as none."""
    return {"type": "string", "pattern": rf"^\s*(?:{core})?\s*$"}


def any_of(*schemas: Schema) -> Schema:
    """One of these, or null, which is as good as nothing."""
    return {"anyOf": [*schemas, {"type": "null"}]}


def number(kind: str, least: float | None, most: float | None, largest: int) -> Schema:
    """A number between bounds."""
    low = -largest if least is None else max(least, -largest)
    high = largest if most is None else min(most, largest)
    return {"type": kind, "minimum": low, "maximum": high}


def words(spelled: Iterable[str]) -> str:
    """A pattern for words in any case."""
    return "|".join(_any_case(word) for word in sorted(set(spelled)))


def _any_case(word: str) -> str:
    return "".join(map(_letter, word))


def _letter(sign: str) -> str:
    forms = sorted({form for form in (sign, sign.lower(), sign.upper()) if len(form) == 1})
    if len(forms) > 1:
        return f"[{''.join(forms)}]"
    return f"\\{sign}" if sign in _SIGNS else sign
