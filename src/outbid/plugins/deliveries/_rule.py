"""How answers are read: a rule made into one function from an answer to what it says; the same in every format."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.core.contract import MOST_BIDS, ListedBid, PingReply, PostReply
from outbid.core.dialect.reply import Path, any_word, compile_path, price_from, text_from, word_of
from outbid.core.dialect.wire import Response

YES = ("true", "1", "yes", "success", "accepted", "matched", "sold", "ok")
"""Words that mean yes wherever buyers answer with a word."""
LONGEST_VALUE = 2_000
LONGEST_STAND_S = 86_400
LONGEST_NUMBER = 15
FIRST_INSTANT_S = 1_000_000_000
"""From here on a number of seconds is Unix time, and a thousand times as much is milliseconds of it."""
DUPLICATE = ("duplicate", "duplicated", "dupe")
_SHOWN = 200
KEPT = 1024
"""How many rules are kept compiled: most buyers answer alike, and what is alike is compiled and held once."""
"""Bytes of an answer that are kept where it was not understood."""

_decode = msgspec.json.Decoder().decode

_MARK = b"\xef\xbb\xbf"
_DOCUMENTS = (dict, list)
_NOT = re.compile(r"\b(?:not|no|non)\b", re.IGNORECASE)

Words = Annotated[tuple[str, ...], Meta(description="words that count, in any case; the whole value must be one")]


def said_as(description: str) -> Meta:
    """The description of a setting."""
    return Meta(description=description)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is read. Every `…_path` is a path into the JSON body, such as `result.bids[0].price`.

    With a `bids_path` the paths of what belongs to one bid lead on from each element of that list.
    """

    accepted_path: Annotated[str, said_as("which value says yes; empty: HTTP 2xx does (a trade rule)")] = "accepted"
    accepted_words: Words = YES
    bids_path: Annotated[
        str | None,
        said_as(
            "a list of bids, such as one for each brand: price, currency, token, stands, brand and consent are looked "
            "for in each element; an answer without the list is one bid"
        ),
    ] = None
    price_path: Annotated[str, said_as("the bid in a ping's answer; a changed price in a post's")] = "price"
    currency_path: Annotated[str | None, said_as("the bid's currency; without a path it is the campaign's")] = None
    token_path: Annotated[str | None, said_as("what the buyer wants back in the post")] = None
    stands_path: Annotated[
        str | None,
        said_as(
            "for how many seconds the bid stands, or when it ends (RFC 3339, or Unix time in seconds or milliseconds); "
            "empty: until the round ends"
        ),
    ] = None
    brand_path: Annotated[str | None, said_as("in whose name the person would be called; kept with the bid")] = None
    consent_path: Annotated[str | None, said_as("the text that the person has to agree to; kept with the bid")] = None
    reason_path: Annotated[str | None, said_as("the buyer's own words for a no")] = "reason"
    reference_path: Annotated[str | None, said_as("the buyer's own id for the lead")] = None
    redirect_path: Annotated[str | None, said_as("where the person is to go next; http and https only")] = None
    duplicate_words: Words = DUPLICATE


class Sight(msgspec.Struct, frozen=True):
    """What a rule sees in an answer.

    decode    from the body to what the others look at; None if it cannot be read
    says_yes  (status, what was decoded) → yes, no, or None where the answer says neither
    others    where each thing stands in what was decoded; None: nowhere
    bids      the bids of an answer that lists several, each as the others look at it; None if it has no list
    """

    decode: Callable[[bytes], Any]
    says_yes: Callable[[int, Any], bool | None]
    price: Path
    currency: Path | None
    token: Path | None
    reason: Path | None
    reference: Path | None
    redirect: Path | None
    duplicates: frozenset[str]
    stands: Path | None
    brand: Path | None = None
    consent: Path | None = None
    bids: Callable[[Any], list[Any] | None] | None = None


@lru_cache(KEPT)
def by_paths(rule: Rule) -> Sight:
    """A rule that looks into JSON by paths. Raises ValueError."""
    return Sight(
        json_document,
        yes_by_path(rule),
        compile_path(rule.price_path),
        path_or_none(rule.currency_path),
        path_or_none(rule.token_path),
        path_or_none(rule.reason_path),
        path_or_none(rule.reference_path),
        path_or_none(rule.redirect_path),
        any_word(rule.duplicate_words),
        path_or_none(rule.stands_path),
        path_or_none(rule.brand_path),
        path_or_none(rule.consent_path),
        list_at(rule.bids_path),
    )


def path_or_none(text: str | None) -> Path | None:
    """A path compiled, if there is one. Raises ValueError."""
    return compile_path(text) if text else None


