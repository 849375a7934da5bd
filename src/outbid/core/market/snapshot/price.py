"""What decides prices made ready: parts of a price, rules, and how a tier prices its winners."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from outbid.core.contract import Bid
from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Node, Predicate, facts_read
from outbid.core.money import ONE, share_of
from outbid.core.schedule.week import Calendar

ANY_PRICE_MICROS = 1 << 62
"""More than anybody bids."""
NO_PRICE_MICROS = ANY_PRICE_MICROS + 1


class Part(msgspec.Struct, frozen=True):
    """A share of an amount in millionths, or a fixed amount in micros."""

    share: int | None
    fixed_micros: int = 0

    def of(self, amount_micros: int) -> int:
        """So much of an amount, a share rounded down to a micro."""
        return self.fixed_micros if self.share is None else share_of(amount_micros, self.share)


NOTHING = Part(None, 0)


class Rule(msgspec.Struct, frozen=True):
    """A rule of any list: when it applies, and the part that it sets.

    sources      slugs; None is all
    from_micros  the least price of which it speaks
    """

    name: str
    part: Part
    node: Node | None = None
    matches: Predicate | None = None
    sources: frozenset[str] | None = None
    hours: Calendar | None = None
    from_micros: int = 0

    def applies(self, source: str, facts: Mapping[str, Scalar], at_ms: int) -> bool:
        """Do all its conditions hold, but for the price?"""
        if self.sources is not None and source not in self.sources:
            return False
        if self.hours is not None and self.hours.at(at_ms).slot < 0:
            return False
        return self.matches is None or self.matches(facts)


class Rules(msgspec.Struct, frozen=True):
    """The rules of a campaign or a source, in their order. `reads`: the facts that they look at."""

    floors: tuple[Rule, ...] = ()
    margins: tuple[Rule, ...] = ()
    payouts: tuple[Rule, ...] = ()
    reads: frozenset[str] = frozenset()


def reads_of(rules: tuple[Rule, ...]) -> frozenset[str]:
    """The facts that rules look at."""
    return frozenset().union(*(facts_read(rule.node) for rule in rules if rule.node is not None))


class Pricing(msgspec.Struct, frozen=True):
    """What winners pay where that is not their bid.

    worth  the figure by which the tier's method ranks a bid; None: what of its price counts (`Bid.rank_micros`)
    """

    rule: Literal["second", "floor_step"]
    step_micros: int
    worth: Callable[[Bid], int] | None


class Step(msgspec.Struct, frozen=True):
    """From a price on: what the house takes first, and what the seller gets of the rest."""

    from_micros: int
    margin: Part
    payout: Part

    def payout_of(self, price_micros: int) -> int:
        """What the seller gets: his share of what the margin leaves, each rounded down. The house has the rest."""
        return self.payout.of(self._left(price_micros))

    def _left(self, price_micros: int) -> int:
        margin = self.margin
        if margin.share is None:
            return max(0, price_micros - margin.fixed_micros)
        return share_of(price_micros, ONE - margin.share)


class Split(msgspec.Struct, frozen=True):
    """How each price is split between seller and house: steps by price, the first from 0."""

    steps: tuple[Step, ...]

    def payout_of(self, price_micros: int) -> int:
        """What the seller gets at a price."""
        steps = self.steps
        if len(steps) == 1:
            return steps[0].payout_of(price_micros)
        return next(step for step in reversed(steps) if price_micros >= step.from_micros).payout_of(price_micros)


class Terms(msgspec.Struct, frozen=True):
    """By which prices a lead is sold in a tier.

    floor_micros  the least price, after all floors and what the house keeps at the least
    split         how a price is split
    spans         the prices at which it may be sold, first and last of each span; None where all from the floor on are
    """

    floor_micros: int
    split: Split
    spans: tuple[tuple[int, int], ...] | None = None

    def least(self, price_micros: int) -> int:
        """The least price at which the lead may be sold, from a price on; above any price if there is none."""
        if self.spans is None:
            return max(price_micros, self.floor_micros)
        return next((max(first, price_micros) for first, last in self.spans if price_micros <= last), NO_PRICE_MICROS)
