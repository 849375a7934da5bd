"""A whole number, with or without thousands separators."""

import datetime
import re
from typing import Annotated

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import LARGEST, faulty, plain
from outbid.plugins.fields._schema import Schema, any_of, number, text

PERSONAL: bool = False
KIND: Kind = "number"
PARTS: dict[str, Kind] = {}
EXAMPLE: str = "12"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a number.", "Send a whole number, such as 12."),
    not_a_number=("The text is not a whole number.", 'Send digits only, such as "12" or "1,234".'),
    not_whole=("The number has a fraction.", "Send a whole number, such as 12."),
    out_of_range=("The number is beyond what the exchange stores.", "Send at most 10^15 either way."),
    too_small=("The number is smaller than the field allows.", "Send a larger number."),
    too_large=("The number is larger than the field allows.", "Send a smaller number."),
)

_WHOLE = re.compile(r"([+-]?)(\d{1,40}|\d{1,3}(?:,\d{3}){1,12})(?:\.0*)?", re.ASCII)
_FRACTION = re.compile(r"[+-]?[\d,]*\.\d+", re.ASCII)

_Bound = Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which numbers are allowed."""

    min: Annotated[_Bound | None, msgspec.Meta(title="Smallest", description="A smaller number is a fault.")] = None
    max: Annotated[_Bound | None, msgspec.Meta(title="Largest", description="A larger number is a fault.")] = None

    def __post_init__(self) -> None:
        """Refuse bounds that no number can meet."""
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is larger than max")


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema; of a text no bounds can be said."""
    written = r"[+-]?(?:[0-9]{1,40}|[0-9]{1,3}(?:,[0-9]{3}){1,12})(?:\.0*)?"
    return any_of(number("integer", settings.min, settings.max, LARGEST), text(written))


def samples(settings: Settings) -> tuple[int, ...]:
    """Values as they are sent."""
    bounds = tuple(bound for bound in (settings.min, settings.max) if bound is not None)
    return tuple(dict.fromkeys((*(n for n in (12, 1, 100, 5, 50) if _allows(n, settings)), *bounds)))


def _allows(number: int, settings: Settings) -> bool:
    return (settings.min is None or number >= settings.min) and (settings.max is None or number <= settings.max)


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read a whole number from a JSON number or from text."""
    if type(raw) is int:
        return _bounded(raw, raw, settings)
    if isinstance(raw, str):
        return _from_text(raw, settings)
    if isinstance(raw, float):
        if raw.is_integer():
            return _bounded(raw, int(raw), settings)
        return faulty(raw, "not_whole" if abs(raw) <= LARGEST else "out_of_range")
    return Value() if raw is None else faulty(raw, "wrong_type")


def _from_text(raw: str, settings: Settings) -> Value:
    text = plain(raw.strip())
    if not text:
        return Value(raw)
    match = _WHOLE.fullmatch(text)
    if match is None:
        return faulty(raw, "not_whole" if _FRACTION.fullmatch(text) else "not_a_number")
    return _bounded(raw, int(match[1] + match[2].replace(",", "")), settings)


def _bounded(raw: str | int | float, number: int, settings: Settings) -> Value:
    if not -LARGEST <= number <= LARGEST:
        return faulty(raw, "out_of_range")
    if settings.min is not None and number < settings.min:
        return faulty(raw, "too_small")
    if settings.max is not None and number > settings.max:
        return faulty(raw, "too_large")
    return Value(raw, number)
