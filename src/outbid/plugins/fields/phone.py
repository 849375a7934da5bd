"""A telephone number, kept as E.164; partly masked and hashed numbers are valid."""

import datetime
import re
from typing import Annotated

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Scalar, Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, kept, plain, text_of
from outbid.plugins.fields._schema import HASH, Schema, any_of, text
from outbid.plugins.fields._us import COUNTRY_BY_AREA_CODE, STATE_BY_AREA_CODE

PERSONAL: bool = True
KIND: Kind = "text"
PARTS: dict[str, Kind] = {"area_code": "text", "state": "text", "country": "text", "line": "text"}
EXAMPLE: str = "(512) 555-0123"
MASK: str = "after the area code ((512) ***-****), or as a hash (MD5, SHA-1 or SHA-256, in hex)"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a phone number.", 'Send the number as text, such as "(512) 555-0123".'),
    not_a_phone=("The text holds what no phone number has.", "Send digits and the usual separators only."),
    too_short=("The number has too few digits.", "Send ten digits, with the area code."),
    too_long=("The number has too many digits.", "Send one number of ten digits; other countries begin with +."),
    bad_area_code=("There can be no such area code.", "It begins with 2 to 9 and does not end in 11."),
    bad_exchange=("There can be no such number in the area.", "The digit after the area code is 2 to 9."),
    area_code_masked=("The mask hides the area code.", "Leave the area code: (512) ***-****."),
    not_in_its_country=("The country has no such number.", "Send + and the country's code, then the number."),
)

_NATIONAL = re.compile(r"\s*(?:\+?1[ .\-]*)?\(?([2-9](?!11)\d\d)\)?[ .\-/]*([2-9]\d\d)[ .\-]*(\d{4})\s*", re.ASCII)
_HASH = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})", re.IGNORECASE)
_EXTENSION = re.compile(r"[\s,;]*(?:\b(?:extension|extn|ext)\.?|x|#)[\s.:]*\d{1,8}$", re.ASCII | re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s().\-/]+", re.ASCII)
_MASKED = re.compile(r"(?:\+?1)?([0-9X*#•]{10})", re.IGNORECASE)
_ABROAD = re.compile(r"^(?:011|00)[\s.\-]*(?=[2-9])", re.ASCII)
_STRANGE = re.compile(r"[^0-9+().\-/\s]", re.ASCII)
_LONGEST = 100
_GAP = r"[\s().\-/]*"

