"""Inflating answers that were compressed although nobody asked."""

import zlib

_GZIP_OR_ZLIB = 47
_RAW = -15
_MOST_PARTS = 1000


def inflate(coding: str, body: bytes, most_bytes: int) -> bytes:
    """Undo `gzip`, `x-gzip` or `deflate`.

    Raises OverflowError when the result has more than `most_bytes`, zlib.error when the data is broken.
    """
    try:
        return _inflate(body, _GZIP_OR_ZLIB, most_bytes)
    except zlib.error:
        if coding != "deflate":
            raise
    # Half of the servers that say "deflate" leave out the zlib wrapper.
    return _inflate(body, _RAW, most_bytes)


def _inflate(body: bytes, window_bits: int, most_bytes: int) -> bytes:
    plain = bytearray()
    for _ in range(_MOST_PARTS):  # gzip allows several parts in a row
        part = zlib.decompressobj(window_bits)
        plain += part.decompress(body, most_bytes + 1 - len(plain))
        if len(plain) > most_bytes:
            raise OverflowError
        if not part.eof:
            raise zlib.error("the compressed data ends too early")
        body = part.unused_data
        if not body:
            return bytes(plain)
    raise zlib.error("the compressed data has too many parts")
