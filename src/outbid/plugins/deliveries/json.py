"""Pings and posts as JSON over HTTP; answers read by paths and words."""

import re
from collections.abc import Callable, Generator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, PingReply, PostReply
from outbid.core.dialect.mapping import compile_mapping
from outbid.core.dialect.reply import Path, any_word, compile_path, price_from, text_from, word_of
from outbid.core.dialect.wire import HEADER_NAME, SENDERS_HEADERS, Answer, Failure, Header, Http, Target, parse_target

YES = ("true", "1", "yes", "success", "accepted", "matched", "sold", "ok")
"""Words that mean yes wherever buyers answer with a word."""
LONGEST_VALUE = 2_000
DUPLICATE = ("duplicate", "duplicated", "dupe")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_NOT = re.compile(r"\b(?:not|no|non)\b", re.IGNORECASE)

Words = Annotated[tuple[str, ...], Meta(description="words that count, in any case; the whole value must be one")]


def _said_as(description: str) -> Meta:
    return Meta(description=description)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is read. Every `…_path` is a path into the JSON body, such as `result.bids[0].price`."""

    accepted_path: Annotated[str, _said_as("which value says yes; empty: HTTP 2xx does (a trade rule)")] = "accepted"
    accepted_words: Words = YES
    price_path: Annotated[str, _said_as("the bid in a ping's answer; a changed price in a post's")] = "price"
    currency_path: Annotated[str | None, _said_as("the bid's currency; without a path it is the campaign's")] = None
    token_path: Annotated[str | None, _said_as("what the buyer wants back in the post")] = None
    reason_path: Annotated[str | None, _said_as("the buyer's own words for a no")] = "reason"
    reference_path: Annotated[str | None, _said_as("the buyer's own id for the lead")] = None
    redirect_path: Annotated[str | None, _said_as("where the person is to go next; http and https only")] = None
    duplicate_words: Words = DUPLICATE


Table = dict[str, str]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's JSON interface."""

    ping_url: Annotated[str | None, _said_as("where pings go; an offer with a fixed price needs none")] = None
    post_url: Annotated[str, _said_as("where the whole lead goes")]
    headers: Annotated[Table, _said_as("headers of the buyer's own, in pings and posts")] = {}
    ping: Annotated[
        Table | None,
        _said_as("from the buyer's keys to our terms; absent: the ping fields, `birth_date.age` as `birth_date_age`"),
    ] = None
    post: Annotated[
        Table | None,
        _said_as(
            "from the buyer's keys to our terms; absent: every field, with `ref`, `token` and `price` beside them"
        ),
    ] = None
    ping_reply: Annotated[Rule, _said_as("how a ping's answer is read")] = Rule()
    post_reply: Annotated[Rule, _said_as("how a post's answer is read")] = Rule()
    key_header: Annotated[str, _said_as("carries the sale's id, the same whenever a post is asked again")] = (
        "Idempotency-Key"
    )
    repeatable: Annotated[
        bool, _said_as("the buyer promises that a post with a known key is answered, not bought a second time")
    ] = False


class _Reader(msgspec.Struct, frozen=True):
    accepted: Path | None
    words: frozenset[str]
    price: Path
    currency: Path | None
    token: Path | None
    reason: Path | None
    reference: Path | None
    redirect: Path | None
    duplicates: frozenset[str]


class Bound(msgspec.Struct, frozen=True):
    """Settings compiled once: where to, what to say, how to read."""

    ping_to: Target | None
    post_to: Target
    headers: tuple[Header, ...]
    ping_body: Callable[[Ask], dict[str, Any]]
    ping_shared: bytes | None
    post_body: Callable[[Ask], dict[str, Any]]
    ping_reader: _Reader
    post_reader: _Reader
    key_header: str
    repeatable: bool


def bind(
    settings: Settings,
    known: Mapping[str, bool],
    ping_fields: tuple[str, ...],
    exceptions: frozenset[tuple[str, int]],
) -> Bound:
    """Compile the settings. `known`: names of facts and fields (True for fields). Raises ValueError."""
    ping = settings.ping
    if ping is None:
        ping = {name.replace(".", "_"): name for name in ping_fields}
    post = settings.post
    if post is None:
        post = {"ref": "@ref", "token": "@token", "price": "@price"} | {n: n for n, field in known.items() if field}
    _check_headers(settings)
    headers = (("Content-Type", "application/json"), *settings.headers.items())
    return Bound(
        None if settings.ping_url is None else parse_target(settings.ping_url, exceptions),
        parse_target(settings.post_url, exceptions),
        headers,
        compile_mapping(ping, known),
        None if "@ref" in ping.values() else _encode(ping),
        compile_mapping(post, known),
        _reader(settings.ping_reply),
        _reader(settings.post_reply),
        settings.key_header,
        settings.repeatable,
    )


def _check_headers(settings: Settings) -> None:
    for name, value in [*settings.headers.items(), (settings.key_header, "")]:
        if not HEADER_NAME.fullmatch(name) or name.lower() in SENDERS_HEADERS | {"content-type"}:
            raise ValueError(f"{name!r} cannot be a header of a delivery")
        if any((c < " " and c != "\t") or c == "\x7f" for c in value):
            raise ValueError(f"the header {name!r} holds a line end or another control character")


