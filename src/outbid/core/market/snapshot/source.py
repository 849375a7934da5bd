"""A seller's feed made ready, and his terms."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from outbid.core.dialect.wire import Http
from outbid.core.ledger.account import Limit
from outbid.core.market.snapshot.campaign import Campaign
from outbid.core.money import ONE, share_of


class Payout(msgspec.Struct, frozen=True):
    """The seller's terms: a share of the price in millionths, or a fixed amount in micros."""

    share: int | None
    fixed_micros: int = 0

    def of(self, price_micros: int) -> int:
        """What the seller gets at a price, rounded down to a micro."""
        return self.fixed_micros if self.share is None else share_of(price_micros, self.share)

    def least_price(self, least_margin_micros: int) -> int:
        """The least price that leaves the house its margin."""
        if self.share is None:
            return self.fixed_micros + least_margin_micros
        kept = ONE - self.share
        if not least_margin_micros:
            return 0
        # The payout rounds down, so the house keeps the fraction: the least price whose rest reaches the margin.
        return (least_margin_micros - 1) * ONE // kept + 1 if kept else 1 << 62


class Quotes(msgspec.Struct, frozen=True):
    """What pings are promised, as the operator set it (see `core/market/noun`)."""

    stands_ms: int
    anew: bool
    honour: bool


class Source(msgspec.Struct, frozen=True):
    """A seller's feed. `buyers` is None if he allows all; `read` is the intake, bound.

    pairs      limits of what single buyers buy of it, and of all of its seller's, by their numbers
    ping_id    the field in which the seller gives his ping's id back
    answer_ms  after how long he is told `pending`; None: he waits for the end
    postback   (placeholder → value) → the request that tells him the end of a lead that was pending
    """

    number: int
    slug: str
    seller: int
    campaign: Campaign
    payout: Payout
    floor_micros: int
    most_posts: int
    buyers: frozenset[int] | None
    limits: tuple[Limit, ...]
    quotes: Quotes
    ping_id: str
    deadline_ms: int
    answer_ms: int | None
    postback: Callable[[Mapping[str, str]], Http] | None
    paused: bool
    pairs: Mapping[int, tuple[Limit, ...]]
    paced: bool
    read: Callable[[str, bytes], Any]
