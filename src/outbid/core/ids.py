"""Names of things: UUIDv7 for leads and sales, with a prefix and the cell in public; numbers for market nouns.

Inside the program an id is its 16 bytes; in public it is `ld_` + base32hex(cell, id), 29 characters that sort by
cell, then time. Source of the layout: RFC 9562, section 5.7.
"""

from base64 import b32hexdecode
from typing import NewType

LeadId = NewType("LeadId", bytes)
SaleId = NewType("SaleId", bytes)

LEAD = "ld_"
SALE = "sl_"
QUOTE = "pg_"
NOTICE = "nt_"
LARGEST_CELL = 0xFFFF
_BODY = 29
_VERSION = 0x7000
_VARIANT = 0x8000
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]
_SHIFTS = tuple(range(140, -1, -10))


def uuid7(at_ms: int, noise: bytes) -> bytes:
    """16 bytes of a UUIDv7 for the UTC millisecond `at_ms`, from 10 bytes of noise."""
    high = (int.from_bytes(noise[:2], "big") & 0x0FFF) | _VERSION
    low = (int.from_bytes(noise[2:4], "big") & 0x3FFF) | _VARIANT
    return b"".join((at_ms.to_bytes(6, "big"), high.to_bytes(2, "big"), low.to_bytes(2, "big"), noise[4:10]))


def first_of(at_ms: int) -> bytes:
    """The least id that a lead of this millisecond can have: a bound for ranges."""
    return at_ms.to_bytes(6, "big") + b"\x00" * 10


def ms_of(identifier: bytes) -> int:
    """The UTC millisecond at which an id was made."""
    return int.from_bytes(identifier[:6], "big")


def public(prefix: str, cell: int, identifier: bytes) -> str:
    """The id as the world sees it."""
    # 144 bits and 6 of padding, ten at a time: a quarter of the time of the library's b32hexencode.
    bits = (cell << 134) | (int.from_bytes(identifier, "big") << 6)
    return prefix + "".join([_PAIRS[(bits >> shift) & 1023] for shift in _SHIFTS])[:_BODY]


def parse(prefix: str, text: str) -> tuple[int, bytes]:
    """Cell and id of a public id. Raises ValueError with a sentence if it is not one."""
    body = text.removeprefix(prefix)
    if len(body) != _BODY or body == text:
        raise ValueError(f"an id of this kind is {prefix!r} and {_BODY} letters and digits")
    try:
        raw = b32hexdecode(body.upper() + "===")
    except ValueError:
        raise ValueError(f"{text!r} holds a character that no id has") from None
    cell, identifier = int.from_bytes(raw[:2], "big"), raw[2:]
    if len(raw) != 18 or public(prefix, cell, identifier) != text.lower():
        raise ValueError(f"{text!r} is not written as ids are")
    return cell, identifier
