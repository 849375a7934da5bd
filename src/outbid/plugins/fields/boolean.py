"""Yes or no."""

import datetime

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, plain
from outbid.plugins.fields._schema import Schema, any_of, text, words

PERSONAL: bool = False
KIND: Kind = "boolean"
PARTS: dict[str, Kind] = {}
EXAMPLE: str = "yes"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is neither true nor false.", "Send true or false."),
    not_a_boolean=("The text is neither yes nor no.", "Send yes or no, true or false, 1 or 0, y or n, on or off."),
)

_WORDS: dict[str, bool] = {
    **dict.fromkeys(("yes", "true", "1", "y", "on"), True),
    **dict.fromkeys(("no", "false", "0", "n", "off"), False),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema."""
    return any_of({"type": "boolean"}, {"enum": [0, 1]}, text(words(_WORDS)))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read yes or no from a JSON boolean, from 1 or 0, or from a word."""
    if isinstance(raw, bool):
        return Value(raw, raw)
    if isinstance(raw, str):
        answer = _WORDS.get(raw)
        return Value(raw, answer) if answer is not None else _from_text(raw)
    if isinstance(raw, int | float) and raw in (0, 1):
        return Value(raw, raw == 1)
    return Value() if raw is None else faulty(raw, "wrong_type")


def _from_text(raw: str) -> Value:
    text = plain(raw.strip())
    if not text:
        return Value(raw)
    answer = _WORDS.get(text.lower())
    return faulty(raw, "not_a_boolean") if answer is None else Value(raw, answer)
