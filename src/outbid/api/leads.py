"""Questions about leads: what a source may know of its own, and the reasons that answers name."""

from collections.abc import Mapping
from typing import Any

import msgspec

from outbid.core.answer import Answer, Error, QuoteAnswer, answer_of, pointer_of, quote_answer
from outbid.core.contract import Flaw
from outbid.core.ids import LEAD, QUOTE, parse, public
from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold_all
from outbid.core.market.snapshot import Market
from outbid.core.reasons import Reason
from outbid.core.scope import Scope
from outbid.exchange.revive import Erased, notes_of
from outbid.exchange.story import NOTES_OF_QUOTE, Notes, decode_notes
from outbid.store import leads
from outbid.store.quote import reading as quotes
from outbid.store.vault import SealBroken, Vault


class ReasonRow(msgspec.Struct, frozen=True):
    """A reason code with its sentence and what to do."""

    code: str
    sentence: str
    fix: str


def reason_rows(reasons: Mapping[str, Reason]) -> list[ReasonRow]:
    """Every reason there is, by code."""
    return [ReasonRow(r.code, r.sentence, r.fix) for _, r in sorted(reasons.items())]


def error_of(flaw: Flaw, reasons: Mapping[str, Reason]) -> Error:
    """A flaw as a seller is told of it: where, what is wrong, what would be right."""
    reason = reasons.get(flaw.code) or Reason(flaw.code, flaw.code)
    return Error(pointer_of(flaw), flaw.code, f"{reason.sentence} {flaw.note}".strip(), reason.fix)


class Standing(msgspec.Struct, frozen=True):
    """Where a lead stands now, as far as its seller is told. Without a buyer, or once erased, `redirect` is None."""

    name: str
    currency: str
    state: State
    flaws: tuple[Flaw, ...]
    redirect: str | None
    test: bool = False

    def answer(self) -> Answer:
        """The answer that follows."""
        return answer_of(self.name, self.currency, self.state, self.redirect, test=self.test)


async def standing(
    connection: Any, scope: Scope, vault: Vault, market: Market, cell: int, lead_id: bytes
) -> Standing | None:
    """Where a lead stands now; None if there is no such lead for him who asks."""
    record = await leads.read(connection, scope, cell, lead_id)
    return None if record is None else standing_of(record, vault, market)


def standing_of(record: leads.Record, vault: Vault, market: Market) -> Standing:
    """Where a lead that was read stands."""
    events = [event for chapter in record.chapters for event in chapter.events]
    state = fold_all(events)
    campaign = market.campaigns.get(record.campaign)
    sold = next((sale.id for sale in state.sales if sale.status == "sold"), "")
    try:
        redirect = notes_of(vault, record).get(f"redirect {sold}")
    except (Erased, SealBroken):
        redirect = None
    flaws = tuple(flaw for event in events if isinstance(event, ev.Inspected) for flaw in event.flaws)
    currency = campaign.currency if campaign else ""
    return Standing(public(LEAD, record.cell, record.id), currency, state, flaws, redirect, record.test)


async def quote_now(connection: Any, scope: Scope, vault: Vault, market: Market, name: str) -> QuoteAnswer | None:
    """What a seller was told on his ping; None if there is no such ping for him. Raises ValueError.

    Whether he may know brands is for the campaign to say as it is now.
    """
    found = await quotes.read(connection, scope, *parse(QUOTE, name))
    if found is None:
        return None
    campaign = market.campaigns.get(found.campaign)
    state = fold_all(found.events)
    notes: Notes | None = None
    if campaign is not None and campaign.tells_brands and found.notes is not None:
        notes = decode_notes(vault.open(vault.unwrap(found.id, found.wrapped), found.id, NOTES_OF_QUOTE, found.notes))
    return quote_answer(name, campaign.currency if campaign else "", state, found.until_ms, notes, test=found.test)


async def answer_now(connection: Any, scope: Scope, vault: Vault, market: Market, name: str) -> Answer | None:
    """The answer to a seller as his lead stands now; None if there is no such lead for him. Raises ValueError."""
    found = await standing(connection, scope, vault, market, *parse(LEAD, name))
    return None if found is None else found.answer()
