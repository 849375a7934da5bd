"""A seller's trace, carried on into the requests to buyers."""

from msgspec.structs import replace

from outbid.core.dialect.trace import PARENT, Trace, child_of
from outbid.core.dialect.wire import Http
from outbid.exchange.exchange import Exchange

SPAN_BYTES = 8


def traced(exchange: Exchange, trace: Trace, http: Http) -> Http:
    """A request as a child of a trace, under an id of its own. One whose buyer has such a header already stays so."""
    if any(name.lower() == PARENT for name, _ in http.headers):
        return http
    span = exchange.noise(SPAN_BYTES)
    return replace(http, more=(*http.more, *child_of(trace, span if any(span) else b"\1" * SPAN_BYTES)))
