"""Fake buyers under the test's control: real HTTP on loopback, each answer scripted, everything that came kept."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

Reply = dict[str, Any] | bytes | Callable[["Got"], Any]
"""A JSON body, raw bytes of a whole HTTP answer, or a function of what came that gives either (or awaits)."""

ACCEPT = {"accepted": True}
REJECT = {"accepted": False, "reason": "no thanks"}


def bid(price: str, token: str | None = None) -> dict[str, Any]:
    return {"accepted": True, "price": price} | ({"ping_id": token} if token else {})


class Got:
    """One request as it came."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        _, self.buyer, self.kind = path.partition("?")[0].split("/")[:3]
        self.path, self.headers, self.body = path, headers, body

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Silence(Exception):
    """Raised by a script: never answer."""


class HangUp(Exception):
    """Raised by a script: close the connection without an answer."""


class Buyers:
    """Any number of buyers at one port: `/<buyer>/ping` and `/<buyer>/post`."""

    def __init__(self) -> None:
        self.replies: dict[tuple[str, str], Reply] = {}
        self.got: dict[tuple[str, str], list[Got]] = defaultdict(list)
        self.port = 0

    def on(self, buyer: str, *, ping: Reply | None = None, post: Reply | None = None) -> None:
        if ping is not None:
            self.replies[buyer, "ping"] = ping
        if post is not None:
            self.replies[buyer, "post"] = post

    def pings(self, buyer: str) -> list[Got]:
        return self.got[buyer, "ping"]

    def posts(self, buyer: str) -> list[Got]:
        return self.got[buyer, "post"]

    async def __aenter__(self) -> "Buyers":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                got = await _read(reader)
                self.got[got.buyer, got.kind].append(got)
                writer.write(await self._answer(got))
                await writer.drain()
        except Silence:
            await reader.read()
        except (HangUp, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, got: Got) -> bytes:
        reply = self.replies[got.buyer, got.kind]
        if callable(reply):
            reply = reply(got)
        if isinstance(reply, Awaitable):
            reply = await reply
        if isinstance(reply, bytes):
            return reply
        return http(200, json.dumps(reply).encode())


async def _read(reader: asyncio.StreamReader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Got(head[0].split(" ")[1], headers, body)


def http(status: int, body: bytes, *more: str) -> bytes:
    head = [f"HTTP/1.1 {status} Any", f"Content-Length: {len(body)}", "Content-Type: application/json", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
