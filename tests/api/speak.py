"""What ill-behaved clients do on a connection, and how the exchange ends it."""

import asyncio
from typing import Any

from harness.house import Answer
from harness.market import SECRET

WAIT_S = 20.0


class Closed(Exception):
    """The exchange closed the connection without another answer."""


class Talk:
    """One connection to the exchange; bytes go out as they are."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Talk":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def say(self, text: bytes) -> None:
        """Send bytes; what the exchange no longer reads is not sent to the end."""
        try:
            self._writer.write(text)
            await asyncio.wait_for(self._writer.drain(), WAIT_S)
        except ConnectionError:
            pass

    async def hear(self) -> Answer:
        """One whole answer. Raises Closed."""
        return await asyncio.wait_for(self._hear(), WAIT_S)

    async def _hear(self) -> Answer:
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            if "content-length" in headers:
                body = await self._reader.readexactly(int(headers["content-length"]))
            else:
                body = await self._reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Closed from None
        return Answer(int(head[0].split(" ")[1]), headers, body)


def head_of(length: int, *more: str, method: str = "POST", path: str = "/v1/leads", key: str | None = SECRET) -> bytes:
    """A request's head, the connection kept open."""
    lines = [f"{method} {path} HTTP/1.1", "Host: outbid.test", f"Content-Length: {length}"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    return "\r\n".join([*lines, *more]).encode("latin-1") + b"\r\n\r\n"


def whole(body: bytes, *more: str, **given: Any) -> bytes:
    """A whole request."""
    return head_of(len(body), *more, **given) + body
