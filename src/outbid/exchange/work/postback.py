"""Tells a seller the end of a lead that was pending, at the address that he gave."""

from outbid.core.answer import answer_of
from outbid.core.dialect.wire import Failure
from outbid.core.ids import LEAD, QUOTE, public
from outbid.core.lead.state import fold_all
from outbid.exchange.exchange import Exchange
from outbid.store.leads import Record

MOST_S = 10.0


class Unheard(Exception):
    """The seller's server did not take it."""


async def tell_end(exchange: Exchange, record: Record) -> None:
    """Call the postback of the lead's source as it is set now. Raises Unheard."""
    market = exchange.market
    source = market.sources.get(record.source)
    if source is None or source.postback is None:
        return
    state = fold_all([event for chapter in record.chapters for event in chapter.events])
    answer = answer_of(public(LEAD, record.cell, record.id), source.campaign.currency, state)
    told = {
        "lead": answer.lead,
        "ping": "" if record.quote is None else public(QUOTE, record.cell, record.quote),
        "outcome": answer.outcome,
        "price": answer.price or "",
        "currency": answer.currency or "",
        "reason": answer.reason or "",
    }
    heard = await exchange.door.ask(source.postback(told), exchange.now() + MOST_S)
    if isinstance(heard, Failure):
        raise Unheard(f"the postback of {source.slug} failed: {heard.reason}")
    if not 200 <= heard.status < 300:
        raise Unheard(f"the postback of {source.slug} was answered with {heard.status}")
