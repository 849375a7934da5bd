"""Offers take their turns in the stated order, whatever they pay."""

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
    """Order by stated priority; equal ones by price, fewest won today, offer number, never by arrival."""
    return sorted(bids, key=_order)


def _order(bid: Bid) -> tuple[int, int, int, int]:
    return (bid.priority, -bid.rank_micros, bid.won_today, bid.offer)
