"""All that happens, as one hash: the same seed must give the same one."""

from hashlib import blake2b
from typing import Any

from .loop import VirtualLoop


class Trace:
    """Every commit, request, fault and answer with its time; kept as text only when somebody wants to read it."""

    def __init__(self, loop: VirtualLoop, *, keep: bool = False) -> None:
        self._loop, self._keep = loop, keep
        self._hash = blake2b(digest_size=16)
        self.lines: list[str] = []

    def tell(self, *what: Any) -> None:
        """Something happened."""
        line = f"{self._loop.time():.6f} {what!r}"
        self._hash.update(line.encode())
        if self._keep:
            self.lines.append(line)

    def hash(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()
