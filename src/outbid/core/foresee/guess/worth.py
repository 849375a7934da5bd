"""How much a lead is worth to buyers, by what others bid on it: a buyer who was not asked sees what they saw."""

from collections.abc import Mapping
from math import log

import msgspec

STEEPEST = 1.5
ORDINARY = 1.0
"""The worth of a lead of which nothing is known."""


class _Level(msgspec.Struct):
    """What an offer bid in all, and on how much worth."""

    bids: int = 0
    worth: float = 0.0


class Worths:
    """Learns how high each offer bids on an ordinary lead. A worth of 1.2: others bid a fifth above their usual."""

    def __init__(self) -> None:
        self._levels: dict[int, _Level] = {}

    def learn(self, prices: Mapping[int, int]) -> dict[int, float]:
        """Know what offers bid on one lead. Returns its worth to each of them, by what the others bid."""
        known = {number: self._usual(number) for number in prices}
        bids, usual = sum(price for number, price in prices.items() if known[number]), sum(known.values())
        found: dict[int, float] = {}
        for number, price in prices.items():
            mine = known[number]
            others = usual - mine
            found[number] = worth = (bids - (price if mine else 0)) / others if others > 0 else ORDINARY
            level = self._levels.setdefault(number, _Level())
            level.bids += price
            level.worth += worth
        return found

    def of(self, prices: Mapping[int, int]) -> float:
        """The worth of a lead to somebody who did not bid on it."""
        known = {number: self._usual(number) for number in prices}
        usual = sum(known.values())
        return sum(price for number, price in prices.items() if known[number]) / usual if usual else ORDINARY

    def _usual(self, number: int) -> float:
        level = self._levels.get(number)
        return level.bids / level.worth if level is not None and level.worth else 0.0


class Slope(msgspec.Struct):
    """How much a bidder's price moves with the worth that others see, as a power of it: by the least squares of logs.

    0: he values leads by himself; 1: as they do. Worths that say little make it flat of themselves.
    """

    count: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def hear(self, price_micros: int, worth: float) -> None:
        """One more bid."""
        if price_micros <= 0 or worth <= 0:
            return
        x, y = log(worth), log(price_micros)
        self.count += 1
        self.x += x
        self.y += y
        self.xx += x * x
        self.xy += x * y

    def power(self) -> float:
        """From 0 on."""
        spread = self.count * self.xx - self.x * self.x
        if self.count < 2 or spread <= 1e-9 * self.count * self.count:
            return 0.0
        return min(STEEPEST, max(0.0, (self.count * self.xy - self.x * self.y) / spread))
