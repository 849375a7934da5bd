"""What the seller is told: a pure function of where his lead stands, so a repeated question gets the present answer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec

from outbid.core.contract import Flaw
from outbid.core.lead.event import of_bid
from outbid.core.lead.quote import id_of
from outbid.core.lead.state import State
from outbid.core.money import text_of

Outcome = Literal["sold", "unsold", "refused", "pending"]
STATUS: dict[Outcome, int] = {"sold": 200, "unsold": 200, "refused": 422, "pending": 202}
"""HTTP status of each outcome."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a seller: nothing of buyers, bids or margin stands in it.

    price   what he is paid, decimal text in `currency`; present if sold
    url     where the end can be asked for; present if pending
    """

    outcome: Outcome
    lead: str
    price: str | None = None
    currency: str | None = None
    redirect: str | None = None
    reason: str | None = None
    detail: str | None = None
    url: str | None = None
    test: bool = False


PENDING = {"open": "in_progress", "uncertain": "unsettled", "review": "in_review", "queued": "queued"}
"""Why a lead's end is not known yet, by its status."""


class BidAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A bid on a ping that the seller may choose.

    id       what he names it by in his post
    price    what he is paid if it buys
    until    when it ends, RFC 3339
    brand    in whose name the person would be called; consent: the text that he has to agree to. Where he may know
    """

    id: str
    price: str
    until: str
    brand: str | None = None
    consent: str | None = None


class QuoteAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a ping: what a post under its id would be paid.

    ping   the id to post the lead under
    price  what the seller is paid if the lead is sold at all, decimal text in `currency`; present if quoted
    until  when the quote ends, RFC 3339
    bids   where the seller may choose: each bid that would be sold, best first
    """

    outcome: Literal["quoted", "unsold", "refused"]
    ping: str
    price: str | None = None
    currency: str | None = None
    until: str | None = None
    reason: str | None = None
    test: bool = False
    bids: tuple[BidAnswer, ...] = ()


class Error(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with a lead: where (JSON pointer), our code, what is wrong, what would be right."""

    pointer: str
    code: str
    detail: str
    fix: str = ""


def answer_of(lead: str, currency: str, state: State, redirect: str | None = None, *, test: bool = False) -> Answer:
    """The answer that follows from a lead's state."""
    if state.status == "sold":
        paid = sum(sale.payout_micros for sale in state.sales if sale.status == "sold")
        return Answer("sold", lead, text_of(paid), currency, redirect, test=test)
    if state.status == "unsold":
        return Answer("unsold", lead, reason=state.reason, test=test)
    if state.status == "refused":
        return Answer("refused", lead, reason=state.reason, test=test)
    return Answer("pending", lead, reason=PENDING[state.status], url=f"/v1/leads/{lead}", test=test)


def quote_answer(
    ping: str,
    currency: str,
    state: State,
    until_ms: int | None,
    notes: Mapping[str, str] | None = None,
    *,
    test: bool = False,
) -> QuoteAnswer:
    """The answer that follows from a ping's state. `notes`: what buyers wrote, where the seller may know brands."""
    if state.promise_micros is None or until_ms is None:
        outcome: Literal["unsold", "refused"] = "refused" if state.status == "refused" else "unsold"
        return QuoteAnswer(outcome, ping, reason=state.reason, test=test)
    told = notes or {}
    bids = tuple(
        BidAnswer(
            id_of(ping, place),
            text_of(bid.payout_micros),
            _instant(bid.until_ms),
            told.get(of_bid("brand", bid.offer, bid.place)),
            told.get(of_bid("consent", bid.offer, bid.place)),
        )
        for place, bid in enumerate(state.offered, 1)
    )
    promised = text_of(state.promise_micros)
    return QuoteAnswer("quoted", ping, promised, currency, _instant(until_ms), test=test, bids=bids)


def _instant(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pointer_of(flaw: Flaw) -> str:
    """The JSON pointer to the field that a flaw is about; empty for the whole lead."""
    return "" if flaw.field is None else "/" + flaw.field.replace("~", "~0").replace("/", "~1")
