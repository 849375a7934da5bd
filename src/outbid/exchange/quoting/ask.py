"""The steps of a quote: checks as far as a ping can be judged, and the promise, durable before it is told."""

from collections.abc import Mapping
from typing import Any

from outbid.core.contract import Flaw
from outbid.core.lead import event as ev
from outbid.core.lead.quote import until_ms
from outbid.core.lead.value import ABSENT
from outbid.core.market.snapshot import Check, Market, Source
from outbid.core.route import Close, Inspect, Quote
from outbid.exchange.arrive import begin
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.inspect import closed_source, judge_at_hand, refusal
from outbid.exchange.story import Story


def ask_price(exchange: Exchange, market: Market, source: Source, arrived: Mapping[str, Any], test: bool) -> Story:
    """The story of a ping: it runs as a lead's does, up to the post."""
    story = begin(exchange, market, source, arrived, test)
    lead = story.lead
    story.tell(ev.Quoting(lead.arrived_at_ms, lead.source, lead.campaign, lead.version, test))
    return story


async def inspect(exchange: Exchange, story: Story, step: Inspect) -> None:
    """Judge what can be judged: what hangs on personal fields that a ping does not tell is put off to the post."""
    fields = story.plan.campaign.fields
    waits = frozenset(field.name for field in fields if field.personal and story.lead.values[field.name] is ABSENT)
    flaws = [(check, flaw) for check, flaw in judge_at_hand(story) if not _put_off(story, check, flaw, waits)]
    refused = refusal(flaws) or (None if story.lead.test else closed_source(exchange, story))
    story.flaws = tuple(flaw for _, flaw in flaws)
    story.tell(ev.Inspected(exchange.clock.now_ms(), "before_ping", story.flaws, refused))


def _put_off(story: Story, check: Check, flaw: Flaw, waits: frozenset[str]) -> bool:
    """Is the flaw one of a field that comes with the post, or of a check that reads such a field?"""
    if flaw.field in waits:
        return True
    about_what_came = flaw.field is None or story.lead.values.get(flaw.field, ABSENT) is not ABSENT
    return about_what_came and not waits.isdisjoint(check.reads)


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
