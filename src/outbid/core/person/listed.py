"""How a suppression list tells a person: by the SHA-256 of a normal form of phone or e-mail, as lists are exchanged."""

import re
from hashlib import sha256

_SHA256 = re.compile(r"[0-9a-f]{64}")


def sha256_of(text: str) -> str:
    """The hash of an understood phone (E.164) or e-mail (lower case), in hex; a value that is one already as it is."""
    return text if _SHA256.fullmatch(text) else sha256(text.encode()).hexdigest()


def sha256_forms(text: str) -> tuple[str, ...]:
    """Every hash by which a list may tell an understood phone or e-mail: phones are also hashed without + and country.

    None of a hash of another kind, from which no SHA-256 follows.
    """
    if _SHA256.fullmatch(text):
        return (text,)
    if text.startswith("+1"):
        return tuple(sha256_of(form) for form in (text, text[1:], text[2:]))
    if text.startswith("+"):
        return tuple(sha256_of(form) for form in (text, text[1:]))
    return (sha256_of(text),) if "@" in text else ()
