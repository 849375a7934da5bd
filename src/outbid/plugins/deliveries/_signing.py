"""Signing in, compiled: headers and parameters with their secrets, signatures, and what is left to the door outward."""

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote_plus

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Binding, PingReply, PostReply
from outbid.core.dialect.certificate import unfit_pair
from outbid.core.dialect.reference import Words, filled, names_in, reference, references
from outbid.core.dialect.sandbox import is_sandbox
from outbid.core.dialect.secrets import LEAST_ECHO_BYTES, MARK, Secrets, words_of
from outbid.core.dialect.wire import Certificate, Digest, Header, Http, OAuth2, Response, Target, Way
from outbid.core.market.problem import SettingFault, checking
from outbid.plugins.deliveries._auth import (
    Auth,
    Basic,
    Bearer,
    Client,
    ClientCertificate,
    DigestAuth,
    Hmac,
    Key,
    Timeouts,
)
from outbid.plugins.deliveries._secrets import target_of
from outbid.plugins.deliveries._written import check_headers

Sign = Callable[[bytes, int], tuple[Header, ...]]
"""(body, UTC milliseconds) → the headers that sign it."""
Reply = TypeVar("Reply", PingReply, PostReply)
_UNAUTHORISED = 401
_SHOWN = 200
"""Bytes of a refusal that are kept."""
_FILLED = frozenset(("user", "password", "token", "value", "secret", "client_id", "client_secret"))


class Signing(msgspec.Struct, frozen=True):
    """A way to sign in, compiled.

    headers    for every request, as the market has them: their references are filled in with the delivery's own
    ready      for every request, with secrets in them that cannot be told apart any more
    parameter  for the query of every address, as the market has it
    sign       makes headers from each body
    sign_in    what the door outward does
    names      the secrets that it refers to
    words      further spellings of them, each with the reference that is kept instead
    """

    headers: dict[str, str] = {}
    ready: tuple[Header, ...] = ()
    parameter: str = ""
    sign: Sign | None = None
    sign_in: Digest | OAuth2 | None = None
    names: tuple[str, ...] = ()
    words: tuple[tuple[bytes, bytes], ...] = ()

    def at(self, url: str) -> str:
        """An address with the parameter in its query."""
        if not self.parameter or is_sandbox(url):
            return url
        front, mark, fragment = url.partition("#")
        return f"{front}{'&' if '?' in front else '?'}{self.parameter}{mark}{fragment}"

    def hidden(self, secrets: Secrets, words: Words) -> Secrets:
        """The secrets of a delivery with those of its signing in."""
        spelt = dict(words_of((name for name in self.names if name in words), words)) | dict(self.words)
        if not spelt:
            return secrets
        longest_first = sorted((dict(secrets.words) | spelt).items(), key=lambda pair: -len(pair[0]))
        pairs = dict.fromkeys((*secrets.pairs, *spelt.items()))
        return replace(secrets, words=tuple(longest_first), pairs=tuple(pairs))


NOTHING = Signing()


def signing_of(auth: Auth | None, binding: Binding, certificate: Certificate | None) -> Signing:
    """A way to sign in, compiled. Raises SettingFault."""
    if auth is None:
        return NOTHING
    plain = msgspec.to_builtins(auth)
    for path, _ in references({key: value for key, value in plain.items() if key not in _FILLED}):
        raise SettingFault(str(path[0]), "this cannot refer to a secret")
    names = tuple(dict.fromkeys(name for _, name in references(plain)))
    made = _COMPILED[type(auth)](auth, binding, certificate)
    check_headers((*made.headers.items(), *((name, "") for name, _ in made.ready)))
    return replace(made, names=names)


def certificate_of(stated: ClientCertificate | None, binding: Binding) -> Certificate | None:
    """A certificate with its key. Raises SettingFault for a pair that is none, where that is to be told."""
    if stated is None:
        return None
    key = filled(stated.key, binding.secrets)
    made = Certificate(stated.certificate, key)
    if binding.strict and key not in (stated.key, MARK) and (fault := unfit_pair(made)):
        raise SettingFault("key", fault)
    return made


def way_of(
    bare: Target | None,
    second: Target | None,
    signing: Signing,
    certificate: Certificate | None,
    timeouts: Timeouts | None,
    *,
    packed: bool,
) -> Way | None:
    """How requests go out; None where they are just sent. Without `bare` each is its own bare address."""
    if bare is not None and is_sandbox_target(bare):
        return None
    times = timeouts or Timeouts()
    way = Way(
        signing.sign_in,
        bare if signing.sign_in is not None or second is not None else None,
        certificate,
        second,
        times.connect_ms or 0,
        times.first_byte_ms or 0,
        times.whole_ms or 0,
        packed,
    )
    return None if way == Way() else way


