"""A server of the fast lane on a house's exchange, with time-outs that a test can wait for."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from api.problems import KNOWN
from api.speak import Talk
from harness.house import Answer, House, until
from outbid.api.app import build
from outbid.api.hot import protocol_of
from outbid.api.intake import Intake

SEND_BUFFER = 4096


class Watched(Intake):
    """An intake that counts what came by parser and ASGI, and all that it answered."""

    slow = 0
    all = 0

    async def __call__(self, *given: Any) -> None:
        self.slow += 1
        await super().__call__(*given)

    async def answer(self, *given: Any) -> Any:
        self.all += 1
        return await super().answer(*given)

    @property
    def fast(self) -> int:
        """What took the fast lane."""
        return self.all - self.slow


class Lane:
    """A server with a fast lane."""

    def __init__(self, port: int, server: uvicorn.Server, intake: Watched, serving: "asyncio.Task[None]") -> None:
        self.port, self.server, self.intake, self.serving = port, server, intake, serving

    @property
    def connections(self) -> list[Any]:
        """The server's side of every connection."""
        return list(self.server.server_state.connections)

    async def taken(self, talk: Talk, request: bytes) -> Answer:
        """The answer to a request that is sent until it takes the lane. What it sells must be sold again and again."""
        for _ in range(2):
            before = self.intake.fast
            await talk.say(request)
            answer = await talk.hear()
        assert self.intake.fast == before + 1
        return answer


@asynccontextmanager
async def open_lane(
    house: House, *, keep_alive_s: float = 30.0, whole_s: float = 30.0, **config: Any
) -> AsyncIterator[Lane]:
    """Serve on a port of its own until the test ends or stops the server."""
    exchange = house.process.exchange
    intake = Watched(exchange, house.pool, KNOWN)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    port = listener.getsockname()[1]
    app = build(intake, exchange, house.pool, exchange.vault, KNOWN)
    given = {"access_log": False, "log_config": None, "lifespan": "off", "server_header": False, "date_header": False}
    given["timeout_graceful_shutdown"] = 10
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=protocol_of(intake, whole_s, look_s=0.05),
            timeout_keep_alive=keep_alive_s,
            **(given | config),
        )
    )
    serving = asyncio.create_task(server._serve([listener]))
    await until(lambda: server.started)
    try:
        yield Lane(port, server, intake, serving)
    finally:
        server.should_exit = server.force_exit = True
        await serving
