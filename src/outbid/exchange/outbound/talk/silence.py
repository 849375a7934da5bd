"""Whether a socket at rest has anything to say."""

import select
from collections.abc import Callable

# The peer's end of stream; not every system tells it apart from data.
_HUNG_UP = getattr(select, "POLLRDHUP", 0)


def silence_check(descriptor: int) -> Callable[[], bool]:
    """Make a check that asks the kernel whether a socket is open and quiet, past the event loop.

    The loop learns of an end of stream only in its next turn, and a request written before that is lost. The
    check costs a system call of less than a microsecond. Raises OSError for a descriptor that is closed.
    """
    if not hasattr(select, "poll"):
        return lambda: not any(select.select([descriptor], [], [descriptor], 0))
    poller = select.poll()
    poller.register(descriptor, select.POLLIN | _HUNG_UP)
    poll = poller.poll
    return lambda: not poll(0)
