"""The steps of a quote: checks as far as a ping can be judged, and the promise, durable before it is told."""

from collections.abc import Mapping
from typing import Any

from outbid.core.lead import event as ev
from outbid.core.lead.exposure import present_of
from outbid.core.lead.inspection import Inspection, at_a_ping, refusal
from outbid.core.lead.quote import until_ms
from outbid.core.market.snapshot import Market, Source
from outbid.core.route import Close, Inspect, Quote
from outbid.exchange.arrive import begin
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.inspect import closed_source
from outbid.exchange.story import Story


def ask_price(exchange: Exchange, market: Market, source: Source, arrived: Mapping[str, Any], test: bool) -> Story:
    """The story of a ping: it runs as a lead's does, up to the post."""
    story = begin(exchange, market, source, arrived, test)
    lead = story.lead
    present = present_of(source.campaign.fields, lead.values)
    story.tell(ev.Quoting(lead.arrived_at_ms, lead.source, lead.campaign, lead.version, test, present))
    return story


async def inspect(exchange: Exchange, story: Story, step: Inspect) -> None:
    """Judge what can be judged at a ping. It claims nobody, and nobody looks at it."""
    lead, campaign, now_ms = story.lead, story.plan.campaign, exchange.clock.now_ms()
    found = at_a_ping(lead, campaign.fields, Inspection(lead, campaign.checks).at_hand())
    refused = refusal(found)
    if refused is None and not lead.test:
        refused = closed_source(exchange.rooms, story.market, story.plan.source, now_ms)
    story.flaws = tuple(flaw for _, flaw in found)
    story.tell(ev.Inspected(now_ms, step.stage, story.flaws, refused))


async def promise(exchange: Exchange, story: Story, step: Quote) -> None:
    """Promise the seller his payout, and make that durable."""
    now_ms = exchange.clock.now_ms()
    story.until_ms = until_ms(story.plan.source, story.state, step.pick.offer, now_ms)
    story.tell(ev.Quoted(now_ms, step.pick.payout_micros, story.until_ms))
    await exchange.write_quote(story)


async def close(exchange: Exchange, story: Story, step: Close) -> None:
    """Nobody bid enough, or the ping is refused: that is durable too."""
    story.tell(ev.Closed(exchange.clock.now_ms(), step.status, step.reason))
    await exchange.write_quote(story)
