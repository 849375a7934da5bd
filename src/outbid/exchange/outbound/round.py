"""Several requests side by side, with one deadline."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from outbid.core.dialect.wire import Answer, Http
from outbid.exchange.outbound.talk.call import Call

OnAnswer = Callable[[int, Answer], None]
Send = Callable[[Http, float, Callable[[Answer], None]], Call]


class Round:
    """Gathers the answers to a round: one future and one timer, however many requests."""

    __slots__ = ("_answers", "_calls", "_on_answer", "_timer", "_waiting", "answered")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        send: Send,
        requests: Sequence[Http],
        deadline: float,
        on_answer: OnAnswer | None,
    ) -> None:
        self.answered: asyncio.Future[list[Answer]] = loop.create_future()
        self._answers: list[Answer | None] = [None] * len(requests)
        self._waiting = len(requests)
        self._on_answer = on_answer
        self._calls = [
            send(request, deadline, partial(self._arrived, position)) for position, request in enumerate(requests)
        ]
        self._timer = loop.call_at(deadline, self._expire)
        self.answered.add_done_callback(self._over)
        if not requests:
            self.answered.set_result([])

    def _arrived(self, position: int, answer: Answer) -> None:
        self._answers[position] = answer
        self._waiting -= 1
        try:
            if self._on_answer is not None:
                self._on_answer(position, answer)
        finally:
            if not self._waiting and not self.answered.done():
                self.answered.set_result(cast(list[Answer], self._answers))

    def _expire(self) -> None:
        for call in self._calls:
            call.expire()

    def _over(self, answered: asyncio.Future[list[Answer]]) -> None:
        self._timer.cancel()
        if answered.cancelled():
            for call in self._calls:
                call.cancel()
