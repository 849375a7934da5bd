"""How a delivery signs in to its buyer: the settings of each way. Every secret is a reference to one."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.dialect.certificate import unfit_chain
from outbid.core.dialect.reference import names_in, reference, refers
from outbid.core.dialect.reply import said_as
from outbid.core.market.problem import SettingFault

Secret = Annotated[str, said_as("a reference to a secret: `{secret:NAME}`")]


class _Way(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """One way to sign in."""


class Basic(_Way, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="basic"):
    """A user and a password in every request (RFC 7617)."""

    user: Annotated[str, said_as("the user, or a reference to a secret")]
    password: Secret

    def __post_init__(self) -> None:
        """The password is no plain text, and a user's name ends at a colon."""
        _check_secret("password", self.password)
        if ":" in self.user and not refers(self.user):
            raise SettingFault("user", "the name of a user cannot hold a colon")


class Bearer(_Way, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="bearer"):
    """A token that does not change, in every request (RFC 6750)."""

    token: Secret

    def __post_init__(self) -> None:
        """The token is no plain text."""
        _check_secret("token", self.token)


class Key(_Way, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="key"):
    """A key in a header or in the query. In a body it is a fixed text of the mapping: `key: ={secret:NAME}`."""

    place: Annotated[Literal["header", "query"], said_as("where it stands")] = msgspec.field(
        default="header", name="in"
    )
    name: Annotated[str, said_as("the name of the header or of the query parameter")]
    value: Annotated[
        str, said_as("a reference to a secret; in a header with a word in front, such as `Token {secret:NAME}`")
    ]

    def __post_init__(self) -> None:
        """The key is no plain text, and its name is one."""
        if not self.name:
            raise SettingFault("name", "write the name of the header or of the query parameter")
        if self.place == "query":
            _check_secret("value", self.value)
        elif not all(names_in(self.value) or ("",)):
            raise SettingFault("value", "the value refers to a secret: {secret:NAME}")


class Hmac(_Way, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hmac"):
    """A signature of each body, made with a secret that the buyer knows too (RFC 2104)."""

    secret: Secret
    algorithm: Annotated[Literal["sha256", "sha512", "sha1"], said_as("the hash")] = "sha256"
    encoding: Annotated[Literal["hex", "base64"], said_as("how the signature is written")] = "hex"
    header: Annotated[str, said_as("carries the signature")] = "X-Signature"
    prefix: Annotated[str, said_as("stands in front of the signature, such as `sha256=`")] = ""
    signed: Annotated[
        Literal["body", "timestamp.body"],
        said_as("what is signed; `timestamp.body`: seconds since 1970, a point, and the body"),
    ] = "body"
    timestamp_header: Annotated[str, said_as("carries the seconds, where they are signed")] = "X-Timestamp"

    def __post_init__(self) -> None:
        """The secret is no plain text."""
        _check_secret("secret", self.secret)


class DigestAuth(_Way, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="digest"):
    """A user and a password that is never sent (RFC 7616). The server's challenge is fetched without the lead."""

    user: Annotated[str, said_as("the user, or a reference to a secret")]
    password: Secret

    def __post_init__(self) -> None:
        """The password is no plain text."""
        _check_secret("password", self.password)


class Client(_Way, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="oauth2"):
    """An OAuth 2.0 client with credentials of its own (RFC 6749, section 4.4): its token is kept and refreshed."""

    token_url: Annotated[
        str, said_as("where the token is fetched; a private address needs an exception like any other")
    ]
    client_id: Annotated[str, said_as("the client, or a reference to a secret")]
    client_secret: Secret
    scope: Annotated[str, said_as("what is asked for; empty: nothing is said of it")] = ""
    audience: Annotated[str, said_as("whom the token is for; empty: nothing is said of it")] = ""
    credentials: Annotated[
        Literal["header", "body"], said_as("how client and secret are sent: as basic header, or in the body")
    ] = "header"

    def __post_init__(self) -> None:
        """The secret is no plain text."""
        _check_secret("client_secret", self.client_secret)


Auth = Basic | Bearer | Key | Hmac | DigestAuth | Client


class ClientCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who we are in TLS (mTLS), whatever else signs in. It is shown to whoever asks for it, token servers too."""

    certificate: Annotated[str, said_as("PEM: our certificate, and behind it those that lead to its authority")]
    key: Annotated[str, said_as("a reference to the secret that holds its key as PEM: `{secret:NAME}`")]

    def __post_init__(self) -> None:
        """The certificate can be read, and the key is no plain text."""
        if refers(self.certificate):
            raise SettingFault("certificate", "a certificate is no secret: write it as it is")
        if fault := unfit_chain(self.certificate):
            raise SettingFault("certificate", fault)
        _check_secret("key", self.key)


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the phases of a request may take. The tier's deadline and `post_ms` bound the whole anyhow."""

    connect_ms: Annotated[
        Annotated[int, Meta(ge=10, le=60_000)] | None,
        said_as("names, connection and TLS; with a second address half of the time at most"),
    ] = None
    first_byte_ms: Annotated[
        Annotated[int, Meta(ge=10, le=300_000)] | None, said_as("from the request to the first byte of the answer")
    ] = None
    whole_ms: Annotated[
        Annotated[int, Meta(ge=10, le=300_000)] | None, said_as("the whole, with signing in and the second address")
    ] = None

    def __post_init__(self) -> None:
        """No phase may take longer than the whole."""
        for name in ("connect_ms", "first_byte_ms"):
            if (getattr(self, name) or 0) > (self.whole_ms or 300_000):
                raise SettingFault(name, f"{name} is more than whole_ms, which ends every phase")


def _check_secret(setting: str, text: str) -> None:
    names = names_in(text)
    if len(names) != 1 or text != reference(names[0]):
        raise SettingFault(setting, f"{setting} is a reference to a secret and nothing else: {{secret:NAME}}")