_PARTS: dict[str, dict[str, Scalar]] = {
    **{code: {"area_code": code, "country": country} for code, country in COUNTRY_BY_AREA_CODE.items()},
    **{code: {"area_code": code, "country": "US", "state": state} for code, state in STATE_BY_AREA_CODE.items()},
}
_LINES = dict.fromkeys(("800", "833", "844", "855", "866", "877", "888"), "toll_free") | {"900": "premium"}
"""What an area code tells of the line. Of all others of this plan it tells nothing: mobile and fixed share them, and
numbers are ported, so who has to know asks a service (an enricher)."""
_LINE_OF_TYPE = {0: "fixed", 1: "mobile", 3: "toll_free", 4: "premium", 6: "voip"}
"""The library's types of numbers that we have a word for."""
_SHARE_ITS_PLAN = frozenset({"US", "PR", "VI", "GU", "AS", "MP", *COUNTRY_BY_AREA_CODE.values()})


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose numbers they are."""

    country: Annotated[
        str,
        msgspec.Meta(
            title="Country",
            description="Two letters (ISO 3166): whose numbers come without + and the country's code.",
            pattern="^[A-Z]{2}$",
            max_length=2,
        ),
    ] = "US"


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema: numbers of other countries only as far as they begin so."""
    if settings.country not in _SHARE_ITS_PLAN:
        return any_of({"type": ["string", "integer"]})
    area, rest = rf"[2-9]{_GAP}(?!1{_GAP}1)[0-9]{_GAP}[0-9]{_GAP}", rf"(?:[0-9]{_GAP}){{6}}"
    front = rf"(?:tel:)?{_GAP}\+?{_GAP}(?:1{_GAP})?{area}"
    more = r"(?:[\s,;]*(?:[eE][xX][tT](?:[eE][nN][sS][iI][oO][nN]|[nN])?\.?|[xX]|#)[\s.:]*[0-9]{1,8})?"
    ours, masked = rf"{front}[2-9]{_GAP}{rest}{more}", rf"{front}(?:[0-9Xx*#•]{_GAP}){{7}}"
    abroad = rf"(?:tel:)?(?:\+|00|011)[0-9+().\-/\s]*{more}"
    return any_of(
        text(f"{ours}|{masked}|{abroad}|{HASH}"),
        {"type": "integer", "minimum": 2_010_000_000, "maximum": 19_999_999_999},
    )


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read a number; well-formed is enough: nobody was called."""
    if isinstance(raw, str) and settings.country in _SHARE_ITS_PLAN:
        match = _NATIONAL.fullmatch(raw)
        if match is not None:
            return _good(raw, *match.groups())
    text = text_of(raw)
    if text is None:
        return Value() if raw is None else faulty(raw, "wrong_type")
    return _patiently(raw, plain(text), settings)


def _good(raw: Scalar | None, area_code: str, exchange: str, line: str) -> Value:
    return Value(raw, f"+1{area_code}{exchange}{line}", _parts(area_code))


def _parts(area_code: str) -> dict[str, Scalar]:
    parts = _PARTS.get(area_code)
    if parts is not None:
        return parts.copy()
    line = _LINES.get(area_code)
    return {"area_code": area_code} if line is None else {"area_code": area_code, "line": line}


def _patiently(raw: object, text: str, settings: Settings) -> Value:
    """Read what is not simply a number of this plan: hash, mask, extension, foreign, or fault."""
    if not text:
        return Value(kept(raw))
    if len(text) > _LONGEST:
        return faulty(raw, "too_long")
    if _HASH.fullmatch(text):
        return Value(kept(raw), text.lower(), masked=True)
    compact = _SEPARATORS.sub("", text)
    masked = _MASKED.fullmatch(compact)
    if masked is not None and not masked[1].isdecimal():
        return _masked(raw, masked[1])
    text = _ABROAD.sub("+", _EXTENSION.sub("", text.removeprefix("tel:")))
    if not text.startswith("+1") and (text.startswith("+") or settings.country not in _SHARE_ITS_PLAN):
        return _foreign(raw, text, settings.country)
    return _national(raw, _SEPARATORS.sub("", text))


def _masked(raw: object, symbols: str) -> Value:
    known = re.split(r"[^0-9]", symbols, maxsplit=1)[0]
    if len(known) < 3:
        return faulty(raw, "area_code_masked")
    if not _is_area_code(known[:3]):
        return faulty(raw, "bad_area_code")
    if known[3:4] in ("0", "1"):
        return faulty(raw, "bad_exchange")
    return Value(kept(raw), f"+1{known}", _parts(known[:3]), masked=True)


def _is_area_code(digits: str) -> bool:
    return digits[0] >= "2" and digits[1:3] != "11"


def _national(raw: object, text: str) -> Value:
    digits = text.removeprefix("+")
    if not digits.isascii() or not digits.isdecimal():
        return faulty(raw, "not_a_phone")
    if len(digits) == 11 or text.startswith("+"):
        digits = digits.removeprefix("1")
    if len(digits) != 10:
        return faulty(raw, "too_short" if len(digits) < 10 else "too_long")
    if not _is_area_code(digits):
        return faulty(raw, "bad_area_code")
    if digits[3] < "2":
        return faulty(raw, "bad_exchange")
    return _good(kept(raw), digits[:3], digits[3:6], digits[6:])


def _foreign(raw: object, text: str, country: str) -> Value:
    if _STRANGE.search(text):
        return faulty(raw, "not_a_phone")  # the library would read letters as a keypad does
    import phonenumbers  # 35 ms and 20 MB that a house without foreign numbers never needs

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return faulty(raw, "not_a_phone")
    if not phonenumbers.is_valid_number(number):
        return faulty(raw, "not_in_its_country")
    number.extension = None
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code == 1:
        return _national(raw, value)
    region = phonenumbers.region_code_for_number(number)
    # "001" stands for numbers of no country, such as satellite phones and world-wide toll-free ones.
    parts: dict[str, Scalar] = {} if region in (None, "001") else {"country": region}
    if (line := _LINE_OF_TYPE.get(phonenumbers.number_type(number))) is not None:
        parts["line"] = line
    return Value(kept(raw), value, parts)
