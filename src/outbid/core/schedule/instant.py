"""An instant as the API and notices write it: RFC 3339, in UTC."""

from datetime import UTC, datetime


def utc(at_ms: int) -> str:
    """An instant as text, to the millisecond."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
