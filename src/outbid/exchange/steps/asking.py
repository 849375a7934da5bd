"""The talks of a round: each delivery is followed to its reply, side by side, under one deadline."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from outbid.core.contract import Ask, PingReply
from outbid.core.dialect.wire import Answer, Failure, Http, Response, Timings
from outbid.core.lead.traffic import Talk
from outbid.core.market.snapshot import Offer
from outbid.core.price.lines import NOT_AWAITED, PAST_PATIENCE
from outbid.core.price.standing import counted, with_end
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.patient import End, Patient
from outbid.exchange.outbound.round import Shorter
from outbid.exchange.steps.kept import key_of, lead_key
from outbid.exchange.steps.traced import traced
from outbid.exchange.story import Story

log = logging.getLogger("outbid.exchange")
NONSENSE = PingReply("nonsense", reason="nonsense")
"""What a delivery has understood that failed in its own code: it costs the buyer this bid, and nobody else."""
TOLD_ALREADY = "a delivery asked for more after it had told of the lead; that was not sent"
Enough = Callable[[], bool]
STOOD = Response(200, (), b"")
"""The answer of whoever was not asked, for his bid still stands."""


class Asking:
    """Who is asked in a round, and what came of it so far: no reply of a talk that is open."""

    def __init__(self, exchange: Exchange, story: Story, offers: Sequence[Offer]) -> None:
        self.offers = offers
        self._replies: list[PingReply | None] = [None] * len(offers)
        self._answers: list[Answer | None] = [None] * len(offers)
        self._exchange, self._story = exchange, story
        self._talks: list[Any] = [None] * len(offers)
        self._next: dict[int, Http] = {}
        self._left, self._asked = False, False
        self._began = exchange.now()
        self.kept: set[int] = set()
        self._keys: dict[int, bytes] = {}
        self._before_lead: set[int] = set()
        self._lead_key: bytes | None = None
        self._patient: Patient | None = None
        self._why_open = NOT_AWAITED

    async def follow(self, deadline: float, enough: Enough | None = None, patient: Patient | None = None) -> None:
        """Ask until all have replied, the deadline (loop seconds) is there or, where given, `enough` says so.

        That is called before anybody is asked, and after every reply. `patient`: how long the tier waits, and who wants
        to learn how long that should be.
        """
        self._patient = patient
        if enough is not None and enough():
            return
        ask = ask_of(self._exchange, self._story)
        self._asked, self._began = True, self._exchange.now()
        for place, offer in enumerate(self.offers):
            self._begin(place, offer, ask)
        if self.kept and enough is not None and enough():
            return
        while self._next and not self._left and (patient is None or self._exchange.now() < patient.until):
            speaking, self._next = self._next, {}
            await self._round(list(speaking), list(speaking.values()), deadline, enough)
        if patient is not None:
            if self._next and not self._left:
                self._why_open = PAST_PATIENCE
            patient.over(self._ends(), cut=not self._left and any(reply is None for reply in self._replies))

    async def _round(self, places: list[int], calls: list[Http], deadline: float, enough: Enough | None) -> None:
        """One request of each that has one to make: a second one waits until all have their answers to the first."""
        exchange, at_ms = self._exchange, self._exchange.clock.now_ms()
        shorter = None if self._patient is None else self._patient.shorter(places, self._talks)
        if enough is None:
            answered = await exchange.door.round(calls, deadline, shorter=shorter)
            for place, answer in zip(places, answered, strict=True):
                self._hear(place, answer)
        else:
            answered = await self._until(enough, places, calls, deadline, shorter)
        if exchange.keeps_traffic:
            numbers = [self.offers[place].number for place in places]
            self._story.talks.append(Talk("ping", numbers, "", at_ms, calls, answered))

    async def _until(
        self, enough: Enough, places: list[int], calls: list[Http], deadline: float, shorter: Shorter | None
    ) -> list[Answer]:
        unheard = dict(enumerate(places))

        def on_answer(position: int, answer: Answer) -> bool:
            if isinstance(answer, Failure) and answer.reason == "timed_out":
                return False  # the deadline: whoever is open now is late
            self._hear(unheard.pop(position), answer)
            self._left = enough()
            return self._left

        answered = await self._exchange.door.round(calls, deadline, on_answer=on_answer, shorter=shorter)
        for position, place in unheard.items():
            if self._left:
                self._answers[place] = answered[position]
            else:
                self._hear(place, answered[position])
        return answered

    def _hear(self, place: int, answer: Answer) -> None:
        if isinstance(answer, Failure) and answer.reason == PAST_PATIENCE:
            self._why_open = PAST_PATIENCE
            if answer.sent or self._answers[place] is None:  # what was said before was said
                self._answers[place] = answer
            return  # its talk stays open
        self._answers[place] = answer
        self._advance(place, answer)

    def _begin(self, place: int, offer: Offer, ask: Ask) -> None:
        try:
            self._talks[place] = offer.delivery.ping(ask)
        except Exception:
            log.exception("a delivery failed in its own code")
            self._replies[place] = NONSENSE
        else:
            self._advance(place, None)
            if offer.keeps_bids and place in self._next:
                self._recall(place, offer)

    def _recall(self, place: int, offer: Offer) -> None:
        """Take a bid that still stands on the same question; else remember what is asked, to keep the answer."""
        story = self._story
        if self._lead_key is None:
            self._lead_key = lead_key(story.plan.source.number, story.lead.values)
        key = key_of(self._lead_key, offer.number, self._next[place])
        found = self._exchange.bids.find(key, offer.number)
        if found is None:
            self._keys[place] = key
            return
        del self._next[place]
        self._replies[place], self._answers[place] = found, STOOD
        self.kept.add(offer.number)

    def _heard(self, place: int, reply: PingReply) -> PingReply:
        """A reply with the end of its bids, which are kept if they stand and one request told all that was asked."""
        offer, key = self.offers[place], self._keys.pop(place, None)
        if reply.ends_ms or reply.bids:
            reply = counted(reply, self._exchange.clock.now_ms())
        if offer.bids_stand_s:
            reply = with_end(reply, offer.bids_stand_s)
        if key is not None:
            self._exchange.bids.keep(key, reply, self._began)
        return reply

    def _check_told(self, place: int) -> None:
        """Only the last request of a talk may tell of the lead. Raises RuntimeError where the one before did."""
        if place not in self._before_lead:
            raise RuntimeError(TOLD_ALREADY)
        self._before_lead.remove(place)

    def _advance(self, place: int, answer: Answer | None) -> None:
        reply: Any = NONSENSE
        try:
            http = self._talks[place].send(answer)
            if answer is not None:
                self._check_told(place)
            if isinstance(http, Http):
                if not http.has_lead:
                    self._before_lead.add(place)
                self._keys.pop(place, None)  # more is asked than the first request says
                trace = self._story.trace
                self._next[place] = http if trace is None else traced(self._exchange, trace, http)
                return
        except StopIteration as stop:
            reply = stop.value
        except Exception:
            log.exception("a delivery failed in its own code")
        self._replies[place] = self._heard(place, reply) if isinstance(reply, PingReply) else NONSENSE

    def _ends(self) -> Iterator[End]:
        """How each talk ended for which anything was asked."""
        for place, (reply, answer) in enumerate(zip(self._replies, self._answers, strict=True)):
            if answer is not None and answer is not STOOD:
                yield End(place, answer, reply is not None)

    def heard(self) -> Iterator[tuple[Offer, PingReply, Answer | None]]:
        """What came of each talk: of one that is open, that it was not awaited."""
        for offer, reply, answer in zip(self.offers, self._replies, self._answers, strict=True):
            yield (offer, NONSENSE, self._left_at(answer)) if reply is None else (offer, reply, answer)

    def _left_at(self, last: Answer | None) -> Failure:
        """The end of a talk that is not awaited, after its last answer.

        It took since all were asked, so that whoever is here already was never slower.
        """
        took = Timings(total_ms=self._exchange.ms_since(self._began) if self._asked else 0)
        return Failure(
            self._why_open,
            isinstance(last, Response) or (last is not None and last.sent),
            "refused",
            timings=took,
        )


def ask_of(exchange: Exchange, story: Story, **more: Any) -> Ask:
    """What deliveries may say about this lead."""
    lead = story.lead
    return Ask(
        lead.facts,
        lead.values,
        partial(exchange.vault.reference, lead.known_as),
        lead.arrived_at_ms,
        story.plan.campaign.currency,
        now_ms=exchange.clock.now_ms(),
        **more,
    )
