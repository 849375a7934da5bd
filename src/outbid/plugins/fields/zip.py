"""A United States ZIP code: five digits, ZIP+4, or the first three as a mask."""

import datetime
import re

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Scalar, Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, kept, plain, text_of
from outbid.plugins.fields._schema import Schema, any_of, text
from outbid.plugins.fields._us import STATE_BY_ZIP, STATE_BY_ZIP3
from outbid.plugins.fields._zips import zips_around

PERSONAL: bool = False
KIND: Kind = "text"
PARTS: dict[str, Kind] = {"zip3": "text", "state": "text"}
EXAMPLE: str = "78701"
MASK: str = "to its first three digits (787**)"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a ZIP code.", 'Send the ZIP code as text, such as "01001".'),
    not_a_zip=("The text is not a ZIP code.", "Send five digits (78701), or nine (78701-1234)."),
    lost_zero=("The ZIP code has four digits: it lost its leading zero.", 'Send it as text: "01001".'),
    too_short=("The ZIP code has too few digits.", "Send five digits, or three as a mask."),
    too_long=("The ZIP code has too many digits.", "Send five digits (78701), or nine (78701-1234)."),
)

_WHOLE = re.compile(r"(\d{5})(?:[- ]?\d{4})?", re.ASCII)
_NINE = {"type": "integer", "minimum": 100_000_000, "maximum": 999_999_999}
_MASKED = re.compile(r"(\d{3})(?:[*X#]{2})?", re.ASCII | re.IGNORECASE)
_PARTS: dict[str, dict[str, Scalar]] = {zip3: {"zip3": zip3, "state": state} for zip3, state in STATE_BY_ZIP3.items()}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema."""
    numbers = ({"type": "integer", "minimum": 0, "maximum": 99_999}, _NINE)
    return any_of(text(r"[0-9]{5}(?:[- ]?[0-9]{4})?|[0-9]{3}(?:[*Xx#]{2})?"), *numbers)


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read a ZIP code; any five digits are one, since new ones come every month."""
    if isinstance(raw, str):
        match = _WHOLE.fullmatch(raw)
        if match is not None:
            return _good(raw, match[1])
    text = text_of(raw)
    if text is None:
        return Value() if raw is None else faulty(raw, "wrong_type")
    if not isinstance(raw, str) and len(text) < 5:
        text = text.zfill(5)  # a JSON number cannot hold leading zeros: they are no loss of the sender's
    return _patiently(raw, plain(text))


def around(code: str, miles: float) -> tuple[str, ...] | None:
    """The ZIP codes around one, by the distance of their middles; None for a code that is not in the table."""
    return zips_around(code, miles)


def _good(raw: Scalar | None, code: str) -> Value:
    return Value(raw, code, _parts(code))


def _parts(code: str) -> dict[str, Scalar]:
    zip3 = code[:3]
    if code in STATE_BY_ZIP:
        return {"zip3": zip3, "state": STATE_BY_ZIP[code]}
    parts = _PARTS.get(zip3)
    return {"zip3": zip3} if parts is None else parts.copy()


def _patiently(raw: object, text: str) -> Value:
    if not text:
        return Value(kept(raw))
    match = _WHOLE.fullmatch(text)
    if match is not None:
        return _good(kept(raw), match[1])
    masked = _MASKED.fullmatch(text)
    if masked is not None:
        return Value(kept(raw), masked[1], _parts(masked[1]), masked=True)
    if not text.isascii() or not text.isdecimal():
        return faulty(raw, "not_a_zip")
    if len(text) == 4 and text[0] != "0":
        return faulty(raw, "lost_zero")
    return faulty(raw, "too_short" if len(text) < 5 else "too_long")
