"""Which words of a delivery's settings are secrets, and how they look on the wire."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from outbid.core.dialect.secrets import LEAST_ECHO_BYTES, MARK, Secrets, secret_parameters, sounds_secret
from outbid.core.dialect.wire import parse_target

Write = Callable[[dict[str, Any]], bytes]


def secrets_of(
    declared: tuple[str, ...],
    urls: Iterable[str | None],
    headers: Mapping[str, str],
    tables: Iterable[Mapping[str, str]],
    write: Write,
) -> Secrets:
    """Headers, query parameters and fixed texts that are declared secret, or sound so. Raises ValueError."""
    wanted = {name.lower() for name in declared}
    paths = [parse_target(url).path for url in urls if url is not None]
    fixed = {key: term[1:] for table in tables for key, term in table.items() if term.startswith("=")}
    _check(declared, paths, headers, fixed)
    hidden = {name.lower(): text for name, text in headers.items() if _is_secret(name, wanted)}
    texts = {key: text for key, text in fixed.items() if text and _is_secret(key, wanted)}
    in_paths = [pair for path in paths for pair in secret_parameters(path, wanted)]
    in_bodies = [pair for key, text in texts.items() for pair in _written(key, text, write)]
    values = [text.encode() for text in (*hidden.values(), *texts.values())]
    values += [secret.partition(b"=")[2] for secret, _ in in_paths]
    echoes = dict.fromkeys(value for value in values if len(value) >= LEAST_ECHO_BYTES)
    return Secrets(frozenset(hidden), tuple(dict.fromkeys((*in_paths, *in_bodies))), tuple(echoes))


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


def _written(key: str, text: str, write: Write) -> Iterator[tuple[bytes, bytes]]:
    """A fixed text as it stands in a body, with what is kept instead: under its whole key, and under the last part."""
    *outer, last = key.split(".")
    nested: Any = {last: text}
    marked: Any = {last: MARK}
    yield _bare(write(nested)), _bare(write(marked))
    for part in reversed(outer):
        nested, marked = {part: nested}, {part: marked}
    yield _bare(write(nested)), _bare(write(marked))


def _bare(body: bytes) -> bytes:
    """A body of one key without the brackets around it, as it stands among others."""
    return body.removeprefix(b"{").removesuffix(b"}")
