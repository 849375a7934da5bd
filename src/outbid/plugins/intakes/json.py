"""One lead as one flat JSON object; nested objects become dotted names."""

from typing import Any

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.instructions.speech import Speech
from outbid.plugins.intakes._dialect import Bound, Dialect, answer, bind_dialect, hear
from outbid.plugins.intakes._documents import read_json
from outbid.plugins.intakes._forms import query_of
from outbid.plugins.intakes._named import DEEPEST, MOST_FIELDS, arrival, flatten
from outbid.plugins.intakes._told import speech_of

__all__ = ["DEEPEST", "METHODS", "MOST_FIELDS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("POST",)


class Settings(Dialect, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source names its fields."""


def speech(settings: Settings) -> Speech:
    """How a source is spoken to."""
    return speech_of(settings, "json")


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Read one lead."""
    document = read_json(content_type, body)
    if not isinstance(document, dict):
        return document
    fields: dict[str, Any] = {}
    fault = flatten(document, "", 1, fields, settings.names)
    return fault or arrival(fields, settings.ping_id, settings.bid_ids)


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile what counts at the source's own address. Raises ValueError."""
    return bind_dialect(
        settings, binding, lambda inbound: read_json(inbound.header("content-type"), inbound.body), query_of
    )
