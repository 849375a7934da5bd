"""The hot path: a lead comes in by HTTP, is distributed, and its seller is answered."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from outbid.api.auth import holder_of
from outbid.api.problem import problem
from outbid.api.wire import Gone, Receive, Scope, Send, answer_json, answer_problem, header, read_body
from outbid.core.answer import STATUS, Error, answer_of, pointer_of
from outbid.core.contract import Flaw, Malformed
from outbid.core.ids import LEAD, public
from outbid.core.market.snapshot import Market, Source
from outbid.core.reasons import Reason
from outbid.exchange.arrive import arrive
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story
from outbid.store.commit.entry import EntryFailed, Fenced, NotRecorded, Superseded

log = logging.getLogger("outbid.intake")
RETRY = ((b"retry-after", b"1"),)
STALLED_S = 10.0


class Intake:
    """Answers `POST /v1/leads`. With `most` leads in flight, more are turned away before anything is accepted."""

    def __init__(self, exchange: Exchange, reasons: Mapping[str, Reason], most: int = 20_000) -> None:
        self._exchange = exchange
        self._reasons = dict(reasons)
        self._most = most
        self.open = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["method"] != "POST":
            await self._no(send, 405, "method_not_allowed", more=((b"allow", b"POST"),))
            return
        market = self._exchange.market
        source = self._source(scope, market)
        if isinstance(source, tuple):
            with contextlib.suppress(Gone):
                await read_body(scope, receive)
            await self._no(send, *source)
            return
        if not self.is_ready() or len(self._exchange.in_flight) >= self._most:
            await self._no(send, 503, "overloaded", more=RETRY)
            return
        try:
            body = await read_body(scope, receive)
        except Gone:
            return
        if body is None:
            await self._no(send, 413, "body_too_large")
            return
        try:
            arrived = source.read(header(scope, b"content-type"), body)
        except Exception:
            log.exception("the intake of %s failed in its own code", source.slug)
            await self._no(send, 500, "fault")
            return
        if isinstance(arrived, Malformed):
            errors = (Error(arrived.pointer, arrived.code, arrived.detail),) if arrived.pointer else ()
            await self._no(send, arrived.status, arrived.code, arrived.detail, errors=errors)
            return
        try:
            story = arrive(self._exchange, market, source, arrived.fields, test=False)
        except Exception:
            log.exception("a field of %s failed in its own code", source.campaign.slug)
            await self._no(send, 500, "fault")
            return
        await self._distribute(story, send)

    def is_ready(self) -> bool:
        """Are leads taken now? Not while this process ends, nor while the database does not answer."""
        journal = self._exchange.journal
        return self.open and not journal.is_full() and not journal.stalls(STALLED_S)

    def _source(self, scope: Scope, market: Market) -> Source | tuple[int, str]:
        holder = holder_of(scope, market)
        if isinstance(holder, str):
            return 401, holder
        if holder.kind != "source" or holder.test:
            return 403, "key_not_allowed"
        source = market.sources.get(holder.number)
        if source is None or source.paused:
            return 403, "source_closed"
        return source

    async def _distribute(self, story: Story, send: Send) -> None:
        """Distribute, then answer. A seller who hangs up does not stop what has begun: the server cancels nothing."""
        name = public(LEAD, story.lead.cell, story.id)
        try:
            await distribute(self._exchange, story)
        except NotRecorded:
            await self._no(send, 503, "not_recorded", more=RETRY)
        except (Fenced, Superseded):  # another process has the lead: asked again, it tells how it ended
            await self._no(send, 503, "not_recorded", lead=name, more=RETRY)
        except EntryFailed as failure:
            log.error("lead %s was not stored: %s", name, failure)
            await self._no(send, 500, "lead_failed")
        except asyncio.CancelledError:
            await self._no(send, 503, "not_recorded", lead=name, more=RETRY)
            raise
        except Exception:
            log.exception("lead %s met a fault", name)
            await self._no(send, 500, "lead_failed", lead=name)
        else:
            await self._tell(story, name, send)

    async def _tell(self, story: Story, name: str, send: Send) -> None:
        state = story.state
        if state.status == "refused":
            errors = tuple(self._error(story, flaw) for flaw in story.flaws)
            await self._no(send, 422, state.reason, lead=name, outcome="refused", errors=errors)
            return
        sold = next((sale.id for sale in state.sales if sale.status == "sold"), "")
        answer = answer_of(name, story.plan.campaign.currency, state, story.notes.get(f"redirect {sold}"))
        await answer_json(send, STATUS[answer.outcome], answer)

    def _error(self, story: Story, flaw: Flaw) -> Error:
        reason = self._reasons.get(flaw.code) or Reason(flaw.code, flaw.code)
        return Error(pointer_of(flaw), flaw.code, f"{reason.sentence} {flaw.note}".strip(), reason.fix)

    async def _no(self, send: Send, status: int, code: str, detail: str = "", **more: object) -> None:
        headers = more.pop("more", ())
        await answer_problem(send, problem(status, code, detail, known=self._reasons, **more), headers)  # type: ignore[arg-type]
