"""Files of leads: put down row by row under a key of their own, sold in pieces, told of by line."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.people.persons import Lead

KEPT_MS = 7 * 86_400_000
LAST = b"\xff" * 16
State = Literal["reading", "selling", "done", "stopped"]
BAD = ("bad", "refused")
"""Outcomes of lines that can be mended."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file. `means`: for each column of `header` the field; `pace`: lines a second; `lines` that hold something."""

    cell: int
    id: bytes
    source: int
    test: bool
    by: str
    name: str
    at_ms: int
    state: State
    header: list[str]
    means: list[str]
    pace: int
    lines: int = 0
    done: int = 0
    bad: int = 0
    wrapped: bytes = b""


class Piece(msgspec.Struct, frozen=True):
    """Some rows of a file, sealed."""

    first_line: int
    sealed: bytes


class LineTold(msgspec.Struct, frozen=True):
    """What became of a line. `payout_micros`: what the seller gets, if it was sold."""

    line: int
    outcome: str
    lead_id: bytes | None
    note: str
    reason: str = ""
    payout_micros: int | None = None


_SEEN = """({kind} = 'house' or {kind} = 'source' and u.source = {number} or {kind} = 'seller' and exists (
    select from noun n join noun p on p.kind = 'seller' and p.slug = n.body ->> 'seller'
     where n.kind = 'source' and n.number = u.source and n.to_version is null and p.number = {number}))"""
_COLUMNS = "cell, id, source, test, by, name, at, state, header, means, pace, lines, done, bad, wrapped"


async def begin(connection: Connection, upload: Upload, key_version: int) -> None:
    """A file begins to come."""
    await connection.execute(
        """insert into upload (cell, id, source, test, by, name, at, expires_at, state, header, means, pace,
                               key_version, wrapped)
           values ($1, $2, $3, $4, $5, $6, $7, $8, 'reading', $9, $10, $11, $12, $13)""",
        upload.cell,
        upload.id,
        upload.source,
        upload.test,
        upload.by,
        upload.name,
        upload.at_ms,
        upload.at_ms + KEPT_MS,
        msgspec.json.encode(upload.header),
        msgspec.json.encode(upload.means),
        upload.pace,
        key_version,
        upload.wrapped,
    )


async def add(connection: Connection, upload: Upload, piece: Piece, lines: int) -> None:
    """Some more rows of it."""
    await connection.execute(
        "insert into upload_rows (cell, upload, first_line, sealed) values ($1, $2, $3, $4)",
        upload.cell,
        upload.id,
        piece.first_line,
        piece.sealed,
    )
    await connection.execute(
        "update upload set lines = lines + $3 where cell = $1 and id = $2", upload.cell, upload.id, lines
    )


async def set_state(connection: Connection, upload: Upload, state: State, now_ms: int) -> bool:
    """Another state; False if it is over already. What is kept is kept for a week from then."""
    done = await connection.execute(
        """update upload set state = $3, expires_at = $4
            where cell = $1 and id = $2 and state in ('reading', 'selling')""",
        upload.cell,
        upload.id,
        state,
        now_ms + KEPT_MS,
    )
    return str(done) != "UPDATE 0"


async def drop(connection: Connection, upload: Upload) -> None:
    """Forget a file that did not come whole."""
    await connection.execute("delete from upload where cell = $1 and id = $2", upload.cell, upload.id)


async def one(connection: Connection, scope: Scope, cell: int, identifier: bytes) -> Upload | None:
    """A file; None if there is none for the reader."""
    found = await page(connection, scope, cell, None, identifier, 1, exact=True)
    return found[0] if found else None


async def page(
    connection: Connection,
    scope: Scope,
    cell: int,
    source: int | None,
    before: bytes,
    limit: int,
    *,
    exact: bool = False,
    only_tests: bool = False,
) -> list[Upload]:
    """The newest files with an id below `before`; `exact`: the one with that id."""
    rows = await connection.fetch(
        f"""select {_COLUMNS} from upload u
             where cell = $1 and ($2::integer is null or source = $2) and case when $5 then id = $3 else id < $3 end
               and {_SEEN.format(kind="$6", number="$7")} and (test or not $8)
             order by id desc limit $4""",
        cell,
        source,
        before,
        limit,
        exact,
        scope.kind,
        scope.number,
        only_tests,
    )
    return [_upload(row) for row in rows]


def _upload(row: Any) -> Upload:
    found = dict(row.items())
    found["at_ms"] = found.pop("at")
    for name in ("header", "means"):
        found[name] = msgspec.json.decode(found[name])
    return Upload(**found)


async def next_piece(connection: Connection, upload: Upload) -> Piece | None:
    """The next rows that nobody has sold; None: all are, or the file was stopped."""
    row = await connection.fetchrow(
        """select r.first_line, r.sealed from upload_rows r join upload u on u.cell = r.cell and u.id = r.upload
            where r.cell = $1 and r.upload = $2 and not r.sold and u.state = 'selling'
            order by r.first_line limit 1""",
        upload.cell,
        upload.id,
    )
    return None if row is None else Piece(*row.values())


