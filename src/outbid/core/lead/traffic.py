"""What was said to buyers and enrichers about a lead and what they answered, word for word, packed into few bytes.

A round sends nearly the same to everybody: each head and body is kept once, and Zstandard does the rest. Until a lead
is written only references are held, to bytes that are there anyway.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

import msgspec
from zstandard import ZstdCompressor, ZstdDecompressor

from outbid.core.dialect.sandbox import PINGED
from outbid.core.dialect.sandbox import SCHEME as SANDBOX
from outbid.core.dialect.secrets import MARK, Secrets, hide_answered, with_words
from outbid.core.dialect.wire import Answer, File, Header, Http, Mail, Response, Target

MOST_BODY_BYTES = 16_384
"""Bytes of one body that are kept."""
MOST_BYTES = 1 << 20
"""Bytes of all bodies of one record together: what comes after is left out."""
LEVEL = -1
"""Of a lead with eleven requests, 900 bytes are left. Level 1 saves a tenth of them for 10 µs more (measured)."""
MOST_PLAIN_BYTES = 1 << 26
"""No record unpacks to more."""

Request = Http | Mail | File
Step = Literal["ping", "post", "inquire", "deliver", "enrich"]
MOST_OF_SUCCESS = 300
"""What comes before the lead fetches keys: of an answer with a status below this nothing is kept but the status."""
REMEMBERED = 1024
"""Heads of requests and of answers that need not be encoded again."""


class Talk(msgspec.Struct, frozen=True, gc=False):
    """Requests about a lead that went out side by side, with their answers, as they are held in flight.

    offers  whom each request went to: offers by their numbers, an enricher by its place; `sale` is empty but in posts
    """

    step: Step
    offers: Sequence[int]
    sale: str
    at_ms: int
    asked: Sequence[Request]
    answered: Sequence[Answer]


class Head(msgspec.Struct, frozen=True, array_like=True):
    """All of a request but its body."""

    method: str
    scheme: str
    host: str
    port: int
    path: str
    headers: tuple[Header, ...]

    @property
    def url(self) -> str:
        """Where it went."""
        if self.scheme == SANDBOX:
            return f"{SANDBOX}:{self.host.removesuffix(PINGED)}{self.path}"
        return f"{self.scheme}://{self.host}:{self.port}{self.path}"


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One call as it is packed. Heads and bodies are named by their place, 0 for none; a failure has status 0."""

    step: Step
    offer: int
    sale: str
    at_ms: int
    head: int
    body: int
    body_bytes: int
    status: int
    answer_head: int
    answered: int
    answered_bytes: int
    reason: str
    phase: str
    sent: bool
    detail: str
    ms: int
    connect_ms: int | None


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """A record: heads and bodies, each once, and the calls that name them by their place."""

    heads: list[bytes]
    bodies: list[bytes]
    rows: list[Row]


class Said(msgspec.Struct, frozen=True):
    """One call, unpacked. The row tells how many bytes the bodies had: more than there are here if they were cut."""

    row: Row
    head: Head
    body: bytes
    answer_headers: tuple[Header, ...]
    answered: bytes


_NONE = ("", "", True, "")
_compress = ZstdCompressor(level=LEVEL).compress
_decompress = ZstdDecompressor().decompress
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Packed).decode
_decode_head = msgspec.msgpack.Decoder(Head).decode
_decode_headers = msgspec.msgpack.Decoder(tuple[Header, ...]).decode


def pack(talks: list[Talk], secrets_of: Callable[[Step, int], Secrets]) -> bytes:
    """Talks as few bytes, without secrets. `secrets_of` gives those of whoever a request went to.

    A request of a faulty delivery that no wire could take is left out: it was not sent either.
    """
    heads: dict[bytes, int] = {b"": 0}
    bodies: dict[bytes, int] = {b"": 0}
    rows = []
    for talk in talks:
        for offer, http, answer in zip(talk.offers, talk.asked, talk.answered, strict=True):
            about = (talk.step, offer, talk.sale, talk.at_ms)
            try:
                rows.append(_row(about, http, answer, secrets_of(talk.step, offer), heads, bodies))
            except (TypeError, ValueError, AttributeError):
                continue
    return _compress(_encode((list(heads), _bounded(bodies), rows)))


