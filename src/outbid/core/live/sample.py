"""A few of the leads that were closed, to be shown as they come."""

from collections import Counter
from collections.abc import Iterable

from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold
from outbid.core.live.beat import Glimpse

MOST_OF_SOURCE = 20
MOST = 200


class Sample:
    """The first leads of each source that were closed since it was taken last."""

    def __init__(self) -> None:
        self._leads: list[Glimpse] = []
        self._of_source: Counter[int] = Counter()

    def see(self, lead: bytes, source: int, before: State, events: Iterable[ev.Event]) -> None:
        """Look at a chapter: if it closes its lead, and there is room, the lead is in the sample."""
        if len(self._leads) >= MOST or self._of_source[source] >= MOST_OF_SOURCE:
            return
        told = list(events)
        closed = next((event for event in told if isinstance(event, ev.Closed)), None)
        if closed is None:
            return
        state = before
        for event in told:
            state = fold(state, event)
        sold = [sale for sale in state.sales if sale.status == "sold"]
        self._of_source[source] += 1
        self._leads.append(
            Glimpse(
                lead,
                closed.at_ms,
                closed.at_ms - state.arrived_ms,
                source,
                closed.status,
                closed.reason,
                tuple(sale.offer for sale in sold),
                sum(sale.price_micros for sale in sold),
                sum(line.outcome == "bid" for line in state.bids),
            )
        )

    def take(self) -> list[Glimpse]:
        """What was gathered; it begins anew."""
        taken, self._leads = self._leads, []
        self._of_source.clear()
        return taken


def spread(leads: list[Glimpse], most: int) -> list[Glimpse]:
    """So many of them, evenly, in order of their ends."""
    ordered = sorted(leads, key=lambda lead: (lead.at_ms, lead.id))
    if len(ordered) <= most:
        return ordered
    return [ordered[n * len(ordered) // most] for n in range(most)]
