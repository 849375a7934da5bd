"""One lead in the query of an address, by GET or POST; a form in the body is read as well."""

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.instructions.speech import Speech
from outbid.plugins.intakes._dialect import Bound, answer, bind_dialect, hear
from outbid.plugins.intakes._forms import Forms, document_of, query_of, read_form
from outbid.plugins.intakes._named import arrival
from outbid.plugins.intakes._told import speech_of

__all__ = ["METHODS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("GET", "POST")


class Settings(Forms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source names its fields. What stands in addresses is logged on the way: a form keeps more to itself."""


def speech(settings: Settings) -> Speech:
    """How a source is spoken to."""
    return speech_of(settings, "query", own=True)


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Read one lead from a form: `/v1/leads` takes none from its query."""
    fields = read_form(content_type, body, settings, settings.names)
    return fields if isinstance(fields, Malformed) else arrival(fields, settings.ping_id, settings.bid_ids)


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile what counts at the source's own address. Raises ValueError."""
    return bind_dialect(settings, binding, lambda inbound: document_of(inbound, settings, body_alone=False), query_of)
