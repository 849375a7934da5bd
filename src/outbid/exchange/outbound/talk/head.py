"""The first bytes of a request: start line and header lines, checked against smuggling."""

import re
from functools import lru_cache
from urllib.parse import quote

from outbid.core.dialect.wire import HEADER_NAME, SENDERS_HEADERS, Header, Http
from outbid.exchange.outbound.reach.destination import Destination
from outbid.exchange.outbound.refused import Refused

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PATH = re.compile(r"/[^\x00-\x20\x7f]*")
_REMEMBERED_NAMES = 256
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
# Methods whose requests have no body as a rule: an empty one is then not announced.
_WITHOUT_BODY = frozenset({"GET", "DELETE", "OPTIONS", "TRACE"})
# Answers to these are framed by other rules, and no buyer needs them.
_NOT_SPOKEN = frozenset({"HEAD", "CONNECT"})


class Head:
    """All of a request but its body; made once for requests that differ in the body alone."""

    __slots__ = ("_announces_empty", "_lines")

    def __init__(self, destination: Destination, http: Http) -> None:
        """Raises Refused (`bad_request`) for a method, path or header that must not be sent."""
        self._lines = _head_lines(destination, http)
        self._announces_empty = http.method not in _WITHOUT_BODY

    def __len__(self) -> int:
        return len(self._lines)

    def message(self, body: bytes, more: tuple[Header, ...] = ()) -> bytes:
        """The whole request in one piece, with headers of its own. Raises TypeError for a body that is not bytes.

        Raises Refused (`bad_request`) for a header that must not be sent.
        """
        lines = self._lines if not more else self._lines + _lines_of(more)
        if body or self._announces_empty:
            return b"%bContent-Length: %d\r\n\r\n%b" % (lines, len(body), body)
        return lines + b"\r\n"


def _head_lines(destination: Destination, http: Http) -> bytes:
    lines = [
        f"{_checked_method(http.method)} {checked_path(http.target.path)} HTTP/1.1",
        f"Host: {destination.authority()}",
        "Accept-Encoding: identity",
    ]
    lines += [_header_line(header) for header in http.headers]
    if "user-agent" not in [_checked_name(name) for name, _ in http.headers]:
        lines.append("User-Agent: outbid")
    return ("\r\n".join(lines) + "\r\n").encode()


def _lines_of(headers: tuple[Header, ...]) -> bytes:
    return "".join([f"{_header_line(header)}\r\n" for header in headers]).encode()


def _checked_method(method: str) -> str:
    if not HEADER_NAME.fullmatch(method):
        raise Refused("bad_request", "the method holds a forbidden character")
    if method in _NOT_SPOKEN:
        raise Refused("bad_request", f"the method {method} is not spoken")
    return method


def checked_path(path: str) -> str:
    """A path with its query as it goes over the wire. Raises Refused (`bad_request`)."""
    if not _PATH.fullmatch(path):
        raise Refused("bad_request", "the path must begin with / and hold no space or control character")
    return path if path.isascii() else quote(path, safe=_PRINTABLE)


def _header_line(header: Header) -> str:
    name, value = header
    _checked_name(name)
    if _CONTROL.search(value):
        raise Refused("bad_request", f"the header {name} holds a control character")
    return f"{name}: {value}"


@lru_cache(_REMEMBERED_NAMES)
def _checked_name(name: str) -> str:
    """The name in lower case. Remembered, since names are few even where values change with each request."""
    if not HEADER_NAME.fullmatch(name):
        raise Refused("bad_request", f"the header name {name!r} holds a forbidden character")
    lower = name.lower()
    if lower in SENDERS_HEADERS:
        raise Refused("bad_request", f"the header {name} is written by the sender alone")
    return lower
