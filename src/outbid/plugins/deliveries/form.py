"""Pings and posts as urlencoded forms or queries; answers read by paths, words and patterns."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.reply import Path, any_word
from outbid.core.match.pattern import compile_pattern
from outbid.plugins.deliveries._rule import KEPT, Sight, json_document, path_or_none, said_as, yes_by_path
from outbid.plugins.deliveries._rule import Rule as PathRule
from outbid.plugins.deliveries._talk import (
    Bound,
    Interface,
    Manner,
    again,
    ask_again,
    bind_interface,
    ping,
    pings,
    post,
    reads,
    repeatable,
    secrets,
)
from outbid.plugins.deliveries._words import finder
from outbid.plugins.deliveries._written import form_writer

__all__ = [
    "Bound",
    "Rule",
    "Settings",
    "again",
    "ask_again",
    "bind",
    "ping",
    "pings",
    "post",
    "reads",
    "repeatable",
    "secrets",
]

MOST_KEYS = 200
"""Keys that are read from an answer of lines or of a form."""

_LINE = re.compile(r"\s*([\w .-]{1,100}?)\s*[=:]\s*(.*)")

Pattern = Annotated[
    str | None,
    said_as("a pattern (RE2, any case) for the whole answer, instead of the path; its first group, or the whole hit"),
]
SomeWords = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1)], ...], msgspec.Meta(max_length=50)]


class Rule(PathRule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is read: JSON, lines such as `price=12.50`, a form, or any text, through words and patterns."""

    accepted_path: Annotated[str, said_as("which value says yes; empty: HTTP 2xx does (a trade rule)")] = ""
    accepted_text: Annotated[
        SomeWords,
        said_as("words of which one, anywhere in the answer, says yes, unless it is denied (`not accepted`); else no"),
    ] = ()
    refused_text: Annotated[
        SomeWords,
        said_as("words of which one, anywhere in the answer, says no whatever else it says, unless it is denied"),
    ] = ()
    accepted_pattern: Annotated[
        str | None, said_as("a pattern (RE2, any case) that says yes where it is found in the answer; else no")
    ] = None
    price_pattern: Pattern = None
    token_pattern: Pattern = None
    reason_pattern: Pattern = None
    reference_pattern: Pattern = None
    redirect_pattern: Pattern = None


class Settings(Interface, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's form interface."""

    method: Annotated[
        Literal["POST", "GET"],
        said_as("POST sends a body; GET writes everything into the query, which servers on the way may log"),
    ] = "POST"
    nesting: Annotated[
        Literal["dots", "brackets"],
        said_as("how a key with points is written: `contact.phone` as it is, or as `contact[phone]`"),
    ] = "dots"
    yes_word: Annotated[str, said_as("how a true value is written")] = "true"
    no_word: Annotated[str, said_as("how a false value is written")] = "false"
    ping_reply: Annotated[Rule, said_as("how a ping's answer is read")] = Rule()
    post_reply: Annotated[Rule, said_as("how a post's answer is read")] = Rule()


class Seen(msgspec.Struct, frozen=True):
    """An answer as a rule looks at it.

    text      the whole of it, without blanks at the ends
    document  the keys and values in it, None if it has none
    is_json   whether they were written in JSON, and not in lines or as a form
    """

    text: str
    document: Any
    is_json: bool


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    name = msgspec.json.encode(("form", settings.nesting, settings.yes_word, settings.no_word))
    nested = "{}.{}" if settings.nesting == "dots" else "{}[{}]"
    write = form_writer(nested, settings.yes_word, settings.no_word)
    manner = Manner(name, "application/x-www-form-urlencoded", settings.method, write)
    return bind_interface(settings, binding, manner, _sight(settings.ping_reply), _sight(settings.post_reply))


# -- what is understood ----------------------------------------------------------------------------------------------


@lru_cache(KEPT)
def _sight(rule: Rule) -> Sight:
    """A rule that looks into an answer of any format. Raises ValueError."""
    return Sight(
        _decoder(rule),
        _yes_reader(rule),
        _place(rule.price_path, rule.price_pattern) or _nowhere,
        _place(rule.currency_path),
        _place(rule.token_path, rule.token_pattern),
        _reason(rule),
        _place(rule.reference_path, rule.reference_pattern),
        _place(rule.redirect_path, rule.redirect_pattern),
        any_word(rule.duplicate_words),
        _place(rule.stands_path),
    )


def _decoder(rule: Rule) -> Callable[[bytes], Seen | None]:
    """From a body to what there is to see; None if that is only text, and the rule asks for keys alone."""
    patterns = (getattr(rule, name) for name in rule.__struct_fields__ if name.endswith("_pattern"))
    in_text = bool(rule.accepted_text or rule.refused_text or any(patterns))

    def decode(body: bytes) -> Seen | None:
        text = body.decode("utf-8-sig", "replace").strip()
        document = json_document(body)
        if document is not None:
            return Seen(text, document, is_json=True)
        document = _keys_and_values(text)
        return None if document is None and not (in_text and text) else Seen(text, document, is_json=False)

    return decode


def _keys_and_values(text: str) -> dict[str, str] | None:
    """What an answer says in lines such as `price=12.50` or `Price: 12.50`, or as a form; None if it does not."""
    if text[:1] in ("", "<", "{", "["):
        return None
    if "=" in text and not any(character.isspace() for character in text):
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_KEYS)
        except ValueError:
            return None
    else:
        found = (_LINE.match(line) for line in text.splitlines()[:MOST_KEYS])
        pairs = [(line[1], line[2].strip()) for line in found if line]
    return dict(reversed(pairs)) or None  # of a key that comes twice the first counts


def _yes_reader(rule: Rule) -> Callable[[int, Seen | None], bool | None]:
    """Yes, no, or None where an answer says neither: by its text if the rule names any, else by path or status."""
    by_path = yes_by_path(rule)
    refused = finder(rule.refused_text) if rule.refused_text else None
    accepted = _accepted(rule)

    def read(status: int, seen: Seen | None) -> bool | None:
        text = "" if seen is None else seen.text
        if refused is not None and refused(text):
            return False
        if accepted is None:
            return by_path(status, None if seen is None else seen.document)
        if accepted(text):
            return True
        # What is not yes is no (a trade rule), but for silence, and for what may not even come from the buyer's desk.
        return None if not text or status >= 400 or refused is not None else False

    return read


def _accepted(rule: Rule) -> Callable[[str], bool] | None:
    words = finder(rule.accepted_text) if rule.accepted_text else None
    pattern = compile_pattern(rule.accepted_pattern, any_case=True).found_in if rule.accepted_pattern else None
    if words is not None and pattern is not None:
        return lambda text: words(text) or pattern(text)
    return words or pattern


def _place(path: str | None, pattern: str | None = None) -> Path | None:
    """Where a thing is found: by the pattern in the text if there is one, else by the path."""
    if pattern:
        taken_from = compile_pattern(pattern, any_case=True).taken_from
        return lambda seen: None if seen is None else taken_from(seen.text)
    walk = path_or_none(path)
    return None if walk is None else lambda seen: None if seen is None else walk(seen.document)


def _nowhere(seen: Any) -> None:
    return None


def _reason(rule: Rule) -> Path | None:
    """Where the reason is found; an answer that is no JSON and does not name one is a reason as a whole."""
    place = _place(rule.reason_path, rule.reason_pattern)

    def read(seen: Seen) -> Any:
        found = place(seen) if place else None
        return seen.text if found is None and not seen.is_json else found

    return read
