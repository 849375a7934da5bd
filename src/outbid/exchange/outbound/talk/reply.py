"""Reads one reply from the bytes of a connection."""

import re
import zlib

import msgspec
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from outbid.core.dialect.wire import Header, Response, Timings
from outbid.exchange.outbound.limits import Limits
from outbid.exchange.outbound.talk.inflate import inflate

_FIRST_BYTE = ord("H")
_NO_BODY = frozenset({204, 304})
_FRAMING = frozenset({b"content-length", b"transfer-encoding", b"content-encoding", b"keep-alive"})
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_STATED_TIMEOUT = re.compile(rb"(?:^|[,;\s])timeout\s*=\s*\"?(\d{1,6})", re.IGNORECASE)
# A peer can wrap each byte of a body into many bytes of chunk framing; more than this is no honest reply.
_MOST_WIRE_BYTES_A_BODY_BYTE = 8


_NAMES: dict[bytes, tuple[str, bytes | None]] = {}
_MOST_NAMES = 500


def _name(name: bytes) -> tuple[str, bytes | None]:
    """A header's name as text, and as bytes if it speaks of framing; buyers use the same few, so they are kept."""
    lower = name.lower()
    known = lower.decode("latin-1"), lower if lower in _FRAMING else None
    if len(_NAMES) < _MOST_NAMES:
        _NAMES[name] = known
    return known


class PlainHead(msgspec.Struct, frozen=True):
    """A head after which exactly so many bytes follow, and they are the body as it is. Sizes are in bytes."""

    status: int
    headers: tuple[Header, ...]
    head_bytes: int
    reply_bytes: int
    keeps_alive: bool
    keep_alive_s: float | None


