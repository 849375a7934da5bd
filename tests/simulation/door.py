"""The door to the network, as the exchange knows it, with the buyers behind it instead of sockets."""

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context

from msgspec.structs import replace

from outbid.core.dialect.wire import Answer, Failure, Http, Timings
from outbid.exchange.outbound.round import Shorter

from .buyers import Buyer
from .loop import VirtualLoop
from .trace import Trace

_OUTSIDE: Context = copy_context()

LEFT = Failure("not_awaited", True, "wait")
"""What the sender says of a request whose answer nobody waits for any more."""
CUT = Failure("past_patience", True, "wait")
"""And of one that the tier has waited for long enough."""


class Network:
    """Carries requests to buyers by host name. What was sent arrives, whether the sender still lives or not."""

    def __init__(self, loop: VirtualLoop, buyers: dict[str, Buyer], trace: Trace) -> None:
        self._loop, self._buyers, self._trace = loop, buyers, trace

    def now(self) -> float:
        """The loop's time, in which deadlines are."""
        return self._loop.time()

    def send(self, http: Http, deadline: float) -> "asyncio.Future[Answer]":
        """Start a request; the future has its answer at the deadline at the latest."""
        answered: asyncio.Future[Answer] = self._loop.create_future()
        started = self._loop.time()
        buyer = self._buyers[http.target.host]
        plan = buyer.plan(max(deadline - started, 0.0))
        self._trace.tell("send", http.target.host, http.target.path, http.body)

        def settle(answer: Answer) -> None:
            if not answered.done():
                ms = (self._loop.time() - started) * 1000
                answered.set_result(replace(answer, timings=Timings(total_ms=ms)))

        def arrive() -> None:
            if plan.refused:
                settle(Failure("unreachable", False, "connect"))
                return
            answer = buyer.read(http, self._loop.time())
            if plan.answers_s is not None:
                self._loop.call_later(plan.answers_s, settle, answer, context=_OUTSIDE.copy())

        if plan.refused and plan.arrives_s > deadline - started:
            late = Failure("timed_out", False, "connect")
        else:
            late = Failure("timed_out", True, "wait")
        self._loop.call_later(plan.arrives_s, arrive, context=_OUTSIDE.copy())
        self._loop.call_at(deadline, settle, late, context=_OUTSIDE.copy())
        return answered


class Door:
    """What one process sees of the network."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def ask(self, http: Http, deadline: float, *, fresh: bool = False) -> Answer:
        return await self._network.send(http, deadline)

    async def round(
        self,
        calls: Sequence[Http],
        deadline: float,
        *,
        on_answer: Callable[[int, Answer], bool] | None = None,
        shorter: Shorter | None = None,
    ) -> list[Answer]:
        sent = [self._network.send(http, deadline) for http in calls]
        if on_answer is None and shorter is None:
            return list(await asyncio.gather(*sent))
        open_, until = set(range(len(sent))), None if shorter is None else shorter.until
        while open_:
            left_s = None if until is None else max(0.0, until - self._network.now())
            await asyncio.wait([sent[place] for place in open_], timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            done = [place for place in sorted(open_) if sent[place].done()]
            if not done:
                return self._without(sent, open_, CUT, shorter)
            for place in done:
                open_.discard(place)
                if on_answer is not None and on_answer(place, sent[place].result()):
                    return self._without(sent, open_, LEFT, shorter)
        return [future.result() for future in sent]

    def _without(
        self, sent: list["asyncio.Future[Answer]"], open_: set[int], why: Failure, shorter: Shorter | None
    ) -> list[Answer]:
        """The answers of a round that is over; who is open is read until the deadline, for whoever wants to know."""
        if shorter is not None:
            for place in sorted(open_):
                sent[place].add_done_callback(lambda future, place=place: shorter.on_late(place, future.result()))
        return [why if place in open_ else future.result() for place, future in enumerate(sent)]
