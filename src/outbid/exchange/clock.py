"""The one clock, and the one source of chance."""

import os
import time
from collections.abc import Callable


class Clock:
    """Wall-clock time in UTC milliseconds, and a monotonic clock for durations in seconds."""

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


def noise_source(block: int = 4096) -> Callable[[int], bytes]:
    """Random bytes from the system, fetched a block at a time: a call costs no system call but for each block."""
    pool = memoryview(b"")

    def noise(count: int) -> bytes:
        nonlocal pool
        if len(pool) < count:
            pool = memoryview(os.urandom(max(block, count)))
        taken, pool = bytes(pool[:count]), pool[count:]
        return taken

    return noise
