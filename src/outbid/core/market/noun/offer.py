"""A buyer's standing order."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.market.noun.amount import Cap, Deadline, Money, Noun, Plugin, Settings, Share, Slug, percent
from outbid.core.market.noun.control import Breaker, Health, Pings, Seldom
from outbid.core.market.noun.duplicates import Duplicates
from outbid.core.market.noun.hours import Order, Schedule
from outbid.core.market.noun.price import PriceRule
from outbid.core.market.problem import checking


class Doubt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was agreed with a buyer about posts without a clear answer, if nobody settles them before.

    after_s  how long a sale may be uncertain, in seconds
    outcome  as what it then counts: sold, or rejected
    """

    after_s: Annotated[int, Meta(ge=1, le=31_536_000)]
    outcome: Literal["sold", "rejected"]


class Offer(Noun, frozen=True, kw_only=True):
    """A buyer's standing order in a campaign's tier.

    price          a fixed price makes the offer *direct*: it needs no ping
    prices         fixed prices by rule, looked at before `price`; without `price` it takes no lead that no rule fits
    handicap       how much less its bid counts in the ranking, such as 20%; it is charged the whole
    most           the most that it pays for a lead: a higher bid counts as that much
    filter         which leads it wants; absent: all
    priority       stated order, lower first: breaks ties, and is the order of a waterfall
    private_targets  exact HOST:PORT pairs that the delivery may reach although private or not 80/443
    post_ms        how long the buyer may take to answer a post
    bids_stand_s   for how many seconds a bid stands whose reply does not say so; 0: until its round ends
    keeps_bids     while a bid stands it is taken again for the same lead of its source, and the buyer is not pinged
    duplicates     persons whom it does not buy again, beside those of its buyer
    doubt          what a post without a clear answer counts as in the end; absent: somebody has to settle it
    source_caps    caps on what it buys of single sources, by their slugs
    schedule       the hours in which it buys
    order          how much it buys altogether, from when and until when
    share          of the leads that match, it takes part in so many, drawn by the lead: `30%`
    pings          the most pings that it gets
    breaker        when it is not asked because it gives no answer; absent: the campaign's
    health         when it takes part in fewer leads because its buyer turned bad; absent: the campaign's
    seldom         when it is asked seldom, because it hardly ever bids; absent: the campaign's
    """

    buyer: Slug
    campaign: Slug
    tier: Slug
    price: Money | None = None
    prices: tuple[PriceRule, ...] = ()
    handicap: Share = "0%"
    floor: Money = "0"
    most: Money | None = None
    filter: Settings | None = None
    priority: Annotated[int, Meta(ge=0, le=1_000_000)] = 100
    weight: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    caps: tuple[Cap, ...] = ()
    source_caps: dict[Slug, tuple[Cap, ...]] = {}
    zone: str | None = None
    schedule: Schedule = Schedule()
    order: Order = Order()
    share: Share | None = None
    pings: Pings | None = None
    breaker: Breaker | None = None
    health: Health | None = None
    seldom: Seldom | None = None
    delivery: Plugin
    private_targets: tuple[str, ...] = ()
    post_ms: Deadline = 10_000
    bids_stand_s: Annotated[int, Meta(ge=0, le=86_400)] = 0
    keeps_bids: bool = False
    duplicates: Duplicates | None = None
    doubt: Doubt | None = None
    paused: bool = False

    def __post_init__(self) -> None:
        """A share is a percentage."""
        if self.share is not None:
            with checking("share"):
                percent(self.share)
