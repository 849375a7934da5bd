"""A call that comes before the post and fetches what the buyer wants to see in it. It tells nothing of the person."""

import re
from collections.abc import Callable, Generator, Mapping
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Ask, Binding, PostReply
from outbid.core.dialect.mapping import FIRST, FLAT, Entry, Grammar, compile_mapping
from outbid.core.dialect.reply import compile_place, said_as, seen_of
from outbid.core.dialect.sandbox import is_sandbox
from outbid.core.dialect.wire import Answer, Failure, Header, Http, Response, Target, Way
from outbid.core.market.problem import SettingFault, checking
from outbid.plugins.deliveries._secrets import fill_terms, target_of
from outbid.plugins.deliveries._signing import Sign, Signing
from outbid.plugins.deliveries._written import check_headers, form_writer

MOST_CHARACTERS = 4_000
"""Of a value that the answer gives."""
FAILED = "first_failed"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HOLE = re.compile(r"\{([^{}]*)\}")


class First(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call before the post, with the headers and the signing in of pings and posts."""

    url: Annotated[str, said_as("where it goes")]
    method: Annotated[Literal["POST", "GET"], said_as("GET writes the fields into the query")] = "POST"
    fields: Annotated[
        dict[str, str | Entry],
        said_as("from the buyer's keys to our terms; personal fields may not stand here, for only the post tells them"),
    ] = {}
    reply: Annotated[
        dict[str, str],
        said_as("from names of ours to where each stands in the answer; `token` is then `@first.token` in `post`"),
    ]
    post_headers: Annotated[
        dict[str, str],
        said_as("headers of the post, with the values in them: `Authorization: Bearer {token}`"),
    ] = {}

    def __post_init__(self) -> None:
        """Something is fetched, and headers name no other thing."""
        if not self.reply:
            raise SettingFault("reply", "name what is taken from the answer, such as token: access_token")
        for name in self.reply:
            if not _NAME.fullmatch(name):
                raise SettingFault("reply", f"{name!r} is no name: write lower-case letters, digits and _", name)
        for header, text in self.post_headers.items():
            for name in _HOLE.findall(text):
                if name not in self.reply:
                    raise SettingFault("post_headers", f"the reply gives no {name!r}", header)


class Manner(Protocol):
    """How a delivery writes a body."""

    @property
    def content_type(self) -> str:
        """Of a body."""

    @property
    def write(self) -> Callable[[Any], bytes]:
        """From keys and values to the body, or to the query."""

    @property
    def grammar(self) -> Grammar:
        """What its keys may say."""


class Call(msgspec.Struct, frozen=True):
    """A first call compiled: how it is asked, and which headers follow from its answer. `reads`: the facts it tells."""

    request: Callable[[Ask], Http]
    read: Callable[[Response], dict[str, str] | None]
    post_headers: tuple[Header, ...]
    reads: tuple[str, ...]

    def ask(self, ask: Ask) -> Generator[Http, Answer, dict[str, str] | PostReply]:
        """The values of the answer by name; or that the lead is not posted."""
        answer = yield self.request(ask)
        found = None if isinstance(answer, Failure) else self.read(answer)
        return PostReply("error", reason=FAILED, reached=False) if found is None else found

    def headers(self, given: Mapping[str, str]) -> tuple[Header, ...]:
        """The headers of the post with the values in them."""
        return tuple((name, _HOLE.sub(lambda hole: given[hole[1]], text)) for name, text in self.post_headers)


def with_first(first: First | None, binding: Binding) -> Binding:
    """What the mapping of a post may name, with what a first call gives."""
    if first is None:
        return binding
    return replace(binding, known={**binding.known, **{f"{FIRST}{name}": False for name in first.reply}})


def call_of(
    first: First,
    binding: Binding,
    manner: Manner,
    lines: tuple[Header, ...],
    way: Callable[[Target], Way | None],
    signing: Signing,
) -> Call:
    """A first call compiled. Raises ValueError."""
    with checking("fields"):
        grammar, write = (FLAT, form_writer()) if first.method == "GET" else (manner.grammar, manner.write)
        mapped = compile_mapping(fill_terms(first.fields, binding.secrets), binding, grammar)
        reads = tuple(
            dict.fromkeys((*mapped.reads, *(name for sometimes in mapped.sometimes for name in sometimes.names)))
        )
        for name in reads:
            if name not in binding.facts:
                raise ValueError(f"{name!r} is personal: only the post may tell it")
    with checking("url"):
        if is_sandbox(first.url):
            raise ValueError("a sandbox has nothing to fetch")
        to = target_of(signing.at(first.url), binding.exceptions, binding.secrets)
    with checking("post_headers"):
        check_headers(first.post_headers.items())
        for name in first.post_headers:
            if name.lower() in {line[0].lower() for line in lines}:
                raise ValueError(f"the header {name!r} stands in headers as well, or signs in")
    request = _request(first.method, to, _headers(first.method, manner, lines), way(to), signing.sign)
    return Call(
        lambda ask: request(ask, write(mapped.build(ask)) if first.fields else b""),
        _reader(first.reply),
        tuple(first.post_headers.items()),
        reads,
    )


def _headers(method: str, manner: Manner, lines: tuple[Header, ...]) -> tuple[Header, ...]:
    own = tuple(line for line in lines if line[0] != "Content-Type")
    return own if method == "GET" else (("Content-Type", manner.content_type), *own)


def _request(
    method: str, to: Target, headers: tuple[Header, ...], way: Way | None, sign: Sign | None
) -> Callable[[Ask, bytes], Http]:
    def request(ask: Ask, body: bytes) -> Http:
        target = to
        if method == "GET" and body:
            target = replace(to, path=f"{to.path}{'&' if '?' in to.path else '?'}{body.decode('ascii')}")
            body = b""
        more = () if sign is None else sign(body, ask.now_ms)
        return Http(target, method, headers, body, more, way, has_lead=False)

    return request


def _reader(reply: Mapping[str, str]) -> Callable[[Response], dict[str, str] | None]:
    """From an answer to its values; None if it is no success or one of them is missing."""
    looks = {}
    for name, text in reply.items():
        with checking("reply"), checking(name):
            looks[name] = compile_place(text).look

    def read(answer: Response) -> dict[str, str] | None:
        if not 200 <= answer.status < 300:
            return None
        seen = seen_of(answer)
        found = {name: _text(look(seen)) for name, look in looks.items()}
        return found if all(found.values()) else None

    return read


def _text(value: Any) -> str:
    """A value as it is told in the post; empty where it is none."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    return text if len(text) <= MOST_CHARACTERS else ""
