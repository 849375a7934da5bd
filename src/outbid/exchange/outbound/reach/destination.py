"""Where connections of one pool go, checked and spelled for the wire."""

import re
from dataclasses import dataclass

from outbid.core.dialect.wire import DEFAULT_PORTS, Certificate, Target
from outbid.exchange.outbound.refused import Refused

_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")
_IPV6 = re.compile(r"[0-9A-Fa-f:.]{2,45}")


@dataclass(frozen=True, slots=True)
class Destination:
    """A host and port to connect to, and as whom.

    `excepted`: an owner allowed exactly this pair, whatever its address.
    """

    scheme: str
    host: str
    port: int
    excepted: bool
    certificate: Certificate | None = None

    def authority(self) -> str:
        """The value of the header Host: brackets around IPv6, the port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def destination_of(target: Target, certificate: Certificate | None = None) -> Destination:
    """Check scheme, host and port of a target. Raises Refused: `bad_request` or, for a port, `address_refused`."""
    if target.scheme not in DEFAULT_PORTS:
        raise Refused("bad_request", "the scheme must be http or https")
    host = _ascii_host(target.host)
    excepted = (target.host, target.port) in target.exceptions
    if not excepted and target.port not in DEFAULT_PORTS.values():
        raise Refused("address_refused", f"port {target.port} is neither 80 nor 443, and no exception allows it")
    return Destination(target.scheme, host, target.port, excepted, certificate)


def _ascii_host(host: str) -> str:
    try:
        encoded = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Refused("bad_request", f"the host cannot be written in ASCII: {error}") from None
    if not _NAME.fullmatch(encoded) and not (":" in encoded and _IPV6.fullmatch(encoded)):
        raise Refused("bad_request", "the host is no name and no address")
    return encoded
