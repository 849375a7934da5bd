"""Milliseconds counted in buckets of a log scale: four to each doubling, from 1 ms to two minutes.

Below 8 ms each millisecond has a bucket of its own; the last one holds all from 114,688 ms on. Histograms merge by
adding, and a quantile read from one is off by an eighth of the true value at most.
"""

from collections.abc import Sequence
from math import ceil

BUCKETS = 64
LONGEST_MS = (1 << 17) - 1
"""The longest time that is told apart from longer ones."""
_EXACT = 8


def least_of(bucket: int) -> int:
    """The shortest time in a bucket."""
    if bucket < _EXACT:
        return bucket
    return (4 + bucket % 4) << (bucket // 4 - 1)


_BUCKET = b"".join(bytes((b,)) * (least_of(b + 1) - least_of(b)) for b in range(BUCKETS))
"""The bucket of each millisecond: looking is faster than reckoning, and it is done for every answer."""


def bucket_of(ms: int) -> int:
    """The bucket that counts a time; below 0 counts as 0."""
    return _BUCKET[ms] if 0 <= ms <= LONGEST_MS else 0 if ms < 0 else BUCKETS - 1


def quantile(histogram: Sequence[int], share: float) -> int | None:
    """The milliseconds that a share (0 to 1) of all times does not pass: the middle of its bucket. None of nothing."""
    total = sum(histogram)
    if not total:
        return None
    left = max(1, ceil(share * total))
    for bucket, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return (least_of(bucket) + least_of(bucket + 1) - 1) // 2
    raise ValueError("a share is at most 1")


def merged(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """Two histograms as one; they may be of different lengths."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return [count + (shorter[i] if i < len(shorter) else 0) for i, count in enumerate(longer)]
