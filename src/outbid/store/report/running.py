"""Runs a report: its sums, by one statement, under what its reader may read and for as long as he may take."""

from typing import Final

import asyncpg

from outbid.core.report.head import Audience
from outbid.core.report.range import has_full_hours
from outbid.core.report.table import Key, Sums
from outbid.core.scope import Scope
from outbid.core.tally.histogram import BUCKETS
from outbid.store.database import LOST, Connection
from outbid.store.report.relations import OF_TIME, VIEWS, Parts, Run, Wish, named, numbered, parts_of, relations
from outbid.store.upkeep.migrate import READER_ROLE

MOST_ROWS: Final = 10_000
LONGEST_MS: Final[dict[Audience, int]] = {"operator": 30_000, "seller": 5_000, "buyer": 5_000}
"""For how long a statement of each side may run."""
SIDES: Final[dict[str, Audience]] = {"house": "operator", "seller": "seller", "source": "seller", "buyer": "buyer"}


class TooLong(Exception):
    """The report took longer than its reader may take."""


class Broken(Exception):
    """The report's query cannot be run. The message is the database's."""


class TooMany(Exception):
    """There are more rows than are told."""


async def run(connection: Connection, scope: Scope, cell: int, wishes: list[Wish]) -> list[dict[Key, Sums]]:
    """The sums of each wish, all as of one moment. Raises TooLong, TooMany, Broken.

    PermissionError for what is another side's.
    """
    if any(wish.side != SIDES[scope.kind] for wish in wishes):
        raise PermissionError("a report is run for the side of its reader")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await _act_as(connection, scope)
            return [await _sums(connection, cell, wish) for wish in wishes]
    except asyncpg.QueryCanceledError:
        raise TooLong from None
    except asyncpg.PostgresError as error:
        if isinstance(error, LOST):
            raise
        raise Broken(str(error)) from error


async def known(connection: Connection, scope: Scope, kind: str, slug: str) -> bool:
    """Is there, or was there ever, such a noun of the reader's?"""
    view = {"house": f"house_{kind}", "buyer": "buyer_offer"}.get(scope.kind, "seller_source")
    column = "slug" if view.endswith(f"_{kind}") else kind
    if scope.kind == "house" and kind not in ("source", "offer"):
        view, column = "noun", "slug"
    of_kind = f"kind = '{kind}' and " if view == "noun" else ""
    async with connection.transaction(readonly=True):
        await _act_as(connection, scope)
        return bool(await connection.fetchval(f"select exists (select from {view} where {of_kind}{column} = $1)", slug))


async def _act_as(connection: Connection, scope: Scope) -> None:
    """Until the transaction ends: who reads, for how long, and with which rights.

    Where the run-time role could not be made, there is no reader's role either; the views keep everybody apart.
    """
    side = SIDES[scope.kind]
    await connection.execute(
        """select set_config('statement_timeout', $1, true), set_config('outbid.reader', $2, true),
                  set_config('outbid.reader_number', $3, true)""",
        str(LONGEST_MS[side]),
        scope.kind,
        str(scope.number),
    )
    if side != "operator" and await connection.fetchval(
        """select coalesce((select pg_has_role(session_user, r.oid, 'member') from pg_roles r where r.rolname = $1),
                           false)""",
        READER_ROLE,
    ):
        await connection.execute(f"set local role {READER_ROLE}")


async def _parts(connection: Connection, cell: int, wish: Wish) -> Parts:
    """Which parts of the time can be read from what is rolled up, and divided as it is asked for."""
    spans: list[Run] = []
    if _may_be_rolled(wish):
        rows = await connection.fetch(
            f"""select starts, ends from {VIEWS[wish.side]}_span
                 where cell = $1 and starts >= $2 and ends <= $3 and ($4 or zone = $5) order by starts""",
            cell,
            wish.since_ms,
            wish.until_ms,
            not {"day", "weekday"} & set(wish.groups),
            wish.zone,
        )
        spans = [(row["starts"], row["ends"]) for row in rows]
    return parts_of(wish.since_ms, wish.until_ms, spans)


def _may_be_rolled(wish: Wish) -> bool:
    """Leads are rolled up by hours that are full in UTC, offers by days."""
    if "hour" in wish.groups or "hour_of_day" in wish.groups:
        return wish.report.head.of == "leads" and has_full_hours(wish.zone, wish.since_ms, wish.until_ms)
    return True


async def _sums(connection: Connection, cell: int, wish: Wish) -> dict[Key, Sums]:
    parts = await _parts(connection, cell, wish)
    runs = (*parts.rolled, *parts.quarters)
    given: list[object] = [cell, wish.since_ms, wish.until_ms, wish.clock, wish.zone, list(wish.starts_ms)]
    given += [wish.dimension, [run[0] for run in runs], [run[1] for run in runs], *(slug for _, slug in wish.filters)]
    rows = await connection.fetch(_statement(wish, parts), *given)
    if len(rows) > MOST_ROWS:
        raise TooMany
    places, figures = len(wish.groups) + wish.money, len(wish.groups) + wish.money + len(wish.columns)
    found: dict[Key, Sums] = {}
    for row in rows:
        values = tuple(row.values())
        sums = (value if isinstance(value, float) else int(value) for value in values[places:figures])
        histogram = [int(count) for count in values[figures:]]
        found[values[:places]] = Sums(dict(zip(wish.columns, sums, strict=True)), histogram if any(histogram) else [])
    return found


def _statement(wish: Wish, parts: Parts) -> str:
    """Sums by number first, then by name: a name is looked up once for each number, not for each row.

    A histogram is a sum for each of its buckets: twice as fast as taking arrays apart into rows.
    """
    sums = {name: f"q.{name}" for name in wish.columns}
    if any(column.quantile is not None for column in wish.report.head.columns_for(wish.side)):
        sums |= {f"bucket_{n}": f"q.histogram[{n}]" for n in range(1, BUCKETS + 1)}
    inner = [f"sum({value}) as {name}" for name, value in sums.items()]
    outer = [f"coalesce(sum(b.{name}), 0) as {name}" for name in sums]
    return _grouped(wish, parts, ", ".join(inner), ", ".join(outer))


def _grouped(wish: Wish, parts: Parts, sums: str, sums_again: str) -> str:
    keys = [f"{OF_TIME[group]} as {group}" if group in OF_TIME else f"q.{group} as {group}" for group in numbered(wish)]
    groups = (*wish.groups, *(("currency",) if wish.money else ()))
    names = [f"{named(wish, group)} as {group}" for group in groups]
    inner = ", ".join(str(n) for n in range(1, len(keys) + 1))
    outer = ", ".join(str(n) for n in range(1, len(names) + 1))
    joined = "left join sources s on s.number = b.source" if "source" in numbered(wish) else ""
    joined += " left join offers o on o.number = b.offer" if "offer" in numbered(wish) else ""
    return f"""
with {relations(wish, parts)}, query as (
{wish.report.query}
), base as (
  select {", ".join([*keys, sums])} from query q {f"group by {inner}" if inner else ""}
)
select {", ".join([*names, sums_again])} from base b {joined} {f"group by {outer}" if outer else ""}
 limit {MOST_ROWS + 1}"""
