"""Takes a step with an offer, and tells the offer's owner of it: both or neither, in one transaction."""

import msgspec

from outbid.core.ids import NOTICE, public, uuid7
from outbid.core.market.snapshot import Offer
from outbid.core.money import percent_text
from outbid.core.notice.told import Stepped
from outbid.core.schedule.instant import utc
from outbid.exchange.exchange import Exchange
from outbid.store.control import steps
from outbid.store.database import Connection
from outbid.store.notice import batches


async def take(exchange: Exchange, connection: Connection, offer: Offer, now: steps.Stands, step: steps.Step) -> bool:
    """Write a step, and the notice of it if the owner wants notices. False: another step was taken meanwhile."""
    async with connection.transaction():
        if not await steps.take(connection, now, step):
            return False
        if offer.notices is not None:
            await batches.add(connection, exchange.cell, [_batch(exchange, offer, step)], step.at_ms)
            if offer.notices.url is not None:
                job = uuid7(step.at_ms, exchange.noise(10))
                await batches.put_sending(connection, exchange.cell, job, offer.buyer, step.at_ms)
    return True


def _batch(exchange: Exchange, offer: Offer, step: steps.Step) -> batches.Batch:
    identifier = uuid7(step.at_ms, exchange.noise(10))
    name = public(NOTICE, exchange.cell, identifier)
    told = Stepped(name, offer.slug, utc(step.at_ms), step.stage, percent_text(step.share), step.why, step.figures)
    return batches.Batch(offer.buyer, identifier, msgspec.json.encode([told]))
