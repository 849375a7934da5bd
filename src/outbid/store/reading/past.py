"""Leads of a span with all that decides about them, in pages, to be played again: no personal value is read."""

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.value import Scalar
from outbid.core.scope import Scope
from outbid.store.database import Connection

ALL = 1 << 16
"""The part of a span that is all of it: leads are drawn by the last two bytes of their ids, which are chance."""


class Which(msgspec.Struct, frozen=True):
    """Leads from the id `since` to just below `before`, of a campaign and a source if they are named (by number).

    Test leads are none of them, nor are those that are under way. `part`: so many of `ALL`.
    """

    since: bytes
    before: bytes
    campaign: int | None = None
    source: int | None = None
    part: int = ALL


class Row(msgspec.Struct, frozen=True):
    """A lead. `facts` are those that it came with."""

    id: bytes
    at_ms: int
    source: int
    campaign: int
    facts: dict[str, Scalar]
    events: list[ev.Event]


_WHERE = """
  from lead l join lead_status s on s.cell = l.cell and s.lead_id = l.id
 where $1 = 'house' and l.cell = $2 and l.id > $3 and l.id < $4 and not l.test
   and ($5::int is null or l.campaign = $5) and ($6::int is null or l.source = $6)
   and ($7 = 65536 or get_byte(uuid_send(l.id), 14) * 256 + get_byte(uuid_send(l.id), 15) < $7)"""
_decode_facts = msgspec.json.Decoder(dict[str, Scalar]).decode


def _parameters(scope: Scope, cell: int, which: Which, after: bytes) -> list[object]:
    return [scope.kind, cell, after, which.before, which.campaign, which.source, which.part]


async def count(connection: Connection, scope: Scope, cell: int, which: Which) -> int:
    """How many leads there are."""
    return int(
        await connection.fetchval(f"select count(*) {_WHERE}", *_parameters(scope, cell, which, which.since)) or 0
    )


async def page(
    connection: Connection, scope: Scope, cell: int, which: Which, after: bytes | None, most: int
) -> list[Row]:
    """The next leads after an id, or the first ones: in order of arrival."""
    rows = await connection.fetch(
        f"select l.id, l.arrived_at, l.source, l.campaign, l.facts {_WHERE} order by l.id limit $8",
        *_parameters(scope, cell, which, after or which.since),
        most,
    )
    if not rows:
        return []
    chapters = await connection.fetch(
        """select lead_id, events from chapter
            where cell = $1 and lead_id between $2 and $3 and lead_id = any($4::uuid[]) order by lead_id, n""",
        cell,
        rows[0]["id"],
        rows[-1]["id"],
        [row["id"] for row in rows],
    )
    events: dict[bytes, list[ev.Event]] = {}
    for identifier, text in chapters:
        events.setdefault(identifier, []).extend(ev.decode(text))
    return [
        Row(identifier, at_ms, source, campaign, _decode_facts(facts), events.get(identifier, []))
        for identifier, at_ms, source, campaign, facts in rows
    ]


class SaleRow(msgspec.Struct, frozen=True):
    """A sale that took room in accounts, and may still."""

    id: bytes
    source: int
    offer: int
    price_micros: int


async def sales(
    connection: Connection, scope: Scope, cell: int, which: Which, after: bytes, most: int
) -> list[SaleRow]:
    """The next sales after an id that began in a span, whatever lead they are of; in order."""
    rows = await connection.fetch(
        """select id, source, offer, price_micros from sale
            where $1 = 'house' and cell = $2 and id > $3 and id < $4 and status in ('posting', 'sold', 'uncertain')
            order by id limit $5""",
        scope.kind,
        cell,
        after,
        which.before,
        most,
    )
    return [SaleRow(*row.values()) for row in rows]


async def taken(connection: Connection, scope: Scope, cell: int, accounts: list[bytes]) -> dict[bytes, int]:
    """What is posted and held of accounts now, by id; those that were never opened are not there."""
    rows = await connection.fetch(
        "select id, posted + held as taken from account where $1 = 'house' and cell = $2 and id = any($3::uuid[])",
        scope.kind,
        cell,
        accounts,
    )
    return {row["id"]: row["taken"] for row in rows}
