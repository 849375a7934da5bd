"""What a program sends, before it is written in a language: addresses, headers, and a document with holes in it."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from outbid.core.instructions.example import CONTENT_TYPES, body_of, text_of
from outbid.core.instructions.speech import Document, document_of
from outbid.core.instructions.told import Instructions

KEY, PING = "\ue000", "\ue001"
"""Stand in a document for the key, and for the id of the ping: signs that no value has."""
Literal = Callable[[Any], str]


class Step(msgspec.Struct, frozen=True):
    """One request. `document` is empty in XML, where `text` is the body; `name`: what a program calls what it sends."""

    name: str
    url: str
    document: Document
    text: str = ""


class Sending(msgspec.Struct, frozen=True):
    """One or two requests, the second under the quote of the first.

    headers  but for the content type; the value may hold KEY
    """

    format: str
    content_type: str
    headers: Mapping[str, str]
    steps: tuple[Step, ...]
    own_answer: bool

    @property
    def pairs(self) -> bool:
        """Is it a form or a query?"""
        return self.format in ("form", "query")


def sending_of(told: Instructions, *, asks: bool) -> Sending:
    """A lead, or a ping and the lead that is posted under it."""
    speech = told.speech
    headers = {}
    if not speech.key_field:
        headers = {speech.key_header: KEY} if speech.key_header else {"Authorization": f"Bearer {KEY}"}
    with_key = {speech.key_field: KEY} if speech.key_field else {}
    once = {speech.once: "your-own-id-1"} if speech.once else {}
    lead: dict[str, Any] = {**with_key, **once, **told.lead}
    steps = []
    if asks:
        ping = with_key | dict(told.ping) | ({speech.asks[0]: speech.asks[1]} if speech.asks else {})
        steps.append(_step(told, "ping", told.ping_url, ping))
        lead |= {speech.ping_id: PING}
    steps.append(_step(told, "lead", told.lead_url, lead))
    return Sending(speech.format, CONTENT_TYPES[speech.format], headers, tuple(steps), not speech.own)


def _step(told: Instructions, name: str, url: str, values: Mapping[str, Any]) -> Step:
    speech = told.speech
    if speech.format in ("form", "query"):
        return Step(name, url, {path: text_of(value) for path, value in values.items()})
    document = document_of(speech, values)
    if speech.format == "xml":
        return Step(name, url, {}, body_of(speech, document).decode())
    return Step(name, url, document)


def has_hole(value: Any) -> bool:
    """Does the key or the ping's id stand in a text?"""
    return isinstance(value, str) and (KEY in value or PING in value)
