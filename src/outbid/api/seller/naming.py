"""A seller's sources by the names that he writes."""

from outbid.api.door.refusal import Refused
from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.reading.parties import seller


async def source_named(connection: Connection, scope: Scope, slug: str | None) -> int | None:
    """The number of the source that a parameter names. Raises Refused if the reader never had one of that name."""
    if slug is None:
        return None
    number = await seller.source_number(connection, scope, slug)
    if number is None:
        raise Refused("parameter_faulty", f"source: you have no source {slug!r}")
    return number
