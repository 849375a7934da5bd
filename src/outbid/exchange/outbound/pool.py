"""The connections to one destination."""

import asyncio
from contextlib import suppress
from typing import NamedTuple

from outbid.core.dialect.wire import Certificate, Target
from outbid.exchange.outbound.limits import Limits
from outbid.exchange.outbound.reach.destination import Destination
from outbid.exchange.outbound.talk.connection import Connection
from outbid.exchange.outbound.talk.plain import PlainHeads


class PoolKey(NamedTuple):
    """What requests must share to use the same connections. All else of TLS is the sender's, one for all."""

    scheme: str
    host: str
    port: int
    exceptions: frozenset[tuple[str, int]]
    certificate: Certificate | None = None


class PoolCounts(NamedTuple):
    """Connections of one pool: `open` is the sum of `idle` and `in_flight`; one being opened is in flight."""

    open: int
    idle: int
    in_flight: int


def pool_key(target: Target, certificate: Certificate | None = None) -> PoolKey:
    """The key of the pool that requests to this target use."""
    return PoolKey(target.scheme, target.host, target.port, target.exceptions, certificate)


class Pool:
    """Idle connections, last used on top, and a count of all.

    `everyone` and `plain_heads` are shared by all pools of a sender.
    """

    __slots__ = ("_open_count", "destination", "everyone", "idle", "limits", "loop", "plain_heads")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        destination: Destination,
        limits: Limits,
        everyone: set[Connection],
        plain_heads: PlainHeads,
    ) -> None:
        self.loop = loop
        self.destination = destination
        self.limits = limits
        self.everyone = everyone
        self.plain_heads = plain_heads
        self.idle: list[Connection] = []
        self._open_count = 0

    def take(self, now: float, answered_since: float) -> Connection | None:
        """Take the connection that was used last, if it is usable and answered no earlier than asked for.

        Both are times of the loop in seconds. Unusable ones on the way are closed.
        """
        idle = self.idle
        while idle:
            connection = idle[-1]
            if connection.answered_at < answered_since:
                return None  # those below it rest for longer still
            idle.pop()
            if connection.is_usable(now):
                return connection
            connection.abandon()
        return None

    def has_room(self) -> bool:
        """Tell whether one more connection may be opened here; an idle one is closed for it if need be."""
        return self._open_count < self.limits.pool_connections or self.close_oldest()

    def admit(self, connection: Connection) -> None:
        """Count a connection that is about to be opened."""
        self.everyone.add(connection)
        self._open_count += 1

    def forget(self, connection: Connection) -> None:
        """Count a connection no more. May be called more than once."""
        if connection not in self.everyone:
            return
        self.everyone.remove(connection)
        self._open_count -= 1
        with suppress(ValueError):
            self.idle.remove(connection)

    def close_oldest(self) -> bool:
        """Close the connection that rests longest; False if none rests."""
        if self.idle:
            self.idle[0].abandon()
            return True
        return False

    def sweep(self, now: float) -> None:
        """Close the connections whose time is over at the loop's time `now` in seconds."""
        for connection in [resting for resting in self.idle if now >= resting.usable_until]:
            connection.abandon()

    def is_empty(self) -> bool:
        """Tell whether no connection is open or being opened."""
        return self._open_count == 0

    def counts(self) -> PoolCounts:
        """The numbers of connections now."""
        idle = len(self.idle)
        return PoolCounts(self._open_count, idle, self._open_count - idle)
