"""Forms and queries: nested keys and values to `name=value` pairs, percent-encoded."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_plus

from outbid.core.dialect.mapping import as_text


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
