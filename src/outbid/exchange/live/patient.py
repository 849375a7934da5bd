"""The patience of one round: how long it waits, and what it teaches about its offers."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from outbid.core.control.patience import Patience, hardest, waits
from outbid.core.dialect.wire import Answer, Failure, Http, Response
from outbid.core.market.snapshot import Campaign, Offer
from outbid.core.money import ONE
from outbid.core.price.lines import NOT_AWAITED, PAST_PATIENCE
from outbid.exchange.exchange import Exchange
from outbid.exchange.outbound.round import Shorter

_LOT_BYTES = 3
_DROPPED = (NOT_AWAITED, PAST_PATIENCE)


class End(NamedTuple):
    """Where a talk stood when its round was over: its last answer, and whether that was all it waited for."""

    place: int
    answer: Answer
    is_whole: bool


class Patient:
    """A round of a tier with patience. `wait` is decided when it begins; `until`, loop seconds, follows from it."""

    def __init__(
        self, exchange: Exchange, campaign: Campaign, tier: int, rule: Patience, offers: Sequence[Offer], whole: float
    ) -> None:
        self._exchange, self._rule, self._offers, self._started = exchange, rule, offers, exchange.now()
        self._is_whole_tiers = whole >= campaign.tiers[tier].deadline_ms
        self._rounds = exchange.times.of_tier(campaign.number, tier)
        lot = int.from_bytes(exchange.noise(_LOT_BYTES), "big") * ONE >> 8 * _LOT_BYTES
        need = hardest(rule, [exchange.times.need(rule, offer.number) for offer in offers])
        self.wait = waits(rule, whole, lot, need)
        self.until = self._started + self.wait.deadline_ms / 1000
        self._since: dict[int, int] = {}
        self._open: int | None = None
        self._read = 0

    def shorter(self, places: Sequence[int], talks: Sequence[Any]) -> Shorter:
        """How one request of each of these talks ends by the patience, and who reads what comes after it."""
        self._since.update(dict.fromkeys(places, self._exchange.ms_since(self._started)))

        def on_late(position: int, answer: Answer) -> None:
            place = places[position]
            self._learn(End(place, answer, _is_last(talks[place], answer)))
            self._read += 1
            self._settle()

        return Shorter(self.until if self.wait.deadline_ms < self.wait.whole_ms else None, on_late)

    def over(self, ends: Iterable[End], *, cut: bool) -> None:
        """The round is over. Who was dropped and is read still tells later. `cut`: it did not wait any longer."""
        self._rounds.rounds += 1
        still_open = 0
        for end in ends:
            if isinstance(end.answer, Failure) and end.answer.reason in _DROPPED and end.answer.sent:
                still_open += 1
            else:
                self._learn(end)
        if cut:
            self._rounds.cut += 1
            self._open = still_open
            self._settle()

    def _settle(self) -> None:
        """The last open answer tells when the round would have been over."""
        if self._open and self._read == self._open:
            ends_ms = min(self._exchange.ms_since(self._started), self.wait.whole_ms)
            self._rounds.watched += 1
            self._rounds.saved_ms += max(0, ends_ms - self.wait.deadline_ms)

    def _learn(self, end: End) -> None:
        """A seller may have had less time than the tier has: who was late for it might have answered in the tier's."""
        answer, ms = end.answer, round(self._since[end.place] + end.answer.timings.total_ms)
        lot = self._exchange.times.lot(self._rule, self._offers[end.place].number)
        if isinstance(answer, Response):
            (lot.hear if end.is_whole else lot.leave)(ms)
        elif answer.reason in _DROPPED or (answer.reason == "timed_out" and not self._is_whole_tiers):
            lot.leave(ms)
        else:
            lot.fail()


def _is_last(talk: Any, answer: Answer) -> bool:
    """Whether a talk would have been over with an answer that came too late for it."""
    try:
        return not isinstance(talk.send(answer), Http)
    except Exception:  # it is over, or it failed in its own code: nothing follows either way
        return True
