"""The fast lane: a request that comes whole, under a head seen before, goes to the intake without a parser.

The parser stays the only judge of heads. What it found plain is remembered by its very bytes, and for the same bytes
its judgement is repeated; everything else goes through parser, server and ASGI.
"""

from collections.abc import Sequence
from typing import NamedTuple, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from outbid.api.intake import Head, Intake, head_of, is_hot
from outbid.api.patient import LOOK_S, WHOLE_S, PatientProtocol, Sweep
from outbid.api.wire import MOST_BODY_BYTES, Reply, Scope
from outbid.recent import Recent

MOST_HEADS = 2048
LONGEST_HEAD = 2048
END = b"\r\n\r\n"
NOT_PLAIN = {b"transfer-encoding", b"expect", b"upgrade", b"trailer", b"traceparent"}
"""Headers of heads that are never remembered: they change what a body is, or (a trace) with each request."""


class Plain(NamedTuple):
    """A head that was judged: the length of head and body together, and what the intake wants of it."""

    size: int
    head: Head


class HotProtocol(PatientProtocol):
    """A connection with a fast lane to an intake. While a request is in it, what comes next is held back."""

    intake: Intake
    heads: Recent[bytes, Plain]
    _begun = 0
    _sells = False
    _ends = False
    _heard_all = False
    _held = b""

    def data_received(self, data: bytes) -> None:
        """Take the fast lane if the bytes are one whole request under a known head; else parse, and learn the head."""
        if self._sells:
            self._held += data
            self.flow.pause_reading()
            return
        end = data.find(END, 0, LONGEST_HEAD) + len(END) if self.rests() else 0
        if end < len(END):
            super().data_received(data)
            return
        plain = self.heads.get(data[:end])
        if plain is not None and plain.size == len(data):
            self._sell(plain.head, data[end:])
            return
        begun = self._begun
        super().data_received(data)
        if plain is None and self._whole and self._begun == begun + 1:
            self._learn(data, end)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begun += 1
        super().on_message_begin()

    def rests(self) -> bool:
        """Is nothing of a request here, not in the fast lane either?"""
        return self._whole and not self._sells and (self.cycle is None or self.cycle.response_complete)

    def shutdown(self) -> None:
        """End the connection when everything that came is answered."""
        self._ends = True
        if not self._sells:
            super().shutdown()

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more; what is in the lane and what is held back are answered yet."""
        if self._sells:
            self._heard_all = True
            return True
        return super().eof_received()

    def _learn(self, data: bytes, end: int) -> None:
        """Remember the head of the one request that the parser found in these bytes, if it is plain.

        Where uvicorn must count or log each request, nothing is learned, so that none takes the lane.
        """
        if self.limit_concurrency is not None or self.config.access_log:
            return
        head, body, scope = data[:end], data[end:], cast(Scope, self.scope)
        if self.cycle.keep_alive and self.cycle.body == body and is_plain(scope, head, len(body)):
            self.heads.put(head, Plain(len(data), head_of(scope)))

    def _sell(self, head: Head, body: bytes) -> None:
        self._sells = True
        self._quiet_bytes = 0
        self._unset_keepalive_if_required()
        task = self.loop.create_task(self._answer(head, body))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, head: Head, body: bytes) -> None:
        reply = await self.intake.answer(head, body)
        if self.flow.write_paused:
            await self.flow.drain()
        self.server_state.total_requests += 1
        self._sells = False
        if self.transport.is_closing():
            return
        last = (self._ends or self._heard_all) and not self._held
        self.transport.write(written(reply, self.server_state.default_headers, last))
        if last:
            self.transport.close()
            return
        self._rests_since = self.loop.time()
        if self._held:
            self._go_on()

    def _go_on(self) -> None:
        """Take what came while a request was in the fast lane."""
        held, self._held = self._held, b""
        self.flow.resume_reading()
        self.data_received(held)
        if self._heard_all and not self.eof_received():
            self.transport.close()
        if self._ends:
            self.shutdown()


def is_plain(scope: Scope, head: bytes, length: int) -> bool:
    """May a head that the parser took be repeated by its bytes: one length, no other framing, one way to end a line?"""
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return (
        is_hot(scope)
        and scope["http_version"] == "1.1"
        and lengths == [b"%d" % length]
        and length <= MOST_BODY_BYTES
        and head.count(b"\n") == head.count(b"\r") == head.count(b"\r\n")
        and not any(name in NOT_PLAIN for name, _ in scope["headers"])
    )


def written(reply: Reply, defaults: Sequence[tuple[bytes, bytes]], last: bool) -> bytes:
    """An answer as it goes out, headers in the order in which uvicorn writes them."""
    return b"%s%scontent-type: %s\r\ncontent-length: %d\r\n%s%s\r\n%s" % (
        STATUS_LINE[reply.status],
        _lines(defaults) if defaults else b"",
        reply.media_type,
        len(reply.body),
        _lines(reply.more) if reply.more else b"",
        b"connection: close\r\n" if last else b"",
        reply.body,
    )


def _lines(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join([b"%s: %s\r\n" % pair for pair in headers])


def protocol_of(intake: Intake, whole_s: float = WHOLE_S, look_s: float = LOOK_S) -> type[PatientProtocol]:
    """The protocol for one server, with the fast lane to its intake.

    whole_s  how long a request may take from its first byte to its last
    look_s   how often that is looked at
    """

    class Protocol(HotProtocol):
        pass

    Protocol.intake, Protocol.heads = intake, Recent(MOST_HEADS)
    Protocol.sweep, Protocol.whole_s = Sweep(look_s), whole_s
    return Protocol
