"""An IP address, version 4 or 6, in its normal spelling."""

import datetime
import ipaddress
import re

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, plain
from outbid.plugins.fields._schema import Schema, any_of, text

PERSONAL: bool = True
KIND: Kind = "text"
PARTS: dict[str, Kind] = {"version": "number", "public": "boolean"}
EXAMPLE: str = "203.0.113.7"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not an IP address.", 'Send the address as text, such as "203.0.113.7".'),
    not_an_ip=("The text is not an IP address.", "Send one address, without a port or a network's length."),
    leading_zero=("A number of the address begins with a zero, which some read as octal.", "Drop the zeros."),
    zone_id=("The address names a network card of its sender (%).", "Send the address without % and the rest."),
)

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_VERSION_4 = re.compile(rf"(({_OCTET})\.{_OCTET})\.{_OCTET}\.{_OCTET}", re.ASCII)
_WITH_ZEROS = re.compile(r"\d{1,9}(?:\.\d{1,9}){3}", re.ASCII)
_LONGEST = 45

# Where blocks lie that are not public, or not wholly: outside of these, every address of version 4 is.
_SPECIAL_FIRST = frozenset({"0", "10", "127", *map(str, range(224, 256))})
_SPECIAL_FIRST_TWO = frozenset(
    {"169.254", "192.0", "192.31", "192.52", "192.88", "192.168", "192.175", "198.18", "198.19", "198.51", "203.0"}
    | {f"100.{second}" for second in range(64, 128)}
    | {f"172.{second}" for second in range(16, 32)}
)

# Most visitors' addresses of version 6: from 2003 to 2fff all are public; and these are spelled normally
# (eight groups without two zeros side by side, or no zero at all and one :: for two groups or more).
_GROUP = "[1-9a-f][0-9a-f]{0,3}"
_COMMON_VERSION_6 = re.compile(
    r"2(?!00[0-2])[0-9a-f]{3}"
    rf"(?:(?::(?:{_GROUP}|0(?!:0(?::|\Z)))){{7}}|(?::{_GROUP}){{0,4}}:(?::{_GROUP}){{1,5}})",
    re.ASCII,
)
_MOST_COLONS_WITH_GAP = 6


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema: of version 6 only which signs it has."""
    return any_of(text(rf"{_OCTET}(?:\.{_OCTET}){{3}}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*".replace(r"\d", "[0-9]")))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read an address; one of version 4 inside one of version 6 is what it holds."""
    if not isinstance(raw, str):
        return Value() if raw is None else faulty(raw, "wrong_type")
    match = _VERSION_4.fullmatch(raw)
    if match is not None:
        ordinary = match[2] not in _SPECIAL_FIRST and match[1] not in _SPECIAL_FIRST_TWO
        public = ordinary or _is_public(ipaddress.IPv4Address(raw))
        return Value(raw, raw, {"version": 4, "public": public})
    if _COMMON_VERSION_6.fullmatch(raw) and ("::" not in raw or raw.count(":") <= _MOST_COLONS_WITH_GAP):
        return Value(raw, raw, {"version": 6, "public": True})
    return _patiently(raw, plain(raw.strip()))


def _patiently(raw: str, text: str) -> Value:
    if not text:
        return Value(raw)
    if "%" in text:
        return faulty(raw, "zone_id")
    address = _address(text)
    if address is None:
        zeros = _WITH_ZEROS.fullmatch(text) and any(len(part) > 1 and part[0] == "0" for part in text.split("."))
        return faulty(raw, "leading_zero" if zeros else "not_an_ip")
    return Value(raw, str(address), {"version": address.version, "public": _is_public(address)})


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        address = ipaddress.ip_address(text) if ":" not in text else ipaddress.IPv6Address(text)
    except ValueError:
        return None
    # A server that listens on version 6 writes its visitors of version 4 as ::ffff:203.0.113.7.
    return getattr(address, "ipv4_mapped", None) or address


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether the address may be anybody's on the internet."""
    return address.is_global and not address.is_multicast
