"""One lead as a urlencoded form; names in brackets become dotted names."""

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.instructions.speech import Speech
from outbid.core.reasons import reasons
from outbid.plugins.intakes._dialect import Bound, answer, bind_dialect, hear
from outbid.plugins.intakes._forms import Forms, document_of, query_of, read_form
from outbid.plugins.intakes._named import arrival
from outbid.plugins.intakes._told import speech_of

__all__ = ["METHODS", "REASONS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("POST",)
REASONS = reasons(
    not_a_form=("The body is not a urlencoded form.", "Send name=value pairs, joined by '&'."),
    encoding_broken=("A name or value of the form is not encoded as it should be.", "Percent-encode it as UTF-8."),
    charset_unknown=("The form is in a charset that the exchange does not read.", "Send UTF-8."),
)


class Settings(Forms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source names its fields, and what it means by its forms. `contact[phone]` is `contact.phone` too."""


def speech(settings: Settings) -> Speech:
    """How a source is spoken to."""
    return speech_of(settings, "form")


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Read one lead."""
    fields = read_form(content_type, body, settings, settings.names)
    return fields if isinstance(fields, Malformed) else arrival(fields, settings.ping_id, settings.bid_ids)


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile what counts at the source's own address. Raises ValueError."""
    return bind_dialect(settings, binding, lambda inbound: document_of(inbound, settings, body_alone=True), query_of)
