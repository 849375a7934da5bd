"""Instants as the API writes and reads them: RFC 3339, in UTC."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from outbid.core.schedule.instant import utc

__all__ = ["Instant", "ms_of", "utc"]

Instant = Annotated[datetime, Meta(tz=True, description="an instant (RFC 3339), such as 2026-01-31T12:00:00Z")]


def ms_of(instant: datetime) -> int:
    """An instant as UTC milliseconds; what was before 1970 is 0, for nothing here is as old."""
    return max(0, int(instant.timestamp() * 1000))
