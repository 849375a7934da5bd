"""Which words of a delivery's settings are secrets, and how they look on the wire; references to secrets, filled in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec

from outbid.core.dialect.mapping import Entry, Table
from outbid.core.dialect.reference import Words, filled, names_in, references, refers
from outbid.core.dialect.sandbox import is_sandbox, sandbox_target
from outbid.core.dialect.secrets import (
    LEAST_ECHO_BYTES,
    MARK,
    Secrets,
    secret_parameters,
    sounds_secret,
    words_of,
)
from outbid.core.dialect.wire import Target, parse_target
from outbid.plugins.presets import tongue

Write = Callable[[dict[str, Any]], bytes]

_HOST = re.compile(r"[^/?#]*//[^/?#]*")


# -- references are filled in ----------------------------------------------------------------------------------------


def check_references(settings: msgspec.Struct, places: tuple[str, ...]) -> None:
    """Secrets are referred to only in those settings in which they are filled in. Raises ValueError."""
    elsewhere = {k: v for k, v in msgspec.to_builtins(settings).items() if k not in places}
    for path, _ in references(elsewhere):
        where = ".".join(map(str, path))
        raise ValueError(
            f"{where} cannot refer to a secret; headers, the path or query of an address and fixed texts can"
        )


def target_of(url: str, exceptions: frozenset[tuple[str, int]], words: Words, *, pinged: bool = False) -> Target:
    """Where requests go, with the secrets in its path and query. Raises ValueError."""
    if is_sandbox(url):
        if refers(url):
            raise ValueError("a sandbox address needs no secret")
        return sandbox_target(url, pinged=pinged, tongues=tongue)
    if refers(url.partition("#")[2]):
        raise ValueError("what follows # in an address is never sent: a secret stands in its path or query")
    host = _HOST.match(url)
    if host and refers(host[0]):
        raise ValueError("a secret stands in the path or the query of an address, not before")
    return parse_target(filled(url, words, _in_address), exceptions)


def fill_headers(headers: Mapping[str, str], words: Words) -> dict[str, str]:
    """Headers with the secrets in them. Raises ValueError."""
    _check_keys(headers)
    return {name: filled(text, words) for name, text in headers.items()}


def fill_terms(table: Table, words: Words) -> dict[str, str | Entry]:
    """A mapping with the secrets in its fixed texts. Raises ValueError."""
    _check_keys(table)
    return {key: _fill(key, said, words) for key, said in table.items()}


def _fill(key: str, said: str | Entry, words: Words) -> str | Entry:
    if isinstance(said, str):
        if refers(said) and not said.startswith("="):
            raise ValueError(f"{key!r}: a secret stands in a fixed text, which begins with =, such as ={said}")
        return filled(said, words)
    if any(names_in(text) for text in _texts(said)):
        raise ValueError(f"{key!r}: a secret is sent as it is: write it as ={{secret:NAME}}, without map or steps")
    return said


def _texts(said: Entry) -> Iterator[str]:
    yield from (said.value, said.then or "", str(said.otherwise))
    yield from map(str, said.map.values())


def _check_keys(table: Mapping[str, Any]) -> None:
    """Keys are sent as they are written: what would be filled in nowhere is refused."""
    for key in table:
        if refers(key):
            raise ValueError(f"{key!r}: a secret stands in a value, not in its key")


def _in_address(word: str) -> str:
    return quote(word, safe="")


# -- what must not be kept -------------------------------------------------------------------------------------------


def secrets_of(
    declared: tuple[str, ...],
    urls: Iterable[str | None],
    headers: Mapping[str, str],
    tables: Iterable[Table],
    write: Write,
    words: Words,
) -> Secrets:
    """Headers, query parameters and fixed texts that refer to secrets, are declared secret, or sound so.

    All are given as the market has them. Raises ValueError.
    """
    wanted = {name.lower() for name in declared}
    addresses = [url for url in urls if url is not None and not is_sandbox(url)]
    paths = [parse_target(url).path for url in addresses]
    fixed = {
        key: term[1:] for table in tables for key, term in table.items() if isinstance(term, str) and term[:1] == "="
    }
    _check(declared, paths, headers, fixed)
    hidden = {name.lower(): text for name, text in headers.items() if _is_secret(name, wanted) and not refers(text)}
    told = {name.lower(): text for name, text in headers.items() if refers(text)}
    texts = {key: text for key, text in fixed.items() if text and (_is_secret(key, wanted) or refers(text))}
    in_paths = [pair for path in paths for pair in secret_parameters(filled(path, words, _in_address), path, wanted)]
    in_bodies = [
        pair for key, text in texts.items() for pair in (*_framed(text, words), *_written(key, text, write, words))
    ]
    values = [text.encode() for text in (*hidden.values(), *texts.values()) if not refers(text)]
    values += [secret.partition(b"=")[2] for secret, kept in in_paths if kept.endswith(MARK.encode())]
    echoes = dict.fromkeys(value for value in values if len(value) >= LEAST_ECHO_BYTES)
    referring = (*told.values(), *texts.values(), *paths)
    spelt = words_of(dict.fromkeys(name for text in referring for name in names_in(text) if name in words), words)
    pairs = dict.fromkeys((*in_paths, *in_bodies, *spelt))
    return Secrets(frozenset(hidden), tuple(pairs), tuple(echoes), tuple(told.items()), spelt)


def _is_secret(name: str, declared: set[str]) -> bool:
    return name.lower() in declared or sounds_secret(name)


def _check(
    declared: tuple[str, ...], paths: Iterable[str], headers: Mapping[str, str], fixed: Mapping[str, str]
) -> None:
    known = [*headers, *fixed]
    known += [name for path in paths for name, _ in parse_qsl(path.partition("?")[2], keep_blank_values=True)]
    for name in declared:
        if name.lower() not in {word.lower() for word in known}:
            there = ", ".join(dict.fromkeys(known)) or "none"
            raise ValueError(f"{name!r} is no header, query parameter or key with a fixed text; there are: {there}")


def _written(key: str, text: str, write: Write, words: Words) -> Iterator[tuple[bytes, bytes]]:
    """A fixed text as it stands in a body, with what is kept instead: under its whole key, and under the last part.

    What is kept of a reference is the reference, as people write it.
    """
    kept = text.encode() if refers(text) else MARK.encode()
    *outer, last = key.partition("@")[0].split(".")
    if "@" in key[1:] or not last:
        return
    nested: Any = {last: filled(text, words)}
    marked: Any = {last: MARK}
    yield _bare(write(nested)), _bare(write(marked)).replace(MARK.encode(), kept)
    for part in reversed(outer):
        nested, marked = {part: nested}, {part: marked}
    yield _bare(write(nested)), _bare(write(marked)).replace(MARK.encode(), kept)


def _framed(text: str, words: Words) -> Iterator[tuple[bytes, bytes]]:
    """A fixed text as it stands in XML, as an element or an attribute, and as a part of a multipart form."""
    kept, told = text if refers(text) else MARK, filled(text, words)
    for front, spelt, end in (
        (">", escape(told, quote=False), "<"),
        ('="', escape(told), '"'),
        ("\r\n\r\n", told, "\r\n"),
    ):
        yield f"{front}{spelt}{end}".encode(), f"{front}{kept}{end}".encode()


def _bare(body: bytes) -> bytes:
    """A body of one key without the brackets around it, as it stands among others."""
    return body.removeprefix(b"{").removesuffix(b"}")
