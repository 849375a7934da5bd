"""Files of leads as they are told: how far each is, and CSV files of bad lines and of results."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from outbid.api.said.instants import utc
from outbid.core.answer import PENDING
from outbid.core.ids import LEAD, public
from outbid.core.money import text_of
from outbid.core.scope import Scope
from outbid.core.upload.table import LINE, WRONG, written
from outbid.exchange.uploads.rows import opened
from outbid.exchange.uploads.taking import Looked
from outbid.store import uploads
from outbid.store.uploads import BAD, Upload
from outbid.store.vault import Vault

AT_ONCE = 1000


class UploadTold(msgspec.Struct, frozen=True):
    """A file, and how far it is.

    state   reading: it comes; selling; done; stopped
    lines   how many hold something; done: how many of them were sold or refused; bad: how many can be mended
    columns column → the field that it means; empty: it is left out
    """

    id: str
    source: str
    name: str
    at: str
    by: str
    test: bool
    state: str
    lines: int
    done: int
    bad: int
    columns: dict[str, str]


class UploadPage(msgspec.Struct, frozen=True):
    """A page of files, the newest first."""

    items: list[UploadTold]
    next: str | None


class RowLooked(msgspec.Struct, frozen=True):
    """A row as it would be read: fields, and field → reason code of what is wrong with it; `wrong`: it is no lead."""

    line: int
    fields: dict[str, str]
    flaws: dict[str, str]
    wrong: str


class UploadLook(msgspec.Struct, frozen=True):
    """How a file would be read; nothing of it is kept."""

    encoding: str
    separator: str
    columns: dict[str, str]
    rows: list[RowLooked]


def told(upload: Upload, source: str) -> UploadTold:
    """A file as it is told."""
    return UploadTold(
        id=upload.id.hex(),
        source=source,
        name=upload.name,
        at=utc(upload.at_ms),
        by=upload.by,
        test=upload.test,
        state=upload.state,
        lines=upload.lines,
        done=upload.done,
        bad=upload.bad,
        columns=dict(zip(upload.header, upload.means, strict=True)),
    )


def looked(rows: list[Looked]) -> list[RowLooked]:
    """Rows as they are told."""
    return [RowLooked(row.line, row.fields, row.flaws, row.wrong) for row in rows]


async def bad_lines(connection: Any, scope: Scope, vault: Vault, upload: Upload) -> AsyncIterator[bytes]:
    """The lines that can be mended, as they came, with two columns more; to be loaded again as it is."""
    columns = [name for name in upload.header if name not in (LINE, WRONG)]
    places = [place for place, name in enumerate(upload.header) if name not in (LINE, WRONG)]
    yield written([*columns, LINE, WRONG])
    key = vault.unwrap(upload.id, upload.wrapped)
    after = 0
    while (piece := await uploads.piece_sold(connection, upload, after)) is not None:
        rows = opened(vault, key, upload, piece)
        lines = await uploads.lines_after(connection, scope, upload, piece.first_line - 1, AT_ONCE)
        notes = {line.line: line.note for line in lines}
        for row in rows:
            cells = [row.cells[place] for place in places]
            yield written([*cells, row.line, notes.get(row.line, row.flaw)])
        after = piece.first_line


async def results(connection: Any, scope: Scope, currency: str, upload: Upload) -> AsyncIterator[bytes]:
    """What became of each line, as it stands now."""
    yield written(["line", "outcome", "lead", "price", "currency", "note"])
    after = 0
    while lines := await uploads.lines_after(connection, scope, upload, after, AT_ONCE):
        for line in lines:
            outcome = "pending" if line.outcome in PENDING else line.outcome
            lead = "" if line.lead_id is None else public(LEAD, upload.cell, line.lead_id)
            price = "" if line.payout_micros is None else text_of(line.payout_micros)
            note = line.note if outcome in BAD else line.reason
            yield written([line.line, outcome, lead, price, currency if price else "", note])
        after = lines[-1].line
