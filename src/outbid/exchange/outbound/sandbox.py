"""Buyers of our own behind the door: calls to `sandbox:` targets are answered here, without a socket.

All else is as with any buyer: the request is checked as one that is sent, the call's deadline cuts it off, and whatever
was not answered counts as sent.
"""

import asyncio

from outbid.core.dialect.sandbox import Script, script_of
from outbid.core.dialect.wire import Http, Target
from outbid.exchange.outbound.reach.destination import Destination
from outbid.exchange.outbound.talk.call import Call
from outbid.exchange.outbound.talk.head import Head
from outbid.plugins.presets import tongue

_NOWHERE = Destination("http", "sandbox", 80, excepted=False)


class Sandbox:
    """The sandbox buyers of one sender, and the calls that they have not answered yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._talks: set[_Talk] = set()

    def read(self, http: Http) -> Script:
        """What the buyer of a request does. Raises ValueError or Refused for what could not be sent to any buyer."""
        target = Target("http", "sandbox", 80, f"/{http.target.path}")
        Head(_NOWHERE, Http(target, http.method, http.headers)).message(http.body, http.more)
        return script_of(http.target.host, tongue)

    def answer(self, call: Call, script: Script) -> None:
        """Take a call; its answer comes later, never within this method."""
        talk = _Talk(call, self._talks)
        self._talks.add(talk)
        talk.begin(self._loop, script)

    def close(self) -> None:
        """Leave everybody without an answer."""
        for talk in list(self._talks):
            talk.call.fail("cut_off", "the sender was closed")


class _Talk:
    """Carries one call, in the place of a connection."""

    __slots__ = ("_everyone", "_timer", "call")

    def __init__(self, call: Call, everyone: "set[_Talk]") -> None:
        self.call = call
        self._everyone = everyone
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, loop: asyncio.AbstractEventLoop, script: Script) -> None:
        """The request is with the buyer from now on."""
        self.call.carrier = self
        self.call.writing()
        if script.after_ms is not None:
            self._timer = loop.call_later(script.after_ms / 1000, self._answer, script)

    def abandon(self) -> None:
        """Forget the call."""
        if self._timer is not None:
            self._timer.cancel()
        self._everyone.discard(self)

    def has_unwritten_bytes(self) -> bool:
        """Nothing waits: the buyer has read the request when he got it."""
        return False

    def _answer(self, script: Script) -> None:
        self.abandon()
        self.call.answer_at_once(script.status, script.headers, script.body)
