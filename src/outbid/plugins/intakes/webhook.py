"""Leads that any platform pushes as JSON: one or several a call, signed or with a key, each told by the sender's id."""

from typing import Annotated

from msgspec import Meta

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.instructions.speech import Speech
from outbid.plugins.intakes._answers import Answers
from outbid.plugins.intakes._dialect import Asks, Bound, Dialect, answer, bind_dialect, hear
from outbid.plugins.intakes._documents import read_json
from outbid.plugins.intakes._forms import query_of
from outbid.plugins.intakes._pushed import PUSHED, not_here
from outbid.plugins.intakes._told import speech_of

__all__ = ["METHODS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("POST",)


class Settings(Dialect, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a platform pushes leads: `signature` or `key` proves it, `once` is its own id of a lead."""

    asks: Annotated[Asks, Meta(description="what tells a ping, where a platform asks first")] = Asks(paths=())
    answers: Annotated[
        Answers | None, Meta(description="what the platform is told; 200 and a few words where nothing is said")
    ] = PUSHED


def speech(settings: Settings) -> Speech:
    """How a source is spoken to."""
    return speech_of(settings, "json", own=True)


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Nothing is read at `/v1/leads`, for signatures are of whole requests."""
    return not_here()


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile what counts at the source's own address. Raises ValueError."""
    return bind_dialect(
        settings, binding, lambda inbound: read_json(inbound.header("content-type"), inbound.body), query_of
    )
