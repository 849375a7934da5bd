"""When a process of the demo ends: told by a signal, or orphaned."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

SECONDS_BETWEEN_LOOKS = 0.5


def watch_for_end() -> asyncio.Event:
    """An event that is set on SIGTERM, on SIGINT, and when the parent has died.

    A parent that is killed hard can tell nobody; without the look at it, example processes would stay behind.
    """
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    _look_at_parent(loop, os.getppid(), end)
    return end


def _look_at_parent(loop: asyncio.AbstractEventLoop, parent: int, end: asyncio.Event) -> None:
    if os.getppid() != parent:
        end.set()
    else:
        loop.call_later(SECONDS_BETWEEN_LOOKS, _look_at_parent, loop, parent, end)


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run to the end on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:  # Windows has none
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
