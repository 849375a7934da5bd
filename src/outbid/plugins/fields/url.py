"""A web address, with scheme and host in lower case."""

import datetime
import ipaddress
import re

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty
from outbid.plugins.fields._schema import Schema, any_of, text

PERSONAL: bool = False
KIND: Kind = "text"
PARTS: dict[str, Kind] = {"host": "text"}
EXAMPLE: str = "https://example.com/quote?step=2"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not a web address.", 'Send the address as text, such as "https://example.com/".'),
    too_long=("The address is longer than 2048 characters.", "Send the address without what only tracks."),
    no_scheme=("The address does not say http or https.", "Send the whole address: https://example.com/."),
    bad_scheme=("The address is neither http nor https.", "Send an address that begins with https://."),
    bad_host=("The address has no proper host.", "Send a host name or an IP address behind https://."),
    bad_port=("The port is not a number from 1 to 65535.", "Leave the port out, or send a proper one."),
    user_info=("The address holds a user's name or password.", "Send the address without what stands before @."),
    bad_character=(
        "The address holds a blank, a control character or a backslash.",
        "Write such characters with a percent sign, as in %20.",
    ),
)

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}\.?", re.ASCII)
_COMMON = re.compile(
    rf"(https?://((?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?))([/?#][!-\[\]-~]*)?", re.ASCII
)
_PIECES = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?([^/?#]*)(.*)", re.ASCII | re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^:]*)(?::(.*))?", re.DOTALL)
_LONGEST = 2048
_LONGEST_HOST = 253


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema."""
    return any_of(text(r"[hH][tT][tT][pP][sS]?://[^\s\\]+"))


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read an address; path and query stay as they are, since case matters there."""
    if not isinstance(raw, str):
        return Value() if raw is None else faulty(raw, "wrong_type")
    match = _COMMON.fullmatch(raw) if len(raw) <= _LONGEST else None
    if match is not None and len(match[2]) <= _LONGEST_HOST:
        return Value(raw, match[1].lower() + (match[3] or ""), {"host": match[2].lower()})
    return _patiently(raw, raw.strip())


def _patiently(raw: str, text: str) -> Value:
    if not text:
        return Value(raw)
    if len(text) > _LONGEST:
        return faulty(raw, "too_long")
    if _FORBIDDEN.search(text):
        return faulty(raw, "bad_character")
    pieces = _PIECES.fullmatch(text)
    if pieces is None or (pieces[2] is None and "." in pieces[1]):
        return faulty(raw, "no_scheme")  # example.com:8080/ has a host where a scheme would stand
    scheme, slashes, authority, rest = pieces[1].lower(), pieces[2], pieces[3], pieces[4]
    if scheme not in ("http", "https"):
        return faulty(raw, "bad_scheme")
    if slashes is None:
        return faulty(raw, "bad_host")
    return _with_authority(raw, scheme, authority, rest)


def _with_authority(raw: str, scheme: str, authority: str, rest: str) -> Value:
    if "@" in authority:
        return faulty(raw, "user_info")
    split = _HOST_AND_PORT.fullmatch(authority)
    host = _host(split[1]) if split is not None else None
    if split is None or host is None:
        return faulty(raw, "bad_host")
    port = split[2]
    if port is not None and not _is_port(port):
        return faulty(raw, "bad_port")
    normal = f"{scheme}://{host}{'' if port is None else f':{port}'}{rest}"
    return Value(raw, normal, {"host": host}) if len(normal) <= _LONGEST else faulty(raw, "too_long")


def _is_port(port: str) -> bool:
    return port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) <= 65535


def _host(host: str) -> str | None:
    """Return the host in its normal spelling, or None for what cannot be one."""
    try:
        if host.startswith("["):
            return f"[{ipaddress.IPv6Address(host[1:-1])}]" if "%" not in host else None
        if len(host) > _LONGEST_HOST:
            return None  # before punycode, whose time grows with the square of the length
        name = (host if host.isascii() else host.encode("idna").decode("ascii")).lower()
        if len(name) > _LONGEST_HOST or not _NAME.fullmatch(name):
            return None
        # A name whose last label is a number is an address of version 4, or nothing.
        last = name.rstrip(".").rpartition(".")[2]
        return str(ipaddress.IPv4Address(name)) if last.isdecimal() else name
    except ValueError:
        return None
