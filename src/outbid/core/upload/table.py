"""CSV as people and spreadsheets write it: which encoding and separator, rows with the lines they begin at."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from outbid.core.dialect.formats.table import FORMULA, defused

Encoding = Literal["utf-8", "utf-16", "windows-1252"]
Separator = Literal[",", ";", "\t", "|"]
SEPARATORS: tuple[Separator, ...] = (",", ";", "\t", "|")
MOST_COLUMNS = 500
LONGEST_CELL = 32_768
LINE, WRONG = "outbid_line", "outbid_error"
"""The columns that a file of bad lines has more than the one that came."""
_BOMS: tuple[tuple[bytes, Encoding], ...] = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
CODECS: dict[Encoding, str] = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}


class TableFault(ValueError):
    """The file cannot be read: in which line, and why."""


class Row(msgspec.Struct, frozen=True):
    """One row. `line`: where in the file it begins, counted from 1. `flaw`: why it holds no lead; else empty."""

    line: int
    cells: list[str]
    flaw: str = ""


def encoding_by_mark(start: bytes) -> Encoding | None:
    """The encoding that the first bytes name; None if they name none."""
    return next((encoding for mark, encoding in _BOMS if start.startswith(mark)), None)


def separator_of(header: str) -> Separator:
    """The separator that stands most often in the first line, outside of quotes."""
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=lambda sign: (outside.count(sign), -SEPARATORS.index(sign)))


def rows_of(lines: Iterable[str], separator: Separator) -> Iterator[Row]:
    """The rows of a file's lines, the header first; empty ones are passed over. Raises TableFault."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    width, line = 0, 1
    try:
        for cells in reader:
            begins, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not width:
                width = len(cells)
                if width > MOST_COLUMNS:
                    raise TableFault(f"line {begins}: {width} columns; at most {MOST_COLUMNS}")
                yield Row(begins, [cell.strip() for cell in cells])
            elif any(len(cell) > LONGEST_CELL for cell in cells):
                yield Row(
                    begins, cells[:width] + [""] * (width - len(cells)), f"a cell longer than {LONGEST_CELL} signs"
                )
            elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
                yield Row(
                    begins,
                    cells,
                    f"{len(cells)} cells, but the header has {width}: is one with a {separator} not quoted?",
                )
            else:
                yield Row(begins, cells[:width] + [""] * (width - len(cells)))
    except csv.Error as error:
        raise TableFault(f"line {line}: {error}") from None
    except UnicodeError as error:
        raise TableFault(f"after line {line}: it is not in the encoding that it began in: {error}") from None


def armed(cell: str) -> str:
    """What a cell was before it was defused."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def written(cells: Sequence[object]) -> bytes:
    """One row of a file that is given back, with commas, as spreadsheets open it."""
    return (",".join(_quoted(defused(str(cell))) for cell in cells) + "\r\n").encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\r\n') else cell
