"""What leads came to: how many were sold, for how much, why the others were not, and the part of each offer."""

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.state import State
from outbid.core.price.lines import MAY_WIN


class Money(msgspec.Struct):
    """What was sold, in micros of one currency. `assumed`: how much of the revenue rests on assumptions."""

    revenue: int = 0
    payout: int = 0
    assumed: int = 0

    @property
    def margin(self) -> int:
        """What is the house's."""
        return self.revenue - self.payout


class OfOffer(msgspec.Struct):
    """The part of one offer. `revenue` in micros; `reasons`: why it was not asked, did not bid or did not buy.

    What version and facts decide has no reason here: an offer that does not match is not counted.
    """

    asked: int = 0
    bids: int = 0
    won: int = 0
    revenue: int = 0
    assumed: int = 0
    reasons: dict[str, int] = {}

    def count(self, reason: str) -> None:
        """One more time that it did not buy."""
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


class Sums:
    """Adds leads up: those that came, or those that were played. An offer is named by its number."""

    def __init__(self) -> None:
        self.leads = 0
        self.assumed = 0
        self.statuses: Counter[str] = Counter()
        self.reasons: dict[str, Counter[str]] = {}
        self.money: dict[str, Money] = {}
        self.offers: dict[int, OfOffer] = {}

    def add(self, currency: str, events: Iterable[ev.Event], end: State, assumed: Collection[int] = ()) -> None:
        """One more lead. `assumed`: the offers of which something was assumed."""
        self.leads += 1
        self.assumed += bool(assumed)
        status = end.status
        self.statuses[status] += 1
        if status not in ("sold", "open"):
            self.reasons.setdefault(status, Counter())[end.reason] += 1
        self._add_rounds(events, {sale.offer for sale in end.sales})
        for sale in end.sales:
            of = self._of(sale.offer)
            if sale.status != "sold":
                of.count(sale.reason or sale.status)
                continue
            money = self.money.setdefault(currency, Money())
            money.revenue += sale.price_micros
            money.payout += sale.payout_micros
            of.won += 1
            of.revenue += sale.price_micros
            if sale.offer in assumed:
                money.assumed += sale.price_micros
                of.assumed += 1

    def _add_rounds(self, events: Iterable[ev.Event], posted: Collection[int]) -> None:
        for event in events:
            kind = type(event)
            if kind is ev.Pinged:
                for line in event.bids:  # type: ignore[union-attr]
                    self._add_line(line, posted)
            elif kind is ev.Matched:
                for skip in event.skips:  # type: ignore[union-attr]
                    self._of(skip.offer).count(skip.reason)
            elif kind is ev.NoRoom:
                self._of(event.offer).count(event.reason)  # type: ignore[union-attr]

    def _add_line(self, line: ev.BidLine, posted: Collection[int]) -> None:
        number, outcome, reason = line.offer, line.outcome, line.reason
        of = self.offers.get(number) or self._of(number)
        of.asked += 1
        if outcome in MAY_WIN:
            of.bids += 1
            if number in posted:
                return
        key = reason or ("outbid" if outcome in MAY_WIN else outcome)
        reasons = of.reasons
        reasons[key] = reasons.get(key, 0) + 1

    def _of(self, offer: int) -> OfOffer:
        found = self.offers.get(offer)
        if found is None:
            found = self.offers[offer] = OfOffer()
        return found
