"""How many leads a filter would have matched, part by part, and what those were sold for."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from outbid.core.ids import first_of
from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Node, compile_filter
from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.reading.filters import condition

MOST_COUNTED = 50_000
"""Leads that the database looks at for one count, the newest ones."""
MOST_READ = 5_000
"""Leads that are read singly where a part has no exact reading in SQL."""
FIRST = 4
"""The number of the first parameter of filters."""
_decode = msgspec.json.Decoder(dict[str, Scalar]).decode


class Counts(NamedTuple):
    """What was counted.

    leads   that arrived in the range
    read    of them, the newest that were looked at; what follows is of these alone
    parts   for each filter that was asked about, how many it lets through
    prices  what those were sold for that the first filter lets through: a lead's highest sale, in micros, rising
    """

    leads: int
    read: int
    parts: list[int]
    prices: list[int]


async def counts(connection: Connection, scope: Scope, campaign: int, nodes: Sequence[Node], since_ms: int) -> Counts:
    """Count for each filter by itself; the first one is the whole. Test leads are left out.

    Only the house may ask: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house counts the leads of a campaign")
    since, written = first_of(since_ms), _written(nodes)
    most = MOST_READ if written is None else MOST_COUNTED
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        if written is None:
            rows = await connection.fetch(f"{_RECENT} {_SINGLY}", campaign, since, most)
            read, (parts, prices) = len(rows), _judged(rows, nodes)
        else:
            given = (campaign, since, most, *written.parameters)
            row = await connection.fetchrow(f"{_RECENT} select count(*){_each(written)} from l", *given)
            read, *parts = row or (0,)
            sold = await connection.fetch(
                f"{_RECENT} {_SOLD} where {written.conditions[0]} group by l.id order by 1",
                *given[: FIRST - 1 + written.own],
            )
            prices = [row["price"] for row in sold]
        # Fewer than were looked for are all: only of more has the rest to be counted.
        leads = read if read < most else await connection.fetchval(_ALL, campaign, since)
    return Counts(leads, read, parts, prices)


_ALL = "select count(*) from lead l where l.campaign = $1 and l.id >= $2 and not l.test"


class _Written(NamedTuple):
    """Filters as SQL; `own`: how many of the parameters are the first one's, which come first."""

    conditions: list[str]
    parameters: list[object]
    own: int


def _written(nodes: Sequence[Node]) -> _Written | None:
    """Every filter as SQL with its own parameters; None where one of them has no exact reading."""
    conditions: list[str] = []
    given: list[object] = []
    own = 0
    for node in nodes:
        sql, parameters, exact = condition(node, FIRST + len(given))
        if not exact:
            return None
        own = own or len(parameters)
        conditions.append(sql)
        given.extend(parameters)
    return _Written(conditions, given, own)


_RECENT = """
with l as materialized (
  select l.cell, l.id, l.facts from lead l where l.campaign = $1 and l.id >= $2 and not l.test
   order by l.id desc limit $3
)"""


_SOLD = """
select max(s.price_micros) as price from l
  join sale s on s.cell = l.cell and s.lead_id = l.id and s.status = 'sold'"""
_SINGLY = """
select l.facts, (select max(s.price_micros) from sale s
                  where s.cell = l.cell and s.lead_id = l.id and s.status = 'sold') as price from l"""


def _each(written: _Written) -> str:
    return "".join(f", count(*) filter (where {sql})" for sql in written.conditions)


def _judged(rows: Sequence[Any], nodes: Sequence[Node]) -> tuple[list[int], list[int]]:
    """How many of the rows each filter lets through, and what the first one's were sold for."""
    tests = [compile_filter(node) for node in nodes]
    parts, prices = [0] * len(tests), []
    for row in rows:
        facts = _decode(row["facts"])
        matched = [test(facts) for test in tests]
        parts = [before + now for before, now in zip(parts, matched, strict=True)]
        if matched[0] and row["price"] is not None:
            prices.append(row["price"])
    return parts, sorted(prices)
