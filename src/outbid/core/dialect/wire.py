"""What goes over the wire, as values: targets, requests, responses and failures.

Nothing here performs I/O. A delivery builds `Http` values; `exchange/outbound` sends them.
"""

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

Header = tuple[str, str]
Phase = Literal["refused", "dns", "connect", "tls", "send", "wait", "body"]

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token (RFC 9110, section 5.6.2): the name of a header, and a method."""
SENDERS_HEADERS = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
"""Headers that decide where a message begins and ends: only the sender may write them."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class Target(msgspec.Struct, frozen=True):
    """Where requests go: made once from a URL when the market is compiled, then reused for every lead.

    `exceptions` are the exact (host, port) pairs that an owner granted to this one delivery although they
    resolve to a private address or use a port other than 80 and 443.
    """

    scheme: str
    host: str
    port: int
    path: str
    exceptions: frozenset[tuple[str, int]] = frozenset()


class Http(msgspec.Struct, frozen=True):
    """One HTTP request to send. `body` is complete; `Host` and `Content-Length` are added by the sender.

    `more` are headers of this request alone: those in `headers` are remembered, for many requests share them.
    """

    target: Target
    method: str = "POST"
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    more: tuple[Header, ...] = ()


class Timings(msgspec.Struct, frozen=True, gc=False):
    """Milliseconds from the start of the exchange to the end of each phase; None where a phase did not happen."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0


class Response(msgspec.Struct, frozen=True):
    """A whole answer: status 200 to 599, header pairs with lower-case names, body without transfer coding."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    timings: Timings = Timings()


class Failure(msgspec.Struct, frozen=True):
    """No whole answer. `sent` is the point of it.

    `sent=False`: not one byte of the request left, so another buyer may be tried.
    `sent=True`: the other side may have read it; a post that failed so is *uncertain*.
    `reason` is one of the exchange's reason codes (`core/reasons`): `unreachable`, `timed_out`, `cut_off`,
    `too_large`, `not_http`, `address_refused`, `bad_request`.
    """

    reason: str
    sent: bool
    phase: Phase
    detail: str = ""
    timings: Timings = Timings()


Answer = Response | Failure


def parse_target(url: str, exceptions: frozenset[tuple[str, int]] = frozenset()) -> Target:
    """Split an absolute http(s) URL into a Target. Raises ValueError with a sentence that says what is wrong."""
    if any(c <= " " or c == "\x7f" for c in url):
        raise ValueError("the URL holds a space or a control character; percent-encode it")
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"the URL must begin with http:// or https://, not {parts.scheme or 'nothing'!r}")
    if not parts.hostname:
        raise ValueError("the URL names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("put the user and password into the delivery's auth, not into the URL")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname.lower(), parts.port or DEFAULT_PORTS[parts.scheme], path, exceptions)
