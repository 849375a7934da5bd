"""Chance that is no chance: numbers and marks drawn from a seed and what is asked, the same every time."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_RANGE = 2.0**64


def _digest(seed: int, parts: tuple[str, ...]) -> bytes:
    return blake2b("\x1f".join((str(seed), *parts)).encode("utf-8", "replace"), digest_size=8).digest()


def share(seed: int, *parts: str) -> float:
    """A number from 0 to just under 1."""
    return (int.from_bytes(_digest(seed, parts), "big") >> 11) * 2**11 / _RANGE


def mark(seed: int, *parts: str) -> str:
    """Sixteen hexadecimal digits."""
    return _digest(seed, parts).hex()


def choice(options: Sequence[T], seed: int, *parts: str) -> T:
    """One of the options."""
    return options[int(share(seed, *parts) * len(options))]
