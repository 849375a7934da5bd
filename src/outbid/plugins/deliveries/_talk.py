"""Pings and posts over HTTP that differ only in how a body is written and an answer is read."""

from collections.abc import Callable, Generator
from collections.abc import Mapping as Words
from typing import Annotated, Any, Literal

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Again, Ask, Binding, PingReply, PostReply, Reads
from outbid.core.dialect.mapping import JSON, Grammar, Mapping, Table, compile_mapping
from outbid.core.dialect.reply import Rule, Sight, bid_reader, post_reader, said_as, sight_of
from outbid.core.dialect.sandbox import is_sandbox
from outbid.core.dialect.secrets import Secrets
from outbid.core.dialect.wire import (
    Answer,
    Certificate,
    Failure,
    Header,
    Http,
    Response,
    Target,
    Way,
)
from outbid.core.market.problem import checking
from outbid.plugins.deliveries._auth import Auth, ClientCertificate, Timeouts
from outbid.plugins.deliveries._first import Call, First, call_of, with_first
from outbid.plugins.deliveries._secrets import check_references, fill_headers, fill_terms, secrets_of, target_of
from outbid.plugins.deliveries._signing import (
    Sign,
    Signing,
    certificate_of,
    check_apart,
    is_sandbox_target,
    signed_in,
    signing_of,
    way_of,
)
from outbid.plugins.deliveries._status import Inquiry, Status, inquiry_of
from outbid.plugins.deliveries._tables import Keys, Said, tables_of
from outbid.plugins.deliveries._tried import Tried
from outbid.plugins.deliveries._written import check_headers

_REFERRING = (
    "ping_url",
    "post_url",
    "second_ping_url",
    "second_post_url",
    "headers",
    "ping",
    "post",
    "status",
    "auth",
    "certificate",
    "first",
    "secret",
)
"""The settings in which references to secrets are filled in."""

_encode = msgspec.json.Encoder().encode


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every HTTP interface of a buyer needs to know, however a request is written."""

    ping_url: Annotated[
        str | None,
        said_as(
            "where pings go; an offer with a fixed price needs none; `sandbox:accept?bid=25` is answered in process"
        ),
    ] = None
    post_url: Annotated[
        str,
        said_as(
            "where the whole lead goes. Without a buyer's server, write `sandbox:accept`: it is answered in process,"
            " as if he bought"
        ),
    ]
    second_ping_url: Annotated[
        str | None,
        said_as("where a ping goes if not a byte of it could leave for `ping_url`: no name, connection or TLS"),
    ] = None
    second_post_url: Annotated[
        str | None, said_as("where a post goes if not a byte of it could leave for `post_url`")
    ] = None
    auth: Annotated[Auth | None, said_as("how we sign in: [its settings](sign_in.md); absent: not at all")] = None
    certificate: Annotated[
        ClientCertificate | None, said_as("who we are in TLS (mTLS), beside `auth`; absent: we show nothing")
    ] = None
    first: Annotated[
        First | None, said_as("a call before each post, whose answer gives `@first.NAME`; absent: there is none")
    ] = None
    timeouts: Annotated[Timeouts | None, said_as("how long the phases of a request may take; absent: as they need")] = (
        None
    )
    gzip: Annotated[bool, said_as("bodies are compressed; the buyer's server must be ready for that")] = False
    headers: Annotated[
        dict[str, str], said_as("headers of the buyer's own, in pings and posts; `{secret:NAME}` stands for a secret")
    ] = {}
    key_header: Annotated[str, said_as("carries the sale's id, the same whenever a post is asked again")] = (
        "Idempotency-Key"
    )
    repeatable: Annotated[
        bool, said_as("the buyer promises that a post with a known key is answered, not bought a second time")
    ] = False
    status: Annotated[
        Status | None, said_as("how the buyer is asked what became of a post without a clear answer; absent: he is not")
    ] = None
    secrets: Annotated[
        tuple[str, ...],
        said_as(
            "headers, query parameters and keys with a fixed text that are never kept in traffic, beside those that are"
            " called key, token, password, secret or the like"
        ),
    ] = ()
    ping_reply: Annotated[Rule, said_as("how a ping's answer is read")] = Rule()
    post_reply: Annotated[Rule, said_as("how a post's answer is read")] = Rule()


class Interface(Endpoint, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An interface to which keys and values are told."""

    ping: Annotated[
        Keys | None,
        said_as("from the buyer's keys to our terms; absent: the ping fields, `birth_date.age` as `birth_date_age`"),
    ] = None
    post: Annotated[
        Keys | None,
        said_as("from the buyer's keys to our terms; absent: every field, with `ref`, `token` and `price` beside them"),
    ] = None
    others: Annotated[
        bool,
        said_as(
            "fields that no term of `ping` or `post` reads go under their own names: in a ping the ping fields, in a "
            "post all"
        ),
    ] = False


