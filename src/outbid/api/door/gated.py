"""Routes behind one gate, with the shape of problems behind them."""

import logging
from collections.abc import Sequence

import msgspec
from litestar import Response, Router
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from outbid.api.door.asking import Connection, Gate
from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.problem import MEDIA_TYPE, problem
from outbid.api.said.reading import Asked, limits_of

log = logging.getLogger("outbid.api")


def gated(desk: Desk, gate: Gate, handlers: Sequence[HTTPRouteHandler]) -> Router:
    """A router of these routes: the gate lets in, and every refusal is a problem."""

    def refuse(request: Asked, error: Exception) -> Response[bytes]:
        refused = _refused(error)
        told = problem(refused.status, refused.code, refused.detail, errors=refused.errors, known=desk.reasons)
        headers = {"Cache-Control": "no-store"} | refused.headers | limits_of(request)
        body = msgspec.json.encode(told)
        return Response(body, status_code=refused.status, media_type=MEDIA_TYPE.decode(), headers=headers)

    async def let_in(connection: Connection, handler: BaseRouteHandler) -> None:
        # A function of its own: the framework copies guards deeply, and would copy the exchange behind a gate.
        await gate.admit(connection, handler)

    return Router("/", route_handlers=handlers, guards=[let_in], exception_handlers={Exception: refuse})


def _refused(error: Exception) -> Refused:
    """An error as a refusal; what nobody foresaw is a fault of ours."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Refused("parameter_faulty", error.detail)
    log.error("a request met a fault", exc_info=error)
    return Refused("fault")