def _reader(rule: Rule) -> _Reader:
    def path(text: str | None) -> Path | None:
        return compile_path(text) if text else None

    return _Reader(
        path(rule.accepted_path),
        any_word(rule.accepted_words),
        compile_path(rule.price_path),
        path(rule.currency_path),
        path(rule.token_path),
        path(rule.reason_path),
        path(rule.reference_path),
        path(rule.redirect_path),
        any_word(rule.duplicate_words),
    )


def pings(bound: Bound) -> bool:
    """Can this delivery ask for a bid?"""
    return bound.ping_to is not None


def repeatable(bound: Bound) -> bool:
    """May a post be asked again with the same key?"""
    return bound.repeatable


def ping(ask: Ask, bound: Bound) -> Generator[Http, Answer, PingReply]:
    """Ask for a bid."""
    assert bound.ping_to is not None
    answer = yield Http(bound.ping_to, "POST", bound.headers, _ping_body(ask, bound))
    if isinstance(answer, Failure):
        return PingReply("error", reason=answer.reason)
    if answer.status >= 500:
        return PingReply("error", reason="server_error")
    if answer.status >= 400 and not _speaks(bound.ping_reader, answer.body):
        return PingReply("error", reason="http_error", said=_shown(answer.body))
    return _read_bid(bound.ping_reader, answer.status, answer.body)


def _ping_body(ask: Ask, bound: Bound) -> bytes:
    """The body of a ping; buyers with the same table share it, unless it speaks of the buyer."""
    if bound.ping_shared is None:
        return _encode(bound.ping_body(ask))
    body = ask.shared.get(bound.ping_shared)
    if body is None:
        body = ask.shared[bound.ping_shared] = _encode(bound.ping_body(ask))
    return body


def _read_bid(reader: _Reader, status: int, body: bytes) -> PingReply:
    document = _document(body)
    if document is None:
        return PingReply("nonsense", reason="nonsense", said=_shown(body))
    price = price_from(reader.price(document)) if _accepted(reader, status, document) else 0
    if price is None:
        return PingReply("nonsense", reason="nonsense", said=_shown(body))
    if price == 0:
        return PingReply("pass", reason="no_bid", said=_said(reader, document))
    return PingReply(
        "bid",
        price,
        currency=(text_from(reader.currency(document)) or None) if reader.currency else None,
        token=_whole(reader.token(document)) if reader.token else None,
    )


def post(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Send the whole lead. What may have been read but was not clearly answered is uncertain."""
    headers = (*bound.headers, (bound.key_header, ask.sale))
    answer = yield Http(bound.post_to, "POST", headers, _encode(bound.post_body(ask)))
    if isinstance(answer, Failure):
        return PostReply("uncertain" if answer.sent else "error", reason=answer.reason, reached=answer.sent)
    if answer.status >= 500:
        return PostReply("uncertain", reason="server_error", said=_shown(answer.body))
    if answer.status >= 400 and not _speaks(bound.post_reader, answer.body):
        return PostReply("error", reason="http_error", said=_shown(answer.body))
    return _read_post(bound.post_reader, answer.status, answer.body)


def _read_post(reader: _Reader, status: int, body: bytes) -> PostReply:
    document = _document(body)
    if document is None and reader.accepted is None:
        return PostReply("accept") if status < 300 else PostReply("reject", reason="rejected", said=_shown(body))
    if document is None:
        return PostReply("uncertain", reason="nonsense", said=_shown(body))
    if reader.accepted is not None and reader.accepted(document) is None and status < 300:
        return PostReply("uncertain", reason="nonsense", said=_shown(body))
    if not _accepted(reader, status, document):
        said = _said(reader, document)
        duplicate = bool(reader.duplicates.intersection(re.findall(r"\w+", said.lower()))) and not _NOT.search(said)
        return PostReply("reject", reason="buyer_duplicate" if duplicate else "rejected", said=said)
    return PostReply(
        "accept",
        price_from(reader.price(document)),
        reference=_whole(reader.reference(document)) if reader.reference else None,
        redirect=_web_address(_whole(reader.redirect(document))) if reader.redirect else None,
    )


def _whole(value: Any) -> str | None:
    """A token, reference or address as the buyer gave it; one that is too long is none, for a part of it is wrong."""
    text = value.strip() if isinstance(value, str) else text_from(value)
    return text if text and len(text) <= LONGEST_VALUE else None


def _web_address(text: str | None) -> str | None:
    """A redirect that a browser may follow; anything but http and https is dropped."""
    return text if text is not None and text.lower().startswith(("https://", "http://")) else None


def _speaks(reader: _Reader, body: bytes) -> bool:
    """Does a 4xx answer say yes or no in the buyer's own words? If not, it is a wrong address, key or method."""
    if reader.accepted is None:
        return True  # the status is the word
    document = _document(body)
    return document is not None and reader.accepted(document) is not None


def _said(reader: _Reader, document: Any) -> str:
    """What the buyer wrote as his reason."""
    return text_from(reader.reason(document)) if reader.reason else ""


def _accepted(reader: _Reader, status: int, document: Any) -> bool:
    if reader.accepted is None:
        return 200 <= status < 300
    seen = reader.accepted(document)
    return ("true" in reader.words) if seen is True else word_of(seen) in reader.words


def _document(body: bytes) -> Any:
    """The decoded body, a byte order mark forgiven; None if it is not JSON, or a bare scalar."""
    try:
        document = _decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, dict | list) else None


def _shown(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace")
