"""Leads of Google's lead forms. `google_key` proves the form, `is_test` is never sold, a `lead_id` is one lead.

https://developers.google.com/google-ads/webhook/docs/implementation
"""

import hmac
from typing import Annotated

import msgspec
from msgspec import Meta

from outbid.core.contract import Arrival, Binding, Malformed
from outbid.core.dialect.mapping import Entry
from outbid.core.dialect.reference import filled, only_refers, refers
from outbid.core.heard import Heard, Inbound
from outbid.core.instructions.speech import Speech
from outbid.plugins.intakes._answers import Answers
from outbid.plugins.intakes._dialect import Asks, Bound, Dialect, Flag, Pairs, answer, bind_dialect, hear
from outbid.plugins.intakes._documents import read_json
from outbid.plugins.intakes._pushed import PUSHED, not_here

__all__ = ["METHODS", "Bound", "Settings", "answer", "bind", "hear", "read", "speech"]

METHODS = ("POST",)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One or more forms with one key. Columns are fields by their ids, such as `FULL_NAME` and `PHONE_NUMBER`."""

    google_key: Annotated[str, Meta(description="the key that stands in the form: `{secret:NAME}`")]
    names: Annotated[dict[str, str], Meta(description="from ids of columns to the campaign's fields")] = {}
    fields: Annotated[
        dict[str, str | Entry], Meta(description="from the campaign's fields to [terms](mapping.md) of columns")
    ] = {}
    answers: Annotated[Answers | None, Meta(description="what Google is told")] = PUSHED


def speech(settings: Settings) -> Speech:
    """What is told of it: the platform sends, so nobody writes a request."""
    return Speech(format="json", own=True, pushed=True)


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Nothing is read at `/v1/leads`."""
    return not_here()


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    if not only_refers(settings.google_key):
        raise ValueError("google_key: write a reference, {secret:NAME}; secrets never stand in the market")
    key = filled(settings.google_key, binding.secrets)
    dialect = Dialect(
        key="google_key",
        asks=Asks(paths=()),
        test=Flag(field="is_test"),
        once="lead_id",
        names=settings.names,
        fields=settings.fields,
        pairs=Pairs(at="user_column_data", name="column_id", value="string_value"),
        answers=settings.answers,
    )
    spoken = bind_dialect(
        dialect, binding, lambda inbound: read_json(inbound.header("content-type"), inbound.body), lambda query: {}
    )

    def heard(inbound: Inbound) -> Heard | Malformed:
        found = spoken.hear(inbound)
        if isinstance(found, Malformed):
            return found
        if refers(key) or not hmac.compare_digest((found.key or "").encode(), key.encode()):
            return Malformed(401, "key_unknown" if found.key else "key_missing", "")
        return Heard(found.things, None)

    return Bound(heard, spoken.answer)
