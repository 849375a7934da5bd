"""Enrichers are asked side by side what else is known of a lead; whatever they say or do not say, the lead goes on.

What an answer taught is remembered for a while under a keyed hash of the question: no value of a person is a key.
"""

import asyncio
import logging
from itertools import groupby
from typing import Any

import msgspec

from outbid.core.contract import Ask, Learned
from outbid.core.dialect.wire import Answer, Failure, Http
from outbid.core.lead import event as ev
from outbid.core.lead.learned import NOTE, is_usable, learn, note_of, readable, taken, why_not_asked
from outbid.core.lead.traffic import Talk
from outbid.core.market.snapshot import Enricher
from outbid.core.reasons import ALL
from outbid.exchange.arrive import today
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.asking import ask_of
from outbid.exchange.steps.traced import traced
from outbid.exchange.story import Story

MOST_REQUESTS = 4
"""How many requests one enricher may make for one lead."""

log = logging.getLogger("outbid.exchange")
_encode = msgspec.msgpack.Encoder().encode


class Heard(msgspec.Struct, frozen=True):
    """What came of one enricher."""

    outcome: ev.EnrichOutcome
    reason: str = ""
    values: dict[str, Any] = {}
    ms: int = 0
    sent: bool = False


_NOTHING = Heard("nothing", "nothing_known")


async def enrich(exchange: Exchange, story: Story) -> None:
    """Ask the enrichers of the campaign, those of a round at once, and tell in their order what each taught.

    A lead is durable before: whom a service sees stands on record, and a repeated request is not asked about again.
    """
    campaign = story.plan.campaign
    if story.born is not None and not all(enricher.local for enricher in campaign.enrichers):
        await story.born
    until = exchange.now() + campaign.enrich_ms / 1000
    for _, some in groupby(enumerate(campaign.enrichers), key=lambda one: one[1].round):
        talks = [_Talk(exchange, story, place, enricher) for place, enricher in some]
        ask = ask_of(exchange, story)
        heard = await asyncio.gather(*(talk.held(ask, until) for talk in talks))
        for talk, one in zip(talks, heard, strict=True):
            take(story, talk.enricher, one, exchange.clock.now_ms())


def take(story: Story, enricher: Enricher, heard: Heard, now_ms: int) -> None:
    """What an enricher said becomes part of the lead: values sealed, facts in the event."""
    lead, fields, day = story.lead, story.plan.campaign.fields, today(story.lead.arrived_at_ms)
    understood = readable(fields, heard.values, day)
    if heard.values and not understood:
        heard = msgspec.structs.replace(heard, outcome="failed", reason="not_understood")
    given = taken(enricher, lead, understood)
    lead, facts = learn(lead, fields, given, day)
    story.know(lead)
    for name, raw in given.items():
        story.note(NOTE + name, note_of(raw))
    gave = tuple(given)
    story.tell(ev.Enriched(now_ms, enricher.name, heard.outcome, heard.reason, heard.ms, gave, facts, heard.sent))


class _Talk:
    """The conversation with one enricher about one lead."""

    def __init__(self, exchange: Exchange, story: Story, place: int, enricher: Enricher) -> None:
        self._exchange, self._story, self._place, self.enricher = exchange, story, place, enricher
        self._sent = False

    async def held(self, ask: Ask, until: float) -> Heard:
        """Ask, or say why not. A plugin that fails in its own code costs what it would have taught, and no more."""
        enricher, exchange = self.enricher, self._exchange
        if (reason := why_not_asked(enricher, self._story.lead)) is not None:
            return Heard("skipped", reason)
        kept = None if enricher.local else self._story.kept.get(enricher.name)
        if kept is not None:
            return Heard("kept", values=kept)
        started = exchange.now()
        try:
            heard = await self._asked(ask, min(until, started + enricher.deadline_ms / 1000))
        except Exception:
            log.exception("an enricher failed in its own code")
            heard = Heard("failed", "not_understood")
        return msgspec.structs.replace(heard, ms=exchange.ms_since(started), sent=self._sent)

    async def _asked(self, ask: Ask, deadline: float) -> Heard:
        talk = self.enricher.ask(ask)
        try:
            http = next(talk)
            question = self._question(http)
            if (known := self._exchange.answers.get(question, self._exchange.now())) is not None:
                return Heard("cached", values=known) if known else _NOTHING
            for _ in range(MOST_REQUESTS):
                is_last = http.has_lead
                http = talk.send(await self._said(http, deadline))
                if is_last:
                    log.error("an enricher asked for more after it had told of the lead; that was not sent")
                    break
        except StopIteration as stop:
            heard = self._read(stop.value)
            if self.enricher.cache_ms and self._sent and heard.outcome in ("learned", "nothing"):
                until = self._exchange.now() + self.enricher.cache_ms / 1000
                self._exchange.answers.put(question, heard.values, until)
            return heard
        return Heard("failed", "not_understood")

    def _question(self, http: Http) -> bytes:
        asked = (self.enricher.settings, http.target.host, http.target.port, http.target.path, http.method)
        return self._exchange.vault.request(b"enrich", _encode((*asked, http.headers, http.body)))

    async def _said(self, http: Http, deadline: float) -> Answer:
        exchange, story = self._exchange, self._story
        at_ms = exchange.clock.now_ms()
        asked = http if story.trace is None else traced(exchange, story.trace, http)
        answer = await exchange.door.ask(asked, deadline)
        self._sent = self._sent or not isinstance(answer, Failure) or answer.sent
        if exchange.keeps_traffic:
            story.talks.append(Talk("enrich", (self._place,), "", at_ms, (asked,), (answer,)))
        return answer

    def _is_usable(self, value: Any) -> bool:
        """Can it be a value of the lead? What repeats a secret of ours would go on to buyers."""
        repeats = isinstance(value, str) and self.enricher.secrets.without(value) is None
        return is_usable(value) and not repeats

    def _read(self, learned: Any) -> Heard:
        """What an answer taught. A reason of the plugin's own carries its name; what can be no value is left out."""
        if not isinstance(learned, Learned):
            return Heard("failed", "not_understood")
        if reason := learned.reason:
            named = reason if reason in ALL or "." in reason else f"{self.enricher.plugin}.{reason}"
            return Heard("late" if reason == "timed_out" else "failed", named)
        values = {name: value for name, value in learned.values.items() if self._is_usable(value)}
        if values:
            return Heard("learned", values=values)
        return Heard("failed", "not_understood") if learned.values else _NOTHING
