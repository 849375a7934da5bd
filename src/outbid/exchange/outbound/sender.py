"""The sender: takes requests, finds or opens connections, answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from math import inf

from outbid.core.dialect.sandbox import SCHEME as SANDBOX
from outbid.core.dialect.sandbox import Script
from outbid.core.dialect.wire import Answer, Certificate, Header, Http, Parcel, Target, Way
from outbid.exchange.clock import noise_source
from outbid.exchange.outbound.carry.carrier import Carrier
from outbid.exchange.outbound.errand.desk import Desk
from outbid.exchange.outbound.errand.desks import Desks
from outbid.exchange.outbound.errand.errand import Errand
from outbid.exchange.outbound.limits import Limits
from outbid.exchange.outbound.pool import Pool, PoolCounts, PoolKey, pool_key
from outbid.exchange.outbound.reach.destination import destination_of
from outbid.exchange.outbound.reach.opening import Opener
from outbid.exchange.outbound.reach.resolver import Resolve, Resolver
from outbid.exchange.outbound.reach.tls import Contexts
from outbid.exchange.outbound.refused import Refused
from outbid.exchange.outbound.round import OnAnswer, Round, Shorter
from outbid.exchange.outbound.sandbox import Sandbox
from outbid.exchange.outbound.talk.call import Call, Underway
from outbid.exchange.outbound.talk.connection import Connection
from outbid.exchange.outbound.talk.head import Head
from outbid.exchange.outbound.talk.plain import PlainHeads
from outbid.recent import Recent

Done = Callable[[Answer], None]
_HeadKey = tuple[Target, str, tuple[Header, ...]] | tuple[Target, str, tuple[Header, ...], Certificate]

_REMEMBERED_HEADS = 512
_LONGEST_REMEMBERED_HEAD_BYTES = 4096
_KEPT_EMPTY_POOLS = 1024
_SWEEPS_AN_IDLE_TIME = 4
_TURNS_TO_CLOSE = 20


class Outbound:
    """Sends HTTP/1.1 requests and never sends one twice, but after a 401 where it signs in (see `Errand`).

    One object a process, for one event loop. `resolve(host)` gives a host's IP addresses (default: the system's
    resolver). `ca_file` replaces the system's certificates. Raises OSError if `ca_file` cannot be read.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        resolve: Resolve | None = None,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        ca_file: str | None = None,
        noise: Callable[[int], bytes] | None = None,
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._resolver = Resolver(loop, resolve, limits)
        contexts = Contexts(loop, ca_file)
        self._opener = Opener(loop, self._resolver, contexts)
        self._heads: Recent[_HeadKey, tuple[Pool, Head]] = Recent(_REMEMBERED_HEADS)
        self._pools: dict[PoolKey, Pool] = {}
        self._everyone: set[Connection] = set()
        self._plain_heads = PlainHeads(limits)
        self._sandbox = Sandbox(loop)
        self._carrier = Carrier(loop, self._resolver, contexts)
        self._desks = Desks(loop, self.ask, noise or noise_source())
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    def send(self, http: Http, deadline: float, done: Done, *, fresh: bool = False) -> Underway:
        """Start a request at once; `done` gets the answer, later and never within this method.

        `deadline` is a time of the loop in seconds, but no timer is set: the caller must call `expire` on what is
        returned then. `fresh` reuses only a connection that answered within `Limits.fresh_s`: for posts.
        Raises nothing for a bad request or target: `done` gets a Failure with `sent=False`.
        """
        if http.way is not None:
            return Errand(self._loop, self, http, deadline, done, fresh=fresh)
        return self.send_once(http, deadline, done, fresh=fresh)

    def send_once(
        self, http: Http, deadline: float, done: Done, *, fresh: bool = False, certificate: Certificate | None = None
    ) -> Call:
        """Start a request as `send` does, without heed to its way; over TLS the certificate is shown."""
        call = Call(self._loop, done, deadline)
        try:
            if http.target.scheme == SANDBOX:
                self._play(call, self._sandbox.read(http))
                return call
            key: _HeadKey = (http.target, http.method, http.headers)
            if certificate is not None:
                key = (*key, certificate)
            pool, head = self._heads.get(key) or self._prepared(key, http, certificate)
            request = head.message(http.body, http.more)
        except Refused as refusal:
            call.fail_soon(refusal.reason, str(refusal))
            return call
        except (TypeError, ValueError, AttributeError) as error:  # values of a wrong type, lone surrogates
            call.fail_soon("bad_request", f"the request cannot be written: {error}")
            return call
        self._start(call, pool, request, fresh)
        return call

    async def ask(self, http: Http | Parcel, deadline: float, *, fresh: bool = False) -> Answer:
        """Send one request and wait for its answer, until `deadline` (time of the loop, seconds).

        Cancelling closes the socket.
        """
        if not isinstance(http, Http):
            return await self._carrier.carry(http, deadline)
        answered: asyncio.Future[Answer] = self._loop.create_future()
        call = self.send(http, deadline, partial(_set_answer, answered), fresh=fresh)
        timer = self._loop.call_at(deadline, call.expire)
        try:
            return await answered
        finally:
            timer.cancel()
            call.cancel()

    def round(
        self,
        calls: Sequence[Http],
        deadline: float,
        *,
        on_answer: OnAnswer | None = None,
        shorter: Shorter | None = None,
    ) -> Awaitable[list[Answer]]:
        """Send requests side by side, at once; the answers come in the order of the requests.

        Whatever is not answered at `deadline` (time of the loop, seconds) is a Failure `timed_out`.
        `on_answer(index, answer)` is called as each arrives. Where it says True the round is over at once: who is left
        is a Failure `not_awaited`. What was sent is still read until the deadline, so that its connection can be used
        again; the rest is not sent. `shorter` ends it so at an earlier time: who is open then is `past_patience`.
        Cancelling what is returned closes the sockets.
        """
        return Round(self._loop, self.send, calls, deadline, on_answer, shorter).answered

    async def close(self) -> None:
        """Close all connections and fail all calls: `cut_off` if sent, else `unreachable`."""
        self._closed = True
        self._desks.close()
        self._sandbox.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._resolver.close()
        opening = [connection.opening for connection in self._everyone if connection.opening is not None]
        for connection in list(self._everyone):
            call = connection.call
            if call is not None:
                call.fail("cut_off" if call.sent else "unreachable", "the sender was closed")
            connection.abandon()
        await asyncio.gather(*opening, return_exceptions=True)
        for _ in range(_TURNS_TO_CLOSE):  # transports close their sockets in the loop's next turns
            await asyncio.sleep(0)

    def stats(self) -> dict[PoolKey, PoolCounts]:
        """Connections of each pool now."""
        return {key: pool.counts() for key, pool in self._pools.items()}

    def desk(self, way: Way, bare: Target, method: str) -> Desk:
        """Who signs requests of this way to this target in; the state of it is kept for the process."""
        return self._desks.of(way, bare, method)

    def _prepared(self, key: _HeadKey, http: Http, certificate: Certificate | None) -> tuple[Pool, Head]:
        where = pool_key(http.target, certificate)
        pool = self._pools.get(where)
        destination = destination_of(http.target, certificate) if pool is None else pool.destination
        head = Head(destination, http)
        if pool is None:
            pool = self._pools[where] = Pool(self._loop, destination, self._limits, self._everyone, self._plain_heads)
        if len(head) <= _LONGEST_REMEMBERED_HEAD_BYTES:
            self._heads.put(key, (pool, head))
        return pool, head

    def _play(self, call: Call, script: Script) -> None:
        if self._may_start(call, self._loop.time()):
            self._sandbox.answer(call, script)

    def _may_start(self, call: Call, now: float) -> bool:
        if self._closed:
            call.fail_soon("unreachable", "the sender was closed")
        elif now >= call.deadline:
            call.fail_soon("timed_out", "the deadline had passed before the start")
        else:
            return True
        return False

    def _start(self, call: Call, pool: Pool, request: bytes, fresh: bool) -> None:
        now = self._loop.time()
        if not self._may_start(call, now):
            return
        connection = pool.take(now, now - self._limits.fresh_s if fresh else -inf)
        if connection is not None:
            connection.carry(call, request)
        else:
            self._open(call, pool, request)

    def _open(self, call: Call, pool: Pool, request: bytes) -> None:
        call.phase = "connect"
        if not pool.has_room() or not self._has_room():
            call.fail_soon("unreachable", "the limit of open connections is reached")
            return
        connection = Connection(pool, call, request)
        pool.admit(connection)
        connection.opening = self._loop.create_task(self._opener.open(connection, call))
        if self._sweeper is None:
            self._sweep_later()

    def _has_room(self) -> bool:
        if len(self._everyone) < self._limits.connections:
            return True
        return any(pool.close_oldest() for pool in self._pools.values())

    def _sweep_later(self) -> None:
        self._sweeper = self._loop.call_later(self._limits.idle_s / _SWEEPS_AN_IDLE_TIME, self._sweep)

    def _sweep(self) -> None:
        now = self._loop.time()
        for pool in self._pools.values():
            pool.sweep(now)
        if len(self._pools) > _KEPT_EMPTY_POOLS:
            self._drop_empty_pools()
        self._sweeper = None
        if self._everyone:
            self._sweep_later()

    def _drop_empty_pools(self) -> None:
        """Forget destinations of the past; with the heads, which point at pools."""
        self._pools = {key: pool for key, pool in self._pools.items() if not pool.is_empty()}
        self._heads.clear()


def _set_answer(answered: asyncio.Future[Answer], answer: Answer) -> None:
    if not answered.done():
        answered.set_result(answer)
