"""The rules of offers' health: one process judges them, all obey. Which one: the first of those that live.

Two may think so for a moment; of two who take the same step one does, for a step names the one before.
"""

import logging

from outbid.core.control.figures import Totals
from outbid.core.control.health import Action, Health, Standing, judge
from outbid.core.market.snapshot import Market, Offer
from outbid.core.money import ONE
from outbid.core.scope import HOUSE
from outbid.core.tally.rows import quarter_of
from outbid.exchange.exchange import Exchange
from outbid.exchange.work.stepping import take
from outbid.store.control import steps
from outbid.store.control.figures import tallied
from outbid.store.database import Connection

log = logging.getLogger("outbid.exchange")

EVERY_MS = 2_000
BACK_MS = 300_000
"""How old a quarter-hour's tallies may grow still: by leads that are under way for so long."""


class Judge:
    """What a process knows of offers' health. Where none has rules, nothing is read."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._market: Market | None = None
        self._offers: dict[int, tuple[Offer, Health]] = {}
        self._forget()

    def _forget(self) -> None:
        self._totals, self._standings, self._judged_ms = Totals(), dict[int, tuple[int, Standing]](), 0

    async def beat(self, connection: Connection) -> None:
        """Obey what was decided; judge, if this is the process that does. Raises what a lost database raises."""
        exchange = self._exchange
        if self._market is not exchange.market:
            self._market, self._offers = exchange.market, _with_rules(exchange.market)
        if not self._offers:
            exchange.shares = {}
            self._forget()
            return
        rows = {row.offer: row for row in await steps.stands(connection, HOUSE)}
        exchange.shares = {row.offer: row.share for row in rows.values() if row.share < ONE}
        now_ms = exchange.clock.now_ms()
        if exchange.throttle.place[0] != 0:
            self._forget()
        elif now_ms - self._judged_ms >= EVERY_MS:
            self._judged_ms = now_ms
            await self._judge_all(connection, rows, now_ms)

    async def _judge_all(self, connection: Connection, rows: dict[int, steps.Stands], now_ms: int) -> None:
        slow_ms = {number: _slow_ms(health) for number, (_, health) in self._offers.items()}
        since_ms = quarter_of(now_ms - BACK_MS)
        self._totals.see(await tallied(connection, HOUSE, self._exchange.cell, since_ms, slow_ms))
        for number, (offer, health) in self._offers.items():
            row = rows.get(number, steps.Stands(number, 0, ONE, 0, 0, 0))
            counts = [self._totals.count(number, rule) for rule in health.rules]
            standing, action = judge(health, self._standing(row), counts, now_ms)
            self._standings[number] = row.n, standing
            if action is not None:
                await self._take(connection, offer, health, row, standing, action)

    def _standing(self, row: steps.Stands) -> Standing:
        """As this process left it; as it is written, if somebody else took a step since."""
        n, standing = self._standings.get(row.offer, (-1, Standing()))
        return standing if n == row.n else Standing(row.level, row.since_ms, row.pauses)

    async def _take(
        self,
        connection: Connection,
        offer: Offer,
        health: Health,
        row: steps.Stands,
        standing: Standing,
        action: Action,
    ) -> None:
        share, stage, n = health.share_at(standing.level), standing.stage(health), row.n + 1
        now = steps.Stands(offer.number, standing.level, share, standing.pauses, standing.since_ms, n)
        step = steps.Step(n, standing.since_ms, steps.RULES, action.why, stage, share, list(action.figures))
        if await take(self._exchange, connection, offer, now, step):
            self._standings[offer.number] = n, standing
            figures = ", ".join(f"{figure.measure} {figure.bad} of {figure.cases}" for figure in action.figures)
            log.warning("offer %s is %s at %d %% (%s)", offer.slug, stage, share * 100 // ONE, figures or action.why)


def _with_rules(market: Market) -> dict[int, tuple[Offer, Health]]:
    found = market.offers.items()
    return {n: (o, o.control.health) for n, o in found if o.control is not None and o.control.health is not None}


def _slow_ms(health: Health) -> int:
    """Which answers are slow: one bound an offer, that of its rule."""
    return next((rule.slow_ms for rule in health.rules if rule.measure == "slow"), 0)
