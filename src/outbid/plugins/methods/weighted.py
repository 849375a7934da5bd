"""By lot, in proportion to the offers' weights, whatever they pay."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from outbid.core.contract import Bid
from outbid.core.reasons import Reason

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ("draw",)
STEADY = True


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set."""


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Draw without putting back: of those left, each is next with a chance in proportion to its weight.

    Each bid draws a key u ** (1 / weight) of its own and the largest comes first (Efraimidis and Spirakis, "Weighted
    random sampling with a reservoir", 2006); u follows from the lead's draw and the offer, so it can be repeated.
    """
    return sorted(
        bids, key=lambda bid: (-(_chance(draw, bid.offer) ** (1 / max(bid.weight, 1))), bid.offer, -bid.price_micros)
    )


def _chance(draw: float, offer: int) -> float:
    digest = blake2b(f"{draw!r}|{offer}".encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / (1 << 48)
