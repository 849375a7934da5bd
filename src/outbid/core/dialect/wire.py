"""What goes over the wire, as values: targets, requests, responses and failures.

Nothing here performs I/O. A delivery builds `Http` values; `exchange/outbound` sends them.
"""

import re
from typing import ClassVar, Literal
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


class Certificate(msgspec.Struct, frozen=True):
    """Who we are in TLS: a certificate, with those that lead to its authority behind it, and its key, both as PEM."""

    certificate: str
    key: str


class Digest(msgspec.Struct, frozen=True):
    """A user who signs in by HTTP digest (RFC 7616)."""

    user: str
    password: str


class OAuth2(msgspec.Struct, frozen=True):
    """A client of OAuth 2.0 (RFC 6749, section 4.4): the request whose answer is its token."""

    request: "Http"


class Way(msgspec.Struct, frozen=True):
    """How a request goes out beyond its own bytes: compiled once, done by `exchange/outbound` alone.

    sign_in        what needs an answer of the other side first; None where headers are enough
    bare           its own target without what a query tells of the lead; stated where `sign_in` or `second` is
    certificate    who we are in TLS
    second         where the request goes, with the same query, if not a byte of it could leave for its own target
    connect_ms, first_byte_ms, whole_ms  how long its phases may take; 0: as long as there is time
    gzip           its body is compressed
    """

    sign_in: Digest | OAuth2 | None = None
    bare: Target | None = None
    certificate: Certificate | None = None
    second: Target | None = None
    connect_ms: int = 0
    first_byte_ms: int = 0
    whole_ms: int = 0
    gzip: bool = False


class Http(msgspec.Struct, frozen=True):
    """One HTTP request to send. `body` is complete; `Host` and `Content-Length` are added by the sender.

    more      headers of this request alone: those in `headers` are remembered, for many requests share them
    way       how it goes out, where there is more to it than to send it
    has_lead  it may tell something of the lead: then it is the last of its conversation
    hidden    words that are not kept of it and of its answer, beside the delivery's secrets
    """

    target: Target
    method: str = "POST"
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    more: tuple[Header, ...] = ()
    way: Way | None = None
    has_lead: bool = True
    hidden: tuple[str, ...] = ()


class Mail(msgspec.Struct, frozen=True):
    """One message to hand to a mail server. Its `Response` has the server's last code as status and words as body.

    target     scheme `smtp`, host and port; security: TLS from the first byte, after STARTTLS, or none
    user, password  to sign in; none where both are empty
    sender, to the envelope; body: the whole message with its headers (RFC 5322), lines ended by CR LF
    """

    target: Target
    security: Literal["tls", "starttls", "none"]
    sender: str
    to: tuple[str, ...]
    body: bytes
    user: str = ""
    password: str = ""

    method: ClassVar[str] = "MAIL"
    hidden: ClassVar[tuple[str, ...]] = ()
    has_lead: ClassVar[bool] = True
    way: ClassVar[None] = None

    @property
    def headers(self) -> tuple[Header, ...]:
        """The envelope, as it is kept."""
        return (("mail-from", self.sender), *(("rcpt-to", address) for address in self.to))


class File(msgspec.Struct, frozen=True):
    """One file to lay down on a server by SFTP: whole, under a name for the meantime, then renamed.

    target    scheme `sftp`, host and port; its path is the folder
    host_key  how the server is known: `SHA256:…`, or the public key itself
    key       our private key in OpenSSH's or PEM's form; password: where there is none
    """

    target: Target
    name: str
    body: bytes
    host_key: str
    user: str
    password: str = ""
    key: str = ""

    method: ClassVar[str] = "PUT"
    hidden: ClassVar[tuple[str, ...]] = ()
    has_lead: ClassVar[bool] = True
    way: ClassVar[None] = None

    @property
    def headers(self) -> tuple[Header, ...]:
        """The name, as it is kept."""
        return (("name", self.name),)


Parcel = Mail | File


class Timings(msgspec.Struct, frozen=True, gc=False):
    """Milliseconds from the start of the exchange to the end of each phase; None where a phase did not happen."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    first_byte_ms: float | None = None
    total_ms: float = 0.0


class Response(msgspec.Struct, frozen=True):
    """A whole answer: status 200 to 599, header pairs with lower-case names, body without transfer coding.

    `second`: the request went to its second address, for not a byte could leave for the first.
    """

    status: int
    headers: tuple[Header, ...]
    body: bytes
    timings: Timings = Timings()
    second: bool = False


class Failure(msgspec.Struct, frozen=True):
    """No whole answer. `sent` is the point of it.

    `sent=False`: not one byte of the request left, so another buyer may be tried.
    `sent=True`: the other side may have read it; a post that failed so is *uncertain*.
    `reason` is one of the exchange's reason codes (`core/reasons`): `unreachable`, `timed_out`, `cut_off`,
    `too_large`, `not_http`, `address_refused`, `bad_request`, `no_token`. `second` as in `Response`.
    """

    reason: str
    sent: bool
    phase: Phase
    detail: str = ""
    timings: Timings = Timings()
    second: bool = False


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
