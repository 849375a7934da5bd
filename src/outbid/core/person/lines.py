"""What somebody sends for a suppression list, line by line: phones, e-mails, or the SHA-256 of either."""

import csv
import re
from collections.abc import Callable, Mapping

import msgspec

from outbid.core.lead.value import Value
from outbid.core.person.listed import sha256_of

MOST_LINES = 100_000
MOST_LINE = 1_000
Read = Callable[[str], Value]
"""How a kind of field understands a text."""

_HEADINGS = frozenset(("phone", "mobile", "email", "e-mail", "sha256", "hash", "phone_sha256", "email_sha256"))
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_OTHER_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{128}")


class BadCell(msgspec.Struct, frozen=True):
    """What is wrong with a line: the code of a reason. What stands there is personal and is not told again."""

    code: str


def hashes_in(line: str, number: int, readers: Mapping[str, Read]) -> tuple[list[str], BadCell | None]:
    """The hashes (SHA-256, in hex) of all that a line names, and what is wrong with its first faulty cell, if any is.

    Cells are divided by comma, semicolon or tab, and may stand in quotes. `readers`: those of `phone` and `email`;
    `number` counts from 1: the first line may be a heading.
    """
    if len(line) > MOST_LINE:
        return [], BadCell("list_line_too_long")
    cells = [cell.strip() for cell in _cells(line)]
    if number == 1 and any(cells) and all(not cell or cell.lower() in _HEADINGS for cell in cells):
        return [], None
    found: list[str] = []
    bad: BadCell | None = None
    for cell in filter(None, cells):
        told = _hash(cell, readers)
        if isinstance(told, BadCell):
            bad = bad or told
        else:
            found.append(told)
    return found, bad


def _cells(line: str) -> list[str]:
    text = line.replace("\0", "").replace("\t", ",").replace(";", ",")
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return text.split(",")


def _hash(cell: str, readers: Mapping[str, Read]) -> str | BadCell:
    if _SHA256.fullmatch(cell):
        return cell.lower()
    if _OTHER_HASH.fullmatch(cell):
        return BadCell("list_hash_unknown")
    kind = "email" if "@" in cell else "phone"
    value = readers[kind](cell)
    if value.value is None or value.fault is not None:
        return BadCell(f"{kind}.{value.fault}" if value.fault else "list_value_unknown")
    return BadCell("list_value_masked") if value.masked else sha256_of(str(value.value))
