"""What a client may send has bounds: in the size of its heads, in what is a request, in what it may ask us to speak."""

from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from outbid.api.problem import MEDIA_TYPE

MOST_HEAD_BYTES = 64 * 1024
LINGER_S = 1.0
"""How long a refused client is listened to, unheeded: closing upon unread bytes takes the answers from him again."""
_TOO_LARGE = (
    b'{"title":"The head of the request is larger than the exchange accepts.","status":431,"code":"head_too_large",'
    b'"fix":"Send at most 64 KiB of headers.","type":"/v1/reasons#head_too_large"}'
)
_MALFORMED = (
    b'{"title":"The request is not HTTP/1.1 as the exchange reads it.","status":400,"code":"request_malformed",'
    b'"fix":"Look at the request line, the headers and the length of the body.","type":"/v1/reasons#request_malformed"}'
)


def last_answer(status: int, problem: bytes) -> bytes:
    """A whole answer, written out, to a client whose connection ends with it."""
    head = b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (MEDIA_TYPE, len(problem))
    return STATUS_LINE[status] + head + problem


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which ends a connection that sends on and on without a head, a body or an end coming of it.

    That holds for heads and for the trailers of chunked bodies alike; bodies are bounded by who reads them. What is no
    request ends the connection too, after the answers to the requests before it. No other protocol is spoken, so an
    `Upgrade` is ignored (RFC 9110, 7.8).
    """

    _moved = False
    _quiet_bytes = 0
    _whole = True
    _headed = True
    _before: RequestResponseCycle | None = None
    _last_words = b""
    _parted = False

    def data_received(self, data: bytes) -> None:
        """Parse, and count the bytes that brought nothing forward."""
        if self._last_words:
            return  # Behind what is no request nobody can tell where another one begins.
        self._moved = False
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self._refuse(last_answer(400, _MALFORMED))
            return
        self._quiet_bytes = 0 if self._moved else self._quiet_bytes + len(data)
        if self._quiet_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(last_answer(431, _TOO_LARGE))

    def on_message_begin(self) -> None:
        """A request begins."""
        self._moved = True
        self._whole = self._headed = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole. One that asks for an upgrade is parsed again without it, so nothing is begun for it yet."""
        self._moved = True
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise ValueError("the exchange is no proxy")
            return
        self._before = self.cycle
        super().on_headers_complete()
        self._headed = True

    def on_body(self, body: bytes) -> None:
        """A part of a body came."""
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole; not so what the parser took for the end before an upgrade."""
        self._moved = True
        if not self.parser.should_upgrade():
            self._whole = True
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request is answered. If it was the last before what is no request, that is answered now."""
        last = not self.pipeline
        super().on_response_complete()
        if last and self._last_words and not self.transport.is_closing():
            self._part()

    def _parse(self, data: bytes) -> None:
        """Feed the parser, which stops behind each head that asks for an upgrade and takes no body there."""
        rest = memoryview(data)
        while rest:
            try:
                self.parser.feed_data(rest)
                return
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]
                head = self._head_without_upgrade()
                self.parser = parser_of(self)
                self.parser.feed_data(head)

    def _head_without_upgrade(self) -> bytes:
        """The head that was parsed last, as it is without its `Upgrade`. Its framing stays as it was."""
        lines = [b"%s: %s\r\n" % (name, value) for name, value in self.headers if name != b"upgrade"]
        version = self.parser.get_http_version().encode()
        return b"%s %s HTTP/%s\r\n%s\r\n" % (self.parser.get_method(), self.url, version, b"".join(lines))

    def _refuse(self, last_words: bytes) -> None:
        """End the connection with an answer to what is no whole request, after the answers to those before it."""
        self._last_words = last_words
        if self._still_owes():
            return
        if self._is_in_body() and self.cycle.response_started:
            self.transport.close()
        else:
            self._part()

    def _part(self) -> None:
        """Say the last words; the client hears the end at once, and the connection lasts until he has heard it."""
        self._parted = True
        if not self._answered():
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._whole = self._headed = False
        self.transport.write(self._last_words)
        if not self.transport.can_write_eof():
            self.transport.close()
            return
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_S, self.transport.close)

    def _still_owes(self) -> bool:
        """Now that no more is read: is a whole request unanswered? One that waits half read is forgotten."""
        if self._is_in_body():
            if not self.pipeline:
                return False  # It is being served itself, so all before it are answered.
            self.pipeline.popleft()
            self.cycle = self._before  # type: ignore[assignment]
            self._whole = True
        return not self._answered()

    def _is_in_body(self) -> bool:
        """Has a head come, but not the end of its body?"""
        return self._headed and not self._whole

    def _answered(self) -> bool:
        """Is the last request whose head was whole answered?"""
        return self.cycle is None or self.cycle.response_complete


def parser_of(protocol: Any) -> httptools.HttpRequestParser:
    """A parser at the beginning of a request, set as uvicorn sets its own."""
    parser = httptools.HttpRequestParser(protocol)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser
