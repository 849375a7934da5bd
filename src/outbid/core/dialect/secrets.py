"""What must never be kept of what is sent: the keys and passwords of a delivery, as they go over the wire."""

import json
import re
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, quote_plus

import msgspec

from outbid.core.dialect.reference import Words, reference
from outbid.core.dialect.wire import Header

MARK = "_hidden_"
"""What is kept in a secret's place."""
LEAST_ECHO_BYTES = 6
"""A secret shorter than this is not looked for in answers: it would be found where it is none."""
_HEX = re.compile("%[0-9A-F]{2}")
_CODE = re.compile(r"\\u[0-9a-f]{4}")
_ALWAYS = frozenset(("authorization", "proxy-authorization", "cookie"))
_TELLING = re.compile(
    r"auth|cookie|secret|pass(?:w|phrase|code)|credential|signature|token|api[-_.]?key|(?:^|[-_.])(?:key|pwd|pass)$",
    re.IGNORECASE,
)


class Secrets(msgspec.Struct, frozen=True):
    """The secrets of one delivery.

    headers  lower-case names of headers whose values are secret
    pairs    secrets as they stand in a body or address, each with what is kept instead
    values   secrets that a careless buyer might repeat in his answer
    told     lower-case names of headers that refer to secrets, each with the text that refers
    words    spellings of secrets that are referred to, each with the reference that is kept instead
    """

    headers: frozenset[str] = frozenset()
    pairs: tuple[tuple[bytes, bytes], ...] = ()
    values: tuple[bytes, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[bytes, bytes], ...] = ()

    def hide(self, sent: bytes) -> bytes:
        """A body or address without secrets."""
        for secret, instead in self.pairs:
            sent = sent.replace(secret, instead)
        return sent

    def hide_headers(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """Headers of a request without the values of the secret ones."""
        hidden = dict.fromkeys(self.headers | _ALWAYS, MARK) | dict(self.told)
        return tuple((name, hidden.get(name.lower(), value)) for name, value in headers)

    def hide_echo(self, answered: bytes) -> bytes:
        """A buyer's answer without our secrets."""
        for secret in self.values:
            answered = answered.replace(secret, MARK.encode())
        for secret, instead in self.words:
            answered = answered.replace(secret, instead)
        return answered

    def hide_said(self, text: str) -> str:
        """A buyer's own words without our secrets."""
        return self.hide_echo(text.encode(errors="replace")).decode() if self.values or self.words else text

    def without(self, text: str | None) -> str | None:
        """A text that goes on to others as it is; None if it repeats a secret."""
        return None if text is None or self.hide_said(text) != text else text


NO_SECRETS = Secrets()


def with_words(secrets: Secrets, words: Iterable[str]) -> Secrets:
    """Secrets with further ones that nobody can refer to, however they are spelt."""
    long = sorted((word for word in words if len(word.encode()) >= LEAST_ECHO_BYTES), key=len, reverse=True)
    found = tuple((spelt.encode(), MARK.encode()) for word in long for spelt in _spellings(word))
    return msgspec.structs.replace(secrets, pairs=(*found, *secrets.pairs), words=(*found, *secrets.words))


def sounds_secret(name: str) -> bool:
    """Does the name of a header, parameter or key sound like a key or password?"""
    return _TELLING.search(name) is not None


def hide_answered(headers: tuple[Header, ...], secrets: Secrets = NO_SECRETS) -> tuple[Header, ...]:
    """Headers of an answer without cookies and other secrets of the buyer's, and without ours."""
    return tuple((name, MARK if sounds_secret(name) else secrets.hide_said(value)) for name, value in headers)


def secret_parameters(path: str, written: str, declared: Iterable[str]) -> tuple[tuple[bytes, bytes], ...]:
    """What is secret in an address, as `Secrets.pairs`. `written`: the same address with references, not filled in."""
    named = {name.lower() for name in declared}
    front, _, query = path.partition("?")
    written_front, _, written_query = written.partition("?")
    found = [(front.encode(), written_front.encode())] if front != written_front else []
    for part, as_written in zip(query.split("&"), written_query.split("&"), strict=True):
        name, _, value = part.partition("=")
        if part != as_written:
            found.append((part.encode(), as_written.encode()))
        elif value and (name.lower() in named or sounds_secret(name)):
            found.append((part.encode(), f"{name}={MARK}".encode()))
    return tuple(found)


def words_of(names: Iterable[str], words: Words) -> tuple[tuple[bytes, bytes], ...]:
    """Every spelling of some secrets, the longest first, as `Secrets.words`; what is short would be found anywhere."""
    found = {
        spelling.encode(): reference(name).encode()
        for name in names
        if len(words[name].encode()) >= LEAST_ECHO_BYTES
        for spelling in _spellings(words[name])
    }
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _spellings(word: str) -> Iterator[str]:
    """A text as it may stand in what we send, and in answers that repeat it or our whole body, read well or badly."""
    as_latin = word.encode().decode("latin-1")  # many servers read headers so
    for text in (word, as_latin):
        yield from (text, escape(text))
        for once in _in_json(text):
            yield from (once, *_in_json(once))
    for coded in (quote(word, safe=""), quote_plus(word)):
        yield from (coded, _HEX.sub(lambda found: found[0].lower(), coded))


def _in_json(text: str) -> Iterator[str]:
    """As JSON writes it, with what the libraries of other languages escape beyond need."""
    plain = msgspec.json.encode(text).decode()[1:-1]
    ascii_only = json.dumps(text)[1:-1]
    for written in (plain, ascii_only, _CODE.sub(lambda found: found[0].upper().replace("U", "u"), ascii_only)):
        yield from (written, written.replace("/", "\\/"))
