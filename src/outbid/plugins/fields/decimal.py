"""A number that may have a fraction, such as an amount of money or a measure."""

import datetime
import math
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
EXAMPLE: str = "1234.50"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a number.", "Send a number, such as 1234.50."),
    not_a_number=("The text is not a number.", 'Send a number with a point, such as "1234.50" or "$1,234.50".'),
    not_finite=("The number is not finite.", "Send a number, not NaN or infinity."),
    too_precise=("The number has more than 15 significant digits.", "Round it to 15 significant digits."),
    out_of_range=("The number is beyond what the exchange stores.", "Send at most 10^15 either way."),
    too_small=("The number is smaller than the field allows.", "Send a larger number."),
    too_large=("The number is larger than the field allows.", "Send a smaller number."),
)

_NUMBER = re.compile(
    r"(?P<before>[+-]?)[ ]?\$?[ ]?(?P<after>[+-]?)"
    r"(?P<number>(?:\d{1,3}(?:,\d{3}){1,12}|\d{1,60})(?:\.\d{0,60})?|\.\d{1,60})",
    re.ASCII,
)
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_SIGNIFICANT_DIGITS = 15

_Bound = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which numbers are allowed."""

    min: Annotated[_Bound | None, msgspec.Meta(title="Smallest", description="A smaller number is a fault.")] = None
    max: Annotated[_Bound | None, msgspec.Meta(title="Largest", description="A larger number is a fault.")] = None

    def __post_init__(self) -> None:
        """Refuse bounds that no number can meet."""
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is larger than max")


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema; of a text no bounds can be said, of a number not how exact it may be."""
    written = r"[+-]?[ ]?\$?[ ]?[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3}){1,12}|[0-9]{1,60})(?:\.[0-9]{0,60})?|\.[0-9]{1,60})"
    return any_of(number("number", settings.min, settings.max, LARGEST), text(written))


def samples(settings: Settings) -> tuple[float, ...]:
    """Values as they are sent."""
    usual = (n for n in (1234.5, 12.5, 1.0) if _bounded(n, n, settings).fault is None)
    return tuple(dict.fromkeys((*usual, *(bound for bound in (settings.min, settings.max) if bound is not None))))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read a number from a JSON number or from text."""
    if isinstance(raw, str):
        return _from_text(raw, settings)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return Value() if raw is None else faulty(raw, "wrong_type")
    if isinstance(raw, float) and not math.isfinite(raw):
        return faulty(raw, "not_finite")
    if abs(raw) > LARGEST:
        return faulty(raw, "out_of_range")
    number = float(raw)
    if float(f"{number:.15g}") != raw:
        return faulty(raw, "too_precise")
    return _bounded(raw, number, settings)


def _from_text(raw: str, settings: Settings) -> Value:
    text = plain(raw.strip())
    if not text:
        return Value(raw)
    match = _NUMBER.fullmatch(text)
    if match is None or (match["before"] and match["after"]):
        return faulty(raw, "not_finite" if text.lstrip("+-").lower() in _NOT_FINITE else "not_a_number")
    digits = match["number"].replace(",", "")
    if len(digits) > _SIGNIFICANT_DIGITS and _significant(digits) > _SIGNIFICANT_DIGITS:
        return faulty(raw, "too_precise")
    return _bounded(raw, float(match["before"] + match["after"] + digits), settings)


def _significant(digits: str) -> int:
    """Count the digits that carry the number: not leading zeros, nor zeros that only fill up."""
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    return len((whole + fraction).lstrip("0") if fraction else whole.strip("0"))


def _bounded(raw: str | int | float, number: float, settings: Settings) -> Value:
    if not -LARGEST <= number <= LARGEST:
        return faulty(raw, "out_of_range")
    if settings.min is not None and number < settings.min:
        return faulty(raw, "too_small")
    if settings.max is not None and number > settings.max:
        return faulty(raw, "too_large")
    return Value(raw, number + 0.0)  # + 0.0 makes -0.0 the ordinary zero
