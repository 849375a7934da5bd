"""The operator's routes, behind one gate."""

import logging
from collections.abc import Mapping

import msgspec
from litestar import Response, Router
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from outbid.api.operator.desk import Desk
from outbid.api.operator.door.asking import Connection, Gate
from outbid.api.operator.door.refusal import Refused
from outbid.api.operator.door.session import Sessions
from outbid.api.operator.jobs import Jobs
from outbid.api.operator.leads.dry_run import DryRuns
from outbid.api.operator.leads.exposure import Exposed
from outbid.api.operator.leads.listing import LEADS, Listing
from outbid.api.operator.leads.looking import Looking
from outbid.api.operator.leads.one import OneLead
from outbid.api.operator.leads.records import Records
from outbid.api.operator.market.history import History
from outbid.api.operator.market.keys import Keys
from outbid.api.operator.market.kinds import PLURALS
from outbid.api.operator.market.nouns import Kind
from outbid.api.operator.market.plugins import Plugins
from outbid.api.operator.market.whole import Whole
from outbid.api.operator.money.accounts import Accounts
from outbid.api.operator.money.ledger import Ledger
from outbid.api.operator.said.reading import Asked, limits_of
from outbid.api.operator.verdicts.reviewing import Reviewing
from outbid.api.operator.verdicts.settling import Settling
from outbid.api.problem import MEDIA_TYPE, problem
from outbid.core.reasons import Reason
from outbid.exchange.exchange import Exchange
from outbid.store.database import Pool

log = logging.getLogger("outbid.api")


def operator_routes(exchange: Exchange, pool: Pool, reasons: Mapping[str, Reason]) -> Router:
    """All of them, with the gate before and the shape of problems behind them."""
    desk = Desk(exchange, pool, reasons)
    gate = Gate(desk)
    handlers = [handler for kind in PLURALS for handler in Kind(desk, kind).routes()]
    handlers += [*Whole(desk).routes(), *History(desk).routes(), *Plugins(desk).routes()]
    handlers += [*Keys(desk).routes(), *Sessions(desk).routes()]
    records = Records(desk)
    handlers += [*Listing(desk).routes(), *OneLead(records).routes(), *Exposed(records).routes()]
    handlers += [*Looking(desk, records).routes(), *Accounts(desk).routes(), *Ledger(desk).routes()]
    handlers += [*Jobs(desk).routes(), *Settling(desk).routes(), *Reviewing(desk).routes(), *DryRuns(desk).routes()]

    def refuse(request: Asked, error: Exception) -> Response[bytes]:
        refused = _refused(error)
        told = problem(refused.status, refused.code, refused.detail, errors=refused.errors, known=desk.reasons)
        headers = {"Cache-Control": "no-store"} | refused.headers | limits_of(request)
        body = msgspec.json.encode(told)
        return Response(body, status_code=refused.status, media_type=MEDIA_TYPE.decode(), headers=headers)

    async def let_in(connection: Connection, handler: BaseRouteHandler) -> None:
        # A function of its own: the framework copies guards deeply, and would copy the exchange behind a gate.
        await gate.admit(connection, handler)

    router = Router("/", route_handlers=handlers, guards=[let_in], exception_handlers={Exception: refuse})
    _leave_options(router, LEADS)
    return router


def _leave_options(router: Router, path: str) -> None:
    """Leave OPTIONS at a path to the application, which has a route there too: the framework takes it only once."""
    for found in router.routes:
        if isinstance(found, HTTPRoute) and found.path == path:
            found.route_handlers = [
                handler for handler in found.route_handlers if HttpMethod.OPTIONS not in handler.http_methods
            ]


def _refused(error: Exception) -> Refused:
    """An error as a refusal; what nobody foresaw is a fault of ours."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Refused("parameter_faulty", error.detail)
    log.error("a request of the operator met a fault", exc_info=error)
    return Refused("fault")
