"""Rows of a file, sealed in pieces with the file's own key."""

from collections.abc import Iterable, Iterator

import msgspec

from outbid.core.upload.table import Row
from outbid.store.uploads import Piece, Upload
from outbid.store.vault import LeadKey, Vault

AT_ONCE = 50
"""Rows of a piece."""
_decode = msgspec.json.Decoder(list[Row]).decode


def pieces_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in pieces."""
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if len(piece) == AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece


def sealed(vault: Vault, key: LeadKey, upload: bytes, first_line: int, rows: list[Row]) -> Piece:
    """A piece as it is kept."""
    plain = msgspec.json.encode(rows)
    return Piece(first_line, vault.seal(key, upload, b"rows %d" % first_line, plain))


def opened(vault: Vault, key: LeadKey, upload: Upload, piece: Piece) -> list[Row]:
    """The rows of a piece."""
    return _decode(vault.open(key, upload.id, b"rows %d" % piece.first_line, piece.sealed))