class Manner(msgspec.Struct, frozen=True):
    """How a body is written.

    name          different for all manners that write one table differently: buyers who share both share a body
    content_type  of a body; a query has none
    method        GET puts what is written into the query of the address
    write         from the mapped keys and values to the body, or to the query
    grammar       what its keys may say
    """

    name: bytes
    content_type: str
    method: Literal["POST", "GET"]
    write: Callable[[Any], bytes]
    grammar: Grammar = JSON


class Beyond(msgspec.Struct, frozen=True):
    """What there is to requests beyond their bytes."""

    ping: Way | None
    post: Way | None
    sign: Sign | None


class Bound(msgspec.Struct, frozen=True):
    """Settings compiled once: where to, what to say, how to read. `beyond` is None for most."""

    ping_to: Target | None
    post_to: Target
    method: Literal["POST", "GET"]
    headers: tuple[Header, ...]
    ping_body: Callable[[Ask], Any]
    ping_shared: bytes | None
    post_body: Callable[[Ask], Any]
    write: Callable[[Any], bytes]
    read_bid: Callable[[Response], PingReply]
    read_post: Callable[[Response], PostReply]
    key_header: str
    repeatable: bool
    reads: Reads
    secrets: Secrets
    inquiry: Inquiry | None
    tried: Tried
    beyond: Beyond | None = None
    first: Call | None = None


def bind_interface(settings: Interface, binding: Binding, manner: Manner) -> Bound:
    """Compile the settings. Raises ValueError."""
    of_post = with_first(settings.first, binding)
    said = Said(settings.ping, settings.post, others=settings.others)
    return bind_endpoint(settings, binding, manner, *tables_of(said, binding, of_post, manner.grammar))


def bind_endpoint(settings: Endpoint, binding: Binding, manner: Manner, ping: Table, post: Table) -> Bound:
    """Compile settings of which these are the tables. Raises ValueError."""
    words = binding.secrets
    check_references(settings, _REFERRING)
    with checking("certificate"):
        certificate = certificate_of(settings.certificate, binding)
    with checking("auth"):
        signing = signing_of(settings.auth, binding, certificate)
        if signing.sign is not None and manner.method == "GET":
            raise ValueError("a GET has no body that could be signed")
    mapped_ping = compile_mapping(fill_terms(ping, words), binding, manner.grammar)
    mapped_post = compile_mapping(fill_terms(post, words), with_first(settings.first, binding), manner.grammar)
    headers = fill_headers(settings.headers, words)
    check_headers((*headers.items(), (settings.key_header, "")))
    check_apart((*headers, settings.key_header), signing)
    headers |= fill_headers(signing.headers, words) | dict(signing.ready)
    content = () if manner.method == "GET" else (("Content-Type", manner.content_type),)
    lines = (*content, *headers.items())
    to = _Reach(settings, binding, signing, certificate)
    beyond = Beyond(to.ping_way, to.post_way, signing.sign)
    first = None
    if settings.first is not None:
        with checking("first"):
            first = call_of(settings.first, binding, manner, lines, to.way, signing)
    return Bound(
        to.ping,
        to.post,
        manner.method,
        lines,
        mapped_ping.build,
        None if mapped_ping.to_buyer else manner.name + _encode(ping),
        mapped_post.build,
        manner.write,
        signed_in(settings.auth, _read(bid_reader, "ping_reply", settings.ping_reply), PingReply),
        signed_in(settings.auth, _read(post_reader, "post_reply", settings.post_reply), PostReply),
        settings.key_header,
        settings.repeatable,
        _reads(settings, mapped_ping, mapped_post, () if first is None else first.reads),
        _secrets(settings, signing, (ping, post), manner, words),
        None if settings.status is None else inquiry_of(settings.status, headers.items(), binding, signing, to.way()),
        Tried(mapped_ping.lines, mapped_post.lines, settings.ping_reply, settings.post_reply),
        None if beyond == Beyond(None, None, None) else beyond,
        first,
    )


class _Reach:
    """Where pings and posts go, and in which way. Raises ValueError."""

    def __init__(self, settings: Endpoint, binding: Binding, signing: Signing, certificate: Certificate | None) -> None:
        self._settings, self._binding = settings, binding
        self._signing, self._certificate = signing, certificate
        self.ping = self._target("ping_url", pinged=True)
        post = self._target("post_url")
        assert post is not None
        self.post = post
        second_ping = self._second("second_ping_url", self.ping)
        self.ping_way = None if self.ping is None else self.way(self.ping, second_ping)
        self.post_way = self.way(self.post, self._second("second_post_url", self.post))

    def way(self, bare: Target | None = None, second: Target | None = None) -> Way | None:
        """The way of requests; without an address that of those whose address differs from lead to lead."""
        settings = self._settings
        return way_of(bare, second, self._signing, self._certificate, settings.timeouts, packed=settings.gzip)

    def _target(self, setting: str, *, pinged: bool = False) -> Target | None:
        url = getattr(self._settings, setting)
        if url is None:
            return None
        return target_of(self._signing.at(url), self._binding.exceptions, self._binding.secrets, pinged=pinged)

    def _second(self, setting: str, first: Target | None) -> Target | None:
        with checking(setting):
            second = self._target(setting)
            if second is not None and (first is None or is_sandbox_target(first) or is_sandbox_target(second)):
                raise ValueError("a second address stands beside a first one, and neither is a sandbox")
            return second


