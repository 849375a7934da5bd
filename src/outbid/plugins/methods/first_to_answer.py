"""Whoever answers first wins, whatever he pays."""

from collections.abc import Sequence

import msgspec

from outbid.core.contract import Bid
from outbid.core.reasons import Reason

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ()
STEADY = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Order by milliseconds, direct offers first; equal ones by priority, price, fewest won today, offer number.

    In a tier that posts early the first answer that may win is posted as it comes: whoever is open then comes later,
    be it in the same millisecond.
    """
    return sorted(bids, key=_order)


def _order(bid: Bid) -> tuple[int, int, int, int, int]:
    return (bid.ms, bid.priority, -bid.rank_micros, bid.won_today, bid.offer)