async def sold(connection: Connection, upload: Upload, piece: Piece, told: list[LineTold]) -> None:
    """Rows were sold: `piece` holds those of them that can be mended, and no others. Again it changes nothing."""
    async with connection.transaction():
        made = await connection.execute(
            """update upload_rows set sold = true, sealed = $4
                where cell = $1 and upload = $2 and first_line = $3 and not sold""",
            upload.cell,
            upload.id,
            piece.first_line,
            piece.sealed,
        )
        if str(made) == "UPDATE 0":
            return
        await connection.execute(
            """insert into upload_line (cell, upload, line, outcome, lead_id, note)
               select $1, $2, u.* from unnest($3::integer[], $4::text[], $5::uuid[], $6::text[]) u
               on conflict do nothing""",
            upload.cell,
            upload.id,
            [line.line for line in told],
            [line.outcome for line in told],
            [line.lead_id for line in told],
            [line.note for line in told],
        )
        await connection.execute(
            "update upload set done = done + $3, bad = bad + $4 where cell = $1 and id = $2",
            upload.cell,
            upload.id,
            len(told),
            sum(line.outcome in BAD for line in told),
        )


async def piece_sold(connection: Connection, upload: Upload, after: int) -> Piece | None:
    """The next rows that were sold, behind a line."""
    row = await connection.fetchrow(
        """select first_line, sealed from upload_rows where cell = $1 and upload = $2 and sold and first_line > $3
            order by first_line limit 1""",
        upload.cell,
        upload.id,
        after,
    )
    return None if row is None else Piece(*row.values())


async def lines_after(connection: Connection, scope: Scope, upload: Upload, after: int, limit: int) -> list[LineTold]:
    """What became of lines as it stands now, behind a line, in their order."""
    rows = await connection.fetch(
        f"""select l.line, coalesce(s.status, l.outcome), l.lead_id, l.note, coalesce(s.reason, ''),
                  (select sum(x.payout_micros)::bigint from sale x
                    where x.cell = l.cell and x.lead_id = l.lead_id and x.status = 'sold')
              from upload_line l join upload u on u.cell = l.cell and u.id = l.upload
              left join lead_status s on s.cell = l.cell and s.lead_id = l.lead_id
             where l.cell = $1 and l.upload = $2 and l.line > $3 and {_SEEN.format(kind="$5", number="$6")}
             order by l.line limit $4""",
        upload.cell,
        upload.id,
        after,
        limit,
        scope.kind,
        scope.number,
    )
    return [LineTold(*row.values()) for row in rows]


async def lines_of(
    connection: Connection, scope: Scope, cell: int, leads: Sequence[bytes]
) -> list[tuple[bytes, list[int]]]:
    """The files that these leads came in, each with their lines. Nobody but the house finds any."""
    rows = await connection.fetch(
        """select upload, array_agg(line order by line) from upload_line
            where $1 = 'house' and cell = $2 and lead_id = any($3::uuid[]) group by upload""",
        scope.kind,
        cell,
        list(leads),
    )
    return [(bytes(upload), list(lines)) for upload, lines in (tuple(row.values()) for row in rows)]


async def bad_leads(connection: Connection, scope: Scope, upload: Upload) -> list[Lead]:
    """The leads of the lines that can be mended, erased ones left out. Nobody but the house finds any."""
    rows = await connection.fetch(
        """select l.cell, l.lead_id, false, coalesce(s.status, 'open') in ('sold', 'unsold', 'refused')
             from upload_line l join lead_key k on k.cell = l.cell and k.lead_id = l.lead_id
             left join lead_status s on s.cell = l.cell and s.lead_id = l.lead_id
            where l.cell = $1 and l.upload = $2 and l.outcome = any($3::text[]) and $4 = 'house' order by l.line""",
        upload.cell,
        upload.id,
        list(BAD),
        scope.kind,
    )
    return [Lead(*row.values()) for row in rows]


async def piece_with(connection: Connection, upload: Upload, line: int) -> Piece | None:
    """The rows among which a line stands, locked until the transaction ends."""
    row = await connection.fetchrow(
        """select first_line, sealed from upload_rows where cell = $1 and upload = $2 and first_line <= $3
            order by first_line desc limit 1 for update""",
        upload.cell,
        upload.id,
        line,
    )
    return None if row is None else Piece(*row.values())


async def reseal(connection: Connection, upload: Upload, piece: Piece) -> None:
    """Keep other rows in place of those that were."""
    await connection.execute(
        "update upload_rows set sealed = $4 where cell = $1 and upload = $2 and first_line = $3",
        upload.cell,
        upload.id,
        piece.first_line,
        piece.sealed,
    )
