"""How far a mail or file has come: above all whether any of the lead may have left."""

import asyncio

from outbid.core.dialect.wire import Failure, Phase, Timings


class Journey:
    """One parcel on its way. `sent` is set just before the first byte of its content goes out.

    `has_transport`: the socket belongs to one now.
    """

    __slots__ = ("_loop", "_started", "connect_ms", "deadline", "has_transport", "phase", "sent")

    def __init__(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        self._loop, self._started, self.deadline = loop, loop.time(), deadline
        self.phase: Phase = "refused"
        self.sent = False
        self.has_transport = False
        self.connect_ms: float | None = None

    def ms(self) -> float:
        """Milliseconds since it began."""
        return (self._loop.time() - self._started) * 1000

    def connected(self) -> None:
        """The other side speaks."""
        self.connect_ms = self.ms()

    def left_s(self) -> float:
        """Seconds until the deadline."""
        return max(0.001, self.deadline - self._loop.time())

    def failed(self, reason: str, detail: str) -> Failure:
        """There is no whole answer."""
        return Failure(reason, self.sent, self.phase, detail, Timings(connect_ms=self.connect_ms, total_ms=self.ms()))
