"""Several requests side by side, with one deadline."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, cast

from outbid.core.dialect.wire import Answer, Failure, Http
from outbid.core.price.lines import NOT_AWAITED, PAST_PATIENCE
from outbid.exchange.outbound.talk.call import Underway

OnAnswer = Callable[[int, Answer], bool]
Send = Callable[[Http, float, Callable[[Answer], None]], Underway]


class Shorter(NamedTuple):
    """A round that may be over before its deadline.

    until    when nobody is waited for any more, loop seconds; None: at the deadline
    on_late  gets each answer that is read after the round was over, or the failure at the deadline
    """

    until: float | None
    on_late: Callable[[int, Answer], None]


class Round:
    """Gathers the answers to a round: one future and one timer or two, however many requests."""

    __slots__ = ("_answers", "_calls", "_on_answer", "_on_late", "_patience", "_timer", "_waiting", "answered")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        send: Send,
        requests: Sequence[Http],
        deadline: float,
        on_answer: OnAnswer | None,
        shorter: Shorter | None = None,
    ) -> None:
        self.answered: asyncio.Future[list[Answer]] = loop.create_future()
        self._answers: list[Answer | None] = [None] * len(requests)
        self._waiting = len(requests)
        self._on_answer = on_answer
        self._on_late = None if shorter is None else shorter.on_late
        self._calls = [
            send(request, deadline, partial(self._arrived, position)) for position, request in enumerate(requests)
        ]
        self._timer = loop.call_at(deadline, self._expire)
        self._patience: asyncio.TimerHandle | None = None
        if shorter is not None and shorter.until is not None and shorter.until < deadline:
            self._patience = loop.call_at(shorter.until, self._lose_patience)
        self.answered.add_done_callback(self._over)
        if not requests:
            self.answered.set_result([])

    def _arrived(self, position: int, answer: Answer) -> None:
        self._waiting -= 1
        if self.answered.done():  # without this one, which was read for the sake of its connection
            self._end_timer()
            if self._on_late is not None:
                self._on_late(position, answer)
            return
        self._answers[position] = answer
        enough = False
        try:
            if self._on_answer is not None:
                enough = self._on_answer(position, answer)
        finally:
            if enough:
                self._do_without_the_others(NOT_AWAITED)
            if (enough or not self._waiting) and not self.answered.done():
                self.answered.set_result(cast(list[Answer], self._answers))

    def _lose_patience(self) -> None:
        if not self.answered.done():
            self._do_without_the_others(PAST_PATIENCE)
            self.answered.set_result(cast(list[Answer], self._answers))

    def _do_without_the_others(self, why: str) -> None:
        """Nobody waits for them any more; what has not begun to leave never will."""
        for position, call in enumerate(self._calls):
            if self._answers[position] is None:
                self._answers[position] = Failure(why, call.sent, call.phase, "", call.timings())
                if not call.sent:
                    call.cancel()
                    self._waiting -= 1

    def _expire(self) -> None:
        for call in self._calls:
            call.expire()

    def _over(self, answered: asyncio.Future[list[Answer]]) -> None:
        if self._patience is not None:
            self._patience.cancel()
        if answered.cancelled():
            self._timer.cancel()
            for call in self._calls:
                call.cancel()
        else:
            self._end_timer()

    def _end_timer(self) -> None:
        if not self._waiting:
            self._timer.cancel()
