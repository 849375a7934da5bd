"""The ASGI application: the hot path first, everything else behind it in Litestar."""

import logging
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Litestar, Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import Parameter

from outbid import __version__
from outbid.api.auth import holder_of, key_of, scope_of
from outbid.api.buyer.routes import buyer_routes
from outbid.api.door.asking import COOKIE, COOKIE_WORDS
from outbid.api.door.desk import Desk
from outbid.api.intake import LEADS, LONGEST_REQUEST_KEY, PINGS, Intake, is_hot
from outbid.api.leads import ReasonRow, answer_now, quote_now, reason_rows
from outbid.api.operator.routes import operator_routes
from outbid.api.portal.files import read_built
from outbid.api.portal.site import Site
from outbid.api.problem import MEDIA_TYPE, Problem, problem
from outbid.api.said.description import OPEN, Description, amended
from outbid.api.seller.routes import seller_routes
from outbid.api.spoken.address import is_spoken
from outbid.api.spoken.described import SPOKEN
from outbid.api.spoken.speaker import Speaker
from outbid.api.watch.route import metrics_route
from outbid.api.wire import Receive, Scope, Send
from outbid.core.answer import Answer, QuoteAnswer
from outbid.core.reasons import Reason
from outbid.core.scope import Scope as Seen
from outbid.exchange.exchange import Exchange
from outbid.plugins.reports import Reports
from outbid.store.database import Pool
from outbid.store.vault import Vault

log = logging.getLogger("outbid.api")
LONGEST = {"maxLength": LONGEST_REQUEST_KEY}
PROBLEM = MEDIA_TYPE.decode()
SELLERS_HEADERS = [
    {"name": name, "in": "header", "required": False, "description": words, "schema": {"type": "string"} | more}
    for name, words, more in (
        ("Idempotency-Key", "your own name for the request: sent again within a day, it is the same lead", LONGEST),
        ("traceparent", "the trace that the request belongs to (W3C Trace Context); pings and posts carry it on", {}),
        ("tracestate", "what your systems say of the trace; it goes on with it", {}),
    )
]


class No(Exception):
    """A request that is refused with a problem."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


def build(
    intake: Intake,
    exchange: Exchange,
    pool: Pool,
    vault: Vault,
    reasons: Mapping[str, Reason],
    reports: Reports | None = None,
    zone: str = "UTC",
) -> "App":
    """The application of one process. `reports`: those there are, else the built-in ones; `zone`: the house's."""
    speaker = Speaker(intake, exchange, pool, reasons)
    routes = Routes(intake, exchange, pool, vault, reasons, reports, zone)
    return App(intake, speaker, Site(read_built(), exchange.noise), routes.litestar())


NOT_TAKEN = {
    400: ResponseSpec(Problem, description="the body is not one JSON object", media_type=PROBLEM),
    401: ResponseSpec(Problem, description="no key, or one that is not known", media_type=PROBLEM),
    403: ResponseSpec(Problem, description="the key may not post leads here", media_type=PROBLEM),
    413: ResponseSpec(Problem, description="the body is too large", media_type=PROBLEM),
    415: ResponseSpec(Problem, description="the body is of another type", media_type=PROBLEM),
    422: ResponseSpec(Problem, description="refused, with every error", media_type=PROBLEM),
    503: ResponseSpec(Problem, description="send it again after Retry-After", media_type=PROBLEM),
}
"""Answers to a seller whose lead or ping is not taken."""


@get("/healthz", summary="Is the process alive?", operation_class=OPEN)
async def healthz() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "ok"}


@post(
    LEADS,
    status_code=200,
    summary="Sell a lead",
    description="One JSON object, the fields by name. The key of a source goes into `Authorization: Bearer KEY`. With"
    " `ping_id`, the id of a ping that was quoted, the seller is paid what he was promised, or told why not.",
    operation_class=amended({"parameters": SELLERS_HEADERS}),
    responses={202: ResponseSpec(Answer, description="pending: how the sale ended is not known yet")} | NOT_TAKEN,
)
async def sell(data: dict[str, Any]) -> Answer:
    """Stands here for the description alone: the hot path answers this route before the framework sees it."""
    raise No(404, "not_found")


@post(
    PINGS,
    status_code=200,
    summary="Ask what a lead would bring",
    description="The fields that the seller may tell before the sale; none of the person is needed. Who is quoted posts"
    " the whole lead with `ping_id` before `until`. Where the source is told all bids, he may name those of his choice"
    " in `bid_ids`, in his order.",
    operation_class=amended({"parameters": SELLERS_HEADERS[1:]}),
    responses=NOT_TAKEN,
)
async def ask_price(data: dict[str, Any]) -> QuoteAnswer:
    """Stands here for the description alone, as `sell` does."""
    raise No(404, "not_found")


class App:
    """Sends each request where it belongs."""

    def __init__(self, intake: Intake, speaker: Speaker, site: Site, rest: Litestar) -> None:
        self._intake = intake
        self._speaker = speaker
        self._site = site
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's own start and stop."""
        if is_hot(scope):
            await self._intake(scope, receive, send)
        elif is_spoken(scope):
            await self._speaker(scope, receive, send)
        elif self._site.takes(scope):
            await self._site(scope, receive, send)
        else:
            await self._rest(scope, receive, send)  # type: ignore[arg-type]


