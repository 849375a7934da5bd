"""One request on its way, as the one who sent it sees it."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from outbid.core.dialect.wire import Answer, Failure, Header, Phase, Response, Timings


class Carrier(Protocol):
    """What carries a call: a connection."""

    def abandon(self) -> None:
        """Close the socket at once and forget the call."""

    def has_unwritten_bytes(self) -> bool:
        """Tell whether a part of the request still waits in this process."""


class Underway(Protocol):
    """What who sent a request may know of it and do with it."""

    @property
    def sent(self) -> bool:
        """Whether the other side may have read it."""

    @property
    def phase(self) -> Phase:
        """How far it is."""

    def timings(self) -> Timings:
        """Milliseconds since the start, up to now."""

    def cancel(self) -> None:
        """Give up: `done` is never called."""

    def expire(self) -> None:
        """The deadline has come: `done` gets a Failure."""


class Call:
    """A request that was given to `Outbound.send`.

    Its `done` is called once at most, never within `send`. The sender sets no timer: who sends calls `expire`
    at the deadline. `sent` turns true just before the first byte is handed to the transport, and never back.
    """

    __slots__ = (
        "_connect_ms",
        "_dns_ms",
        "_done",
        "_first_byte_ms",
        "_loop",
        "_started_s",
        "carrier",
        "deadline",
        "phase",
        "sent",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, done: Callable[[Answer], None], deadline: float) -> None:
        self._loop = loop
        self._done: Callable[[Answer], None] | None = done
        self.deadline = deadline
        self.carrier: Carrier | None = None
        self.sent = False
        self.phase: Phase = "refused"
        # Not loop.time(), which uvloop rounds to milliseconds and freezes within one turn.
        self._started_s = monotonic()
        self._dns_ms: float | None = None
        self._connect_ms: float | None = None
        self._first_byte_ms: float | None = None

    def cancel(self) -> None:
        """Give up: the socket is closed and `done` is never called. Does nothing after the answer."""
        if self._done is not None:
            self._done = None
            self._drop_carrier()

    def expire(self) -> None:
        """The deadline has come: `done` gets `timed_out`, at once. Does nothing after the answer."""
        self.fail("timed_out", "the deadline came before a whole answer")

    def fail(self, reason: str, detail: str = "") -> None:
        """Close the socket and call `done` with a Failure that tells how far the call came."""
        if self._done is None:
            return
        if self.phase == "wait" and self.carrier is not None and self.carrier.has_unwritten_bytes():
            self.phase = "send"
        failure = Failure(reason, self.sent, self.phase, detail[:300], self.timings())
        self._drop_carrier()
        self.settle(failure)

    def fail_soon(self, reason: str, detail: str) -> None:
        """Fail in the loop's next turn, so that `done` is not called within `send`."""
        self._loop.call_soon(self.fail, reason, detail)

    def settle(self, answer: Answer) -> None:
        """Hand over the answer. What `done` raises goes to the loop's exception handler."""
        done, self._done, self.carrier = self._done, None, None
        if done is None:
            return
        try:
            done(answer)
        except Exception as error:  # the connection and the other calls must not suffer
            self._loop.call_exception_handler({"message": "the receiver of an answer failed", "exception": error})

    def answer_at_once(self, status: int, headers: tuple[Header, ...], body: bytes) -> None:
        """Hand over a reply that came whole with its first byte."""
        now_ms = self._elapsed_ms()
        self.settle(Response(status, headers, body, Timings(self._dns_ms, self._connect_ms, now_ms, now_ms)))

    def resolved(self) -> None:
        """Note that the host's addresses are known."""
        self._dns_ms = self._elapsed_ms()
        self.phase = "connect"

    def connected(self) -> None:
        """Note that a new connection is ready, with TLS where asked for."""
        self._connect_ms = self._elapsed_ms()

    def writing(self) -> None:
        """Note that from here on bytes may leave."""
        self.sent = True
        self.phase = "wait"

    def heard(self) -> None:
        """Note the first byte of the answer."""
        self._first_byte_ms = self._elapsed_ms()
        self.phase = "body"

    def timings(self) -> Timings:
        """Milliseconds since the start, up to now."""
        return Timings(self._dns_ms, self._connect_ms, self._first_byte_ms, self._elapsed_ms())

    def _elapsed_ms(self) -> float:
        return (monotonic() - self._started_s) * 1000.0

    def _drop_carrier(self) -> None:
        carrier, self.carrier = self.carrier, None
        if carrier is not None:
            carrier.abandon()
