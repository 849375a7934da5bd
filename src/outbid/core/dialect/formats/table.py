"""Tables as CSV, and what keeps a spreadsheet from running what a stranger wrote into a form."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from outbid.core.dialect.mapping import as_text

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defused(cell: str) -> str:
    """A cell that no spreadsheet runs: what begins as a formula gets an apostrophe before it (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_of(
    names: Iterable[str], rows: Iterable[Mapping[str, Any]], *, separator: str = ",", header: bool, for_people: bool
) -> bytes:
    """Rows as a file (RFC 4180, UTF-8). `for_people`: cells that a spreadsheet would run are defused."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    kept = tuple(names)
    if header:
        writer.writerow([defused(name) if for_people else name for name in kept])
    for row in rows:
        cells = ["" if row.get(name) is None else as_text(row[name]) for name in kept]
        writer.writerow([defused(cell) if for_people else cell for cell in cells])
    return out.getvalue().encode("utf-8", "replace")
