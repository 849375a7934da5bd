"""What an intake hears in a request of its source, and what its source is told: the values of the intakes' contract."""

from typing import Literal

import msgspec

from outbid.core.contract import Arrival
from outbid.core.lead.value import Scalar


class Inbound(msgspec.Struct, frozen=True):
    """A request to a source's own address.

    rest     what of the path follows the source's name, without slashes at the ends
    query    as it came; headers: names in lower case
    """

    method: str
    rest: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """A header by its lower-case name; empty if it is not there."""
        return next((value for known, value in self.headers if known == name), "")


class Lead(msgspec.Struct, frozen=True):
    """One lead, or what is asked before it, as a seller's own tongue tells it.

    asks  it is a ping; test: it is never sold
    once  what tells this lead, for as long as it is remembered, when it comes again; empty: the request does
    """

    arrival: Arrival
    asks: bool = False
    test: bool = False
    once: str = ""


class Fetch(msgspec.Struct, frozen=True):
    """One lead of which only ids came: the rest is fetched. `once` as in `Lead`."""

    ids: dict[str, str]
    once: str


class Deletion(msgspec.Struct, frozen=True):
    """Somebody wants to be forgotten: a phone and an e-mail as they came, if they did, and the sender's own id."""

    phone: str = ""
    email: str = ""
    reference: str = ""


class Reply(msgspec.Struct, frozen=True):
    """An answer as it goes out, such as to a challenge."""

    status: int
    content_type: str
    body: bytes


class Heard(msgspec.Struct, frozen=True):
    """What a request to a source's own address brings. `key`: the source's as it came; None: it proved itself."""

    things: tuple[Lead | Fetch | Deletion | Reply, ...]
    key: str | None = ""


ToldAs = Literal[
    "sold", "unsold", "duplicate", "refused", "pending", "quoted", "no_quote", "denied", "broken", "busy", "several"
]


class Told(msgspec.Struct, frozen=True):
    """What a seller is told, before it is written: an outcome, the status of our own answer, and terms by name.

    asked  it answers a ping, as far as that is known
    """

    outcome: ToldAs
    status: int
    terms: dict[str, Scalar]
    asked: bool = False
