"""How a request is written, whoever it goes to: forms and queries, and which headers may be set."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from outbid.core.dialect.wire import HEADER_NAME, SENDERS_HEADERS


def form_writer(nested: str = "{}.{}", yes: str = "true", no: str = "false") -> Callable[[dict[str, Any]], bytes]:
    """From keys and values to an urlencoded form or query. `nested` joins the key of an object and one in it."""

    def pairs(made: dict[str, Any], prefix: str) -> Iterator[str]:
        for key, value in made.items():
            name = nested.format(prefix, key) if prefix else key
            if isinstance(value, dict):
                yield from pairs(value, name)
            else:
                text = (yes if value else no) if isinstance(value, bool) else _text(value)
                yield f"{quote_plus(name)}={quote_plus(text, errors='replace')}"

    return lambda made: "&".join(pairs(made, "")).encode("ascii")


def _text(value: Any) -> str:
    """A value as text: a whole number has no point, however it is kept, and none has an exponent."""
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() else format(Decimal(str(value)), "f")


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Headers that settings name; those that frame a message are the sender's alone. Raises ValueError."""
    for name, value in headers:
        if not HEADER_NAME.fullmatch(name) or name.lower() in SENDERS_HEADERS | {"content-type"}:
            raise ValueError(f"{name!r} cannot be a header of a request")
        if any((c < " " and c != "\t") or c == "\x7f" for c in value):
            raise ValueError(f"the header {name!r} holds a line end or another control character")
