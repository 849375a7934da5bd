"""Pings and posts as JSON over HTTP; answers read by paths and words."""

import re
from collections.abc import Callable, Generator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, Binding, PingReply, PostReply
from outbid.core.dialect.mapping import compile_mapping
from outbid.core.dialect.reply import Path, any_word, compile_path, price_from, text_from, word_of
from outbid.core.dialect.wire import (
    HEADER_NAME,
    SENDERS_HEADERS,
    Answer,
    Failure,
    Header,
    Http,
    Response,
    Target,
    parse_target,
)

YES = ("true", "1", "yes", "success", "accepted", "matched", "sold", "ok")
"""Words that mean yes wherever buyers answer with a word."""
LONGEST_VALUE = 2_000
DUPLICATE = ("duplicate", "duplicated", "dupe")

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_MARK = b"\xef\xbb\xbf"
_DOCUMENTS = (dict, list)
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


class Bound(msgspec.Struct, frozen=True):
    """Settings compiled once: where to, what to say, how to read."""

    ping_to: Target | None
    post_to: Target
    headers: tuple[Header, ...]
    ping_body: Callable[[Ask], dict[str, Any]]
    ping_shared: bytes | None
    post_body: Callable[[Ask], dict[str, Any]]
    read_bid: Callable[[Response], PingReply]
    read_post: Callable[[Response], PostReply]
    key_header: str
    repeatable: bool


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    known, exceptions = binding.known, binding.exceptions
    ping = settings.ping
    if ping is None:
        ping = {name.replace(".", "_"): name for name in binding.ping_fields}
    post = settings.post
    if post is None:
        post = {"ref": "@ref", "token": "@token", "price": "@price"} | {n: n for n, field in known.items() if field}
    _check_headers(settings)
    headers = (("Content-Type", "application/json"), *settings.headers.items())
    return Bound(
        None if settings.ping_url is None else parse_target(settings.ping_url, exceptions),
        parse_target(settings.post_url, exceptions),
        headers,
        compile_mapping(ping, known, binding.buyer),
        None if "@ref" in ping.values() else _encode(ping),
        compile_mapping(post, known, binding.buyer),
        _bid_reader(settings.ping_reply),
        _post_reader(settings.post_reply),
        settings.key_header,
        settings.repeatable,
    )


def _check_headers(settings: Settings) -> None:
    for name, value in [*settings.headers.items(), (settings.key_header, "")]:
        if not HEADER_NAME.fullmatch(name) or name.lower() in SENDERS_HEADERS | {"content-type"}:
            raise ValueError(f"{name!r} cannot be a header of a delivery")
        if any((c < " " and c != "\t") or c == "\x7f" for c in value):
            raise ValueError(f"the header {name!r} holds a line end or another control character")


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
    return bound.read_bid(answer)


def _ping_body(ask: Ask, bound: Bound) -> bytes:
    """The body of a ping; buyers with the same table share it, unless it speaks of the buyer."""
    if bound.ping_shared is None:
        return _encode(bound.ping_body(ask))
    body = ask.shared.get(bound.ping_shared)
    if body is None:
        body = ask.shared[bound.ping_shared] = _encode(bound.ping_body(ask))
    return body


def _bid_reader(rule: Rule) -> Callable[[Response], PingReply]:
    """A rule as one function from a ping's answer to what it says."""
    says_yes, price = _yes_reader(rule), compile_path(rule.price_path)
    currency, token, reason = _path(rule.currency_path), _path(rule.token_path), _path(rule.reason_path)

    def read(answer: Response) -> PingReply:
        status, document = answer.status, _document(answer.body)
        if status >= 500:
            return PingReply("error", reason="server_error")
        yes = says_yes(status, document)
        if status >= 400 and yes is None:
            return PingReply("error", reason="http_error", said=_shown(answer.body))
        bid = price_from(price(document)) if yes else 0
        if document is None or bid is None:
            return PingReply("nonsense", reason="nonsense", said=_shown(answer.body))
        if bid == 0:
            return PingReply("pass", reason="no_bid", said=text_from(reason(document)) if reason else "")
        return PingReply(
            "bid",
            bid,
            (text_from(currency(document)) or None) if currency else None,
            _whole(token(document)) if token else None,
        )

    return read


def post(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Send the whole lead. What may have been read but was not clearly answered is uncertain."""
    headers = (*bound.headers, (bound.key_header, ask.sale))
    answer = yield Http(bound.post_to, "POST", headers, _encode(bound.post_body(ask)))
    if isinstance(answer, Failure):
        return PostReply("uncertain" if answer.sent else "error", reason=answer.reason, reached=answer.sent)
    return bound.read_post(answer)


def _post_reader(rule: Rule) -> Callable[[Response], PostReply]:
    """A rule as one function from a post's answer to what it says."""
    says_yes, price, duplicates = _yes_reader(rule), compile_path(rule.price_path), any_word(rule.duplicate_words)
    reference, redirect, reason = _path(rule.reference_path), _path(rule.redirect_path), _path(rule.reason_path)

    def read(answer: Response) -> PostReply:
        status, document = answer.status, _document(answer.body)
        if status >= 500:
            return PostReply("uncertain", reason="server_error", said=_shown(answer.body))
        yes = says_yes(status, document)
        if yes is None and status >= 400:
            return PostReply("error", reason="http_error", said=_shown(answer.body))
        if yes is None and (document is None or status < 300):
            return PostReply("uncertain", reason="nonsense", said=_shown(answer.body))
        if not yes:
            said = _shown(answer.body) if document is None else text_from(reason(document)) if reason else ""
            return PostReply("reject", reason="buyer_duplicate" if _names(duplicates, said) else "rejected", said=said)
        return PostReply(
            "accept",
            price_from(price(document)),
            reference=_whole(reference(document)) if reference else None,
            redirect=_web_address(_whole(redirect(document))) if redirect else None,
        )

    return read


def _names(words: frozenset[str], said: str) -> bool:
    """Does what was said hold one of the words, and no word that turns it round?"""
    return not words.isdisjoint(re.findall(r"\w+", said.lower())) and not _NOT.search(said)


def _path(text: str | None) -> Path | None:
    return compile_path(text) if text else None


def _yes_reader(rule: Rule) -> Callable[[int, Any], bool | None]:
    """Yes, no, or None where an answer says neither: by the value at the rule's path, or by the status alone."""
    if not rule.accepted_path:
        return lambda status, document: 200 <= status < 300
    path, words = compile_path(rule.accepted_path), any_word(rule.accepted_words)
    true_is_yes = "true" in words

    def read(status: int, document: Any) -> bool | None:
        seen = path(document)
        if seen is True:
            return true_is_yes
        return None if seen is None else word_of(seen) in words

    return read


def _whole(value: Any) -> str | None:
    """A token, reference or address as the buyer gave it; one that is too long is none, for a part of it is wrong."""
    text = value.strip() if isinstance(value, str) else text_from(value)
    return text if text and len(text) <= LONGEST_VALUE else None


def _web_address(text: str | None) -> str | None:
    """A redirect that a browser may follow; anything but http and https is dropped."""
    return text if text is not None and text.lower().startswith(("https://", "http://")) else None


def _document(body: bytes) -> Any:
    """The decoded body, a byte order mark forgiven; None if it is not JSON, or a bare scalar."""
    try:
        document = _decode(body.removeprefix(_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, _DOCUMENTS) else None


def _shown(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace")
