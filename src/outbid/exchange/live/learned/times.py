"""How fast offers answered lately in tiers with patience, as this process heard it, and what shorter rounds saved."""

from collections.abc import Callable

import msgspec

from outbid.core.control.answering import Answering, needs_ms
from outbid.core.control.patience import Need, Patience

LOT_S = 3_600
"""After so long a lot is over, however few pings it has."""
_SWEPT_AT = 1_000
"""After so many new offers those are forgotten of whom nothing counts any more."""
_WORKED_OUT_AFTER = 20
"""What an offer needs is worked out again when a twentieth of its pings is new."""


class Rounds(msgspec.Struct):
    """Rounds of one tier since the process began.

    cut       how many were over while there was time left, and somebody had not answered
    watched   of how many of those it is known when they would have been over
    saved_ms  by how much sooner those were over
    """

    rounds: int = 0
    cut: int = 0
    watched: int = 0
    saved_ms: int = 0


class _Lately:
    """Two lots of an offer's pings, the newest and the one before: what is older counts no more."""

    def __init__(self, now_s: float) -> None:
        self.newest, self.before = Answering(), Answering()
        self.need: Need | None = None
        self.worked_out = 0
        self._began_s = now_s

    def turn(self, least: int, now_s: float) -> None:
        """Begin a new lot, if the newest is whole or too old."""
        age_s = now_s - self._began_s
        if self.newest.pings < least and age_s < LOT_S:
            return
        self.before = Answering() if self.is_over(now_s) else self.newest
        self.newest, self.need, self._began_s = Answering(), None, now_s
        self.worked_out = 0

    def is_over(self, now_s: float) -> bool:
        """Whether both lots are too old to count."""
        return now_s - self._began_s >= 2 * LOT_S

    def all(self) -> Answering:
        """Both lots."""
        return self.before.plus(self.newest)

    @property
    def pings(self) -> int:
        """How many there are in both lots."""
        return self.newest.pings + self.before.pings


class Times:
    """What is known of offers that were asked in a tier with patience. Of the others nothing is kept."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._offers: dict[int, _Lately] = {}
        self.rounds: dict[tuple[int, int], Rounds] = {}

    def need(self, rule: Patience, offer: int) -> Need:
        """How long an offer must be waited for, by its last pings."""
        lately = self._lately(rule, offer)
        pings = lately.pings
        new = lately.newest.pings - lately.worked_out
        if lately.need is None or new * _WORKED_OUT_AFTER >= pings > 0:
            lately.worked_out = lately.newest.pings
            lately.need = Need(offer, pings, needs_ms(lately.all(), rule.may_lose))
        return lately.need

    def lot(self, rule: Patience, offer: int) -> Answering:
        """Where the offer's pings are to be counted now."""
        return self._lately(rule, offer).newest

    def known(self, offer: int) -> Answering | None:
        """All that is known of an offer; None: nothing."""
        lately = self._offers.get(offer)
        return None if lately is None else lately.all()

    def of_tier(self, campaign: int, tier: int) -> Rounds:
        """The rounds of a tier, to be counted."""
        return self.rounds.setdefault((campaign, tier), Rounds())

    def _lately(self, rule: Patience, offer: int) -> _Lately:
        now_s = self._now()
        lately = self._offers.get(offer)
        if lately is None:
            if len(self._offers) % _SWEPT_AT == _SWEPT_AT - 1:
                self._offers = {n: known for n, known in self._offers.items() if not known.is_over(now_s)}
            lately = self._offers[offer] = _Lately(now_s)
        lately.turn(rule.least, now_s)
        return lately
