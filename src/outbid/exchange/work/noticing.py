"""Tells bidders what became of their bids: leads that closed become batches of notices, and batches are sent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from outbid.core.dialect.reference import filled
from outbid.core.dialect.webhook import webhook
from outbid.core.dialect.wire import Failure, parse_target
from outbid.core.ids import NOTICE, public, uuid7
from outbid.core.market.snapshot import Market
from outbid.core.notice.notice import notices_of
from outbid.core.notice.told import Told, told_of
from outbid.core.route import Plan
from outbid.core.schedule.instant import utc
from outbid.core.scope import HOUSE, Scope
from outbid.exchange.exchange import Exchange
from outbid.exchange.work.postback import Unheard
from outbid.store import leads
from outbid.store.database import Connection
from outbid.store.jobs import Job
from outbid.store.notice import batches

MOST_S = 15.0
MOST_LEADS = 500
"""Of about so many leads are notices made at once."""
MarketAt = Callable[[int], Awaitable[Market]]


async def gather(exchange: Exchange, connection: Connection, jobs: Sequence[Job]) -> None:
    """Make the notices of leads that closed, a batch for each buyer, and see to it that they are sent.

    Batches are written in the transaction that finishes the jobs: each bid has one notice, whoever dies in between.
    """
    told: dict[int, list[Told]] = {}
    closed = [bytes.fromhex(lead) for job in jobs for lead in job.payload["leads"]]
    for record in await leads.several(connection, HOUSE, exchange.cell, closed):
        await _tell(exchange, record, told)
        await asyncio.sleep(0)  # leads do not wait for all of them
    now_ms, encode = exchange.clock.now_ms(), msgspec.json.encode
    made = [batches.Batch(buyer, uuid7(now_ms, exchange.noise(10)), encode(rows)) for buyer, rows in told.items()]
    if await batches.write(connection, exchange.cell, [job.id for job in jobs], made, now_ms):
        addressed = {offer.buyer for offer in exchange.market.offers.values() if offer.notices and offer.notices.url}
        for buyer in addressed & told.keys():
            await batches.put_sending(connection, exchange.cell, uuid7(now_ms, exchange.noise(10)), buyer, now_ms)


async def _tell(exchange: Exchange, record: leads.Record, told: dict[int, list[Told]]) -> None:
    market = await exchange.market_at(record.version)
    campaign, source = market.campaigns[record.campaign], market.sources[record.source]
    events = [event for chapter in record.chapters for event in chapter.events]
    facts = msgspec.json.decode(record.facts)
    wanted = [number for number, offer in campaign.offers.items() if offer.notices is not None]
    for notice in notices_of(Plan(campaign, source, facts), record.id, facts, events, wanted):
        offer = campaign.offers[notice.offer]
        identifier = public(NOTICE, record.cell, uuid7(notice.at_ms, exchange.noise(10)))
        name, at = exchange.vault.reference(record.id, offer.buyer), utc(notice.at_ms)
        row = told_of(notice, identifier, name, offer.slug, campaign.slug, campaign.currency, at)
        told.setdefault(offer.buyer, []).append(row)


async def send(exchange: Exchange, connection: Connection, buyer: int) -> None:
    """Post a buyer's batches to his address, the oldest first. Raises Unheard: it is tried again, later each time."""
    scope, name = Scope("buyer", buyer), exchange.market.name("buyer", buyer)
    while waiting := await batches.to_send(connection, scope, exchange.cell):
        for batch in waiting:
            to = next((o.notices for o in exchange.market.offers.values() if o.buyer == buyer and o.notices), None)
            if to is None or to.url is None:
                return
            words, now_ms = exchange.market.secrets, exchange.clock.now_ms()
            body = b'{"type":"notices","timestamp":"%b","data":%b}' % (utc(now_ms).encode(), batch.body)
            target = parse_target(filled(to.url, words), to.exceptions)
            identifier = public(NOTICE, exchange.cell, batch.id)
            http = webhook(target, filled(to.secret, words), identifier, now_ms // 1000, body)
            heard = await exchange.door.ask(http, exchange.now() + MOST_S)
            if isinstance(heard, Failure):
                raise Unheard(f"the notices of {name} failed: {heard.reason}")
            if not 200 <= heard.status < 300:
                raise Unheard(f"the notices of {name} were answered with {heard.status}")
            await batches.sent(connection, exchange.cell, batch, exchange.clock.now_ms())
