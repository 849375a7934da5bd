"""Counts why offers were not asked, for a sample of the leads that closed: told by their receipts, lead by lead.

Nothing is stored of an offer that version and facts alone kept out, and live it is not counted: that would cost every
lead as many rows as its campaign has offers. The sample is counted here, beside the leads that are being sold.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from outbid.core.replay.receipts import receipts_of
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.core.tally.rows import quarter_of
from outbid.core.tally.sample import Skips, is_drawn
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story
from outbid.store import leads
from outbid.store.commit.entry import Job as NewJob
from outbid.store.database import Connection
from outbid.store.jobs import Job
from outbid.store.tally import samples

KIND = "sample"
GATHER_MS = 5_000
"""How long leads of the sample are gathered: nobody waits for them."""
MOST_LEADS = 50
OFFERS_AT_ONCE = 100
"""After so many receipts the leads that are being sold have their turn."""


def to_count(exchange: Exchange, story: Story, now_ms: int) -> tuple[NewJob, ...]:
    """The job of a lead that closes, if it is in the sample, with the share that is drawn now."""
    if story.lead.test or not is_drawn(story.id, exchange.sampled):
        return ()
    payload = {"lead": story.id.hex(), "share": exchange.sampled}
    return (exchange.job(KIND, f"{KIND} {story.id.hex()}", payload, now_ms + GATHER_MS),)


async def count_samples(exchange: Exchange, connection: Connection, jobs: Sequence[Job]) -> None:
    """Count these leads, and finish their jobs in the same transaction: each is counted once, whoever dies."""
    shares = {bytes.fromhex(job.payload["lead"]): int(job.payload["share"]) for job in jobs}
    skips: Skips = {}
    for record in await leads.several(connection, HOUSE, exchange.cell, list(shares)):
        await _count(exchange, record, shares[record.id], skips)
    await samples.add(connection, exchange.cell, [job.id for job in jobs], skips)


async def _count(exchange: Exchange, record: leads.Record, share: int, skips: Skips) -> None:
    market = await exchange.market_at(record.version)
    campaign, source = market.campaigns[record.campaign], market.sources[record.source]
    facts = msgspec.json.decode(record.facts)
    events = [event for chapter in record.chapters for event in chapter.events]
    quarter = quarter_of(record.arrived_at_ms)
    offers = [offer.number for tier in campaign.tiers for offer in tier.offers]
    found = [(0, "")]
    for first in range(0, len(offers), OFFERS_AT_ONCE):
        some = receipts_of(Plan(campaign, source, facts), facts, events, offers[first : first + OFFERS_AT_ONCE])
        found += [(one.offer, one.reason) for one in some if one.outcome == "not_asked"]
        await asyncio.sleep(0)
    for offer, reason in found:
        key = quarter, record.source, offer, reason, share
        skips[key] = skips.get(key, 0) + 1
