"""One look a second at what all processes did, shared by every stream of this one; none while nobody listens."""

import asyncio
import logging
from collections import deque

import msgspec

from outbid.api.auth import holder_of
from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.operator.live.names import Names
from outbid.api.operator.live.ticks import SECOND_MS, tick_of
from outbid.api.said.instants import utc
from outbid.core.live.beat import Beat
from outbid.core.scope import HOUSE
from outbid.store.people import sessions
from outbid.store.tally import beats

log = logging.getLogger("outbid.api")
MOST_STREAMS = 100
"""For one process: an operator's people, a stream a browser."""
MOST_WAITING = 30
"""Ticks that a client may be behind before it is given up: it comes back and names the last that it has."""
AFTER_S = 0.15
"""How long after a second's end it is looked at: who adds to it late is waited for anyway."""
BEGINS_S = 10.0
REPLAYED_MS = 600_000
AHEAD_MS = 60_000
Beats = dict[int, list[Beat]]


class Listener:
    """A stream. `after_ms`: no second up to this one is told again; `token` or `key`: by which its client is let in."""

    def __init__(self, campaign: int | None, token: str, key: str, since: float) -> None:
        self.campaign, self.token, self.key, self.since = campaign, token, key, since
        self.after_ms = 0
        self.began = False
        self.over = ""
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()

    def tell(self, event: bytes) -> None:
        """Put an event in line; the line has an end."""
        if len(self._waiting) >= MOST_WAITING:
            self.end("slow")
        elif not self.over:
            self._waiting.append(event)
            self._news.set()

    def end(self, why: str) -> None:
        """Nothing more is told but why."""
        self.over = self.over or why
        self._news.set()

    async def next(self, patience_s: float) -> bytes | None:
        """The next event; nothing within the patience: an empty one; at the end None."""
        try:
            async with asyncio.timeout(patience_s):
                while not self._waiting and not self.over:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return b""
        return self._waiting.popleft() if self._waiting and self.over != "slow" else None


