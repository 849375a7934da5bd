"""Steps that code: hashes, base64, percent signs, JSON in a text, CDATA."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any
from urllib.parse import quote

import msgspec

from outbid.core.dialect.mapping.steps.step import Change, Step, as_text, on_text

_encode = msgspec.json.Encoder().encode


class Cdata(str):
    """A text that XML writes as a CDATA section. In any other format it is text."""

    __slots__ = ()


def _hash(name: str, form: str = "hex") -> Change:
    """A hash of the text's UTF-8, in small hex digits unless told otherwise."""
    if form not in _FORMS:
        raise ValueError(f"{name}: write one of {', '.join(_FORMS)}, not {form!r}")
    made, shown = partial(hashlib.new, name, usedforsecurity=False), _FORMS[form]
    return on_text(lambda text: shown(made(text.encode("utf-8", "replace")).digest()))


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


_FORMS: dict[str, Callable[[bytes], str]] = {
    "hex": lambda raw: raw.hex(),
    "HEX": lambda raw: raw.hex().upper(),
    "base64": _base64,
}


def _url(value: Any) -> str:
    return quote(as_text(value), safe="")


def _json(value: Any) -> str:
    return _encode(str(value) if isinstance(value, Cdata) else value).decode()


CODES = (
    Step(
        "md5",
        ("text?",),
        "the MD5 hash: hex, HEX or base64",
        ("ann@example.com", "md5", hashlib.md5(b"ann@example.com").hexdigest()),
        partial(_hash, "md5"),
    ),
    Step(
        "sha1",
        ("text?",),
        "the SHA-1 hash",
        ("ann@example.com", "sha1", hashlib.sha1(b"ann@example.com").hexdigest()),
        partial(_hash, "sha1"),
    ),
    Step(
        "sha256",
        ("text?",),
        "the SHA-256 hash",
        ("ann@example.com", "sha256", hashlib.sha256(b"ann@example.com").hexdigest()),
        partial(_hash, "sha256"),
    ),
    Step(
        "sha512",
        ("text?",),
        "the SHA-512 hash",
        ("a", "sha512 base64", _base64(hashlib.sha512(b"a").digest())),
        partial(_hash, "sha512"),
    ),
    Step(
        "base64",
        (),
        "in base64",
        ("Ann", "base64", "QW5u"),
        lambda: on_text(lambda text: _base64(text.encode("utf-8", "replace"))),
    ),
    Step("url", (), "percent-encoded", ("a b&c", "url", "a%20b%26c"), lambda: _url),
    Step(
        "html",
        (),
        "with the signs of HTML and XML written out, for escaped XML within XML",
        ("a<b", "html", "a&lt;b"),
        lambda: on_text(escape),
    ),
    Step("json", (), "as JSON in a text", ('say "hi"', "json", '"say \\"hi\\""'), lambda: _json),
    Step("cdata", (), "as a CDATA section where XML is written", ("a<b", "cdata", "a<b"), lambda: on_text(Cdata)),
)
