"""An event loop in virtual time, in which whole processes can be killed or frozen between any two steps.

Time stands still while anything can run, then jumps to the next timer. Every callback carries the context it was
made in; the context names the process that it belongs to. So a process that is killed simply never runs again, as
after SIGKILL, and a frozen one finds all its callbacks waiting when it wakes.
"""

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from typing import Any

MOST_STEPS = 5_000_000


class Stuck(Exception):
    """Nothing can ever happen again, though somebody waits."""


class Owner:
    """A process as the loop sees it: dead, frozen or running.

    fuse  after how many more steps `on_fuse` is called; None for never
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.frozen = False
        self.parked: list[asyncio.Handle] = []
        self.fuse: int | None = None
        self.on_fuse: Callable[[], None] = lambda: None

    def context(self) -> Context:
        """A context whose callbacks belong to this process."""
        context = copy_context()
        context.run(OWNER.set, self)
        return context


OWNER: ContextVar[Owner | None] = ContextVar("owner", default=None)


class VirtualLoop(asyncio.AbstractEventLoop):
    """Just enough of an event loop: callbacks, timers, futures and tasks; no sockets, threads or signals."""

    def __init__(self) -> None:
        self._time = 0.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._made = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self.steps = 0
        self.faults: list[dict[str, Any]] = []
        self._parking: dict[Owner, None] = {}

    def time(self) -> float:
        return self._time

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(self, callback: Any, *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._time + max(delay, 0.0), callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Context | None = None) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._made += 1
        heappush(self._timers, (when, self._made, timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        pass

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        self._tasks.append(task)
        if len(self._tasks) > 512:
            self._tasks = [task for task in self._tasks if not task.done()]
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.faults.append(context)

    # -- running ------------------------------------------------------------------------------------------------------

    def run(self, main: Coroutine[Any, Any, Any]) -> Any:
        """Run until `main` is done; then end every other task, so that nothing is left over."""
        events._set_running_loop(self)
        try:
            task = self.create_task(main)
            self._run_until(task.done)
            return task.result()
        finally:
            self._end_all()
            events._set_running_loop(None)

    def _run_until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._fetch_due()
            self._step(self._ready.popleft())

    def _fetch_due(self) -> None:
        """Move timers that are due to the ready queue; with nothing ready, jump to the next timer."""
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heappop(timers)
        if not self._ready:
            if not timers:
                raise Stuck("nothing is left to do, and the simulation is not over")
            self._time = max(self._time, timers[0][0])
        while timers and timers[0][0] <= self._time:
            self._ready.append(heappop(timers)[2])

    def _step(self, handle: asyncio.Handle) -> None:
        if handle.cancelled():
            return
        owner = handle._context.get(OWNER)  # type: ignore[attr-defined]
        if owner is not None:
            if owner.dead or owner.frozen:
                owner.parked.append(handle)
                self._parking[owner] = None
                return
            if owner.fuse is not None:
                owner.fuse -= 1
                if owner.fuse <= 0:
                    owner.fuse = None
                    self._ready.appendleft(handle)
                    owner.on_fuse()
                    return
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Stuck("the simulation runs in circles")
        handle._run()

    def wake(self, owner: Owner) -> None:
        """Let a frozen process run again: all that it missed happens at once, in order."""
        owner.frozen = False
        self._ready.extend(owner.parked)
        owner.parked = []

    def jump(self, seconds: float) -> None:
        """Let time pass in which nothing happens, although timers are due: they fire late."""
        self._time += seconds

    def _end_all(self) -> None:
        """Cancel what is left; the dead take part, so that no coroutine is left half-way for the garbage collector."""
        for _ in range(50):
            left = [task for task in self._tasks if not task.done()]
            if not left:
                break
            for task in left:
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                task.cancel()
            for owner in self._parking:
                self.wake(owner)
            self._drain()
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.exception()
        self._tasks.clear()

    def _drain(self) -> None:
        for _ in range(100_000):
            if not self._ready:
                return
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()
