"""Posting instructions as a value, from which every rendering is written."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from outbid.core.instructions.speech import Speech
from outbid.core.lead.value import Scalar


class FieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A field as the seller sends it.

    path      his name of it, empty where he need not send it; `more`: further names that it is made of
    name      ours; type, about: its field type, and what that takes
    needed    a lead without it is refused; pinged: a ping should tell it
    facts     its options and bounds, as label → text
    mask      how it may be half hidden; empty: it may not
    term      how it is read, where it is more than renamed; `words`: his words → ours
    example   a made-up value in his spelling
    schema    what is taken, as JSON Schema, whatever it is called
    """

    path: str
    name: str
    type: str
    about: str
    needed: bool
    pinged: bool
    example: Scalar | None
    schema: Mapping[str, Any]
    more: tuple[str, ...] = ()
    facts: Mapping[str, str] = {}
    mask: str = ""
    term: str = ""
    words: Mapping[str, Scalar] = {}


class AnswerLine(msgspec.Struct, frozen=True):
    """What is answered at an outcome: the very bytes, for made-up values."""

    outcome: str
    about: str
    status: int
    content_type: str
    body: str


class ReasonLine(msgspec.Struct, frozen=True):
    """Why a lead may be refused or unsold, and what to do."""

    code: str
    sentence: str
    fix: str


class ChangeLine(msgspec.Struct, frozen=True):
    """What changed for the seller, and when (UTC milliseconds)."""

    at_ms: int
    said: str


class QuoteTerms(msgspec.Struct, frozen=True):
    """What a ping is promised."""

    seconds: int
    stale: Literal["refuse", "anew"]
    all: bool


class House(msgspec.Struct, frozen=True):
    """Who gives the instructions: what he is called, and how he is reached. Empty: he did not say."""

    name: str = ""
    contact: str = ""


class Instructions(msgspec.Struct, frozen=True, kw_only=True):
    """All that a developer has to know to send leads to one source. Nothing of buyers, floors and margins is in it.

    address   the exchange's own, such as `https://leads.example.com`
    rules     what the checks want, in sentences; one_of: groups of names of which one must come
    lead      a made-up lead by the seller's names; ping: what of it a ping tells; empty: he cannot ping
    doubt     why the made-up lead may not pass; empty: it does
    answer_ms, deadline_ms  after how long he is told `pending`; how long a round of bids may take; None: not set
    """

    slug: str
    name: str
    campaign: str
    currency: str
    address: str
    closed: bool
    speech: Speech
    fields: tuple[FieldLine, ...]
    one_of: tuple[tuple[str, ...], ...]
    rules: tuple[str, ...]
    lead: Mapping[str, Scalar]
    ping: Mapping[str, Scalar]
    doubt: str
    quotes: QuoteTerms | None
    answers: tuple[AnswerLine, ...]
    reasons: tuple[ReasonLine, ...]
    changes: tuple[ChangeLine, ...]
    answer_ms: int | None
    deadline_ms: int | None
    postback: bool
    house: House = House()

    @property
    def lead_url(self) -> str:
        """Where leads are sent."""
        return f"{self.address}/v1/in/{self.slug}" if self.speech.own else f"{self.address}/v1/leads"

    @property
    def ping_url(self) -> str:
        """Where pings are sent."""
        if not self.speech.own:
            return f"{self.address}/v1/pings"
        return self.lead_url if self.speech.asks is not None else f"{self.lead_url}/{self.speech.asks_at}"

    @property
    def runs(self) -> bool:
        """Can a program of a few lines send a lead: no signature, and no platform that does it by itself."""
        return not (self.speech.pushed or self.speech.signed)
