"""Single values of an answer: words that mean yes, texts, prices as buyers write them."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from outbid.core.money import MOST, ONE

KEPT = 200
_CURRENCY = r"(?:[$€£¥]|USD|EUR|GBP|CAD|AUD|US\$|C\$|A\$)"
_PRICE = re.compile(
    rf"(?:{_CURRENCY}\s?)?(-?)(?:{_CURRENCY}\s?)?(\d{{1,3}}(?:,\d{{3}}){{1,3}}(?=\.)|\d{{1,10}}|(?=[.,]\d))"
    rf"(?:[.,](\d{{1,9}})\d{{0,20}})?(?:\s?{_CURRENCY})?;?",
    re.ASCII,
)
_AMBIGUOUS = re.compile(r"\d,\d{3}(?![\d.,])", re.ASCII)


def word_of(value: Any) -> str:
    """A scalar as the word it is compared by: lower case, `true` for True; lists and objects are no word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value).strip().lower()


def text_from(value: Any) -> str:
    """A scalar, or several hits trimmed, sorted and joined by commas (trade rule), cut to what is kept."""
    if type(value) is str:
        return value.strip()[:KEPT]
    if isinstance(value, list):
        return ", ".join(sorted({text_from(item) for item in value} - {""}))[:KEPT]
    if value is None or isinstance(value, dict):
        return ""
    return ("true" if value is True else "false" if value is False else str(value)).strip()[:KEPT]


def price_from(value: Any) -> int | None:
    """A price as buyers write it (21.105, "$21.50", "21,50 €", "1,234.50") in micros, cut to micros; None if none.

    "1,500" is none: in one country it is fifteen hundred, in another one and a half.

    Negative, not finite and absurd prices are none. Zero is 0: the caller takes it for a no.
    """
    if type(value) is str and (plain := _plain_price(value)) is not None:
        return plain
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return None
    text = format(value, "f") if isinstance(value, float) else str(value).strip()
    found = _PRICE.fullmatch(text)
    if not found or _AMBIGUOUS.search(text):
        return None
    sign, whole, part = found.groups()
    amount = int(whole.replace(",", "") or "0") * ONE + int((part or "")[:6].ljust(6, "0"))
    return None if sign or amount > MOST else amount


def _plain_price(text: str) -> int | None:
    """The usual form, digits and up to six places, in a fraction of the pattern's time; None for any other form."""
    whole, point, part = text.partition(".")
    if not (text.isascii() and whole.isdecimal() and len(whole) <= 9):
        return None
    if not point:
        return int(whole) * ONE
    return int(whole + part.ljust(6, "0")) if part.isdecimal() and len(part) <= 6 else None


def any_word(words: Iterable[str]) -> frozenset[str]:
    """Words to compare with, as `word_of` makes them."""
    return frozenset(word.strip().lower() for word in words)


LONGEST_VALUE = 2_000
LONGEST_STAND_S = 86_400
LONGEST_NUMBER = 15
FIRST_INSTANT_S = 1_000_000_000
"""From here on a number of seconds is Unix time, and a thousand times as much is milliseconds of it."""


def whole(value: Any) -> str | None:
    """A token, reference or address as the buyer gave it; one that is too long is none, for a part of it is wrong."""
    text = value.strip() if isinstance(value, str) else text_from(value)
    return text if text and len(text) <= LONGEST_VALUE else None


def seconds(value: Any) -> int:
    """How long a bid stands: at least a second; 0 where the answer does not say, or names an instant."""
    number = _whole_number(value)
    return 0 if number is None or number >= FIRST_INSTANT_S else max(1, min(number, LONGEST_STAND_S))


def instant(value: Any) -> int:
    """When a bid ends, in UTC milliseconds, by Unix time in seconds or milliseconds or by RFC 3339; 0 if it is none."""
    number = _whole_number(value)
    if number is not None:
        return 0 if number < FIRST_INSTANT_S else number if number >= FIRST_INSTANT_S * 1000 else number * 1000
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return 0
    return 0 if at is None or at.tzinfo is None else max(0, int(at.timestamp() * 1000))


def _whole_number(value: Any) -> int | None:
    text = str(value).partition(".")[0] if isinstance(value, int | float | str) else ""
    return int(text) if len(text) <= LONGEST_NUMBER and text.isdecimal() and not isinstance(value, bool) else None


def web_address(text: str | None) -> str | None:
    """A redirect that a browser may follow; anything but http and https is dropped."""
    return text if text is not None and text.lower().startswith(("https://", "http://")) else None
