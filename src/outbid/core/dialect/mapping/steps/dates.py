"""Steps on dates and times. What is no date becomes nothing."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from outbid.core.dialect.mapping.steps.step import Change, Step, as_text

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SIGN = re.compile(r"%(-?.)", re.DOTALL)

SIGNS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "m": lambda at: f"{at.month:02}",
    "-m": lambda at: str(at.month),
    "B": lambda at: _MONTHS[at.month - 1],
    "b": lambda at: _MONTHS[at.month - 1][:3],
    "d": lambda at: f"{at.day:02}",
    "-d": lambda at: str(at.day),
    "A": lambda at: _DAYS[at.weekday()],
    "a": lambda at: _DAYS[at.weekday()][:3],
    "H": lambda at: f"{at.hour:02}",
    "-H": lambda at: str(at.hour),
    "I": lambda at: f"{at.hour % 12 or 12:02}",
    "-I": lambda at: str(at.hour % 12 or 12),
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "M": lambda at: f"{at.minute:02}",
    "S": lambda at: f"{at.second:02}",
    "f": lambda at: f"{at.microsecond // 1000:03}",
    "z": lambda at: f"{at:%z}",
    "s": lambda at: str(int(at.timestamp())),
    "%": lambda at: "%",
}
"""What a format is made of: as C's strftime has it, in English whatever the machine speaks; `-` leaves the zero out."""

_OF_TIME = frozenset("HIpMSfz")


def _date(pattern: str, zone: str = "") -> Change:
    write, where = _writer(pattern), _zone(zone) if zone else None

    def change(value: Any) -> Any:
        at = _moment(value)
        return None if at is None else write(at if where is None else at.astimezone(where))

    return change


def _read_date(pattern: str) -> Change:
    signs = _SIGN.findall(pattern)
    _writer(pattern)  # says what is no part of a format
    if "s" in signs or not signs:
        raise ValueError("'%s' cannot be read: seconds since 1970 are no date that people write")
    timed = any(sign[-1] in _OF_TIME for sign in signs)
    plain = _SIGN.sub(lambda found: "%" + found[1][-1], pattern)

    def change(value: Any) -> Any:
        try:
            at = datetime.strptime(as_text(value).strip(), plain)
        except ValueError:
            return None
        return at.isoformat() if timed else at.date().isoformat()

    return change


def _writer(pattern: str) -> Callable[[datetime], str]:
    """A format compiled. Raises ValueError."""
    parts: list[Callable[[datetime], str] | str] = []
    end = 0
    for found in _SIGN.finditer(pattern):
        if found[1] not in SIGNS:
            raise ValueError(f"{found[0]!r} is no part of a date; there are {' '.join('%' + sign for sign in SIGNS)}")
        parts += [pattern[end : found.start()], SIGNS[found[1]]]
        end = found.end()
    parts.append(pattern[end:])
    if len(parts) == 1:
        raise ValueError(f"{pattern!r} is no format of a date: write one such as %m/%d/%Y")
    return lambda at: "".join(part if isinstance(part, str) else part(at) for part in parts)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write one such as America/New_York") from None


def _moment(value: Any) -> datetime | None:
    """A date (its first moment) or a time, as fields and `@time` have them; without an offset it is UTC."""
    text = as_text(value).strip()
    try:
        at = datetime.combine(date.fromisoformat(text), datetime.min.time()) if len(text) == 10 else None
        at = at or datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


DATES = (
    Step(
        "date",
        ("text", "text?"),
        "a date or time by a format, in a time zone (UTC unless one is named)",
        ("1980-01-31", "date %m/%d/%Y", "01/31/1980"),
        _date,
    ),
    Step(
        "read_date",
        ("text",),
        "a date or time that is written by a format, as 1980-01-31",
        ("31.1.1980", "read_date %d.%m.%Y", "1980-01-31"),
        _read_date,
    ),
)
