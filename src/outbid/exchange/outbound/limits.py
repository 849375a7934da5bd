"""What one sender may hold, read and wait for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one `Outbound`. Seconds end in `_s`, bytes in `_bytes`; the rest are counts.

    body_bytes                of an answer, after inflating
    head_bytes, header_count  of an answer's header lines, with those of 1xx answers and trailers
    pool_connections          open to one destination; `connections`: open in this process
    idle_s                    how long an unused connection is kept
    fresh_s                   how long ago a connection may have answered to carry a `fresh` request
    dns_s, resolve_s          how long addresses are remembered; how long one look-up may take
    addresses                 tried for one connection
    """

    body_bytes: int = 1 << 20
    head_bytes: int = 64 << 10
    header_count: int = 200
    pool_connections: int = 2_000
    connections: int = 8000
    idle_s: float = 20.0
    fresh_s: float = 2.0
    dns_s: float = 45.0
    resolve_s: float = 30.0
    addresses: int = 8
