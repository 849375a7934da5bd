"""What buyers read of leads that they bought: made anew of the sealed lead each time, so an erased person is gone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from outbid.core.contract import Ask
from outbid.core.ids import SALE, public
from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale, fold_all
from outbid.core.market.snapshot import Campaign, Market
from outbid.core.scope import HOUSE
from outbid.exchange.exchange import Exchange
from outbid.exchange.revive import Erased, events_of, lead_of, notes_of
from outbid.store import leads
from outbid.store.database import Connection
from outbid.store.parcels import Parcel


class Row(msgspec.Struct, frozen=True):
    """A parcel opened. `lead` is the buyer's name for it.

    `cells` is None where the person was erased, or where the lead is kept no more.
    """

    parcel: Parcel
    sale: str
    lead: str
    campaign: str = ""
    currency: str = ""
    price_micros: int = 0
    sold_ms: int = 0
    cells: dict[str, Any] | None = None
    delivered: bool = False


async def rows_of(exchange: Exchange, connection: Connection, parcels: Sequence[Parcel]) -> list[Row]:
    """Parcels opened, in their order. Whoever calls has asked for none but those that its reader may see."""
    wanted = list({parcel.lead_id for parcel in parcels})
    records = {found.id: found for found in await leads.several(connection, HOUSE, exchange.cell, wanted)}
    made = []
    for parcel in parcels:
        record, name = records.get(parcel.lead_id), public(SALE, exchange.cell, parcel.sale)
        if record is None:
            made.append(Row(parcel, name, exchange.vault.reference(parcel.lead_id, parcel.buyer)))
            continue
        made.append(_row(exchange, await exchange.market_at(record.version), record, parcel, name))
    return made


def _row(exchange: Exchange, market: Market, record: leads.Record, parcel: Parcel, name: str) -> Row:
    campaign, events = market.campaigns[record.campaign], events_of(record)
    sale = next(sale for sale in fold_all(events).sales if sale.id == name)
    sold_ms = next(e.at_ms for e in reversed(events) if isinstance(e, ev.Sold | ev.Settled) and e.sale == name)
    lead = exchange.vault.reference(record.quote or record.id, parcel.buyer)
    told = (lead, campaign.slug, campaign.currency, sale.price_micros, sold_ms)
    try:
        cells = _cells(exchange, market, campaign, record, sale)
    except Erased:
        cells = None
    return Row(parcel, name, *told, cells, sale.delivered)


def _cells(
    exchange: Exchange, market: Market, campaign: Campaign, record: leads.Record, sale: Sale
) -> dict[str, Any] | None:
    delivery = campaign.offers[sale.offer].delivery
    if delivery.row is None:
        return None
    lead = lead_of(exchange.vault, record, market)
    token = notes_of(exchange.vault, record).get(ev.of_bid("token", sale.offer, sale.place))
    ask = Ask(
        lead.facts,
        lead.values,
        partial(exchange.vault.reference, lead.known_as),
        lead.arrived_at_ms,
        campaign.currency,
        sale=sale.id,
        token=token,
        price_micros=sale.price_micros,
    )
    return delivery.row(ask)
