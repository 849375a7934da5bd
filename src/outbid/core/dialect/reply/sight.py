"""A rule made ready: where each thing is looked for in an answer, once for all answers.

A rule of nothing but paths looks straight into the document; any other looks at the whole answer.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from outbid.core.dialect.reply.document import Loose, document_of
from outbid.core.dialect.reply.path import Path, compile_path
from outbid.core.dialect.reply.place import Place, Seen, compile_place
from outbid.core.dialect.reply.rule import Rule
from outbid.core.dialect.reply.values import any_word, text_from, word_of
from outbid.core.dialect.reply.words import finder
from outbid.core.dialect.wire import Response
from outbid.core.match.pattern import compile_pattern

KEPT = 1024
"""How many rules are kept compiled: most buyers answer alike, and what is alike is compiled and held once."""
_NOT = re.compile(r"\b(?:not|no|non)\b", re.IGNORECASE)


class Sight(msgspec.Struct, frozen=True):
    """What a rule sees in an answer.

    decode      from the answer to what the others look at; None if it cannot be read
    says_yes    (status, what was decoded) → yes, no, or None where the answer says neither
    says_error  whether it says that the buyer's side failed; None: it is never looked for
    is_other    whether what was decoded is anything but JSON: where it says neither yes nor no it means nothing
    duplicate   (what was decoded, the reason) → he has the person already
    others      where each thing stands in what was decoded; None: nowhere
    bids        the bids of an answer that lists several, each as the others look at it; None if it has no list
    """

    decode: Callable[[Response], Any]
    says_yes: Callable[[int, Any], bool | None]
    says_error: Callable[[Any], bool] | None
    is_other: Callable[[Any], bool]
    duplicate: Callable[[Any, str], bool]
    price: Path
    currency: Path | None
    token: Path | None
    reason: Path
    reference: Path | None
    redirect: Path | None
    stands: Path | None
    brand: Path | None
    consent: Path | None
    bids: Callable[[Any], list[Any] | None] | None


OF_A_BID = ("price", "currency", "token", "stands", "brand", "consent")
_PLACES = ("accepted", *OF_A_BID, "reason", "reference", "redirect", "duplicate")


@lru_cache(KEPT)
def sight_of(rule: Rule) -> Sight:
    """A rule made ready. Raises ValueError that begins with the setting at fault."""
    places = {name: _place(rule, name) for name in _PLACES}
    if rule.bids_path:
        for name in OF_A_BID:
            place = places[name]
            if place is not None and not place.in_each:
                raise ValueError(
                    f"{name}_path: in a list of bids each is looked at by itself: write a path or jmespath:"
                )
    in_text = bool(rule.accepted_text or rule.refused_text or rule.error_text or rule.accepted_pattern)
    rich = in_text or any(place is not None and place.path is None for place in places.values())
    ways = {name: None if place is None else place.look if rich else place.path for name, place in places.items()}
    by_value = _yes_by_value(rule, ways["accepted"])
    return Sight(
        seen_of if rich else _document,
        _yes_by_text(rule, by_value) if rich else by_value,
        _error(rule) if rule.error_text else None,
        _is_other_seen if rich else _is_other,
        _duplicate(rule, ways["duplicate"]),
        ways["price"] or _nowhere,
        ways["currency"],
        ways["token"],
        _reason_seen(ways["reason"]) if rich else _reason(ways["reason"]),
        ways["reference"],
        ways["redirect"],
        ways["stands"],
        ways["brand"],
        ways["consent"],
        _bids(rule.bids_path, rich) if rule.bids_path else None,
    )


def _place(rule: Rule, name: str) -> Place | None:
    text = getattr(rule, f"{name}_path")
    if not text:
        return None
    try:
        return compile_place(text)
    except ValueError as error:
        raise ValueError(f"{name}_path: {error}") from None


def _nowhere(seen: Any) -> None:
    return None


# -- what is decoded -------------------------------------------------------------------------------------------------


def _document(answer: Response) -> Any:
    return document_of(answer.body)


def seen_of(answer: Response) -> Seen:
    """An answer as places look at it."""
    return Seen(answer.status, answer.headers, answer.body, document_of(answer.body))


def _is_other(document: Any) -> bool:
    return type(document) not in (dict, list)


def _is_other_seen(seen: Seen) -> bool:
    return _is_other(seen.document)


def _bids(path: str, rich: bool) -> Callable[[Any], list[Any] | None]:
    """The list at a path: one object counts as a list of it, and nothing as no list. Raises ValueError."""
    walk = compile_path(path)

    def listed(document: Any) -> list[Any] | None:
        found = walk(document)
        return found if isinstance(found, list) else [found] if isinstance(found, dict) else None

    def listed_seen(seen: Seen) -> list[Any] | None:
        found = listed(seen.document)
        return found and [Seen(seen.status, seen.headers, b"", each) for each in found]

    return listed_seen if rich else listed


# -- what it says ----------------------------------------------------------------------------------------------------


def _yes_by_value(rule: Rule, way: Path | None) -> Callable[[int, Any], bool | None]:
    """Yes, no, or None where an answer says neither: by the value at the rule's path, or by the status alone."""
    if way is None:
        return lambda status, _: 200 <= status < 300
    words = any_word(rule.accepted_words)
    true_is_yes, find = "true" in words, way

    def read(status: int, seen: Any) -> bool | None:
        found = find(seen)
        if found is True:
            return true_is_yes
        return None if found is None else word_of(found) in words

    return read