class Hub:
    """The streams of a process, and the look that serves them all."""

    def __init__(self, desk: Desk) -> None:
        self.names = Names()
        self._desk = desk
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._joining = 0
        self._next_ms = 0

    async def join(self, listener: Listener, last_ms: int | None) -> list[bytes]:
        """Serve a stream from now on, and give what it missed since the second that it was told last, if it names one.

        Raises Refused where there are too many streams, or the database is away.
        """
        if len(self._listeners) + self._joining >= MOST_STREAMS:
            raise Refused("streams_full", f"{MOST_STREAMS} streams are open here", headers={"Retry-After": "5"})
        self._joining += 1
        try:
            async with self._opening:
                if self._task is None or self._task.done():
                    self._next_ms = await self._complete_until()
                first_ms = self._enter(listener, last_ms)
        finally:
            self._joining -= 1
        try:
            return await self._missed(listener, last_ms, first_ms)
        except BaseException:
            self._listeners.discard(listener)
            raise

    def _enter(self, listener: Listener, last_ms: int | None) -> int:
        """Tell the stream every second from the next on; gives which that is. Nothing happens in between."""
        first_ms = self._next_ms
        if last_ms is not None and last_ms > first_ms + AHEAD_MS:
            raise Refused("parameter_faulty", "Last-Event-ID: that second has not come yet")
        listener.after_ms = max(last_ms or 0, first_ms - SECOND_MS)
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return first_ms

    def leave(self, listener: Listener) -> None:
        """The stream has ended."""
        self._listeners.discard(listener)

    async def _complete_until(self) -> int:
        """Before which second all that happened is written. Raises Refused."""
        async with self._desk.database() as connection:
            try:
                now_ms = await beats.settled(connection)
            except beats.Unsettled as error:
                raise Refused("database_away", str(error), headers={"Retry-After": "1"}) from None
        return now_ms - now_ms % SECOND_MS

    async def _missed(self, listener: Listener, last_ms: int | None, first_ms: int) -> list[bytes]:
        """The ticks between the last that a client has and the first that it will be told now."""
        if last_ms is None or last_ms >= first_ms - SECOND_MS:
            return []
        since_ms = max(last_ms + SECOND_MS, first_ms - REPLAYED_MS)
        told = [] if since_ms == last_ms + SECOND_MS else [_gap(last_ms + SECOND_MS, since_ms)]
        async with self._desk.database() as connection:
            found = await beats.between(connection, HOUSE, self._desk.exchange.cell, since_ms, first_ms)
        self.names.learn(self._desk.exchange.market)
        by_second = _by_second(found)
        seconds = range(since_ms, first_ms, SECOND_MS)
        return told + [self._event(second, by_second, listener.campaign, first_ms) for second in seconds]

    async def _run(self) -> None:
        exchange = self._desk.exchange
        while self._listeners:
            if exchange.leaving or exchange.fenced:
                self._end_all("leaving")
                return
            try:
                wait_s = await self._look()
            except (Refused, beats.Unsettled) as error:  # told with the next look
                log.warning("streams wait: %s", error)
                wait_s = 1.0
            except Exception:
                log.exception("streams met a fault")
                self._end_all("fault")
                return
            await asyncio.sleep(wait_s)

    async def _look(self) -> float:
        """Tell the seconds that are complete; gives how long it is until the next one is."""
        listening = [listener for listener in self._listeners if not self._is_over(listener)]
        async with self._desk.database() as connection:
            now_ms = await beats.settled(connection)
            until_ms = now_ms - now_ms % SECOND_MS
            found = await beats.between(connection, HOUSE, self._desk.exchange.cell, self._next_ms, until_ms)
            alive = await sessions.alive(connection, {one.token for one in listening if one.token})
        since_ms, self._next_ms = self._next_ms, max(until_ms, self._next_ms)
        self.names.learn(self._desk.exchange.market)
        by_second = _by_second(found)
        for listener in listening:
            if listener.token and listener.token not in alive:
                listener.end("signed_out")
        for second in range(since_ms, until_ms, SECOND_MS):
            self._tell(second, by_second, now_ms)
        return (SECOND_MS - now_ms % SECOND_MS) / 1000 + AFTER_S

    def _tell(self, second_ms: int, by_second: Beats, now_ms: int) -> None:
        """Tell a second to every stream; those of one campaign share the event."""
        made: dict[int | None, bytes] = {}
        for listener in self._listeners:
            if second_ms > listener.after_ms:
                if listener.campaign not in made:
                    made[listener.campaign] = self._event(second_ms, by_second, listener.campaign, now_ms)
                listener.tell(made[listener.campaign])

    def _event(self, second_ms: int, by_second: Beats, campaign: int | None, now_ms: int) -> bytes:
        found = by_second.get(second_ms, [])
        tick = tick_of(self.names, self._desk.exchange.cell, second_ms, found, campaign, now_ms)
        return event_of("tick", tick, utc(second_ms))

    def _is_over(self, listener: Listener) -> bool:
        """Has its client gone, or its key? Forgets it then."""
        if not listener.began and self._desk.now() - listener.since > BEGINS_S:
            listener.end("gone")
        elif listener.key and isinstance(holder_of(listener.key, self._desk.exchange.market), str):
            listener.end("signed_out")
        if listener.over:
            self._listeners.discard(listener)
        return bool(listener.over)

    def _end_all(self, why: str) -> None:
        for listener in self._listeners:
            listener.end(why)
        self._listeners.clear()


class Gap(msgspec.Struct, frozen=True):
    """Seconds that are too long ago to be told: from `since` to just before `until`."""

    since: str
    until: str


def event_of(name: str, data: msgspec.Struct, identifier: str = "") -> bytes:
    """A server-sent event."""
    named = f"id: {identifier}\n" if identifier else ""
    return f"event: {name}\n{named}data: ".encode() + msgspec.json.encode(data) + b"\n\n"


def _gap(since_ms: int, until_ms: int) -> bytes:
    return event_of("gap", Gap(utc(since_ms), utc(until_ms)))


def _by_second(found: list[tuple[int, Beat]]) -> Beats:
    by_second: Beats = {}
    for second, beat in found:
        by_second.setdefault(second, []).append(beat)
    return by_second
