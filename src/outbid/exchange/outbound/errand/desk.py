"""What every way of signing in can do, and one fetch at a time for many who wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from outbid.core.dialect.wire import Answer, Failure, Header, Http, Response

UNAUTHORISED = 401
Ask = Callable[[Http, float], Awaitable[Answer]]
"""Sends one request until a deadline in loop seconds: `Outbound.ask`."""


class Desk(Protocol):
    """Signs requests in. What it hands out (a token, a challenge) is its own affair."""

    reason: str
    """Why a request fails whose time is over before the desk had anything to hand out."""

    async def hand(self) -> Any | Failure:
        """What the next request is signed with, fetched if need be; or why there is nothing."""

    def headers(self, held: Any, http: Http) -> tuple[Header, ...]:
        """What is written into a request that is about to leave."""

    async def renew(self, held: Any, refused: Response) -> Any | None:
        """What to try instead, after a request was answered with 401; None: that answer stands."""

    def heard(self, held: Any, answer: Response) -> None:
        """Learn from an answer other than 401."""

    def cut(self, held: Any, answer: Response) -> Response:
        """An answer without what was handed out, should it repeat that."""


class Single:
    """Runs one fetch at a time, however many wait for it. The fetch must not raise."""

    __slots__ = ("_fetch", "_loop", "_task")

    def __init__(self, loop: asyncio.AbstractEventLoop, fetch: Callable[[], Awaitable[None]]) -> None:
        self._loop, self._fetch = loop, fetch
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Fetch, or wait for the fetch that is under way. Who is cancelled while he waits stops nobody else."""
        await asyncio.shield(self.begin())

    def begin(self) -> "asyncio.Task[None]":
        """Fetch, unless that is under way."""
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())
        return self._task

    def cancel(self) -> None:
        """Stop the fetch that is under way."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        await self._fetch()
