"""Taking connections from a socket that several processes listen on, so that each gets its share."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

log = logging.getLogger("outbid.serve")
AT_ONCE = 8
"""How many connections are taken in one turn of the loop: who is busy has longer turns, and so takes fewer."""
REST_S = 1.0
"""How long nothing is taken after the process or the machine ran out of descriptors."""
_OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Acceptor:
    """Takes a few connections a turn. The loop's own server takes all that wait, and leaves an idle neighbour none."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, listener: socket.socket, protocol: Callable[[], asyncio.Protocol]
    ) -> None:
        self._loop = loop
        self._listener = listener
        self._protocol = protocol
        self._opening: set[asyncio.Task[object]] = set()
        self._closed = False
        listener.setblocking(False)
        loop.add_reader(listener, self._take)

    def close(self) -> None:
        """Take no more connections."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Wait until the connections that were taken are set up."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest(error)
                return
            connection.setblocking(False)
            task = self._loop.create_task(self._open(connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:  # the client is gone already
            connection.close()

    def _rest(self, error: OSError) -> None:
        if error.errno not in _OUT_OF_DESCRIPTORS:
            raise error
        log.error("no connection can be taken for now: %s", error)
        self._loop.remove_reader(self._listener)
        self._loop.call_later(REST_S, self._resume)

    def _resume(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listener, self._take)
