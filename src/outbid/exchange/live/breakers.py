"""The breakers of this process: fed by each round, asked before the next one. Nothing waits for other processes."""

import logging
from collections.abc import Callable

from outbid.core.control.breaker import CLOSED, NO_ANSWER, Circuit, heard, keeps_out, tried
from outbid.core.lead.event import BidLine
from outbid.core.market.snapshot import Offer
from outbid.core.price.lines import NOT_AWAITED, PAST_PATIENCE

log = logging.getLogger("outbid.exchange")


class Breakers:
    """Where the breaker of each offer stands that had a ping without an answer. Time is that of durations."""

    def __init__(self, now: Callable[[], float], noise: Callable[[int], bytes]) -> None:
        self._now, self._noise = now, noise
        self._circuits: dict[int, Circuit] = {}

    def keep_out(self, offer: Offer) -> bool:
        """Whether the offer is passed by now."""
        circuit = self._circuits.get(offer.number)
        return circuit is not None and keeps_out(circuit, self._now_ms())

    def let_through(self, offer: Offer, lead: bytes) -> None:
        """The offer is asked for this lead; if its breaker is open that is the trial."""
        circuit = self._circuits.get(offer.number)
        if circuit is not None:
            self._circuits[offer.number] = tried(circuit, lead, self._now_ms())

    def hear(self, offer: Offer, lead: bytes, line: BidLine) -> None:
        """What came of a ping."""
        if line.reason in (NOT_AWAITED, PAST_PATIENCE) or offer.control is None or offer.control.breaker is None:
            return
        answered = line.reason not in NO_ANSWER
        before = self._circuits.get(offer.number, CLOSED)
        if answered and before is CLOSED:
            return
        after = heard(offer.control.breaker, before, lead, answered, self._now_ms(), self._noise(1)[0] / 256)
        if after is CLOSED:
            del self._circuits[offer.number]
        else:
            self._circuits[offer.number] = after
        if after.is_open != before.is_open:
            what = "opens: its pings get no answer" if after.is_open else "closes: its pings are answered again"
            log.warning("the breaker of offer %s %s", offer.slug, what)

    def open(self) -> int:
        """How many are open."""
        return sum(circuit.is_open for circuit in self._circuits.values())

    def _now_ms(self) -> int:
        return int(self._now() * 1000)
