"""Turns new leads away while this process is behind with those it has, before anything of them is accepted."""

from outbid.exchange.exchange import Exchange

LONG_S = 1.0
"""How long the oldest chapter may wait for its commit after a calm: bursts that do no more are taken whole."""
SHORT_S = 0.06
"""How long while leads are being turned away: what stands in a queue for long makes every answer late, and no lead more
is sold for it."""
CALM_S = 1.0
"""For how long no lead may have been turned away until a long wait is allowed again."""
MOST = 20_000
"""How many leads may be in flight, most of them waiting for buyers: for the memory that they hold."""


class Gate:
    """Looks at how long chapters wait for their commits.

    There a lead waits for nothing but this process and its database, never for a buyer: when more comes than can be
    done, that wait grows, be it the loop or the database that is behind. A lead waits so three times.

    `turned_away` counts the requests that it refused.
    """

    def __init__(
        self, exchange: Exchange, *, long_s: float = LONG_S, short_s: float = SHORT_S, most: int = MOST
    ) -> None:
        self._exchange, self._long_s, self._short_s, self._most = exchange, long_s, short_s, most
        self._crowded_until = 0.0
        self.turned_away = 0

    def lets_in(self) -> bool:
        """May one more lead or ping come in now?"""
        exchange, now = self._exchange, self._exchange.now()
        waited = max(exchange.journal.waited(now), exchange.quotes.waited(now))
        allowed = self._short_s if now < self._crowded_until else self._long_s
        if waited < allowed and len(exchange.in_flight) < self._most:
            return True
        self._crowded_until = now + CALM_S
        self.turned_away += 1
        return False
