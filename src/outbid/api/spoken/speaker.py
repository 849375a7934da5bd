"""Hears what comes to the address of a source, has it sold by the intake, and answers as its seller speaks."""

import asyncio
import logging
from collections.abc import Mapping

from outbid.api.auth import holder_of, key_hash
from outbid.api.intake import LONGEST_REQUEST_KEY, RETRY, Head, Intake, trace_of
from outbid.api.spoken.address import inbound_of, source_named
from outbid.api.spoken.telling import told_of
from outbid.api.wire import Gone, Receive, Reply, Send, header, read_body, reply_json, send_reply
from outbid.api.wire import Scope as Http
from outbid.core.contract import Malformed
from outbid.core.dialect.trace import Trace
from outbid.core.heard import Deletion, Fetch, Heard, Lead
from outbid.core.heard import Reply as Said
from outbid.core.market.snapshot import Market, Source, Spoken
from outbid.core.reasons import Reason
from outbid.exchange.arrive import KEYS_KEPT_MS, ONCE_KEPT_MS, once_key
from outbid.exchange.exchange import Exchange
from outbid.exchange.work.fetching import keep
from outbid.store.database import LOST, Pool
from outbid.traced import trace_id

log = logging.getLogger("outbid.intake")


class Speaker:
    """Answers requests below `/v1/in/`."""

    def __init__(self, intake: Intake, exchange: Exchange, pool: Pool, reasons: Mapping[str, Reason]) -> None:
        self._intake = intake
        self._pool = pool
        self._exchange = exchange
        self._reasons = dict(reasons)

    async def __call__(self, scope: Http, receive: Receive, send: Send) -> None:
        """One request by ASGI."""
        try:
            body = await read_body(scope, receive)
        except Gone:
            return
        await send_reply(send, await self.answer(scope, body))

    async def answer(self, scope: Http, body: bytes | None) -> Reply:
        """The answer to a request. `body` is None if it was larger than allowed."""
        market = self._exchange.market
        source = market.spoken.get(source_named(scope))
        if source is None or source.spoken is None:
            return self._intake.no(404, code="not_found")
        asked = False
        try:
            heard = self._heard(source.spoken, scope, body)
            if isinstance(heard, Reply):
                reply = heard
            else:
                asked = any(isinstance(thing, Lead) and thing.asks for thing in heard.things)
                reply = await self._answer(market, source, scope, body or b"", heard)
        except Exception:
            log.exception("a request to %s met a fault", source.slug)
            reply = self._intake.no(500, code="fault")
        try:
            return self._in_his_tongue(source.spoken, reply, asked=asked)
        except Exception:
            log.exception("the answers of %s failed in their own code", source.slug)
            return reply

    def _heard(self, spoken: Spoken, scope: Http, body: bytes | None) -> Heard | Reply:
        """What a request brings, or why it cannot be read."""
        intake = self._intake
        if scope["method"] not in spoken.methods:
            allow = ", ".join(spoken.methods).encode()
            return intake.no(405, code="method_not_allowed", more=((b"allow", allow),))
        if body is None:
            return intake.no(413, code="body_too_large")
        heard = spoken.hear(inbound_of(scope, body))
        return intake.malformed(heard) if isinstance(heard, Malformed) else heard

    async def _answer(self, market: Market, source: Source, scope: Http, body: bytes, heard: Heard) -> Reply:
        intake = self._intake
        test = self._proven(market, source, heard)
        if isinstance(test, Reply):
            return test
        closed = intake.closed(source)
        if closed is not None:
            return closed
        named = header(scope, b"idempotency-key")
        if len(named) > LONGEST_REQUEST_KEY:
            return intake.no(400, code="request_key_too_long")
        trace = trace_of(scope)
        if trace is not None:
            trace_id.set(trace.id)
        whole = scope["query_string"] + b"\n" + body
        leads = [thing for thing in heard.things if isinstance(thing, Lead)]
        kept = tuple(thing for thing in heard.things if isinstance(thing, Fetch | Deletion))
        marks = [""] if len(leads) == 1 else [f"\n{place}" for place in range(len(leads))]
        takes = [
            self._sell(market, source, lead, test, named and named + mark, whole + mark.encode(), trace)
            for lead, mark in zip(leads, marks, strict=True)
        ]
        replies = [_as_it_is(thing) for thing in heard.things if isinstance(thing, Said)]
        replies += await asyncio.gather(self._keep(source, kept)) if kept else ()
        replies += (await takes[0],) if len(takes) == 1 else await asyncio.gather(*takes)
        return replies[0] if len(replies) == 1 else _together(replies)

    def _proven(self, market: Market, source: Source, heard: Heard) -> bool | Reply:
        """Whether what came is a test, by its key; or why it is not the source that speaks."""
        if heard.key is None:
            return False
        holder = holder_of(key_hash(heard.key) if heard.key else "", market)
        if isinstance(holder, str):
            return self._intake.no(401, code=holder)
        if (holder.kind, holder.number) != ("source", source.number):
            return self._intake.no(403, code="key_not_allowed")
        return holder.test

    async def _keep(self, source: Source, things: tuple[Fetch | Deletion, ...]) -> Reply:
        """Put on record what is done later; the answer waits until it is durable."""
        try:
            async with self._pool.acquire() as connection:
                await keep(self._exchange, connection, source, things)
        except LOST:
            return self._intake.no(503, code="database_away", more=RETRY)
        return reply_json(200, {"outcome": "taken", "count": len(things)})

    async def _sell(
        self,
        market: Market,
        source: Source,
        thing: Lead,
        test: bool,
        named: str,
        whole: bytes,
        trace: Trace | None,
    ) -> Reply:
        """One lead that a request brought, and how it ended. `named` and `whole` tell it from the others that came."""
        once = thing.once
        request_key, kept_ms = (once_key(once), ONCE_KEPT_MS) if once else (named, KEYS_KEPT_MS)
        head = Head("POST", "", "", request_key, thing.asks, trace, kept_ms)
        body = once.encode() if once else whole
        return await self._intake.sell(market, source, test or thing.test, head, body, thing.arrival)

    def _in_his_tongue(self, spoken: Spoken, reply: Reply, *, asked: bool) -> Reply:
        """An answer of ours as the seller writes such; the same if he has no words of his own for it."""
        told = told_of(reply, self._reasons, asked=asked)
        said = None if told is None else spoken.answer(told)
        return reply if said is None else Reply(said.status, said.body, said.content_type.encode(), reply.more)


def _as_it_is(said: Said) -> Reply:
    return Reply(said.status, said.body, said.content_type.encode())


def _together(replies: list[Reply]) -> Reply:
    """The answers to several things that came in one request: all of them, or that it is to be sent again."""
    failed = next((reply for reply in replies if reply.status >= 500), None)
    return failed or reply_json(200, {"answers": [reply.said for reply in replies if reply.said is not None]})
