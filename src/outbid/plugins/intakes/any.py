"""One lead in whatever came: JSON, XML, a form or the query alone. The body is looked at, not what it is called."""

from typing import Any

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.heard import Inbound
from outbid.core.instructions.speech import Speech
from outbid.plugins.intakes._dialect import Bound, Document, answer, bind_dialect, hear
from outbid.plugins.intakes._documents import read_json, read_xml
from outbid.plugins.intakes._forms import Forms, document_of, query_of, read_form
from outbid.plugins.intakes._named import arrival, flatten
from outbid.plugins.intakes._told import speech_of

__all__ = ["METHODS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("GET", "POST")


class Settings(Forms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source names its fields, where its platform takes several formats: the names are the same in each."""


def speech(settings: Settings) -> Speech:
    """How a source is spoken to: of what it takes, a form is what every seller can send."""
    return speech_of(settings, "form")


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Read one lead."""
    document = _structured(body)
    if document is None:
        fields = read_form(content_type, body, settings, settings.names)
        return fields if isinstance(fields, Malformed) else arrival(fields, settings.ping_id, settings.bid_ids)
    if isinstance(document, Malformed):
        return document
    plain: dict[str, Any] = {}
    fault = flatten(document, "", 1, plain, settings.names)
    return fault or arrival(plain, settings.ping_id, settings.bid_ids)


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile what counts at the source's own address. Raises ValueError."""

    def parse(inbound: Inbound) -> Document | Malformed:
        document = _structured(inbound.body)
        return document_of(inbound, settings, body_alone=False) if document is None else document

    return bind_dialect(settings, binding, parse, query_of)


def _structured(body: bytes) -> Document | Malformed | None:
    """What a body of JSON or XML holds; None for any other."""
    begins = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if begins in (b"{", b"["):
        return read_json("application/json", body)
    return read_xml(body) if begins == b"<" else None
