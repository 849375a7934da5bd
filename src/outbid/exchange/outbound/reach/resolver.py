"""Finds the addresses of hosts, each host once at a time."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from outbid.exchange.outbound.limits import Limits
from outbid.exchange.outbound.reach.address import literal_address
from outbid.recent import Recent

Resolve = Callable[[str], Awaitable[Sequence[str]]]
_REMEMBERED_HOSTS = 2048


class Resolver:
    """Remembers what a host resolved to for `Limits.dns_s`. It filters nothing: that is done at each connect."""

    def __init__(self, loop: asyncio.AbstractEventLoop, resolve: Resolve | None, limits: Limits) -> None:
        self._loop = loop
        self._resolve = resolve or self._ask_system
        self._limits = limits
        self._known: Recent[str, tuple[float, tuple[str, ...]]] = Recent(_REMEMBERED_HOSTS)
        self._asking: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def find(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, in the order to try them. Raises OSError where there are none.

        Cancelling one waiter does not stop the look-up, for others may wait for it.
        """
        literal = literal_address(host)
        if literal is not None:
            return (literal,)
        known = self._known.get(host)
        if known is not None and known[0] > self._loop.time():
            return known[1]
        task = self._asking.get(host)
        if task is None:
            task = self._asking[host] = self._loop.create_task(self._look_up(host))
            task.add_done_callback(_consume)
        return await asyncio.shield(task)

    def close(self) -> None:
        """Stop waiting for look-ups."""
        for task in self._asking.values():
            task.cancel()

    async def _look_up(self, host: str) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(self._limits.resolve_s):
                addresses = tuple(dict.fromkeys(await self._resolve(host)))
        finally:
            del self._asking[host]
        if not addresses:
            raise OSError("the host has no address")
        self._known.put(host, (self._loop.time() + self._limits.dns_s, addresses))
        return addresses

    async def _ask_system(self, host: str) -> list[str]:
        found = await self._loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return [str(address[0]) for *_, address in found]


def _consume(task: asyncio.Task[tuple[str, ...]]) -> None:
    """Look at the exception, or the loop reports one that nobody waited for any more."""
    if not task.cancelled():
        task.exception()
