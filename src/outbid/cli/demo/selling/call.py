"""A small HTTP/1.1 client that keeps connections alive, and knows whether a lost request may have arrived."""

import asyncio
import time
from collections.abc import Iterable

import httptools

from outbid.core.dialect.wire import Target

SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ANSWER = 60.0
SECONDS_IDLE = 3.0
"""Less than a server keeps an idle connection, so that a request does not run into its end."""
MOST_ANSWER_BYTES = 1024 * 1024

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Unreached(Exception):
    """Nothing was sent: it is safe to try again."""


class Unanswered(Exception):
    """The request may have arrived; its answer did not."""


class Caller:
    """Posts to one address."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._idle: list[tuple[float, Stream]] = []

    async def post(self, body: bytes, headers: Iterable[tuple[str, str]]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Unreached, Unanswered."""
        stream = self._kept() or await self._connect()
        kept = False
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                stream[1].write(_head(self._target, len(body), headers) + body)
                status, answer, kept = await _read(stream[0])
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            raise Unanswered(str(error)) from None
        finally:
            if kept:
                self._idle.append((time.monotonic(), stream))
            else:
                stream[1].close()
        return status, answer

    def _kept(self) -> Stream | None:
        """The connection that was used last, if it is fresh; older ones are closed."""
        while self._idle:
            since, stream = self._idle.pop()
            if time.monotonic() - since < SECONDS_IDLE and not stream[0].at_eof() and not stream[1].is_closing():
                return stream
            stream[1].close()
        return None

    async def _connect(self) -> Stream:
        target = self._target
        secure = True if target.scheme == "https" else None
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                return await asyncio.open_connection(target.host, target.port, ssl=secure)
        except (OSError, TimeoutError) as error:
            raise Unreached(str(error)) from None

    def close(self) -> None:
        """Hang up."""
        for _, stream in self._idle:
            stream[1].close()
        self._idle.clear()


def _head(target: Target, length: int, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.host}:{target.port}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class _Answer:
    """An answer as it comes in. The parser tells only while it calls whether the connection may be used again."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.body = b""
        self.whole = False
        self.keep = False

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True
        self.keep = self.parser.should_keep_alive()


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection may be used again."""
    answer = _Answer()
    while not answer.whole:
        data = await reader.read(65536)
        if not data or len(answer.body) > MOST_ANSWER_BYTES:
            raise OSError("the connection ended before the answer did")
        answer.parser.feed_data(data)
    return answer.parser.get_status_code(), answer.body, answer.keep
