"""How a request to a source's own address proves whose it is: a key somewhere, or a signature over its body."""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from outbid.core.contract import Malformed
from outbid.core.dialect.reference import Words, filled, only_refers, refers
from outbid.core.heard import Inbound

HEADER = "header:"
SHORTEST_CUT = 12
"""Characters of a key that is cut out of longer texts."""
MOST_LEVELS = 100
"""Levels of a document that are looked through; what lies deeper is dropped, for no lead has as many."""
_PART = re.compile(r"\{(body|header:[A-Za-z0-9-]+)\}")


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A keyed hash that the sender puts into a header."""

    header: Annotated[str, Meta(min_length=1, description="the header that carries it")]
    secret: Annotated[str, Meta(description="what it is keyed with: `{secret:NAME}`")]
    algorithm: Annotated[Literal["sha256", "sha1", "sha512"], Meta(description="of the HMAC")] = "sha256"
    encoding: Annotated[Literal["hex", "base64"], Meta(description="how the hash is written")] = "hex"
    prefix: Annotated[str, Meta(description="what stands before the hash, such as `sha256=`")] = ""
    signs: Annotated[
        str, Meta(description="what is signed: `{body}`, or more, such as `{header:X-Timestamp}.{body}`")
    ] = "{body}"


def compile_signature(said: Signature, words: Words) -> Callable[[Inbound], Malformed | None]:
    """What is wrong with a request's signature, None if nothing is. Raises ValueError."""
    if not only_refers(said.secret):
        raise ValueError("signature.secret: write a reference, {secret:NAME}; secrets never stand in the market")
    if "{body}" not in said.signs or "{" in _PART.sub("", said.signs):
        raise ValueError("signature.signs: write {body}, and beside it {header:NAME} and fixed text")
    secret, name = filled(said.secret, words), said.header.lower()
    known = None if refers(secret) else secret.encode()

    def check(inbound: Inbound) -> Malformed | None:
        came = inbound.header(name)
        if not came:
            return Malformed(401, "signature_missing", f"the header {said.header} carries it")
        if known is None or not hmac.compare_digest(came.encode(), signed(said, known, inbound)):
            return Malformed(401, "signature_wrong", "")
        return None

    return check


def signed(said: Signature, secret: bytes, inbound: Inbound) -> bytes:
    """The value of the header of a request that is signed as it should be."""
    text, end = b"", 0
    for found in _PART.finditer(said.signs):
        text += said.signs[end : found.start()].encode()
        part = found[1]
        text += inbound.body if part == "body" else inbound.header(part.removeprefix(HEADER).lower()).encode()
        end = found.end()
    made = hmac.digest(secret, text + said.signs[end:].encode(), said.algorithm)
    return said.prefix.encode() + (made.hex().encode() if said.encoding == "hex" else b64encode(made))


def without_key(found: Any, key: str, deepest: int = MOST_LEVELS) -> Any:
    """What came without the key, wherever it stands: a value that is the key is gone, and a long key is cut out of
    longer texts too. A short one may stand in a text by chance."""
    if not key or not isinstance(found, str | list | dict):
        return found
    if isinstance(found, str):
        left = "" if found.strip() == key else found
        return left.replace(key, "") if len(key) >= SHORTEST_CUT else left
    if not deepest:
        return None
    if isinstance(found, list):
        return [without_key(each, key, deepest - 1) for each in found]
    cut = {name: without_key(value, key, deepest - 1) for name, value in found.items()}
    return {name: left for name, left in cut.items() if left not in ("", {}) or left == found[name]}


def place_of(key: str) -> str:
    """Where a source's key stands, for people."""
    if not key:
        return "the header 'Authorization: Bearer KEY'"
    return f"the header {key.removeprefix(HEADER)!r}" if key.startswith(HEADER) else f"the field {key!r}"


def bearer_of(inbound: Inbound) -> str:
    """The key in `Authorization: Bearer KEY`; empty if there is none."""
    word, _, secret = inbound.header("authorization").partition(" ")
    return secret.strip() if word.lower() == "bearer" else ""