def list_at(path: str | None) -> Callable[[Any], list[Any] | None] | None:
    """A function that gives the list at a path: one object counts as a list of it, and nothing as no list."""
    if not path:
        return None
    walk = compile_path(path)

    def read(document: Any) -> list[Any] | None:
        found = walk(document)
        return found if isinstance(found, list) else [found] if isinstance(found, dict) else None

    return read


def yes_by_path(rule: Rule) -> Callable[[int, Any], bool | None]:
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


@lru_cache(KEPT)
def bid_reader(sight: Sight) -> Callable[[Response], PingReply]:
    """One function from a ping's answer to what it says."""
    decode, says_yes, price = sight.decode, sight.says_yes, sight.price
    currency, token, reason, stands = sight.currency, sight.token, sight.reason, sight.stands
    brand, consent, bids = sight.brand, sight.consent, sight.bids

    def read(answer: Response) -> PingReply:
        status, document = answer.status, decode(answer.body)
        if status >= 500:
            return PingReply("error", reason="server_error")
        yes = says_yes(status, document)
        if status >= 400 and yes is None:
            return PingReply("error", reason="http_error", said=_shown(answer.body))
        if bids is not None and yes and (listed := bids(document)) is not None:
            return _several(sight, listed, answer.body)
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
            stands_s=_seconds(stands(document)) if stands else 0,
            brand=(text_from(brand(document)) or None) if brand else None,
            consent=_whole(consent(document)) if consent else None,
            ends_ms=_instant(stands(document)) if stands else 0,
        )

    return read


def _several(sight: Sight, listed: list[Any], body: bytes) -> PingReply:
    """What a list of bids says. One of zero is none; of one without a price that can be read it is told."""
    priced = [(place, price_from(sight.price(each)), each) for place, each in enumerate(listed[:MOST_BIDS], 1)]
    bids = tuple(_listed(sight, place, price or 0, each) for place, price, each in priced if price != 0)
    if any(bid.price_micros for bid in bids):
        return PingReply("bid", bids=bids, unread=len(listed[MOST_BIDS:]))
    return PingReply("nonsense", reason="nonsense", said=_shown(body)) if bids else PingReply("pass", reason="no_bid")


def _listed(sight: Sight, place: int, price_micros: int, element: Any) -> ListedBid:
    def at(path: Path | None) -> Any:
        return path(element) if path is not None else None

    return ListedBid(
        place,
        price_micros,
        text_from(at(sight.currency)) or None,
        _whole(at(sight.token)),
        _seconds(at(sight.stands)),
        text_from(at(sight.brand)) or None,
        _whole(at(sight.consent)),
        _instant(at(sight.stands)),
    )


@lru_cache(KEPT)
def post_reader(sight: Sight) -> Callable[[Response], PostReply]:
    """One function from a post's answer to what it says. What says neither yes nor no is uncertain."""
    decode, says_yes, price, duplicates = sight.decode, sight.says_yes, sight.price, sight.duplicates
    reference, redirect, reason = sight.reference, sight.redirect, sight.reason

    def read(answer: Response) -> PostReply:
        status, document = answer.status, decode(answer.body)
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


def _whole(value: Any) -> str | None:
    """A token, reference or address as the buyer gave it; one that is too long is none, for a part of it is wrong."""
    text = value.strip() if isinstance(value, str) else text_from(value)
    return text if text and len(text) <= LONGEST_VALUE else None


def _seconds(value: Any) -> int:
    """How long a bid stands: at least a second; 0 where the answer does not say, or names an instant."""
    number = _whole_number(value)
    return 0 if number is None or number >= FIRST_INSTANT_S else max(1, min(number, LONGEST_STAND_S))


def _instant(value: Any) -> int:
    """When a bid ends, in UTC milliseconds, by Unix time in seconds or milliseconds or by RFC 3339; 0 if it is none."""
    number = _whole_number(value)
    if number is not None:
        return 0 if number < FIRST_INSTANT_S else number if number >= FIRST_INSTANT_S * 1000 else number * 1000
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return 0
    return 0 if at is None or at.tzinfo is None else max(0, int(at.timestamp() * 1000))


def _whole_number(value: Any) -> int | None:
    text = str(value).partition(".")[0] if isinstance(value, int | float | str) else ""
    return int(text) if len(text) <= LONGEST_NUMBER and text.isdecimal() and not isinstance(value, bool) else None


def _web_address(text: str | None) -> str | None:
    """A redirect that a browser may follow; anything but http and https is dropped."""
    return text if text is not None and text.lower().startswith(("https://", "http://")) else None


def json_document(body: bytes) -> Any:
    """The decoded body, a byte order mark forgiven; None if it is not JSON, or a bare scalar."""
    try:
        document = _decode(body.removeprefix(_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, _DOCUMENTS) else None


def _shown(body: bytes) -> str:
    return body[:_SHOWN].decode("utf-8", "replace")
