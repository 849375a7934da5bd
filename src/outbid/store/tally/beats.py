"""Beats: what every process added to the tallies in the last minutes, by the second."""

from typing import Any, Final

import asyncpg
import msgspec

from outbid.core.live.beat import Beat, Glimpse, OfferSums, Sums
from outbid.core.scope import Scope
from outbid.store.database import Connection

SECOND_MS: Final = 1000
KEPT_MS: Final = 20 * 60 * 1000
"""How long beats are kept at the least."""

_sources: Final = msgspec.json.Decoder(dict[int, Sums]).decode
_offers: Final = msgspec.json.Decoder(dict[int, OfferSums]).decode
_leads: Final = msgspec.json.Decoder(list[Glimpse]).decode


class Unsettled(Exception):
    """Somebody takes long to add a beat: which seconds are complete is not known yet."""


async def settled(connection: Connection) -> int:
    """The time (UTC milliseconds, of the database's clock) before which no beat will come any more.

    Raises Unsettled where that cannot be told within a second.
    """
    try:
        told: int = await connection.fetchval("select beats_settled()")
    except asyncpg.LockNotAvailableError:
        raise Unsettled("a process takes long to add to the tallies") from None
    return told


async def between(
    connection: Connection, scope: Scope, cell: int, since_ms: int, until_ms: int, *, offers: bool = False
) -> list[tuple[int, Beat]]:
    """The beats of seconds (UTC milliseconds) from one to just before another, in order; several may be of one.

    Those before `settled` never change. `offers`: with the sums of offers. Only the house may ask.
    """
    if scope.kind != "house":
        raise PermissionError("only the house sees what all sources and offers do")
    rows = await connection.fetch(
        """select at, sources::text, case when $4 then offers::text else '{}' end as offers, leads::text from beat
            where cell = $1 and at >= $2 and at < $3 order by at, lane, seq""",
        cell,
        since_ms,
        until_ms,
        offers,
    )
    return [(row["at"], _beat(row)) for row in rows]


async def drop_old(connection: Connection, now_ms: int) -> None:
    """Delete beats that are older than `KEPT_MS`."""
    await connection.execute("delete from beat where at < $1", now_ms - KEPT_MS)


def _beat(row: Any) -> Beat:
    return Beat(_sources(row["sources"]), _offers(row["offers"]), _leads(row["leads"]))
