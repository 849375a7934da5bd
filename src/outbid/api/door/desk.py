"""What the routes behind the doors work with: the exchange's market, the database, the plugins; and how one is made."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Response
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said, operation
from outbid.api.said.reading import Asked, limits_of, read_query
from outbid.core.market.snapshot import Market
from outbid.core.reasons import Reason
from outbid.exchange.exchange import Exchange, change_between
from outbid.plugins.registry import Registry
from outbid.plugins.reports import Reports
from outbid.store.database import LOST, Pool

log = logging.getLogger("outbid.api")
WAIT_S = 5.0
Act = Callable[[Asked], Awaitable[Response[Any]]]


class Desk:
    """Shared by all routes behind the doors of this process."""

    def __init__(
        self, exchange: Exchange, pool: Pool, reasons: Mapping[str, Reason], reports: Reports, zone: str = "UTC"
    ) -> None:
        self.exchange = exchange
        self.reports = reports
        self.zone = zone  # the house's
        self.reasons = dict(reasons)
        self.plugins = Registry()
        self._pool = pool

    def now(self) -> float:
        """Seconds that never go back."""
        return self.exchange.now()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Any]:
        """A connection for a moment. Raises Refused when the database does not answer."""
        try:
            async with self._pool.acquire(timeout=WAIT_S) as connection:
                yield connection
        except (*LOST, TimeoutError) as error:
            log.warning("the database does not answer: %s", error)
            raise Refused("database_away", headers={"Retry-After": "1"}) from None

    async def learn(self, market: Market) -> None:
        """Work with a market that was just written: it is compiled here already, so the process need not do it again.

        Other processes are told by the database, and follow within a second at the latest.
        """
        if market.version > self.exchange.market.version:
            self.exchange.take(await asyncio.to_thread(change_between, self.exchange.market, market))


def route(method: str, path: str, said: Said, act: Act) -> HTTPRouteHandler:
    """A route. Its query is checked here for all, so that a misspelt parameter is never passed over."""
    known = said.query or Nothing

    async def handle(request: Asked) -> Response[Any]:
        request.state.query = read_query(request, known)
        told = await act(request)
        told.headers.update(limits_of(request))
        return told

    name = "".join(part.strip("{}").partition(":")[0].title().replace("-", "") for part in path.split("/")[2:])
    decorated = HTTPRouteHandler(
        path,
        http_method=HttpMethod(method),
        status_code=200,  # each answer says its own
        summary=said.summary,
        operation_id=f"{method.title()}{name}",
        operation_class=operation(said, method),
        opt={
            "is_open": said.is_open,
            "right": said.right_for(method),
            "for_tests": said.for_tests,
            "before_codes": said.before_codes,
        },
    )
    return decorated(handle)


class Nothing(msgspec.Struct, frozen=True):
    """A query without parameters."""


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An answer in JSON, which nobody may keep."""
    body = b"" if status == 204 else msgspec.json.encode(value)
    media_type = None if status == 204 else "application/json"
    return Response(
        body, status_code=status, media_type=media_type, headers={"Cache-Control": "no-store"} | dict(headers or {})
    )
