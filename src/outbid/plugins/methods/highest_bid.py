"""The highest price wins."""

from collections.abc import Sequence

import msgspec

from outbid.core.contract import Bid
from outbid.core.reasons import Reason

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ()
STEADY = True
BY_PRICE = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Order by price less handicap; equal ones by stated priority, fewest won today, offer number, never by arrival."""
    return sorted(bids, key=_order)


def _order(bid: Bid) -> tuple[int, int, int, int]:
    counts = bid.rank_micros if bid.handicap else bid.price_micros  # a property costs, and few have a handicap
    return (-counts, bid.priority, bid.won_today, bid.offer)
