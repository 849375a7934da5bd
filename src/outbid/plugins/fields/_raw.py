"""What every field type does first: keep what arrived, and get its text without trusting it."""

import json

from outbid.core.lead.value import Scalar, Value

LARGEST = 10**15
"""Whole numbers up to here are exact as a float too, and fit every database's bigint."""

_LONGEST_PLAIN = 1000
_LOOKS_EMPTY = (0x00AD, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFEFF, *range(0x200B, 0x2010))
_DIRECTION_MARKS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SPACES = (0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_DASHES = (*range(0x2010, 0x2016), 0x2212)
_PLAIN: dict[int, str | None] = {
    **dict.fromkeys((*_LOOKS_EMPTY, *_DIRECTION_MARKS)),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
}


def kept(raw: object) -> Scalar | None:
    """Return what a Value keeps as `raw`: scalars as they are, lists and objects as compact JSON text."""
    if raw is None or isinstance(raw, str | int | float):
        return raw
    try:
        return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return type(raw).__name__  # not JSON at all, or too deep: the caller's fault, but never ours to raise


def text_of(raw: object) -> str | None:
    """Return the stripped text of a string or whole number; None for what is neither (nor a bool)."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float) and raw.is_integer() and abs(raw) <= LARGEST:
        return str(int(raw))
    if isinstance(raw, int) and abs(raw) <= LARGEST:
        return str(raw)
    return None


def plain(text: str) -> str:
    """Undo what copying from a page does: drop invisible marks, make odd spaces and dashes ordinary."""
    if text.isascii() or len(text) > _LONGEST_PLAIN:
        return text  # nothing that has a form is that long, and translating costs 40 ns a character
    return text.translate(_PLAIN).strip()


def faulty(raw: object, fault: str) -> Value:
    """Return a value that was not understood."""
    return Value(kept(raw), None, {}, fault)
