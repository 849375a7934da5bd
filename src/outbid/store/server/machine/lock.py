"""The lock that says which process answers for an embedded server."""

import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FolderLock:
    """A lock on a file beside the data folder, held for the owner's life.

    The kernel drops it when the owner ends, however it ends. It also holds between two objects in one process,
    and between two containers that share the folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def try_take(self) -> bool:
        """Take the lock if nobody has it. Returns whether it is held now; raises OSError on a bad path."""
        if self._descriptor is None:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            if _lock(descriptor):
                self._descriptor = descriptor
                _held_here.add(descriptor)
            else:
                os.close(descriptor)
        return self.held

    def take(self, deadline: float) -> bool:
        """Try until `deadline` (of `time.monotonic()`). Returns whether the lock is held now."""
        while not self.try_take():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held. The file stays: removing it would split the lock."""
        if self._descriptor is not None:
            _held_here.discard(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


_held_here: set[int] = set()


def _forget_after_fork() -> None:
    # A forked child shares the lock. Did it keep it, nobody could take over after the owner was killed.
    for descriptor in _held_here:
        os.close(descriptor)
    _held_here.clear()


if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    os.register_at_fork(after_in_child=_forget_after_fork)
