"""A calendar date, such as a birth date."""

import datetime
import re
from typing import Annotated, Literal

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Scalar, Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, kept, plain, text_of
from outbid.plugins.fields._schema import Schema, any_of, text

PERSONAL: bool = True
KIND: Kind = "date"
# No part counts days: with the day of arrival it would tell the birth date, which must be forgotten with the person.
PARTS: dict[str, Kind] = {"age": "number", "year": "number"}
EXAMPLE: str = "1980-01-31"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a date.", 'Send a date as text, such as "1980-01-31".'),
    not_a_date=("The text is not a date that the exchange reads.", "Send year, month, day: 1980-01-31."),
    two_digit_year=("The year has two digits, which may mean two centuries.", "Send four digits: 1980-01-31."),
    no_such_day=("The calendar has no such day.", "Check the order of day and month; 1980-01-31 is always clear."),
    too_early=("The date is earlier than the field allows.", "Send a later date."),
    too_late=("The date is later than the field allows.", "Send an earlier date."),
)

_TIME = r"(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?[ ]?(?:[Zz]|[+-]\d\d:?\d\d)?)?"
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d\d)-(\d\d)|/(\d\d?)/(\d\d?)|(\d\d)(\d\d))" + _TIME, re.ASCII)
_YEAR_LAST = re.compile(r"(\d\d?)([/.-])(\d\d?)\2(\d{4}|\d\d)" + _TIME, re.ASCII)

_Bound = Annotated[
    str, msgspec.Meta(pattern=r"^(|today|\d{4}-\d{2}-\d{2})$", max_length=10, examples=["today", "1900-01-01"])
]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which order dates are written, and which are allowed."""

    order: Annotated[
        Literal["month_first", "day_first"],
        msgspec.Meta(title="Order", description="What 02/03/1980 means. A date that begins with its year is clear."),
    ] = "month_first"
    earliest: Annotated[_Bound, msgspec.Meta(title="Earliest", description="YYYY-MM-DD or today; empty: no bound.")] = (
        ""
    )
    latest: Annotated[_Bound, msgspec.Meta(title="Latest", description="YYYY-MM-DD or today; empty: no bound.")] = ""

    def __post_init__(self) -> None:
        """Refuse bounds that the calendar does not have."""
        for bound in (self.earliest, self.latest):
            if bound not in ("", "today"):
                datetime.date.fromisoformat(bound)


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema: how a date is written, not which days there are, nor which are allowed."""
    time = r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?[ ]?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
    first = r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4})"
    last = "|".join(rf"[0-9]{{1,2}}{sign}[0-9]{{1,2}}{sign}[0-9]{{4}}" for sign in ("/", r"\.", "-"))
    return any_of(text(f"(?:{first}|{last}){time}"), {"type": "integer", "minimum": 10_000_101, "maximum": 99_991_231})


def samples(settings: Settings) -> tuple[str, ...]:
    """Values as they are sent."""
    return tuple(day for day in (EXAMPLE, "2020-06-15", settings.earliest, settings.latest) if day not in ("", "today"))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read a date; a time behind it is dropped, as written, whatever its zone."""
    if isinstance(raw, str):
        # The two usual forms go by the library's own reader, which is twice as fast as a pattern.
        if len(raw) == 10 and raw[4] == "-" == raw[7]:
            return _normal(raw, raw, settings, today)
        if len(raw) == 10 and raw[2] == "/" == raw[5] and settings.order == "month_first":
            return _normal(raw, f"{raw[6:]}-{raw[:2]}-{raw[3:5]}", settings, today)
        return _from_text(raw, raw, settings, today)
    text = text_of(raw)
    if text is None:
        return Value() if raw is None else faulty(raw, "wrong_type")
    return _from_text(raw, text, settings, today)


def _normal(raw: str, text: str, settings: Settings, today: datetime.date) -> Value:
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return _from_text(raw, raw, settings, today)  # it says what is wrong
    return _allowed(raw, date, settings, today)


def _from_text(raw: object, text: str, settings: Settings, today: datetime.date) -> Value:
    text = plain(text.strip())
    if not text:
        return Value(kept(raw))
    match = _YEAR_LAST.fullmatch(text)
    if match is not None:
        return _year_last(raw, match, settings, today)
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        return faulty(raw, "not_a_date")
    year, month, day = [int(number) for number in match.groups() if number is not None]
    return _on_calendar(raw, year, month, day, settings, today)


def _year_last(raw: object, match: re.Match[str], settings: Settings, today: datetime.date) -> Value:
    first, _, second, year = match.groups()
    if len(year) == 2:
        return faulty(raw, "two_digit_year")
    month, day = (first, second) if settings.order == "month_first" else (second, first)
    return _on_calendar(raw, int(year), int(month), int(day), settings, today)


def _on_calendar(raw: object, year: int, month: int, day: int, settings: Settings, today: datetime.date) -> Value:
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        return faulty(raw, "no_such_day")
    return _allowed(kept(raw), date, settings, today)


def _allowed(raw: Scalar | None, date: datetime.date, settings: Settings, today: datetime.date) -> Value:
    if settings.earliest and date < _bound(settings.earliest, today):
        return faulty(raw, "too_early")
    if settings.latest and date > _bound(settings.latest, today):
        return faulty(raw, "too_late")
    parts: dict[str, Scalar] = {"year": date.year}
    if date <= today:
        # Whoever was born on February 29 is a year older on March 1 of a common year.
        birthday_is_ahead = (today.month, today.day) < (date.month, date.day)
        parts["age"] = today.year - date.year - birthday_is_ahead
    return Value(raw, date.isoformat(), parts)


def _bound(bound: str, today: datetime.date) -> datetime.date:
    return today if bound == "today" else datetime.date.fromisoformat(bound)
