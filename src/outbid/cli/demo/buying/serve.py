"""A small HTTP/1.1 server that may answer late, or never: what the example buyers are made of."""

import asyncio
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import httptools
import msgspec

MOST_BODY_BYTES = 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    """One whole request; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


class Reply(msgspec.Struct, frozen=True):
    """What to answer (JSON), and how many seconds to let the client wait for it."""

    status: int
    body: bytes
    pause: float = 0.0


Answer = Callable[[Request], Reply | None]
"""Decides at once; None means silence until the client hangs up."""


def sentence(status: int, text: str) -> Reply:
    """A no that says why, in the form of a buyer's answer."""
    return Reply(status, msgspec.json.encode({"accepted": False, "reason": text}))


class Server:
    """A listening socket and the connections that came in by it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int, host: str = "127.0.0.1") -> int:
        """Listen; return the port, which the system chose if it was 0. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._answer, self._connections), host, port, backlog=1024
        )
        chosen: int = self._server.sockets[0].getsockname()[1]
        return chosen

    def stop(self) -> None:
        """Stop at once: whoever waits for an answer gets none."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()


class Connection(asyncio.Protocol):
    """One client. Its requests are answered one after another, in the order in which they came."""

    def __init__(self, answer: Answer, others: "set[Connection]") -> None:
        self._answer = answer
        self._others = others
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self.on_message_begin()

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent
        self._others.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client went: an answer that was due is not sent, but what was bought stays bought."""
        self._others.discard(self)
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._transport is None or self._transport.is_closing():
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._write(sentence(400, "This is not HTTP/1.1 as this server reads it."), keep=False)

    # -- what the parser calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """A piece of the body; what is too large is not kept."""
        self._size += len(body)
        if self._size <= MOST_BODY_BYTES:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        if self._size > MOST_BODY_BYTES:
            self._write(sentence(413, f"The body is larger than {MOST_BODY_BYTES} bytes."), keep=False)
            return
        method = self._parser.get_method().decode("ascii")
        path = self._url.decode("latin-1").partition("?")[0]
        request = Request(method, path, self._headers, b"".join(self._body))
        self._waiting.append((request, self._parser.should_keep_alive()))
        self._next()

    # -- answering

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        request, keep = self._waiting.popleft()
        reply = self._answer(request)
        if reply is None:
            return
        if reply.pause <= 0:
            self._reply(reply, keep)
        else:
            self._timer = asyncio.get_running_loop().call_later(reply.pause, self._reply, reply, keep)

    def _reply(self, reply: Reply, keep: bool) -> None:
        self._write(reply, keep)
        self._busy = False
        self._next()

    def _write(self, reply: Reply, keep: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(reply.body)}\r\n{'' if keep else 'Connection: close' + chr(13) + chr(10)}\r\n"
        )
        self._transport.write(head.encode("ascii") + reply.body)
        if not keep:
            self._waiting.clear()
            self._transport.close()

    def abort(self) -> None:
        """Hang up without a word."""
        if self._transport is not None:
            self._transport.abort()
