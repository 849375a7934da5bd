"""A state of the United States, the District of Columbia, a territory or a military mail area."""

import datetime
import re

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, plain
from outbid.plugins.fields._schema import Schema, any_of, text, words
from outbid.plugins.fields._us import STATE_BY_NAME

PERSONAL: bool = False
KIND: Kind = "text"
PARTS: dict[str, Kind] = {}
EXAMPLE: str = "TX"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a state.", 'Send two letters as text, such as "TX".'),
    unknown_state=("There is no such state.", "Send the two letters of the postal service, such as TX."),
)

_LONGEST = 60
_COMMAS_AND_BLANKS = re.compile(r"[,\s]+")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema: the codes; of names only that they are some."""
    codes = words(name for name in STATE_BY_NAME if len(name) == 2)
    return any_of(text(rf"{codes}|[^\s].{{1,58}}[^\s]"))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read a state by code, name or a customary short form, in any case."""
    if not isinstance(raw, str):
        return Value() if raw is None else faulty(raw, "wrong_type")
    code = STATE_BY_NAME.get(raw)
    if code is not None:
        return Value(raw, code)
    text = plain(raw.strip())
    if not text:
        return Value(raw)
    code = STATE_BY_NAME.get(_name(text)) if len(text) <= _LONGEST else None
    return faulty(raw, "unknown_state") if code is None else Value(raw, code)


def _name(text: str) -> str:
    """Return a name as the table spells it: capitals, one blank between words, no stops (D.C. is DC)."""
    without_stops = _COMMAS_AND_BLANKS.sub(" ", text.upper().replace(".", "")).strip()
    if without_stops in STATE_BY_NAME:
        return without_stops
    return _COMMAS_AND_BLANKS.sub(" ", text.upper().replace(".", " ")).strip()  # W.Va. is W VA
