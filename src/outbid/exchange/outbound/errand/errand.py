"""One request that takes more than to be sent, from its start to its answer."""

import asyncio
import gzip
from collections.abc import Callable
from functools import partial
from typing import Protocol

from msgspec.structs import replace

from outbid.core.dialect.wire import Answer, Certificate, Failure, Header, Http, Phase, Response, Target, Timings, Way
from outbid.exchange.outbound.errand.desk import UNAUTHORISED, Desk
from outbid.exchange.outbound.talk.call import Call

_GZIP_LEVEL = 6


class Sender(Protocol):
    """What an errand needs of the sender."""

    def send_once(
        self,
        http: Http,
        deadline: float,
        done: Callable[[Answer], None],
        *,
        fresh: bool,
        certificate: Certificate | None,
    ) -> Call:
        """Start a request as `Outbound.send` does, whatever its way is."""

    def desk(self, way: Way, bare: Target, method: str) -> Desk:
        """Who signs requests to this target in."""


class Errand:
    """A request with a way of its own. To who sent it, it is a Call: `done` is called once at most, not within `send`.

    Two rules. The request goes to its second address only if not a byte of it left for the first. And it is sent anew
    only after a 401, by which the server says that it did not take it; then once.
    """

    __slots__ = (
        "_call",
        "_done",
        "_fresh",
        "_http",
        "_is_over",
        "_loop",
        "_refused",
        "_sender",
        "_sent",
        "_started",
        "_task",
        "_timers",
        "_waits_for",
        "_way",
        "deadline",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sender: Sender,
        http: Http,
        deadline: float,
        done: Callable[[Answer], None],
        *,
        fresh: bool,
    ) -> None:
        assert http.way is not None
        self._loop, self._sender, self._way, self._fresh = loop, sender, http.way, fresh
        self._done: Callable[[Answer], None] | None = done
        self._started = loop.time()
        self._http = _packed(http) if http.way.gzip and http.body else http
        self._call: Call | None = None
        self._refused: Response | None = None
        self._waits_for = "timed_out"
        self._sent = self._is_over = False
        self._timers: list[asyncio.TimerHandle] = []
        self.deadline = deadline
        if http.way.whole_ms and self._started + http.way.whole_ms / 1000 < deadline:
            self.deadline = self._started + http.way.whole_ms / 1000
            self._timers.append(loop.call_at(self.deadline, self.expire))
        self._task = loop.create_task(self._run())

    @property
    def sent(self) -> bool:
        """Whether the other side may have read the request."""
        return self._sent or (self._call is not None and self._call.sent)

    @property
    def phase(self) -> Phase:
        """How far it is."""
        return "refused" if self._call is None else self._call.phase

    def timings(self) -> Timings:
        """Milliseconds since the start, up to now."""
        return Timings(total_ms=(self._loop.time() - self._started) * 1000)

    def cancel(self) -> None:
        """Give up: the socket is closed and `done` is never called. Does nothing after the answer."""
        if self._done is not None:
            self._done = None
            self._stop()

    def expire(self) -> None:
        """The time is over: what is under way ends with `timed_out`. Does nothing after the answer."""
        self._is_over = True
        if self._call is not None:
            self._call.expire()
        elif self._done is not None:
            late = Failure(self._waits_for, False, "refused", "the deadline came before the request could leave")
            self._settle(self._refused or late)
            self._stop()

    async def _run(self) -> None:
        try:
            answer = await self._asked()
        except asyncio.CancelledError:  # by the end of a fetch that it waited for, or by `_stop`, which has settled
            answer = self._refused or Failure("unreachable", self.sent, self.phase, "the sender was closed")
        except Exception as error:  # whoever waits must get an answer
            answer = Failure("bad_request", self.sent, self.phase, f"the request failed here: {type(error).__name__}")
        self._settle(answer)

    async def _asked(self) -> Answer:
        way, own = self._way, self._http.target
        answer = await self._at(own, way.bare or own)
        if way.second is None or self._is_over or not _could_not_leave(answer):
            return answer
        second = _told_at(way.second, own, way.bare or own)
        return replace(await self._at(second, way.second, is_last=True), second=True)

    async def _at(self, target: Target, bare: Target, *, is_last: bool = False) -> Answer:
        """The answer of one address, signed in where that is asked for."""
        http = replace(self._http, target=target, way=None)
        connect_s = self._connect_s(is_last=is_last or self._way.second is None)
        if self._way.sign_in is None:
            return await self._send(http, (), connect_s)
        desk = self._sender.desk(self._way, bare, http.method)
        self._waits_for = desk.reason
        held = await desk.hand()
        if isinstance(held, Failure):
            return held
        answer = await self._signed(desk, held, http, connect_s)
        if isinstance(answer, Failure) or answer.status != UNAUTHORISED:
            return answer
        return await self._once_more(desk, held, answer, http, connect_s)

    async def _signed(self, desk: Desk, held: object, http: Http, connect_s: float) -> Answer:
        """The answer to one request, of which the desk has learnt."""
        answer = await self._send(http, desk.headers(held, http), connect_s)
        if isinstance(answer, Failure):
            return answer
        if answer.status != UNAUTHORISED:
            desk.heard(held, answer)
        return desk.cut(held, answer)

    async def _once_more(self, desk: Desk, held: object, refused: Response, http: Http, connect_s: float) -> Answer:
        """What was refused with 401 was not taken: it is sent anew, if there is something new to sign it with."""
        self._refused = refused
        renewed = await desk.renew(held, refused)
        if renewed is None or self._is_over:
            return refused
        answer = await self._signed(desk, renewed, http, connect_s)
        return refused if isinstance(answer, Failure) and not answer.sent else answer

    async def _send(self, http: Http, signed: tuple[Header, ...], connect_s: float) -> Answer:
        answered: asyncio.Future[Answer] = self._loop.create_future()
        begun = self._loop.time()
        done = partial(_set_answer, answered)
        if signed:
            http = replace(http, more=(*http.more, *signed))
        certificate = self._way.certificate
        call = self._call = self._sender.send_once(
            http, self.deadline, done, fresh=self._fresh, certificate=certificate
        )
        timers = []
        if begun + connect_s < self.deadline:
            timers.append(self._loop.call_at(begun + connect_s, self._not_connected, call))
        if self._way.first_byte_ms:
            timers.append(self._loop.call_later(self._way.first_byte_ms / 1000, self._not_heard, call))
        self._timers += timers
        answer = await answered
        for timer in timers:
            timer.cancel()
        self._call, self._sent = None, self._sent or call.sent
        return _since(answer, (begun - self._started) * 1000)

    def _connect_s(self, *, is_last: bool) -> float:
        """How long a connection may take: where there is a second address, half of the time at most."""
        stated_s = self._way.connect_ms / 1000
        left_s = self.deadline - self._loop.time()
        if is_last:
            return stated_s or left_s
        return min(stated_s or left_s, left_s / 2)

    def _not_connected(self, call: Call) -> None:
        if not call.sent:
            call.fail("unreachable", "no connection within its time")

    def _not_heard(self, call: Call) -> None:
        """The time for the first byte begins when the request may leave."""
        if call is not self._call or (call.sent and call.phase == "body"):
            return
        took = call.timings()
        waited_ms = took.total_ms - (took.connect_ms or 0.0) if call.sent else 0.0
        if waited_ms >= self._way.first_byte_ms:
            call.fail("timed_out", f"no byte of an answer within {self._way.first_byte_ms} ms")
        else:
            left_s = max((self._way.first_byte_ms - waited_ms) / 1000, 0.001)
            self._timers.append(self._loop.call_later(left_s, self._not_heard, call))

    def _settle(self, answer: Answer) -> None:
        done, self._done = self._done, None
        for timer in self._timers:
            timer.cancel()
        if done is None:
            return
        try:
            done(answer)
        except Exception as error:  # as for a Call: other errands must not suffer
            self._loop.call_exception_handler({"message": "the receiver of an answer failed", "exception": error})

    def _stop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        if self._call is not None:
            self._call.cancel()
        self._task.cancel()


