"""Which headers a request may be given by settings."""

from collections.abc import Iterable

from outbid.core.dialect.wire import HEADER_NAME, SENDERS_HEADERS


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Headers that settings name; those that frame a message are the sender's alone. Raises ValueError."""
    for name, value in headers:
        if not HEADER_NAME.fullmatch(name) or name.lower() in SENDERS_HEADERS | {"content-type"}:
            raise ValueError(f"{name!r} cannot be a header of a request")
        if any((c < " " and c != "\t") or c == "\x7f" for c in value):
            raise ValueError(f"the header {name!r} holds a line end or another control character")
