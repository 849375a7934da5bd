"""What wakes a lead that waits: a verdict on a sale, a verdict on the lead, an hour."""

from collections.abc import Callable
from typing import Literal

from outbid.core.lead import event as ev
from outbid.core.route import Wait, next_step
from outbid.exchange.story import Story
from outbid.store.jobs import Job

Woken = Literal["told", "again", "past"]
"""The story was told; it was told before, and whoever did that may have died since; it does not wait for this."""


def wake(now_ms: int, story: Story, job: Job) -> Woken:
    """Tell a story what a job is about. Raises KeyError for a job that wakes nobody."""
    return _KINDS[job.kind](now_ms, story, job)


def _settle(now_ms: int, story: Story, job: Job) -> Woken:
    """Somebody who knows said how an uncertain sale ended; if it was not sold, the lead goes on."""
    sale, outcome, by = job.payload["sale"], job.payload["outcome"], job.payload["by"]
    if not any(known.id == sale and known.status == "uncertain" for known in story.state.sales):
        return "again"
    story.tell(ev.Settled(now_ms, sale, outcome, by))
    return "told"


def _review(now_ms: int, story: Story, job: Job) -> Woken:
    """Somebody looked at a lead that was held."""
    if story.state.waits != "reviewed":
        return "again"
    story.tell(ev.Reviewed(now_ms, job.payload["outcome"], job.payload["by"]))
    return "told"


def _due(now_ms: int, story: Story, job: Job) -> Woken:
    """The hour came until which the lead waits: a queue is tried, or nobody reviewed it in time."""
    state, at_ms = story.state, job.payload["at_ms"]
    if not state.waits:
        return "again" if state.due_ms >= at_ms or state.refused else "past"
    if state.waits_ms != at_ms:
        return "past"
    if state.waits == "reviewed":
        story.tell(ev.Reviewed(now_ms, "refused", "nobody in time"))
        return "told"
    step = next_step(story.plan, state)
    assert isinstance(step, Wait)
    story.tell(ev.Due(max(now_ms, at_ms), step.tier))  # the clock of whoever put the job may be ahead of ours
    return "told"


_KINDS: dict[str, Callable[[int, Story, Job], Woken]] = {"settle": _settle, "review": _review, "due": _due}