def unpack(packed: bytes) -> list[Said]:
    """Every single request from what `pack` made. Raises ZstdError, msgspec.ValidationError if it is not that."""
    record = _decode(_decompress(packed, MOST_PLAIN_BYTES))
    return [_said(row, record.heads, record.bodies) for row in record.rows]


def _said(row: Row, heads: list[bytes], bodies: list[bytes]) -> Said:
    headers = _decode_headers(heads[row.answer_head]) if row.answer_head else ()
    return Said(row, _decode_head(heads[row.head]), bodies[row.body], headers, bodies[row.answered])


def _row(
    about: tuple[Step, int, str, int],
    http: Request,
    answer: Answer,
    secrets: Secrets,
    heads: dict[bytes, int],
    bodies: dict[bytes, int],
) -> tuple[object, ...]:
    """The members of a Row, which is not made: this is done for every request. Raises what `pack` catches."""
    if not isinstance(http.body, bytes):
        raise TypeError("a body is bytes")
    if http.hidden:
        secrets = with_words(secrets, http.hidden)
    sent = secrets.hide(http.body) if secrets.pairs else http.body
    # The address of a GET holds the lead: it is not remembered.
    encode_head = _head.__wrapped__ if http.method == "GET" or http.hidden else _head
    head = encode_head(http.method, http.target if not answer.second else _second(http), http.headers, secrets)
    if isinstance(answer, Response):
        status, answer_head, answered, failure = (
            answer.status,
            _answer_head(answer.headers),
            answer.body,
            _NONE,
        )
        if not http.has_lead and status < MOST_OF_SUCCESS:
            answer_head, answered = _encode(tuple((name, MARK) for name, _ in answer.headers)), MARK.encode()
        elif secrets.values or secrets.words:
            answer_head, answered = _head_without(secrets, answer.headers), secrets.hide_echo(answered)
    else:
        status, answer_head, answered = 0, b"", b""
        failure = (answer.reason, answer.phase, answer.sent, answer.detail)
    timings = answer.timings
    return (
        *about,
        heads.setdefault(head, len(heads)),
        bodies.setdefault(sent[:MOST_BODY_BYTES], len(bodies)),
        len(sent),
        status,
        heads.setdefault(answer_head, len(heads)),
        bodies.setdefault(answered[:MOST_BODY_BYTES], len(bodies)),
        len(answered),
        *failure,
        round(timings.total_ms),
        None if timings.connect_ms is None else round(timings.connect_ms),
    )


def _second(http: Request) -> Target:
    """The address to which a request went that could not leave for its own."""
    return http.target if http.way is None or http.way.second is None else http.way.second


@lru_cache(REMEMBERED)
def _head(method: str, target: Target, headers: tuple[Header, ...], secrets: Secrets) -> bytes:
    """The head of a request, without secrets. Pings of an offer have the same one for every lead."""
    path = secrets.hide(target.path.encode()).decode() if secrets.pairs else target.path
    head = Head(method, target.scheme, target.host, target.port, path, secrets.hide_headers(headers))
    return _encode(head)


@lru_cache(REMEMBERED)
def _answer_head(headers: tuple[Header, ...]) -> bytes:
    return _encode(hide_answered(headers))


@lru_cache(REMEMBERED)
def _head_without(secrets: Secrets, headers: tuple[Header, ...]) -> bytes:
    """The head of an answer that may repeat secrets of ours."""
    return _encode(hide_answered(headers, secrets))


def _bounded(bodies: dict[bytes, int]) -> list[bytes]:
    """The bodies in their order; those that pass the bound are left empty."""
    left, kept = MOST_BYTES, []
    for body in bodies:
        left -= len(body)
        kept.append(body if left >= 0 else b"")
    return kept
