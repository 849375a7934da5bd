"""Notices as a buyer reads them, in his list and in a webhook."""

from typing import Literal

import msgspec

from outbid.core.control.health import Figure, Stage, Why
from outbid.core.money import text_of
from outbid.core.notice.notice import Notice


class Band(msgspec.Struct, frozen=True):
    """A stretch of prices: from the first on, below the second."""

    low: str
    below: str


class Told(msgspec.Struct, frozen=True, tag_field="kind", tag="bid"):
    """What became of one of your bids.

    id            the notice's own; each bid has one
    lead          your own name for the lead: the `ref` of the ping and the post
    at            when the lead's sale was over
    outcome       won; lost; rejected: it won, and you did not take the lead; unanswered: no bid could be read in time
    reason        why it did not win, as a code; null if it did
    loss_code     the same as OpenRTB counts it; null where it has no number for it
    bid, paid     in the campaign's currency; null: none
    listed        which of the bids of your reply it is, counted from 1; null where the reply was one bid
    price_to_win  where the price lies that won, if the seller lets it be told
    """

    id: str
    lead: str
    offer: str
    campaign: str
    at: str
    outcome: Literal["won", "lost", "rejected", "unanswered"]
    reason: str | None
    loss_code: int | None
    currency: str
    bid: str | None
    paid: str | None
    price_to_win: Band | None
    listed: int | None = None


class Stepped(msgspec.Struct, frozen=True, tag_field="kind", tag="step"):
    """A rule of health, or somebody by hand, changed in how many leads one of your offers takes part.

    id       the notice's own; each step has one
    stage    where it stands now; trying: a little of it, after a pause
    share    it takes part in so many of the leads that match
    why      what was judged got worse or better, or there were too few cases to judge (few); the pause is over
             (tried_again); somebody put it back by hand (reset)
    figures  what was judged: so many cases, so many of them bad
    """

    id: str
    offer: str
    at: str
    stage: Stage
    share: str
    why: Why
    figures: list[Figure]


def told_of(notice: Notice, identifier: str, lead: str, offer: str, campaign: str, currency: str, at: str) -> Told:
    """A notice in words and decimal amounts. `lead` is the buyer's name for it."""
    band = Band(text_of(notice.low_micros), text_of(notice.high_micros)) if notice.high_micros else None
    return Told(
        id=identifier,
        lead=lead,
        offer=offer,
        campaign=campaign,
        at=at,
        outcome=notice.outcome,
        reason=notice.reason or None,
        loss_code=notice.loss_code or None,
        currency=currency,
        bid=text_of(notice.bid_micros) if notice.bid_micros else None,
        paid=text_of(notice.paid_micros) if notice.paid_micros else None,
        price_to_win=band,
        listed=notice.place or None,
    )
