"""Instants as the API writes and reads them: RFC 3339, in UTC."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

Instant = Annotated[datetime, Meta(tz=True, description="an instant (RFC 3339), such as 2026-01-31T12:00:00Z")]


def utc(at_ms: int) -> str:
    """An instant as text, to the millisecond."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ms_of(instant: datetime) -> int:
    """An instant as UTC milliseconds; what was before 1970 is 0, for nothing here is as old."""
    return max(0, int(instant.timestamp() * 1000))
