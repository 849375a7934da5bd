"""The hot path: a lead comes in by HTTP, is distributed, and its seller is answered."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from outbid.api.auth import holder_of, key_of
from outbid.api.leads import Standing, error_of, standing
from outbid.api.problem import problem
from outbid.api.wire import (
    Gone,
    Headers,
    Receive,
    Reply,
    Send,
    header,
    read_body,
    reply_json,
    reply_problem,
    send_reply,
)
from outbid.api.wire import (
    Scope as Http,
)
from outbid.core.answer import STATUS, Error, quote_answer
from outbid.core.contract import Arrival, Flaw, Malformed
from outbid.core.dialect.trace import Trace, read_trace
from outbid.core.ids import LEAD, QUOTE, parse, public
from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Market, Source
from outbid.core.reasons import Reason
from outbid.core.scope import Scope
from outbid.exchange.arrive import KEYS_KEPT_MS, arrive, request_of, request_under
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Exchange
from outbid.exchange.load.gate import Gate
from outbid.exchange.quoting.ask import ask_price
from outbid.exchange.quoting.take_up import refuse, take_up
from outbid.exchange.steps.rehearse import outcome_of
from outbid.exchange.story import Story
from outbid.store.commit.entry import EntryFailed, Fenced, NotRecorded, Repeat, Repeated, Superseded
from outbid.store.commit.journal import Journal
from outbid.store.database import LOST, Pool
from outbid.store.quote import reading as quotes
from outbid.store.quote.row import Record as Quote
from outbid.traced import trace_id

log = logging.getLogger("outbid.intake")
LEADS = "/v1/leads"
PINGS = "/v1/pings"
HOT = (LEADS, PINGS)
LOOKS = ("GET", "HEAD")
RETRY = ((b"retry-after", b"1"),)
STALLED_S = 10.0
LONGEST_REQUEST_KEY = 255
OUTCOMES = ("sold", "unsold", "refused", "uncertain", "review", "queued")
"""Where leads stand when this process is done with them."""
ANSWERED_WITHOUT_BODY = (405, 503)
"""Before the body has come; a request without a good key is read to its end, so that the answer arrives."""


class Head(msgspec.Struct, frozen=True):
    """What the intake wants of a request's head. `key` is the hash of the key, empty if there is none.

    `request_key` is the seller's own name for the request (`Idempotency-Key`), empty if he gave none; `asks`: it is a
    ping, which asks for a price; `trace` the one that the request belongs to, None if he names none; `kept_ms`: how
    long `request_key` is remembered.
    """

    method: str
    key: str
    content_type: str
    request_key: str = ""
    asks: bool = False
    trace: Trace | None = None
    kept_ms: int = KEYS_KEPT_MS


def is_hot(scope: Http) -> bool:
    """Is it a request for the intake? A slash too many is forgiven. Whoever only looks is answered elsewhere."""
    path: str = scope.get("path", "")
    return scope["type"] == "http" and scope["method"] not in LOOKS and "/" + path.strip("/") in HOT


def head_of(scope: Http) -> Head:
    """The head of a request."""
    content_type, request_key = header(scope, b"content-type"), header(scope, b"idempotency-key")
    asks = "/" + scope["path"].strip("/") == PINGS
    return Head(scope["method"], key_of(scope), content_type, request_key, asks, trace_of(scope))


def trace_of(scope: Http) -> Trace | None:
    """The trace that a request belongs to (W3C Trace Context); None if it names none, or not in one plain header."""
    parents = [value for name, value in scope["headers"] if name == b"traceparent"]
    if len(parents) != 1:
        return None
    states = [value for name, value in scope["headers"] if name == b"tracestate"]
    return read_trace(parents[0].decode("latin-1"), b",".join(states).decode("latin-1"))


class Intake:
    """Answers `POST /v1/leads` and `POST /v1/pings`.

    What is more than this process can do soon is turned away before anything is accepted.
    """

    def __init__(self, exchange: Exchange, pool: Pool, reasons: Mapping[str, Reason]) -> None:
        self._exchange = exchange
        self._pool = pool
        self._reasons = dict(reasons)
        self.gate = Gate(exchange)
        self.open = True
        self.started = exchange.now()
        self.outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))

    async def __call__(self, scope: Http, receive: Receive, send: Send) -> None:
        """One request by ASGI."""
        head = head_of(scope)
        admitted = self._admit(head)
        if isinstance(admitted, Reply) and admitted.status in ANSWERED_WITHOUT_BODY:
            await send_reply(send, admitted)
            return
        try:
            body = await read_body(scope, receive)
        except Gone:
            return
        await send_reply(send, await self.answer(head, body))

    async def answer(self, head: Head, body: bytes | None) -> Reply:
        """The answer to a request, however it came. `body` is None if it was larger than allowed.

        A cancelled request is answered as well: its seller is told to ask again.
        """
        if head.trace is not None:
            trace_id.set(head.trace.id)
        try:
            admitted = self._admit(head)
            if isinstance(admitted, Reply):
                return admitted
            if body is None:
                return self.no(413, code="body_too_large")
            arrived = self._read(admitted[1], head, body)
            if isinstance(arrived, Reply):
                return arrived
            story = await self._begin(*admitted, head, body, arrived)
            return story if isinstance(story, Reply) else await self._distribute(story)
        except Exception:
            log.exception("a request met a fault")
            return self.no(500, code="fault")

    async def sell(
        self, market: Market, source: Source, test: bool, head: Head, body: bytes, arrived: Arrival
    ) -> Reply:
        """The answer to a lead or ping that was read already, of a source that may send it.

        `body`: what tells the request from others where `head` names no key for it.
        """
        story = await self._begin(market, source, test, head, body, arrived)
        return story if isinstance(story, Reply) else await self._distribute(story)

    def is_ready(self) -> bool:
        """Are leads taken now? Not while this process ends, nor without its lane, nor while the database is silent."""
        exchange = self._exchange
        return self.open and not exchange.fenced and _flows(exchange.journal) and _flows(exchange.quotes)

    def _admit(self, head: Head) -> tuple[Market, Source, bool] | Reply:
        """The market as it is now, whose lead it is, and is it a test; or why the lead is not taken."""
        if head.method != "POST":
            return self.no(405, code="method_not_allowed", more=((b"allow", b"GET, POST"),))
        market = self._exchange.market
        holder = holder_of(head.key, market)
        if isinstance(holder, str):
            return self.no(401, code=holder)
        if holder.kind != "source":
            return self.no(403, code="key_not_allowed")
        source = market.sources.get(holder.number)
        closed = self.closed(source)
        if closed is not None:
            return closed
        assert source is not None
        return market, source, holder.test

    def closed(self, source: Source | None) -> Reply | None:
        """Why a source's leads are not taken now; None if they are."""
        if source is None or source.paused:
            return self.no(403, code="source_closed")
        if not self.is_ready() or not self.gate.lets_in():
            return self.no(503, code="overloaded", more=RETRY)
        return None

    async def _begin(
        self, market: Market, source: Source, test: bool, head: Head, body: bytes, arrived: Arrival
    ) -> Story | Reply:
        """The story that a request begins, or what is wrong with the request."""
        exchange = self._exchange
        try:
            if head.asks:
                story = ask_price(exchange, market, source, arrived.fields, test)
            elif arrived.ping is None:
                now_ms = exchange.clock.now_ms()
                request = request_of(exchange.vault, head.request_key, body, now_ms, head.kept_ms)
                story = arrive(exchange, market, source, arrived.fields, test, request)
            else:
                story = await self._take_up(market, source, test, head, body, arrived)
            story.trace = head.trace
        except LOST:
            return self.no(503, code="database_away", more=RETRY)
        except Exception:
            log.exception("a field of %s failed in its own code", source.campaign.slug)
            return self.no(500, code="fault")
        return self._rehearsed(story) if test else story

    async def _take_up(
        self, market: Market, source: Source, test: bool, head: Head, body: bytes, arrived: Arrival
    ) -> Story:
        """The story of a lead that names its ping, at the version that its quote pinned."""
        exchange, now_ms = self._exchange, self._exchange.clock.now_ms()
        quote = await self._quote_of(source, arrived.ping or "", test)
        pinned = market if quote is None else await exchange.market_at(quote.version)
        then = None if quote is None else pinned.sources.get(quote.source)
        if quote is None or then is None:
            request = request_of(exchange.vault, head.request_key, body, now_ms, head.kept_ms)
            return refuse(exchange, market, source, arrived.fields, test, request)
        request = request_under(exchange.vault, quote.id, body, now_ms)
        return take_up(exchange, pinned, then, arrived.fields, test, request, quote, arrived.bids)

    async def _quote_of(self, source: Source, name: str, test: bool) -> Quote | None:
        try:
            cell, identifier = parse(QUOTE, name)
        except ValueError:
            return None
        async with self._pool.acquire() as connection:
            found = await quotes.read(connection, Scope("source", source.number), cell, identifier)
        return found if found is not None and found.test == test else None

    def _read(self, source: Source, head: Head, body: bytes) -> Arrival | Reply:
        """The fields that a body holds, or what is wrong with the request."""
        if len(head.request_key) > LONGEST_REQUEST_KEY:
            return self.no(400, code="request_key_too_long")
        try:
            arrived = source.read(head.content_type, body)
        except Exception:
            log.exception("the intake of %s failed in its own code", source.slug)
            return self.no(500, code="fault")
        if isinstance(arrived, Malformed):
            return self.malformed(arrived)
        assert isinstance(arrived, Arrival)
        return arrived

    def malformed(self, found: Malformed) -> Reply:
        """What is wrong with a request that holds no lead."""
        errors = (Error(found.pointer, found.code, found.detail),) if found.pointer else ()
        return self.no(found.status, code=found.code, detail=found.detail, errors=errors)

    def _rehearsed(self, story: Story) -> Story | Reply:
        """A test lead, if it says in a word that there is how its test shall end."""
        try:
            outcome_of(story.lead)
        except ValueError as error:
            return self.no(422, code="test_outcome_unknown", detail=str(error))
        return story

    async def _distribute(self, story: Story) -> Reply:
        """Distribute, then tell. A seller who hangs up does not stop what has begun: the server cancels nothing."""
        asks = story.state.quoting
        name = public(QUOTE if asks else LEAD, story.lead.cell, story.id)
        known: dict[str, Any] = {} if asks else {"lead": name}
        try:
            await self._end_of(story)
        except Repeated as repeated:
            return await self._again(story, repeated.repeat)
        except NotRecorded:
            return self.no(503, code="not_recorded", more=RETRY)
        except (Fenced, Superseded, asyncio.CancelledError):
            # Another process has the lead, or will have it: asked again, it tells how it ended.
            return self.no(503, code="not_recorded", **known, more=RETRY)
        except EntryFailed as failure:
            log.error("lead %s was not stored: %s", name, failure)
            return self.no(500, code="lead_failed")
        except Exception:
            log.exception("lead %s met a fault", name)
            return self.no(500, code="lead_failed", **known)
        if asks:
            return self._tell_quote(name, story)
        sold = next((sale.id for sale in story.state.sales if sale.status == "sold"), "")
        redirect = story.notes.get(f"redirect {sold}")
        return self._tell(
            Standing(name, story.plan.campaign.currency, story.state, story.flaws, redirect, story.lead.test)
        )

    async def _end_of(self, story: Story) -> None:
        """Take a story to its end, or as far as its seller's patience goes: then it goes on without him.

        That he was told so is durable before he is, so that the end is told to him later. Raises as `distribute`.
        """
        limit_ms = story.plan.source.answer_ms
        if limit_ms is None or story.state.quoting or story.lead.test:
            await self._to_the_end(story)
            return
        task = asyncio.create_task(self._to_the_end(story))
        await asyncio.wait((task,), timeout=limit_ms / 1000)
        if task.done() or story.birth is not None or story.state.stage == "closed":
            await task
            return
        task.add_done_callback(partial(_note_fault, story))
        story.tell(ev.Deferred(self._exchange.clock.now_ms()))
        await self._exchange.write(story)

    async def _to_the_end(self, story: Story) -> None:
        await distribute(self._exchange, story)
        if not story.state.quoting and story.chapters:
            self.outcomes[story.state.status] += not story.lead.test

    async def _again(self, story: Story, repeat: Repeat) -> Reply:
        """The answer to a request that was sent before: how its lead stands now."""
        name = public(LEAD, repeat.cell, repeat.lead_id)
        if not repeat.same:
            code = "request_key_reused" if story.lead.quote is None else "ping_used"
            return self.no(422, code=code, lead=name)
        exchange, scope = self._exchange, Scope("source", story.lead.source)
        try:
            async with self._pool.acquire() as connection:
                found = await standing(connection, scope, exchange.vault, exchange.market, repeat.cell, repeat.lead_id)
        except LOST:
            found = None
        return self.no(503, code="not_recorded", lead=name, more=RETRY) if found is None else self._tell(found)

    def _tell_quote(self, name: str, story: Story) -> Reply:
        state, currency = story.state, story.plan.campaign.currency
        if state.status == "refused":
            return self._refused(state.reason, story.flaws)
        notes = story.notes if story.plan.campaign.tells_brands else None
        return reply_json(200, quote_answer(name, currency, state, story.until_ms, notes, test=story.lead.test))

    def _tell(self, lead: Standing) -> Reply:
        if lead.state.status == "refused":
            return self._refused(lead.state.reason, lead.flaws, lead=lead.name)
        answer = lead.answer()
        return reply_json(STATUS[answer.outcome], answer)

    def _refused(self, code: str, flaws: tuple[Flaw, ...], **known: Any) -> Reply:
        """Refused, with everything that is wrong at once."""
        errors = tuple(error_of(flaw, self._reasons) for flaw in flaws)
        return self.no(422, code=code, outcome="refused", errors=errors, **known)

    def no(self, status: int, *, code: str, more: Headers = (), **said: Any) -> Reply:
        """A problem by its reason code."""
        return reply_problem(problem(status, code, known=self._reasons, **said), more)


def _note_fault(story: Story, task: "asyncio.Task[None]") -> None:
    """Nobody waits for this lead's end any more: what went wrong is told to the log."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("lead %s met a fault", public(LEAD, story.lead.cell, story.id), exc_info=error)


def _flows(journal: Journal[Any, Any]) -> bool:
    return not journal.stalls(STALLED_S)
