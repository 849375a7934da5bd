"""Urlencoded names and values, of a form or a query: read, told what is wrong with them, several values made one."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal
from urllib.parse import unquote_to_bytes

from msgspec import Meta

from outbid.core.contract import Malformed
from outbid.core.heard import Inbound
from outbid.plugins.intakes._dialect import Dialect, Document
from outbid.plugins.intakes._named import MOST_FIELDS, pointer

Charset = Literal["utf-8", "windows-1252"]


class Forms(Dialect, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What forms and queries have in common."""

    repeated: Annotated[
        Literal["join", "first", "last"],
        Meta(
            description="which values of a name that comes several times count: all, sorted and joined by `, `, or one"
        ),
    ] = "join"
    charset: Annotated[
        Charset, Meta(description="of what is percent-encoded, where the content type does not name one")
    ] = "utf-8"


_CHARSETS: dict[str, Charset] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
}
"""Charsets by the names they go by. Who says Latin-1 means the Windows one, browsers have agreed."""
_FORM = "application/x-www-form-urlencoded"
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_OTHER_FORMATS = (b"{", b"[", b"<")
"""How JSON and XML bodies begin."""


def read_form(content_type: str, body: bytes, settings: Forms, names: Mapping[str, str]) -> Document | Malformed:
    """The fields of a form, by their names or those that `names` knows.

    A missing or wrong content type is forgiven if the body is a form (a trade rule).
    """
    form = body.removeprefix(b"\xef\xbb\xbf").strip()
    parts = form.startswith(b"--") and b"\n" in form  # multipart: a form has no line end of its own
    if parts or b"=" not in form or form.startswith(_OTHER_FORMATS):
        return _not_a_form(content_type)
    named = _CHARSET.search(content_type)
    charset = _CHARSETS.get(named[1].lower()) if named else settings.charset
    if charset is None:
        return _refused(
            "charset_unknown", f"the charset is {named[1] if named else ''!r}; this source reads UTF-8", 415
        )
    return read_pairs(form, charset, settings, names)


def read_pairs(form: bytes, charset: Charset, settings: Forms, names: Mapping[str, str]) -> Document | Malformed:
    """The fields that stand in pairs joined by `&`."""
    pairs = [pair for pair in form.split(b"&") if pair]
    if len(pairs) > MOST_FIELDS:
        return Malformed(400, "too_many_fields", f"at most {MOST_FIELDS} fields, those that come again counted too")
    found: dict[str, list[str]] = {}
    for pair in pairs:
        named_value = _pair(pair, charset, names)
        if isinstance(named_value, Malformed):
            return named_value
        found.setdefault(named_value[0], []).append(named_value[1])
    one = _ONE[settings.repeated]
    fields: Document = {name: values[0] if len(values) == 1 else one(values) for name, values in found.items()}
    if len(found.get(settings.bid_ids, ())) > 1:
        fields[settings.bid_ids] = found[settings.bid_ids]  # the order is the seller's, and each counts
    return fields


def query_of(text: str) -> Document:
    """The names and values of a query, the last of each; what cannot be read is left out."""
    found: Document = {}
    for pair in text.encode("latin-1", "replace").split(b"&")[:MOST_FIELDS]:
        named_value = _pair(pair, "utf-8", {}) if pair else None
        if isinstance(named_value, tuple):
            found[named_value[0]] = named_value[1]
    return found


def document_of(inbound: Inbound, settings: Forms, *, body_alone: bool) -> Document | Malformed:
    """The names and values of a request: of its query, and of its body, which counts where both have one."""
    query = read_pairs(inbound.query.encode("latin-1", "replace"), settings.charset, settings, {})
    if isinstance(query, Malformed) or (not inbound.body.strip() and not body_alone):
        return query
    body = read_form(inbound.header("content-type"), inbound.body, settings, {})
    return body if isinstance(body, Malformed) else query | body


def _not_a_form(content_type: str) -> Malformed:
    named = content_type.partition(";")[0].strip().lower()
    if named and named != _FORM:
        return Malformed(415, "media_type_unknown", f"the content type is {named!r}; this source reads {_FORM}")
    return _refused("not_a_form", "the body holds no name=value pairs")


def _pair(pair: bytes, charset: Charset, names: Mapping[str, str]) -> tuple[str, str] | Malformed:
    """The campaign's name and the value."""
    left, _, right = pair.partition(b"=")
    written = _decoded(left, charset)
    if written is None:
        return _refused("encoding_broken", f"the name {_shown(left)} is not percent-encoded {charset}")
    dotted = _dotted(written)
    value = _decoded(right, charset)
    if value is None:
        return _refused("encoding_broken", f"the value is not percent-encoded {charset}", where=dotted)
    return names.get(written) or names.get(dotted, dotted), value


def _decoded(part: bytes, charset: Charset) -> str | None:
    """A part of the form as text; None if it cannot be read."""
    if b"%" in part:
        if _BROKEN.search(part):
            return None
        part = unquote_to_bytes(part.replace(b"+", b" "))
    elif b"+" in part:
        part = part.replace(b"+", b" ")
    try:
        return part.decode(charset)
    except UnicodeDecodeError:
        return None


def _dotted(name: str) -> str:
    """`contact[phone]` as `contact.phone`, and `coverage[]`, one of several, as `coverage`."""
    if "[" not in name:
        return name
    return _BRACKETS.sub(lambda found: f".{found[1]}" if found[1] else "", name)


def _joined(values: list[str]) -> str:
    """Several values as one: trimmed, each once, sorted, joined by commas (a trade rule)."""
    return ", ".join(sorted({value.strip() for value in values} - {""}))


_ONE: dict[str, Callable[[list[str]], str]] = {
    "join": _joined,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
}


def _shown(part: bytes) -> str:
    return repr(part[:60].decode("ascii", "backslashreplace"))


def _refused(code: str, detail: str, status: int = 400, where: str = "") -> Malformed:
    return Malformed(status, f"form.{code}", detail, pointer(where))
