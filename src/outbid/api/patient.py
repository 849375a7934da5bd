"""Connections have an end: uvicorn waits for ever for the rest of a request, and for a first one."""

import asyncio
from typing import Any

from outbid.api.bounded import BoundedProtocol, last_answer

WHOLE_S = 30.0
"""How long a request may take from its first byte to its last."""
UNREAD_S = 20.0
"""How long a client may read nothing of an answer that is more than the machine's own buffers take."""
LOOK_S = 1.0
_LATE = (
    b'{"title":"The request was not whole in time.","status":408,"code":"request_late",'
    b'"fix":"Send head and body without a pause.","type":"/v1/reasons#request_late"}'
)


class Sweep:
    """Looks at every connection of a server once in a while: cheaper than a timer for each request."""

    def __init__(self, every_s: float = LOOK_S) -> None:
        self._every_s = every_s
        self._runs = False

    def begin(self, loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
        """Look from now on, as long as there are connections."""
        if not self._runs:
            self._runs = True
            loop.call_later(self._every_s, self._look, loop, connections)

    def _look(self, loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
        self._runs = False
        if connections:
            self.begin(loop, connections)
        now = loop.time()
        for connection in tuple(connections):
            connection.look(now)


class PatientProtocol(BoundedProtocol):
    """A connection that waits for the rest of a request and for the next one, but not for ever.

    sweep     shared by the connections of one server
    whole_s   how long a request may take from its first byte to its last
    unread_s  how long a client may leave unread what is sent to him
    """

    sweep: Sweep
    whole_s = WHOLE_S
    unread_s = UNREAD_S
    _stuck_since: float | None = None
    _left = 0
    _began_at = 0.0
    _rests_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected."""
        super().connection_made(transport)
        self._rests_since = self.loop.time()
        self.sweep.begin(self.loop, self.connections)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._began_at = self.loop.time()
        super().on_message_begin()

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more, but may listen yet: what came whole is answered, then the connection ends.

        Gives whether the connection stays open for that.
        """
        if self._parted or not self._still_owes():
            return False
        if not self._last_words:
            self.cycle.keep_alive = False
        return True

    def on_response_complete(self) -> None:
        """A request is answered."""
        self._rests_since = self.loop.time()
        super().on_response_complete()

    def rests(self) -> bool:
        """Is nothing of a request here: none begun, none unanswered?"""
        return self._whole and self._answered()

    def look(self, now: float) -> None:
        """End the connection if its client has let us wait too long."""
        if self._is_stuck(now):
            self.transport.abort()
            return
        if self._parted or self.transport.is_closing():
            return
        if self.rests():
            if now - self._rests_since >= self.timeout_keep_alive:
                self.transport.close()
        elif self._owes():
            self._began_at = now
        elif now - self._began_at >= self.whole_s:
            self._refuse(last_answer(408, _LATE))

    def _is_stuck(self, now: float) -> bool:
        """Did the client read nothing for too long? Closing politely would wait for him without an end."""
        left = self.transport.get_write_buffer_size() if self.flow.write_paused else 0
        if not left or left < self._left:
            self._stuck_since = now if left else None
        elif self._stuck_since is None:
            self._stuck_since = now
        self._left = left
        return self._stuck_since is not None and now - self._stuck_since >= self.unread_s

    def _owes(self) -> bool:
        """Is the next move ours? Then the client is not late, whatever is missing of his next request."""
        if self._whole or self.pipeline or self.flow.read_paused:
            return True
        return not self._headed and not self._answered()
