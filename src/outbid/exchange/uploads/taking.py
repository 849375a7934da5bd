"""Takes a file of leads: its form found out, its columns given meanings, its rows put down piece by piece."""

import io
from collections.abc import Iterator, Mapping
from typing import IO, Any

import msgspec

from outbid.core.ids import uuid7
from outbid.core.market.snapshot import Source
from outbid.core.upload.columns import fields_of, meanings
from outbid.core.upload.table import (
    CODECS,
    LINE,
    Encoding,
    Row,
    Separator,
    TableFault,
    armed,
    encoding_by_mark,
    rows_of,
    separator_of,
)
from outbid.exchange.arrive import today
from outbid.exchange.exchange import Exchange
from outbid.exchange.uploads.rows import pieces_of, sealed
from outbid.exchange.uploads.selling import put
from outbid.store import uploads
from outbid.store.uploads import Upload

MOST_LINES = 1_000_000
LOOKED_AT = 20
_PART = 1 << 16


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read. Encoding and separator are found out where they are None; `columns`: column → field."""

    name: str = ""
    encoding: Encoding | None = None
    separator: Separator | None = None
    columns: Mapping[str, str] = {}
    pace: int = 10


class Opened(msgspec.Struct, frozen=True):
    """A file whose form is known. `rows`: those behind the header."""

    encoding: Encoding
    separator: Separator
    header: list[str]
    means: list[str]
    rows: Iterator[Row]


class Looked(msgspec.Struct, frozen=True):
    """A row as it would be read: its fields, and field → reason code of what is wrong; `wrong`: why it is no lead."""

    line: int
    fields: dict[str, str]
    flaws: dict[str, str]
    wrong: str


def open_file(
    file: IO[bytes], source: Source, wish: Wish, names: Mapping[str, str], before: Mapping[str, str]
) -> Opened:
    """Find out the form of a file. Raises TableFault, ColumnFault.

    names   the seller's names of fields; before: column → field as in the last file of the source
    """
    encoding = wish.encoding or _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, CODECS[encoding], newline="")
    try:
        start = text.readline(_PART)
    except UnicodeError as error:
        raise TableFault(f"line 1: it is not {encoding}: {error}") from None
    separator = wish.separator or separator_of(start)
    text.seek(0)
    rows = rows_of(text, separator)
    header = next(rows, None)
    if header is None:
        raise TableFault("the file holds no line")
    columns = {column: field for column, field in before.items() if column in header.cells} | dict(wish.columns)
    fields = [field.name for field in source.campaign.fields]
    means = meanings(header.cells, columns, fields, names)
    ours = LINE in header.cells  # a file of bad lines that we gave back: its cells were defused
    return Opened(encoding, separator, header.cells, means, map(_armed, rows) if ours else rows)


def _armed(row: Row) -> Row:
    return Row(row.line, [armed(cell) for cell in row.cells], row.flaw)


def _encoding(file: IO[bytes]) -> Encoding:
    """The encoding of a file: as its first bytes say, else UTF-8 if all of it is, else Windows-1252."""
    file.seek(0)
    if found := encoding_by_mark(file.read(4)):
        return found
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8", newline="")
    try:
        while text.read(_PART):
            pass
    except UnicodeDecodeError:
        return "windows-1252"
    finally:
        text.detach()
    return "utf-8"


def look(opened: Opened, source: Source, at_ms: int) -> list[Looked]:
    """The first rows as they would be read. Raises TableFault."""
    found: list[Looked] = []
    for row in opened.rows:
        fields = {} if row.flaw else fields_of(row.cells, opened.means)
        read = {
            each.name: each.read(fields[each.name], today(at_ms)).fault
            for each in source.campaign.fields
            if each.name in fields
        }
        flaws = {name: fault for name, fault in read.items() if fault is not None}
        found.append(Looked(row.line, fields, flaws, row.flaw))
        if len(found) == LOOKED_AT:
            break
    return found


async def take(
    exchange: Exchange, connection: Any, source: Source, opened: Opened, wish: Wish, *, by: str, test: bool
) -> Upload:
    """Put a file down, and have it sold. Raises TableFault; then nothing of it is kept."""
    now_ms = exchange.clock.now_ms()
    identifier = uuid7(now_ms, exchange.noise(10))
    key, wrapped = exchange.vault.new_key(identifier)
    upload = Upload(
        cell=exchange.cell,
        id=identifier,
        source=source.number,
        test=test,
        by=by,
        name=wish.name,
        at_ms=now_ms,
        state="reading",
        header=opened.header,
        means=opened.means,
        pace=wish.pace,
        wrapped=wrapped,
    )
    await uploads.begin(connection, upload, exchange.vault.in_use)
    lines = 0
    try:
        for rows in pieces_of(opened.rows):
            lines += len(rows)
            if lines > MOST_LINES:
                raise TableFault(f"more than {MOST_LINES} lines: send several files")
            piece = sealed(exchange.vault, key, identifier, rows[0].line, rows)
            await uploads.add(connection, upload, piece, len(rows))
    except BaseException:
        await uploads.drop(connection, upload)
        raise
    await put(connection, exchange, upload, exchange.clock.now_ms())
    return msgspec.structs.replace(upload, state="selling", lines=lines)