def _yes_by_text(rule: Rule, by_value: Callable[[int, Any], bool | None]) -> Callable[[int, Any], bool | None]:
    """By words and patterns in the whole text if the rule names any, else by value or status."""
    refused = finder(rule.refused_text) if rule.refused_text else None
    accepted = _accepted(rule)

    def read(status: int, seen: Seen) -> bool | None:
        if refused is not None and refused(seen.text):
            return False
        if accepted is None:
            return by_value(status, seen)
        if accepted(seen.text):
            return True
        # What is not yes is no (a trade rule), but for silence, and for what may not even come from the buyer's desk.
        return None if not seen.text or status >= 400 or refused is not None else False

    return read


def _accepted(rule: Rule) -> Callable[[str], bool] | None:
    words = finder(rule.accepted_text) if rule.accepted_text else None
    pattern = compile_pattern(rule.accepted_pattern, any_case=True).found_in if rule.accepted_pattern else None
    if words is not None and pattern is not None:
        return lambda text: words(text) or pattern(text)
    return words or pattern


def _error(rule: Rule) -> Callable[[Any], bool]:
    found = finder(rule.error_text)
    return lambda seen: found(seen.text)


def _reason(way: Path | None) -> Path:
    """Where the reason is found; of a text that does not name one it is the whole."""

    def read(document: Any) -> Any:
        found = way(document) if way else None
        return document.text if found is None and isinstance(document, Loose) else found

    return read


def _reason_seen(way: Path | None) -> Path:
    def read(seen: Seen) -> Any:
        found = way(seen) if way else None
        loose = seen.document is None or isinstance(seen.document, Loose)
        return seen.text if found is None and loose else found

    return read


def _duplicate(rule: Rule, way: Path | None) -> Callable[[Any, str], bool]:
    words = any_word(rule.duplicate_words)
    if way is None:
        return lambda _, said: _names(words, said)
    find = way
    return lambda seen, _: (
        seen is not None and (word_of(found := find(seen)) in words or _names(words, text_from(found)))
    )


def _names(words: frozenset[str], said: str) -> bool:
    """Does what was said hold one of the words, and no word that turns it round?"""
    return not words.isdisjoint(re.findall(r"\w+", said.lower())) and not _NOT.search(said)
