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


async def _wait(exchange: Exchange, story: Story, step: Wait) -> None:
    await exchange.write(story)


async def _close(exchange: Exchange, story: Story, step: Close) -> None:
    story.tell(ev.Closed(exchange.clock.now_ms(), step.status, step.reason))
    if story.born is not None:
        await story.born
    await exchange.write(story, closing=True)


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
