"""One-time codes of an app (RFC 6238): SHA-1, six digits, a new one every 30 seconds, as every app makes them."""

import hmac
from base64 import b32encode
from hashlib import sha1
from typing import Final
from urllib.parse import quote

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""As long as the hash, which RFC 4226 recommends."""
_WINDOW: Final = (0, -1, 1)
"""Steps beside the present one whose codes are taken too: clocks differ, and people type."""


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step: the number of whole 30 seconds since 1970."""
    mac = hmac.digest(secret, step.to_bytes(8), sha1)
    at = mac[-1] & 0xF
    return str((int.from_bytes(mac[at : at + 4]) & 0x7FFFFFFF) % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, now_ms: int) -> int | None:
    """The step, near now, whose code this is; None: it is none of theirs."""
    now = now_ms // 1000 // STEP_S
    steps = [step for step in (now + beside for beside in _WINDOW) if step >= 0]
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), code.encode())]
    return found[0] if found else None


def spelt(secret: bytes) -> str:
    """A secret as people type it into an app: base 32."""
    return b32encode(secret).decode()


def address_of(secret: bytes, house: str, name: str) -> str:
    """The address that an app reads from a QR code."""
    return f"otpauth://totp/{quote(house)}:{quote(name)}?secret={spelt(secret)}&issuer={quote(house)}"
