"""How a request is written, whoever it goes to: forms and queries, and which headers may be set."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote_plus

from outbid.core.dialect.mapping import as_text
from outbid.core.dialect.wire import HEADER_NAME, SENDERS_HEADERS


def form_writer(nested: str = "{}.{}", yes: str = "true", no: str = "false") -> Callable[[dict[str, Any]], bytes]:
    """From keys and values to an urlencoded form or query."""

    def write(made: dict[str, Any]) -> bytes:
        pairs = flat_pairs(made, nested, yes, no)
        return "&".join(f"{quote_plus(key)}={quote_plus(text, errors='replace')}" for key, text in pairs).encode(
            "ascii"
        )

    return write


def flat_pairs(made: dict[str, Any], nested: str, yes: str, no: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Keys and values as a form has them; of a list, its key stands once for each part.

    `nested` joins the key of an object and one in it.
    """
    for key, value in made.items():
        name = nested.format(prefix, key) if prefix else key
        if isinstance(value, dict):
            yield from flat_pairs(value, nested, yes, no, name)
            continue
        for each in value if isinstance(value, list) else (value,):
            yield name, (yes if each else no) if isinstance(each, bool) else as_text(each)


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Headers that settings name; those that frame a message are the sender's alone. Raises ValueError."""
    for name, value in headers:
        if not HEADER_NAME.fullmatch(name) or name.lower() in SENDERS_HEADERS | {"content-type"}:
            raise ValueError(f"{name!r} cannot be a header of a request")
        if any((c < " " and c != "\t") or c == "\x7f" for c in value):
            raise ValueError(f"the header {name!r} holds a line end or another control character")
