"""What the seller is told: a pure function of where his lead stands, so a repeated question gets the present answer."""

from typing import Literal

import msgspec

from outbid.core.contract import Flaw
from outbid.core.lead.state import State
from outbid.core.money import text_of

Outcome = Literal["sold", "unsold", "refused", "pending"]
STATUS: dict[Outcome, int] = {"sold": 200, "unsold": 200, "refused": 422, "pending": 202}
"""HTTP status of each outcome."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a seller: nothing of buyers, bids or margin stands in it.

    price   what he is paid, decimal text in `currency`; present if sold
    """

    outcome: Outcome
    lead: str
    price: str | None = None
    currency: str | None = None
    redirect: str | None = None
    reason: str | None = None
    detail: str | None = None
    test: bool = False


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
    return Answer("pending", lead, reason="unsettled" if state.status == "uncertain" else "in_progress", test=test)


def pointer_of(flaw: Flaw) -> str:
    """The JSON pointer to the field that a flaw is about; empty for the whole lead."""
    return "" if flaw.field is None else "/" + flaw.field.replace("~", "~0").replace("/", "~1")
