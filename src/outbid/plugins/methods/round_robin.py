"""Each offer in its turn: first the one that follows whoever was served last, whatever they pay."""

from collections.abc import Sequence

import msgspec

from outbid.core.contract import Bid
from outbid.core.reasons import Reason

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ("turn",)
STEADY = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Go round in the order of the offers' numbers; each exchange process goes its own round."""
    return sorted(bids, key=lambda bid: (bid.offer <= turn, bid.offer, -bid.price_micros))