class Routes:
    """Everything behind the hot path."""

    def __init__(
        self,
        intake: Intake,
        exchange: Exchange,
        pool: Pool,
        vault: Vault,
        reasons: Mapping[str, Reason],
        reports: Reports | None = None,
        zone: str = "UTC",
    ) -> None:
        self._reports, self._zone = reports or Reports(), zone
        self._intake = intake
        self._exchange = exchange
        self._pool = pool
        self._vault = vault
        self._reasons = dict(reasons)

    def litestar(self) -> Litestar:
        """The application of these routes."""
        return Litestar(
            [
                healthz,
                sell,
                ask_price,
                *SPOKEN,
                self._readyz(),
                self._metrics(),
                self._all_reasons(),
                self._lead_now(),
                self._quote_now(),
                *self._behind_doors(),
            ],
            exception_handlers={Exception: self._refuse},
            openapi_config=OpenAPIConfig(
                "Outbid",
                __version__,
                path="/v1/schema",
                render_plugins=(Description(),),
                components=Components(
                    security_schemes={
                        "key": SecurityScheme(type="http", scheme="bearer"),
                        "session": SecurityScheme(
                            type="apiKey", name=COOKIE, security_scheme_in="cookie", description=COOKIE_WORDS
                        ),
                    }
                ),
                security=[{"key": []}],
            ),
            logging_config=None,
        )

    def _behind_doors(self) -> list[Router]:
        desk = Desk(self._exchange, self._pool, self._reasons, self._reports, self._zone)
        return [operator_routes(desk), seller_routes(desk), buyer_routes(desk)]

    def _readyz(self) -> HTTPRouteHandler:
        @get(
            "/readyz",
            summary="Does the process take leads?",
            operation_class=OPEN,
            responses={503: ResponseSpec(dict[str, str], description="not now")},
        )
        async def readyz() -> Response[dict[str, str]]:
            ready = self._intake.is_ready()
            return Response({"status": "ready" if ready else "not ready"}, status_code=200 if ready else 503)

        return readyz

    def _metrics(self) -> HTTPRouteHandler:
        return metrics_route(self._intake, self._exchange)

    def _all_reasons(self) -> HTTPRouteHandler:
        @get("/v1/reasons", summary="Every reason there is", operation_class=OPEN)
        async def all_reasons() -> list[ReasonRow]:
            return reason_rows(self._reasons)

        return all_reasons

    def _lead_now(self) -> HTTPRouteHandler:
        @get(
            "/v1/leads/{lead:str}",
            summary="What a seller is told of his lead now",
            operation_class=amended({}, without=("400",)),
            responses={
                401: ResponseSpec(Problem, description="no key, or one that is not known", media_type=PROBLEM),
                403: ResponseSpec(Problem, description="the key may not read leads", media_type=PROBLEM),
                404: ResponseSpec(Problem, description="there is no such lead for this key", media_type=PROBLEM),
            },
        )
        async def lead_now(
            request: Request[Any, Any, Any], lead: Annotated[str, Parameter(description="the lead's id, ld_…")]
        ) -> Answer:
            scope = self._scope(request)
            try:
                async with self._pool.acquire() as connection:
                    answer = await answer_now(connection, scope, self._vault, self._exchange.market, lead)
            except ValueError as error:
                raise No(404, "lead_unknown", str(error)) from None
            if answer is None:
                raise No(404, "lead_unknown")
            return answer

        return lead_now

    def _quote_now(self) -> HTTPRouteHandler:
        @get(
            "/v1/pings/{ping:str}",
            summary="What a seller was told on his ping",
            operation_class=amended({}, without=("400",)),
            responses={
                401: ResponseSpec(Problem, description="no key, or one that is not known", media_type=PROBLEM),
                403: ResponseSpec(Problem, description="the key may not read pings", media_type=PROBLEM),
                404: ResponseSpec(Problem, description="there is no such ping for this key", media_type=PROBLEM),
            },
        )
        async def quote_now_(
            request: Request[Any, Any, Any], ping: Annotated[str, Parameter(description="the ping's id, pg_…")]
        ) -> QuoteAnswer:
            scope, vault, market = self._scope(request), self._exchange.vault, self._exchange.market
            try:
                async with self._pool.acquire() as connection:
                    answer = await quote_now(connection, scope, vault, market, ping)
            except ValueError as error:
                raise No(404, "ping_unknown", str(error)) from None
            if answer is None:
                raise No(404, "ping_unknown")
            return answer

        return quote_now_

    def _scope(self, request: Request[Any, Any, Any]) -> Seen:
        """What the request's key may see of leads, as sellers see them."""
        holder = holder_of(key_of(request.scope), self._exchange.market)  # type: ignore[arg-type]
        if isinstance(holder, str):
            raise No(401, holder)
        if holder.kind not in ("source", "seller", "house"):
            raise No(403, "key_not_allowed")
        return scope_of(holder)

    def _refuse(self, _: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if isinstance(error, No):
            return self._problem(error.status, error.code, error.detail)
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "not_found", 405: "method_not_allowed"}.get(status, "fault")
        if status >= 500:
            log.error("a request met a fault", exc_info=error)
        headers = error.headers if isinstance(error, HTTPException) else None
        return self._problem(status, code, "", headers)

    def _problem(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> Response[bytes]:
        body = msgspec.json.encode(problem(status, code, detail, known=self._reasons))
        return Response(body, status_code=status, media_type=PROBLEM, headers=dict(headers or {}))
