"""A client of the stream: server-sent events over a raw connection, as a browser reads them."""

import asyncio
import json
from typing import Any

from api.operator.asking import HOUSE_KEY

HEAD_END = b"\r\n\r\n"


class Event:
    """One event as it came."""

    def __init__(self, block: str) -> None:
        lines = [line.partition(": ") for line in block.split("\n") if line and not line.startswith(":")]
        found = {name: value for name, _, value in lines}
        self.name, self.id = found.get("event", ""), found.get("id", "")
        self.data: Any = json.loads(found.get("data", "null"))


class Listening:
    """A stream that is read event by event; `status` is that of the answer."""

    def __init__(self, port: int, query: str = "", *, last: str = "", key: str | None = HOUSE_KEY, cookie: str = ""):
        self._port, self._query, self._headers = port, query, []
        if key is not None and not cookie:
            self._headers.append(f"Authorization: Bearer {key}")
        if cookie:
            self._headers.append(f"Cookie: {cookie}")
        if last:
            self._headers.append(f"Last-Event-ID: {last}")
        self.status, self.headers, self.problem = 0, dict[str, str](), dict[str, Any]()
        self._text = ""

    async def __aenter__(self) -> "Listening":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = [f"GET /v1/stream{self._query} HTTP/1.1", "Host: outbid.test", *self._headers]
        self._writer.write("\r\n".join(lines).encode() + HEAD_END)
        head = (await self._reader.readuntil(HEAD_END)).decode()
        first, *rest = head.split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        if self.status != 200:
            self.problem = json.loads(await self._reader.readexactly(int(self.headers["content-length"])))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def next(self, seconds: float = 5.0) -> Event | None:
        """The next event; None: the stream has ended."""
        async with asyncio.timeout(seconds):
            while True:
                while "\n\n" in self._text:
                    block, _, self._text = self._text.partition("\n\n")
                    event = Event(block)
                    if event.name:
                        return event
                size = int((await self._reader.readline()).strip() or b"0", 16)
                if not size:
                    return None
                self._text += (await self._reader.readexactly(size)).decode()
                await self._reader.readexactly(2)

    def rest(self) -> None:
        """Read no more of what comes."""
        self._writer.transport.pause_reading()

    async def ticks(self, enough: Any, seconds: float = 8.0) -> list[Event]:
        """Ticks until there are enough of them."""
        found: list[Event] = []
        async with asyncio.timeout(seconds):
            while not enough(found):
                event = await self.next(seconds)
                assert event is not None
                assert event.name == "tick", event.data
                found.append(event)
        return found


def total(ticks: list[Event], name: str) -> int:
    """What a figure adds up to."""
    return sum(tick.data[name] for tick in ticks)