def _secrets(
    settings: Endpoint, signing: Signing, tables: tuple[Table, Table], manner: Manner, words: Words[str, str]
) -> Secrets:
    """What must not be kept of pings, posts and the calls that go with them."""
    urls = [settings.ping_url, settings.post_url, settings.second_ping_url, settings.second_post_url]
    urls += [] if settings.status is None else [settings.status.url]
    first = settings.first
    urls += [] if first is None else [first.url]
    found = secrets_of(
        settings.secrets,
        [None if url is None else signing.at(url) for url in urls],
        settings.headers | signing.headers,
        tables if first is None else (*tables, first.fields),
        manner.write,
        words,
    )
    return signing.hidden(found, words)


def _read(reader: Callable[[Sight], Any], name: str, rule: Rule) -> Any:
    try:
        return reader(sight_of(rule))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _reads(settings: Endpoint, ping: Mapping, post: Mapping, first: tuple[str, ...]) -> Reads:
    """What is told of a lead; a sandbox is nobody who could be told anything."""
    pinged = settings.ping_url is not None and not is_sandbox(settings.ping_url)
    posted = not is_sandbox(settings.post_url)
    return Reads(
        ping.reads if pinged else (),
        tuple(dict.fromkeys((*first, *post.reads))) if posted else (),
        ping.sometimes if pinged else (),
        post.sometimes if posted else (),
    )


def pings(bound: Bound) -> bool:
    """Can this delivery ask for a bid?"""
    return bound.ping_to is not None


def repeatable(bound: Bound) -> bool:
    """May a post be asked again with the same key?"""
    return bound.repeatable


def reads(bound: Bound) -> Reads:
    """The fields and facts that pings and posts hold."""
    return bound.reads


def secrets(bound: Bound) -> Secrets:
    """What must not be kept of pings and posts."""
    return bound.secrets


def ping(ask: Ask, bound: Bound) -> Generator[Http, Answer, PingReply]:
    """Ask for a bid."""
    assert bound.ping_to is not None
    http = _request(bound.ping_to, bound, bound.headers, _ping_body(ask, bound))
    if bound.beyond is not None:
        http = _beyond(ask, http, bound.beyond.ping, bound.beyond.sign)
    answer = yield http
    if isinstance(answer, Failure):
        return PingReply("error", reason=answer.reason)
    return bound.read_bid(answer)


def _ping_body(ask: Ask, bound: Bound) -> bytes:
    """The body of a ping; buyers with the same table share it, unless it speaks of the buyer."""
    if bound.ping_shared is None:
        return bound.write(bound.ping_body(ask))
    body = ask.shared.get(bound.ping_shared)
    if body is None:
        body = ask.shared[bound.ping_shared] = bound.write(bound.ping_body(ask))
    return body


def post(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Send the whole lead. What may have been read but was not clearly answered is uncertain."""
    given: dict[str, str] = {}
    if bound.first is not None:
        found = yield from bound.first.ask(ask)
        if isinstance(found, PostReply):
            return found
        ask, given = replace(ask, first=found), found
    headers = (*bound.headers, (bound.key_header, ask.sale))
    http = _request(bound.post_to, bound, headers, bound.write(bound.post_body(ask)))
    if bound.first is not None:
        http = replace(http, more=bound.first.headers(given), hidden=tuple(given.values()))
    if bound.beyond is not None:
        http = _beyond(ask, http, bound.beyond.post, bound.beyond.sign)
    answer = yield http
    if isinstance(answer, Failure):
        return PostReply("uncertain" if answer.sent else "error", reason=answer.reason, reached=answer.sent)
    return bound.read_post(answer)


def again(bound: Bound) -> Again | None:
    """When the buyer is asked how a post ended."""
    return None if bound.inquiry is None else bound.inquiry.again


def ask_again(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Ask how a post ended. Only a clear word counts; the buyer is told nothing but names for sale and lead."""
    assert bound.inquiry is not None
    answer = yield bound.inquiry.request(ask)
    if isinstance(answer, Failure):
        return PostReply("uncertain", reason=answer.reason)
    return bound.inquiry.read(answer)


def _beyond(ask: Ask, http: Http, way: Way | None, sign: Sign | None) -> Http:
    """A request with its signature, and the way that it goes."""
    more = http.more if sign is None else (*http.more, *sign(http.body, ask.now_ms))
    return replace(http, more=more, way=way)


def _request(to: Target, bound: Bound, headers: tuple[Header, ...], body: bytes) -> Http:
    if bound.method == "POST":
        return Http(to, "POST", headers, body)
    path = f"{to.path}{'&' if '?' in to.path else '?'}{body.decode('ascii')}" if body else to.path
    return Http(Target(to.scheme, to.host, to.port, path, to.exceptions), "GET", headers)