class ReplyReader:
    """One reply in the making; httptools calls the `on_…` methods.

    After each `feed`: `fault` is None or (reason, detail), `complete` tells whether the reply is whole, and
    `keeps_alive` whether the connection may carry another request. Callbacks never raise, since httptools
    would wrap what they raise.
    """

    __slots__ = (
        "_body",
        "_coding",
        "_head_bytes",
        "_header_count",
        "_headers",
        "_in_head",
        "_is_coded",
        "_length",
        "_limits",
        "_parser",
        "_status",
        "_wire_bytes",
        "complete",
        "fault",
        "keep_alive_s",
        "keeps_alive",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parser: HttpResponseParser | None = None
        self._status = 0
        self._headers: list[Header] = []
        self._body = bytearray()
        self._coding = ""
        self._length: int | None = None
        self._head_bytes = self._header_count = self._wire_bytes = 0
        self._in_head = True
        self._is_coded = False
        self.complete = False
        self.keeps_alive = False
        self.keep_alive_s: float | None = None
        self.fault: tuple[str, str] | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the connection. After the end of the reply they only spoil the connection."""
        if self.complete:
            self.keeps_alive = False
            return None
        parser = self._parser
        if parser is None:
            # llhttp would take RTSP and blank lines, too.
            if data[0] != _FIRST_BYTE:
                return self._fail("not_http", f"the reply begins with {bytes(data[:20])!r}")
            parser = self._parser = HttpResponseParser(self)
        self._wire_bytes += len(data)
        try:
            parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.keeps_alive = False
            if not self.complete:
                self._fail("not_http", f"{error.__context__ or error}")
        self._check_sizes()
        if self.complete or self.fault is not None:
            self._parser = None  # they point at each other
        return None

    def end_of_stream(self) -> None:
        """The peer said that no more will come: the end of a body that stated no length, else a fault."""
        self.keeps_alive = False
        if not self._in_head and self._length is None and self.fault is None:
            self._finish()
        elif not self.complete:
            self._fail("cut_off", "the connection ended within the reply")
        self._parser = None

    def response(self, timings: Timings) -> Response:
        """The whole reply, without codings. Only after `complete` and without `fault`."""
        return Response(self._status, tuple(self._headers), bytes(self._body), timings)

    def plain_head(self, head_bytes: int) -> PlainHead | None:
        """The head, if all bytes so far were the head and it is plain: a stated length, no coding, no fault."""
        if self.fault is not None or self._in_head or self._length is None or self._is_coded or self._body:
            return None
        keeps_alive = self.keeps_alive if self._parser is None else self._parser.should_keep_alive()
        reply_bytes = head_bytes + self._length
        return PlainHead(self._status, tuple(self._headers), head_bytes, reply_bytes, keeps_alive, self.keep_alive_s)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line, or a trailer, which is counted and dropped."""
        self._header_count += 1
        self._head_bytes += len(name) + len(value) + 4
        if self._header_count > self._limits.header_count:
            return self._fail("too_large", f"more than {self._limits.header_count} header lines")
        if not self._in_head:
            return None
        text, framing = _NAMES.get(name) or _name(name)
        if framing is not None:
            self._note(framing, value.strip().lower())
        self._headers.append((text, value.decode("latin-1")))
        return None

    def on_headers_complete(self) -> None:
        """The end of the header lines, also of those of a 1xx reply."""
        parser = self._parser
        if parser is None or self.complete:
            return
        self._status = status = parser.get_status_code()
        if parser.get_http_version() not in ("1.1", "1.0"):
            self._fail("not_http", "the reply is of another version of HTTP than 1.1 and 1.0")
        elif status == 101 or status > 599 or (status < 200 and self._length):
            self._fail("not_http", f"the status {status} was not asked for")
        elif status >= 200:
            self._in_head = False
            if status in _NO_BODY:
                self._length = 0
            elif self._length is not None and self._length > self._limits.body_bytes:
                self._fail("too_large", f"the body has {self._length} bytes")

    def on_body(self, part: bytes) -> None:
        """Bytes of the body, without chunk framing."""
        if len(self._body) + len(part) > self._limits.body_bytes:
            self._fail("too_large", f"the body has more than {self._limits.body_bytes} bytes")
        elif not self.complete:
            self._body += part

    def on_message_begin(self) -> None:
        """A message begins: the first one, one after a 1xx, or one that nobody asked for."""
        if self.complete:
            self.keeps_alive = False

    def on_message_complete(self) -> None:
        """The end of a message, which is the reply unless it was a 1xx."""
        if self.complete or self.fault is not None or self._parser is None:
            return
        if self._in_head:
            self._headers.clear()
            self._length = None
            return
        self.keeps_alive = self._parser.should_keep_alive()
        self._finish()

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            self._length = int(value) if value.isdigit() else None
        elif name == b"content-encoding":
            self._coding = value.decode("latin-1")
            self._is_coded = True
        elif name == b"keep-alive":
            stated = _STATED_TIMEOUT.search(value)
            self.keep_alive_s = float(stated[1]) if stated else None
        elif value == b"chunked":
            self._length = 0  # it ends by its own framing, not with the stream
            self._is_coded = True
        else:
            self._fail("not_http", f"the transfer coding {value!r} was not asked for")

    def _check_sizes(self) -> None:
        limits = self._limits
        head_bytes = self._wire_bytes if self._in_head else self._head_bytes
        if head_bytes > limits.head_bytes:
            self._fail("too_large", f"more than {limits.head_bytes} bytes of header lines")
        elif self._wire_bytes > limits.head_bytes + _MOST_WIRE_BYTES_A_BODY_BYTE * limits.body_bytes:
            self._fail("too_large", "the body is wrapped into too many bytes")

    def _finish(self) -> None:
        self.complete = True
        if self._coding in _COMPRESSED and self._body:
            self._inflate()

    def _inflate(self) -> None:
        most_bytes = self._limits.body_bytes
        try:
            self._body = bytearray(inflate(self._coding, bytes(self._body), most_bytes))
        except OverflowError:
            return self._fail("too_large", f"the body inflates to more than {most_bytes} bytes")
        except zlib.error as error:
            return self._fail("not_http", f"the body does not inflate: {error}")
        # What describes the compressed bytes would mislead a reader of the plain ones.
        dropped = ("content-encoding", "content-length")
        self._headers = [header for header in self._headers if header[0] not in dropped]
        return None

    def _fail(self, reason: str, detail: str) -> None:
        if self.fault is None:
            self.fault = (reason, detail)