def _packed(http: Http) -> Http:
    body = gzip.compress(http.body, _GZIP_LEVEL, mtime=0)
    return replace(http, body=body, more=(*http.more, ("Content-Encoding", "gzip")))


def _told_at(second: Target, own: Target, bare: Target) -> Target:
    """The second address, with what the query of the first tells."""
    query = own.path[len(bare.path) :].lstrip("?&")
    if not query:
        return second
    return replace(second, path=f"{second.path}{'&' if '?' in second.path else '?'}{query}")


def _could_not_leave(answer: Answer) -> bool:
    return isinstance(answer, Failure) and not answer.sent and answer.reason == "unreachable"


def _since(answer: Answer, before_ms: float) -> Answer:
    """An answer whose times count from the start of the errand."""
    if before_ms <= 0:
        return answer
    took = answer.timings
    return replace(
        answer,
        timings=Timings(
            _after(took.dns_ms, before_ms),
            _after(took.connect_ms, before_ms),
            _after(took.first_byte_ms, before_ms),
            took.total_ms + before_ms,
        ),
    )


def _after(ms: float | None, before_ms: float) -> float | None:
    return None if ms is None else ms + before_ms


def _set_answer(answered: asyncio.Future[Answer], answer: Answer) -> None:
    if not answered.done():
        answered.set_result(answer)
