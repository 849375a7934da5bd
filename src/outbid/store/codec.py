"""How values travel to the database: ids as their 16 bytes, times as UTC milliseconds, JSON as bytes.

Binary on both sides: no UUID, datetime or text objects are made on the hot path.
"""

from struct import Struct

import asyncpg

_MICROSECONDS = Struct("!q")
_EPOCH_MS = 946_684_800_000  # 2000-01-01, from which PostgreSQL counts


def _time_out(at_ms: int) -> bytes:
    return _MICROSECONDS.pack((at_ms - _EPOCH_MS) * 1000)


def _time_in(raw: bytes) -> int:
    microseconds: int = _MICROSECONDS.unpack(raw)[0]
    return microseconds // 1000 + _EPOCH_MS


def _json_out(text: bytes) -> bytes:
    return b"\x01" + text


def _json_in(raw: bytes) -> bytes:
    return bytes(raw[1:])


async def prepare(connection: asyncpg.Connection) -> None:
    """Set the codecs of a connection: uuid ↔ bytes, timestamptz ↔ milliseconds, json and jsonb ↔ bytes."""
    for name, encoder, decoder in (
        ("uuid", bytes, bytes),
        ("timestamptz", _time_out, _time_in),
        ("json", bytes, bytes),
        ("jsonb", _json_out, _json_in),
    ):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=encoder, decoder=decoder, format="binary")
