"""Who leaves the house the most wins: the price less what the seller gets of it."""

from collections.abc import Sequence

import msgspec

from outbid.core.contract import Bid
from outbid.core.money import ONE, share_of
from outbid.core.reasons import Reason

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ()
READS: tuple[str, ...] = ("payout",)
BY_PRICE = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Order by what the house keeps; equal ones by price, priority, fewest won today, offer number, never by arrival.

    Where payouts go by steps of the price, a lower bid may leave more than a higher one. So the method does not promise
    to be steady, and a tier with it does not post early.
    """
    return sorted(bids, key=lambda bid: _order(bid, settings))


def worth(bid: Bid, settings: Settings) -> int:
    """What the house keeps; a handicap takes its percent of it, since what comes back costs the seller too."""
    kept = bid.price_micros - bid.payout_micros
    return share_of(kept, ONE - bid.handicap) if kept > 0 else kept


def _order(bid: Bid, settings: Settings) -> tuple[int, int, int, int, int]:
    return (-worth(bid, settings), -bid.price_micros, bid.priority, bid.won_today, bid.offer)
