"""Turns new leads away while this process is behind with those it has, before anything of them is accepted."""

from outbid.exchange.exchange import Exchange

LONG = 1000
"""How many leads may wait to be recorded after a calm: a burst is taken whole, if it is no longer than this."""
SHORT = 200
"""How many may while leads are being turned away: what stands in a queue for long makes every answer late, and no
lead more is sold for it."""
MOST = 20_000
"""How many may be in flight, most of them waiting for buyers: for the memory that they hold."""
CALM_S = 1.0
"""For how long no lead may have been turned away until a long queue is allowed again."""


class Gate:
    """Looks at the leads that wait for their first commit.

    A lead waits there for nothing but this process and its database, never for a buyer: there work piles up when more
    comes than can be done. As leads leave it only as fast as they are worked on, a bound on it bounds what everybody
    waits, on any machine, whatever the buyers do.

    `turned_away` counts the requests that it refused.
    """

    def __init__(self, exchange: Exchange, *, long: int = LONG, short: int = SHORT, most: int = MOST) -> None:
        self._exchange, self._long, self._short, self._most = exchange, long, short, most
        self._crowded_until = 0.0
        self.turned_away = 0

    def lets_in(self) -> bool:
        """May one more lead or ping come in now?"""
        exchange = self._exchange
        waiting = exchange.journal.unrecorded + exchange.quotes.unrecorded
        if len(exchange.in_flight) < self._most and (waiting < self._short or self._is_burst(waiting)):
            return True
        self._crowded_until = exchange.now() + CALM_S
        self.turned_away += 1
        return False

    def _is_burst(self, waiting: int) -> bool:
        return waiting < self._long and self._exchange.now() >= self._crowded_until
