"""The steps of a quote: checks as far as a ping can be judged, and the promise, durable before it is told."""

from collections.abc import Mapping
from typing import Any

from outbid.core.lead import event as ev
from outbid.core.lead.exposure import present_of
from outbid.core.lead.inspection import Found, Inspection, refusal, to_come, without_awaited
from outbid.core.lead.learned import awaited
from outbid.core.lead.quote import until_ms
from outbid.core.market.snapshot import Market, Source
from outbid.core.route import Close, Inspect, Quote
from outbid.exchange.arrive import begin
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.enrich import enrich
from outbid.exchange.steps.inspect import closed_source, lot_of
from outbid.exchange.story import Story


def ask_price(exchange: Exchange, market: Market, source: Source, arrived: Mapping[str, Any], test: bool) -> Story:
    """The story of a ping: it runs as a lead's does, up to the post."""
    story = begin(exchange, market, source, arrived, test)
    lead = story.lead
    present = present_of(source.campaign.fields, lead.values)
    story.tell(ev.Quoting(lead.arrived_at_ms, lead.source, lead.campaign, lead.version, test, present))
    return story


async def inspect(exchange: Exchange, story: Story, step: Inspect) -> None:
    """Judge what can be judged at a ping, before and after it is enriched. It claims nobody, and nobody looks at it."""
    campaign, waits = story.plan.campaign, to_come(story.lead, story.plan.campaign.fields)
    found = _found(story, waits | awaited(campaign, story.lead))
    refused = refusal(found)
    if refused is None and not story.lead.test:
        now_ms = exchange.clock.now_ms()
        refused = closed_source(exchange.rooms, exchange.market, story.plan.source, now_ms)
    if refused is None and campaign.enrichers:
        await enrich(exchange, story)
        found = _found(story, waits)
        refused = refusal(found)
    story.flaws = tuple(flaw for _, flaw in found)
    story.tell(ev.Inspected(exchange.clock.now_ms(), step.stage, story.flaws, refused, lot=lot_of(story, refused)))


def _found(story: Story, waits: frozenset[str]) -> Found:
    return without_awaited(story.lead, Inspection(story.lead, story.plan.campaign.checks).at_hand(), waits)


async def promise(exchange: Exchange, story: Story, step: Quote) -> None:
    """Promise the seller his payout, and make that durable."""
    now_ms, source, state = exchange.clock.now_ms(), story.plan.source, story.state
    story.until_ms = until_ms(source, state, step.pick, now_ms)
    offered = tuple(
        ev.OfferedBid(
            pick.offer, pick.place, pick.price_micros, pick.payout_micros, until_ms(source, state, pick, now_ms)
        )
        for pick in step.offered
    )
    story.tell(ev.Quoted(now_ms, step.pick.payout_micros, story.until_ms, offered))
    await exchange.write_quote(story)


async def close(exchange: Exchange, story: Story, step: Close) -> None:
    """Nobody bid enough, or the ping is refused: that is durable too."""
    story.tell(ev.Closed(exchange.clock.now_ms(), step.status, step.reason))
    await exchange.write_quote(story)
