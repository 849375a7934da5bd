"""One connection: carries one request after the other, never two at once."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from outbid.exchange.outbound.talk.call import Call
from outbid.exchange.outbound.talk.reply import ReplyReader
from outbid.exchange.outbound.talk.silence import silence_check

if TYPE_CHECKING:
    from outbid.exchange.outbound.pool import Pool

# A peer that says "timeout=5" closes after five of its seconds; the request needs time to get there.
_KEEP_ALIVE_MARGIN_S = 0.5


class Connection(asyncio.Protocol):
    """A socket with at most one call. Idle: `call` is None, and whatever arrives closes the connection."""

    __slots__ = (
        "_is_silent",
        "_reader",
        "_request",
        "_transport",
        "answered_at",
        "call",
        "opening",
        "pool",
        "usable_until",
    )

    def __init__(self, pool: "Pool", call: Call, request: bytes) -> None:
        """Made before the socket is, with the request that it will carry first."""
        self.pool = pool
        self.call: Call | None = call
        call.carrier = self
        self.opening: asyncio.Task[None] | None = None
        self._request = request
        self._transport: asyncio.Transport | None = None
        self._reader: ReplyReader | None = None
        self._is_silent: Callable[[], bool] | None = None
        self.answered_at = 0.0
        self.usable_until = 0.0

    def carry(self, call: Call, request: bytes) -> None:
        """Write a request. The connection must be idle and usable."""
        self.call = call
        call.carrier = self
        self._write(call, request)

    def is_usable(self, now: float) -> bool:
        """Tell whether another request may be written, at the loop's time `now` in seconds.

        Bytes that nobody asked for make it unusable as an end of stream does.
        """
        transport = self._transport
        if transport is None or transport.is_closing() or now >= self.usable_until:
            return False
        try:
            if self._is_silent is None:
                self._is_silent = silence_check(transport.get_extra_info("socket").fileno())
            return self._is_silent()
        except (OSError, ValueError):
            return False

    def has_unwritten_bytes(self) -> bool:
        """Tell whether a part of the request still waits in this process."""
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

    def abandon(self) -> None:
        """Close the socket at once and forget the call, whose `done` is not called."""
        self.call = self._reader = None
        self._request = b""
        opening, self.opening = self.opening, None
        if opening is not None:
            opening.cancel()
        if self._transport is not None:
            self._transport.abort()
        self.pool.forget(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected, and TLS agreed on: write the request that waits, if its time is not over."""
        self._transport = cast(asyncio.Transport, transport)
        call, request, self._request = self.call, self._request, b""
        if call is None:
            self._transport.abort()
            return
        self.opening = None
        call.connected()
        if self.pool.loop.time() >= call.deadline:
            call.expire()
        else:
            self._write(call, request)

    def data_received(self, data: bytes) -> None:
        """Bytes of a reply; or poison, if no request waits for one."""
        call = self.call
        if call is None:
            self.abandon()
            return
        reader = self._reader
        if reader is not None:
            reader.feed(data)
        else:
            head = self.pool.plain_heads.of_whole(data)
            if head is not None:
                self._free(head.keeps_alive, head.keep_alive_s)
                call.answer_at_once(head.status, head.headers, data[head.head_bytes :])
                return
            call.heard()
            reader = self._reader = self.pool.plain_heads.read(data)
        if reader.complete or reader.fault is not None:
            self._finish(call, reader)

    def eof_received(self) -> None:
        """The peer sends no more. The transport closes itself after this."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed. Before `connection_made` this is a failed attempt, which is no news."""
        if self._transport is None:
            return
        if exc is None:
            self._end()
        elif self.call is not None:
            self.call.fail("cut_off", f"the connection broke: {exc}")
        self.pool.forget(self)
        self._is_silent = None

    def _write(self, call: Call, request: bytes) -> None:
        assert self._transport is not None
        call.writing()
        self._transport.write(request)

    def _end(self) -> None:
        """The stream has ended in order: a body that stated no length is whole, any other is not."""
        call, reader = self.call, self._reader
        if call is None:
            self.pool.forget(self)
        elif reader is None:
            call.fail("cut_off", "the connection ended before the reply")
        else:
            reader.end_of_stream()
            self._finish(call, reader)

    def _finish(self, call: Call, reader: ReplyReader) -> None:
        if reader.fault is not None:
            call.fail(*reader.fault)
            return
        self._free(reader.keeps_alive, reader.keep_alive_s)
        call.settle(reader.response(call.timings()))

    def _free(self, keeps_alive: bool, keep_alive_s: float | None) -> None:
        """The reply is whole. Done before the call learns of it: what it sends next may use this connection."""
        if not keeps_alive or self.has_unwritten_bytes():
            self.abandon()
            return
        pool = self.pool
        kept_s = pool.limits.idle_s
        if keep_alive_s is not None:
            kept_s = min(kept_s, keep_alive_s - _KEEP_ALIVE_MARGIN_S)
        self.call = self._reader = None
        self.answered_at = pool.loop.time()
        self.usable_until = self.answered_at + kept_s
        pool.idle.append(self)
