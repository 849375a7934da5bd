"""The addresses of sources: `/v1/in/SOURCE`, and whatever a seller's software puts behind it."""

from outbid.api.wire import Scope as Http
from outbid.core.heard import Inbound

FRONT = "/v1/in/"
LONGEST_REST = 500


def is_spoken(scope: Http) -> bool:
    """Is it a request to the address of a source?"""
    path: str = scope.get("path", "")
    return scope["type"] == "http" and path.startswith(FRONT)


def source_named(scope: Http) -> str:
    """The source that an address names."""
    path: str = scope["path"]
    return path.removeprefix(FRONT).partition("/")[0]


def inbound_of(scope: Http, body: bytes) -> Inbound:
    """A request as intakes are told it."""
    rest = scope["path"].removeprefix(FRONT).partition("/")[2].strip("/")[:LONGEST_REST]
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    return Inbound(scope["method"], rest, scope["query_string"].decode("latin-1"), headers, body)
