"""Delivers single leads after they were sold: by a request of their own, or into the buyer's list and his files."""

from outbid.core.ids import SALE, parse, uuid7
from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale
from outbid.core.market.snapshot import Offer
from outbid.core.scope import HOUSE
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.asking import ask_of
from outbid.exchange.steps.post import converse
from outbid.exchange.story import Story
from outbid.exchange.work.postback import Unheard
from outbid.store import parcels
from outbid.store.commit.entry import Job
from outbid.store.database import Connection

MOST_S = 60.0


def deliveries(exchange: Exchange, story: Story, now_ms: int) -> tuple[Job, ...]:
    """What is left to do about the sales of a lead that come to their buyers later. Done twice it does no more."""
    found = []
    for sale in story.state.sales:
        later = story.plan.campaign.offers[sale.offer].delivery.later
        if later is None or sale.status != "sold" or sale.delivered or story.lead.test:
            continue
        payload = {"lead": story.id.hex(), "sale": sale.id}
        due_ms = later.due_ms(now_ms) if later.way == "sent" else now_ms
        found.append(exchange.job("deliver", f"deliver {sale.id}", payload, due_ms))
    return tuple(found)


async def deliver(exchange: Exchange, connection: Connection, story: Story, job: dict[str, object]) -> None:
    """Deliver one sale. Raises Unheard: it is tried again, later each time; Superseded if somebody else wrote.

    A try that ended without an answer may have come to the buyer: he may get the lead twice, under one name.
    """
    sale = next((known for known in story.state.sales if known.id == job["sale"]), None)
    if sale is None or sale.status != "sold" or sale.delivered:
        return
    offer = story.plan.campaign.offers[sale.offer]
    later = offer.delivery.later
    if later is None:
        return
    if later.way == "sent":
        await _send(exchange, story, offer, sale)
        return
    now_ms, filed = exchange.clock.now_ms(), later.way == "filed"
    _, identifier = parse(SALE, sale.id)
    parcel = parcels.Parcel(offer.buyer, offer.number, story.id, identifier, filed, later.shape)
    await parcels.add(connection, exchange.cell, parcel, now_ms)
    if filed:
        await file_soon(exchange, connection, offer, now_ms)


async def file_soon(exchange: Exchange, connection: Connection, offer: Offer, now_ms: int) -> None:
    """A file is made when its time has come, or as soon as enough waits for it."""
    later = offer.delivery.later
    assert later is not None
    full = await parcels.waiting(connection, HOUSE, exchange.cell, offer.number, later.most_rows) >= later.most_rows
    run_at_ms = now_ms if full else now_ms + later.every_ms
    identifier = uuid7(now_ms, exchange.noise(10))
    await parcels.put_filing(connection, exchange.cell, identifier, offer.number, run_at_ms, hurry=full)


async def _send(exchange: Exchange, story: Story, offer: Offer, sale: Sale) -> None:
    started = exchange.now()
    token = story.notes.get(ev.of_bid("token", offer.number, sale.place))
    ask = ask_of(exchange, story, sale=sale.id, token=token, price_micros=sale.price_micros)
    reply = await converse(exchange, story, offer, "deliver", ask, started + MOST_S)
    if reply.outcome != "accept":
        raise Unheard(f"the delivery to the offer {offer.slug} failed: {reply.reason}")
    story.tell(ev.Delivered(exchange.clock.now_ms(), sale.id, "sent", ms=exchange.ms_since(started)))
    await exchange.write(story)
