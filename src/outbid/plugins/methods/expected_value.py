"""The bid that is worth most if it is weighed by the chance that the buyer takes the lead."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from outbid.core.contract import Bid, Record, Score
from outbid.core.market.noun import percent
from outbid.core.money import ONE, share_of
from outbid.core.reasons import Reason
from outbid.core.score.chance import estimate

REASONS: dict[str, Reason] = {}
LIVE: tuple[str, ...] = ("draw", "score")
STEADY = True
BY_PRICE = True
NEWCOMER = 200
"""An offer with fewer posts is tried now and then."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is risked to learn."""

    explore: Annotated[str, msgspec.Meta(description="in so many rounds, offers with few posts are hoped for")] = "2%"

    def __post_init__(self) -> None:
        """It is a percentage."""
        percent(self.explore)


def score(record: Record, draw: float, settings: Settings) -> Score:
    """The chance of acceptance in millionths, cautiously; in some rounds hopefully, for whoever has few posts."""
    found = estimate(record)
    if record.offer.posts < NEWCOMER and draw * ONE < percent(settings.explore):
        return Score(found.hopeful, explored=True)
    return Score(found.cautious)


def rank(bids: Sequence[Bid], turn: int, draw: float, settings: Settings) -> list[Bid]:
    """Order by price less handicap, times chance; equal ones by price, priority, fewest won today, offer number."""
    return sorted(bids, key=_order)


def worth(bid: Bid, settings: Settings) -> int:
    """What of the price may be expected, in micros. So a winner pays what his own chance makes level with his rival."""
    return share_of(bid.rank_micros, bid.score)


def _order(bid: Bid) -> tuple[int, int, int, int, int]:
    return (-share_of(bid.rank_micros, bid.score), -bid.price_micros, bid.priority, bid.won_today, bid.offer)