def is_sandbox_target(target: Target) -> bool:
    """Is it answered in process?"""
    return target.scheme == "sandbox"


def check_apart(headers: Iterable[str], signing: Signing) -> None:
    """No header is both the delivery's own and that of signing in. Raises SettingFault."""
    taken = {name.lower() for name in (*signing.headers, *(name for name, _ in signing.ready))}
    taken |= {"authorization"} if signing.sign_in is not None else set()
    for name in headers:
        if name.lower() in taken:
            raise SettingFault("auth", f"the header {name!r} stands in headers as well: leave it to one of them")


# -- each way --------------------------------------------------------------------------------------------------------


def _basic(auth: Basic, binding: Binding, _: Certificate | None) -> Signing:
    name = names_in(auth.password)[0]
    coded = _base64(f"{filled(auth.user, binding.secrets)}:{filled(auth.password, binding.secrets)}")
    return Signing(ready=(("Authorization", f"Basic {coded}"),), words=_coded(coded, name))


def _bearer(auth: Bearer, _: Binding, __: Certificate | None) -> Signing:
    return Signing({"Authorization": f"Bearer {auth.token}"})


def _key(auth: Key, _: Binding, __: Certificate | None) -> Signing:
    if auth.place == "query":
        return Signing(parameter=f"{quote_plus(auth.name)}={auth.value}")
    with checking("name"):
        check_headers(((auth.name, ""),))
    return Signing({auth.name: auth.value})


def _hmac(auth: Hmac, binding: Binding, _: Certificate | None) -> Signing:
    key, stamped = filled(auth.secret, binding.secrets).encode(), auth.signed == "timestamp.body"
    for setting in ("header", "timestamp_header"):
        with checking(setting):
            check_headers(((getattr(auth, setting), auth.prefix),))
    if stamped and auth.header.lower() == auth.timestamp_header.lower():
        raise SettingFault("timestamp_header", "signature and seconds stand in headers of their own")

    def sign(body: bytes, now_ms: int) -> tuple[Header, ...]:
        seconds = str(now_ms // 1000)
        made = hmac.digest(key, f"{seconds}.".encode() + body if stamped else body, auth.algorithm)
        written = made.hex() if auth.encoding == "hex" else b64encode(made).decode()
        signature = (auth.header, auth.prefix + written)
        return (signature, (auth.timestamp_header, seconds)) if stamped else (signature,)

    return Signing(sign=sign)


def _digest(auth: DigestAuth, binding: Binding, _: Certificate | None) -> Signing:
    return Signing(sign_in=Digest(filled(auth.user, binding.secrets), filled(auth.password, binding.secrets)))


def _client(auth: Client, binding: Binding, certificate: Certificate | None) -> Signing:
    words = binding.secrets
    with checking("token_url"):
        if is_sandbox(auth.token_url):
            raise ValueError("a token is fetched by https; a sandbox asks for none")
        target = target_of(auth.token_url, binding.exceptions, words)
    client, secret = filled(auth.client_id, words), filled(auth.client_secret, words)
    form = {"grant_type": "client_credentials", "scope": auth.scope, "audience": auth.audience}
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    spelt: tuple[tuple[bytes, bytes], ...] = ()
    if auth.credentials == "body":
        form |= {"client_id": client, "client_secret": secret}
    else:
        coded = _base64(f"{quote_plus(client)}:{quote_plus(secret)}")
        headers.append(("Authorization", f"Basic {coded}"))
        spelt = _coded(coded, names_in(auth.client_secret)[0])
    body = "&".join(f"{key}={quote_plus(text)}" for key, text in form.items() if text).encode()
    way = None if certificate is None else Way(certificate=certificate)
    request = Http(target, "POST", tuple(headers), body, way=way, has_lead=False)
    return Signing(sign_in=OAuth2(request), words=spelt)


_COMPILED: dict[type, Callable[[Any, Binding, Certificate | None], Signing]] = {
    Basic: _basic,
    Bearer: _bearer,
    Key: _key,
    Hmac: _hmac,
    DigestAuth: _digest,
    Client: _client,
}


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _coded(coded: str, name: str) -> tuple[tuple[bytes, bytes], ...]:
    """A secret that went into Base64 with something else, as it may be repeated in answers."""
    return ((coded.encode(), reference(name).encode()),) if len(coded) >= LEAST_ECHO_BYTES else ()


def signed_in(auth: Auth | None, read: Callable[[Response], Reply], made: type[Reply]) -> Callable[[Response], Reply]:
    """Reads answers to requests that sign in: a 401 says that we are not let in, whatever stands in its body."""
    if auth is None:
        return read

    def read_signed_in(answer: Response) -> Reply:
        if answer.status != _UNAUTHORISED:
            return read(answer)
        return made("error", reason="http_error", said=answer.body[:_SHOWN].decode("utf-8", "replace"))

    return read_signed_in
