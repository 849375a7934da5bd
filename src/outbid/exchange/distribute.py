"""The loop: core decides, a step acts, the store remembers; until the lead is closed or waits."""

from outbid.core.route import Wait, next_step
from outbid.exchange.exchange import Exchange
from outbid.exchange.perform import steps_of
from outbid.exchange.story import Story
from outbid.store.commit.entry import NotRecorded, Repeated, Superseded


async def distribute(exchange: Exchange, story: Story) -> None:
    """Take one lead to its end, or to a step that waits for somebody.

    Raises EntryFailed if this lead cannot be written, Fenced if this process lost its lane: in both cases
    nothing more is done for the lead here. One that is in the database and open stays under this process's watch, so
    that whoever takes the lane over finds it.
    """
    exchange.in_flight[story.id] = story
    steps = steps_of(story)
    try:
        while (step := next_step(story.plan, story.state)) is not None:
            await steps[type(step)](exchange, story, step)
            if isinstance(step, Wait) and next_step(story.plan, story.state) == step:
                return
    except (NotRecorded, Repeated, Superseded):
        raise  # nothing of it is in the database, or another process has it
    except Exception:
        if story.chapters:
            exchange.dropped[story.id] = exchange.dropped.get(story.id, 0) + 1
        raise
    finally:
        exchange.in_flight.pop(story.id, None)
