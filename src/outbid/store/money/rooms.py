"""Which accounts are full, told between processes: a notice when one is filled, and a look once a second."""

from collections.abc import Iterable

from outbid.store.database import Connection

CHANNEL = "outbid_room"


async def tell(connection: Connection, filled: Iterable[bytes]) -> None:
    """Notify every process that these accounts are full."""
    texts = [identifier.hex() for identifier in filled]
    if texts:
        await connection.execute("select pg_notify($1, u.id) from unnest($2::text[]) u (id)", CHANNEL, texts)


async def look(connection: Connection, cell: int, identifiers: list[bytes]) -> list[tuple[bytes, int]]:
    """The room that these accounts have now."""
    if not identifiers:
        return []
    rows = await connection.fetch(
        "select id, ceiling - posted - held as room from account where cell = $1 and id = any($2::uuid[])",
        cell,
        identifiers,
    )
    return [(row["id"], row["room"]) for row in rows]
