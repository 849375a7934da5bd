"""The table of steps: one function for each does it, and tells the story what happened."""

from collections.abc import Awaitable, Callable
from typing import Any

from outbid.core.lead import event as ev
from outbid.core.route import Ask, Close, Inspect, Match, Ping, Post, Quote, Recheck, Wait
from outbid.exchange.exchange import Exchange
from outbid.exchange.quoting import ask
from outbid.exchange.quoting.take_up import recheck_bids
from outbid.exchange.steps import rehearse
from outbid.exchange.steps.inspect import inspect
from outbid.exchange.steps.ping import match, ping
from outbid.exchange.steps.post import ask_again, post
from outbid.exchange.story import Story
from outbid.exchange.work.counting.sampling import to_count
from outbid.exchange.work.inquiring import inquiries
from outbid.exchange.work.later.delivering import deliveries
from outbid.store.commit.entry import Job

NOTICES_GATHER_MS = 1_000
"""For how long leads that closed are gathered, so that notices of them are made and sent together."""


async def _wait(exchange: Exchange, story: Story, step: Wait) -> None:
    """Wait for somebody, or for an hour: a job wakes the lead in any process. What is due already goes on at once."""
    now_ms, state = exchange.clock.now_ms(), story.state
    if step.until == "due" and (step.at_ms <= now_ms or story.lead.test):
        story.tell(ev.Due(now_ms, step.tier))
        return
    jobs: tuple[Job, ...] = ()
    if (state.waits, state.waits_ms) != (step.until, step.at_ms):
        story.tell(ev.Waiting(now_ms, step.until, step.at_ms))
        if step.at_ms:
            payload = {"lead": story.id.hex(), "at_ms": step.at_ms}
            jobs = (exchange.job("due", f"due {story.id.hex()} {step.at_ms}", payload, step.at_ms),)
    if step.until == "settled":  # also where it waited for another sale before: of one sale there is one job of a kind
        jobs = _doubts(exchange, story, now_ms) + inquiries(exchange, story, now_ms)
    if story.plan.campaign.delivers_later:
        jobs += deliveries(exchange, story, now_ms)
    if story.born is not None:
        await story.born
    await exchange.write(story, jobs=jobs)


def _doubts(exchange: Exchange, story: Story, now_ms: int) -> tuple[Job, ...]:
    """What was agreed about sales that are uncertain happens by itself, unless somebody settles them before."""
    offers, lead, found = story.plan.campaign.offers, story.id.hex(), []
    for sale in story.state.sales:
        doubt = offers[sale.offer].doubt
        if sale.status == "uncertain" and doubt is not None:
            payload = {"lead": lead, "sale": sale.id, "outcome": doubt.outcome, "by": "agreement"}
            found.append(exchange.job("settle", f"doubt {sale.id}", payload, now_ms + doubt.after_ms))
    return tuple(found)


async def _close(exchange: Exchange, story: Story, step: Close) -> None:
    now_ms = exchange.clock.now_ms()
    story.tell(ev.Closed(now_ms, step.status, step.reason))
    jobs: tuple[Job, ...] = ()
    if story.state.deferred and story.plan.source.postback is not None and not story.lead.test:
        jobs = (exchange.job("postback", f"postback {story.id.hex()}", {"lead": story.id.hex()}, now_ms),)
    if story.plan.campaign.delivers_later:
        jobs += deliveries(exchange, story, now_ms)
    if story.state.matched_any and not story.lead.test and story.market.notifies(story.plan.campaign):
        jobs = (*jobs, exchange.job_of_leads("notice", story.id.hex(), now_ms + NOTICES_GATHER_MS))
    jobs += to_count(exchange, story, now_ms)
    if story.born is not None:
        await story.born
    await exchange.write(story, closing=True, jobs=jobs)


Steps = dict[type, Callable[[Exchange, Story, Any], Awaitable[None]]]
STEPS: Steps = {
    Inspect: inspect,
    Match: match,
    Ping: ping,
    Recheck: recheck_bids,
    Post: post,
    Ask: ask_again,
    Wait: _wait,
    Close: _close,
}
_REHEARSED: Steps = {Match: rehearse.match, Ping: rehearse.ping, Post: rehearse.post}
_QUOTING: Steps = {Inspect: ask.inspect, Quote: ask.promise, Close: ask.close}
_TEST_STEPS: Steps = STEPS | _REHEARSED
_QUOTE_STEPS: Steps = STEPS | _QUOTING
_TEST_QUOTE_STEPS: Steps = _TEST_STEPS | _QUOTING


def steps_of(story: Story) -> Steps:
    """How a story's steps are done: for real or for a test, for a lead or for a quote."""
    if story.state.quoting:
        return _TEST_QUOTE_STEPS if story.lead.test else _QUOTE_STEPS
    return _TEST_STEPS if story.lead.test else STEPS
