"""Which field each column of a file means."""

import re
from collections.abc import Iterable, Mapping, Sequence

from outbid.core.upload.table import LINE, WRONG

_BETWEEN = re.compile(r"[^a-z0-9]+")


class ColumnFault(ValueError):
    """A column that cannot be read so, and what would be right."""


def meanings(
    header: Sequence[str], given: Mapping[str, str], fields: Iterable[str], names: Mapping[str, str]
) -> list[str]:
    """For each column the field that it means; empty: it is left out. Raises ColumnFault.

    given  column → field, as the uploader says; an empty field leaves a column out
    names  names of the seller's → fields, as his source has them

    A column that nobody speaks of means the field of the same name, in capitals or not, with blanks or lines between
    words; else it is kept under its own name.
    """
    known = {_plain(name): name for name in fields} | {_plain(his): ours for his, ours in names.items()}
    for column in given:
        if column not in header:
            raise ColumnFault(f"there is no column {column!r}; there are: {', '.join(header)}")
    found: list[str] = []
    for column in header:
        field = given.get(column, "" if column in (LINE, WRONG) else known.get(_plain(column), column))
        if field and field in found:
            raise ColumnFault(f"two columns mean {field!r}: {header[found.index(field)]!r} and {column!r}")
        found.append(field)
    if not any(found):
        raise ColumnFault("no column means a field")
    return found


def _plain(name: str) -> str:
    return _BETWEEN.sub("_", name.strip().lower()).strip("_")


def fields_of(cells: Sequence[str], means: Sequence[str]) -> dict[str, str]:
    """The fields of a row; an empty cell is none."""
    return {field: text for field, cell in zip(means, cells, strict=True) if field and (text := cell.strip())}
