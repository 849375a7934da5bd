"""Free text: kept as written, without the blanks at its ends."""

import datetime
import re
from collections.abc import Callable
from functools import cached_property
from typing import Annotated

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.market.problem import SettingFault, checking
from outbid.core.match.pattern import compile_pattern
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import LARGEST, faulty

PERSONAL: bool = False
KIND: Kind = "text"
PARTS: dict[str, Kind] = {}
EXAMPLE: str = "Two storeys, slate roof"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not text.", 'Send a JSON string, such as "text".'),
    too_short=("The text is shorter than the field allows.", "Send more characters."),
    too_long=("The text is longer than the field allows.", "Send fewer characters."),
    other_form=("The text has not the form that the field allows.", "Send it as the field's example is written."),
    control_character=(
        "The text holds a control character or half of a surrogate pair.",
        "Send printable characters as UTF-8; line breaks only where the field allows them.",
    ),
)

# C0, DEL, C1, and lone surrogates, which no database can store as UTF-8.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_FORBIDDEN_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """How long the text may be, and what form it must have."""

    min_length: Annotated[
        int,
        msgspec.Meta(title="Fewest characters", description="Shorter text is a fault.", ge=0, le=10_000),
    ] = 0
    max_length: Annotated[
        int, msgspec.Meta(title="Most characters", description="Longer text is a fault.", ge=1, le=10_000)
    ] = 2000
    multiline: Annotated[bool, msgspec.Meta(title="Several lines", description="Line breaks and tabs are allowed.")] = (
        False
    )
    pattern: Annotated[
        str | None,
        msgspec.Meta(title="Form", description="A pattern (RE2) that the whole text must fit, such as `[a-z]+[0-9]`."),
    ] = None
    example: Annotated[
        str, msgspec.Meta(title="Example", description="A text that fits, for sellers to see; a form needs one.")
    ] = ""

    def __post_init__(self) -> None:
        """Refuse bounds that no text can meet."""
        if self.min_length > self.max_length:
            raise ValueError("min_length is larger than max_length")
        with checking("pattern"):
            self.fits  # noqa: B018 - it is compiled here, so that a fault in it is told
        if self.pattern is not None and not self.example:
            raise SettingFault("example", "a field with a pattern shows an example of what fits it")
        if self.example and (fault := _fault(self.example, self)) is not None:
            raise SettingFault("example", f"{self.example!r} does not fit the field: {fault}")

    @cached_property
    def fits(self) -> Callable[[str], bool] | None:
        """Whether a text has the form; None if any has."""
        return None if self.pattern is None else compile_pattern(rf"\A(?:{self.pattern})\z").found_in


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read text; a JSON number counts as the text that writes it."""
    if isinstance(raw, str):
        text = raw.strip()
        if not text:
            return Value(raw)
        kept_raw: str | int | float = raw
    elif isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) <= LARGEST:
        kept_raw, text = raw, str(raw)
    else:
        return Value() if raw is None else faulty(raw, "wrong_type")
    fault = _fault(text, settings)
    return Value(kept_raw, text) if fault is None else faulty(raw, fault)


def _fault(text: str, settings: Settings) -> str | None:
    length = len(text)
    if length > settings.max_length:
        return "too_long"
    # isprintable is a fast yes; a no may also be an emoji's joiner, so the pattern has the last word.
    if not text.isprintable():
        forbidden = _FORBIDDEN_IN_LINES if settings.multiline else _FORBIDDEN
        if forbidden.search(text):
            return "control_character"
    if length < settings.min_length:
        return "too_short"
    return None if settings.fits is None or settings.fits(text) else "other_form"
