"""Whoever is furthest below his share of today's leads comes first, whatever he pays."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from outbid.core.contract import Bid
from outbid.core.reasons import Reason

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ("won",)
STEADY = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set: the offers' weights are their shares."""


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Order by (wins today + ½) ÷ weight, least first; equal ones by priority, price, offer number.

    The divisor method of Webster and Sainte-Laguë: after any number of leads that all of them took part in, each has
    as near to its share of them as whole leads allow, large and small ones alike.
    """
    return sorted(bids, key=_order)


def _order(bid: Bid) -> tuple[Fraction, int, int, int]:
    return (Fraction(2 * bid.won_today + 1, max(bid.weight, 1)), bid.priority, -bid.rank_micros, bid.offer)
