"""`GET /metrics`: the figures in Prometheus' text format, for the machine itself and for keys of the house."""

import ipaddress
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from outbid.api.auth import holder_of, key_of
from outbid.api.intake import Intake
from outbid.api.problem import MEDIA_TYPE as PROBLEM
from outbid.api.said.description import PLACE, amended
from outbid.api.watch.figures import Figure, figures_of
from outbid.core.market.snapshot import Market
from outbid.core.reasons import ALL
from outbid.exchange.exchange import Exchange

PROBLEM_SCHEMA: Final = {"$ref": PLACE.format(name="Problem")}
MEDIA_TYPE: Final = "text/plain; version=0.0.4"
_RESPONSES: Final = {
    "200": {"description": "the figures", "content": {"text/plain": {"schema": {"type": "string"}}}},
    "404": {
        "description": f"- `not_found` {ALL['not_found'].sentence}",
        "content": {PROBLEM.decode(): {"schema": PROBLEM_SCHEMA}},
    },
}
FORWARDED: Final = ("x-forwarded-for", "x-real-ip", "forwarded", "via")
"""Headers of a proxy: then it is the proxy that stands on this machine, not who asks."""


def metrics_route(intake: Intake, exchange: Exchange) -> HTTPRouteHandler:
    """The route of a process. Behind several processes each request meets one of them, named by a label."""

    @get(
        "/metrics",
        summary="Figures of the process that answers, for Prometheus: from this machine, or with a house key",
        operation_class=amended({"security": [{}, {"key": []}], "responses": _RESPONSES}),
    )
    async def metrics(request: Request[Any, Any, Any]) -> Response[str]:
        if not (_is_near(request) or _is_house(request, exchange.market)):
            raise NotFoundException
        text = "".join(exposition(figures_of(intake, exchange), str(os.getpid())))
        return Response(text, media_type=MEDIA_TYPE)

    return metrics


def exposition(figures: Iterable[Figure], process: str) -> Iterator[str]:
    """The lines of the text format. Names and labels are ours, so nothing in them needs to be escaped."""
    for figure in figures:
        yield f"# HELP outbid_{figure.name} {figure.meaning}\n# TYPE outbid_{figure.name} {figure.kind}\n"
        name = f"{figure.name}_bucket" if figure.kind == "histogram" else figure.name
        for word, value in figure.values.items():
            label = f',{figure.label}="{word}"' if figure.label else ""
            yield f'outbid_{name}{{process="{process}"{label}}} {float(value):.15g}\n'
        if figure.kind == "histogram":
            yield f'outbid_{figure.name}_sum{{process="{process}"}} {figure.sum:.15g}\n'
            yield f'outbid_{figure.name}_count{{process="{process}"}} {float(figure.values["+Inf"]):.15g}\n'


def _is_near(request: Request[Any, Any, Any]) -> bool:
    """Whether who asks is on this machine, and asks himself."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _is_house(request: Request[Any, Any, Any], market: Market) -> bool:
    holder = holder_of(key_of(request.scope), market)  # type: ignore[arg-type]
    return not isinstance(holder, str) and holder.kind == "house" and not holder.test
