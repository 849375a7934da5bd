"""One lead as an XML document; elements within elements become dotted names, below the root."""

from typing import Any

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.instructions.speech import Speech
from outbid.core.reasons import reasons
from outbid.plugins.intakes._dialect import Bound, Dialect, answer, bind_dialect, hear
from outbid.plugins.intakes._documents import read_xml
from outbid.plugins.intakes._forms import query_of
from outbid.plugins.intakes._named import arrival, flatten
from outbid.plugins.intakes._told import speech_of

__all__ = ["METHODS", "REASONS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("POST",)
REASONS = reasons(
    not_xml=("The body is not XML that the exchange reads.", "Send one document, without a DOCTYPE."),
)


class Settings(Dialect, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source names its fields: `Contact.Phone` is an element within another, `Lead@id` an attribute."""


def speech(settings: Settings) -> Speech:
    """How a source is spoken to."""
    return speech_of(settings, "xml", own=True)


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Read one lead."""
    document = read_xml(body)
    if isinstance(document, Malformed):
        return document
    fields: dict[str, Any] = {}
    fault = flatten(document, "", 1, fields, settings.names)
    return fault or arrival(fields, settings.ping_id, settings.bid_ids)


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile what counts at the source's own address. Raises ValueError."""
    return bind_dialect(settings, binding, lambda inbound: read_xml(inbound.body), query_of)
