"""The operator's plan for a kind of lead: fields, checks, enrichers, tiers."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.market.noun.amount import (
    Cap,
    Currency,
    Deadline,
    FieldName,
    Money,
    MoneyOrShare,
    Noun,
    Plugin,
    Settings,
    Share,
    Slug,
    percent,
)
from outbid.core.market.noun.control import Breaker, Health, Patience, Seldom
from outbid.core.market.noun.price import FloorRule, MarginRule, Pricing, Rule
from outbid.core.market.problem import SettingFault, checking


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One datum of a campaign's leads. `personal` overrides what the field type says.

    `inner`: it is for the house, and no buyer is told it unless his delivery names it.
    """

    name: FieldName
    type: str
    personal: bool | None = None
    inner: bool = False
    settings: Settings = {}


class Check(Plugin, frozen=True, kw_only=True):
    """A validator in a campaign, and what follows from a flaw: the lead is refused, or only marked."""

    on_flaw: Literal["refuse", "review", "flag"] = "refuse"


class Enricher(Plugin, frozen=True, kw_only=True):
    """A service that is asked what else is known of a lead: all of a campaign side by side, once a lead passed so far.

    name         tells it apart from others with the same plugin; absent: the plugin's name
    deadline_ms  how long it may take, within the campaign's `enrich_ms`
    cache_s      for how long each process remembers an answer; 0: not at all. Faults are not remembered
    overwrite    its values count instead of the seller's
    fallback     what a field becomes of which neither the seller nor the service says anything
    private_targets  exact HOST:PORT pairs that it may reach although private or not 80/443
    """

    name: Slug = ""
    deadline_ms: Deadline = 1_000
    cache_s: Annotated[int, Meta(ge=0, le=2_592_000)] = 0
    overwrite: bool = False
    fallback: Settings = {}
    private_targets: tuple[str, ...] = ()


class Queue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A tier that takes what others left, over time. All in seconds; a lead's age is counted from when it came.

    after_s  from which age on a lead is tried; 0: at once
    every_s  how long after a round without a sale it is tried again
    until_s  up to which age
    """

    after_s: Annotated[int, Meta(ge=0, le=31_536_000)] = 0
    every_s: Annotated[int, Meta(ge=1, le=31_536_000)] = 300
    until_s: Annotated[int, Meta(ge=1, le=31_536_000)] = 86_400

    def __post_init__(self) -> None:
        """It begins before it ends."""
        if self.after_s > self.until_s:
            raise SettingFault("after_s", "a queue's after_s lies behind its until_s: no lead would ever be tried")


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Offers that are tried together.

    deadline_ms  how long a round of pings may take
    floor        least price in this tier
    most_posts   how many buyers of this tier the lead may be posted to
    places       how many may buy the lead: one (exclusive), or more (shared), never two of one group
    queue        the tier is a queue: it takes what the tiers before it left, at once or later
    early        post as soon as no open answer could change who is posted; whoever has not answered is out of the round
    pricing      what a winner pays: his bid, or less
    patience     a round may be shorter than `deadline_ms`: as long as its offers mostly need
    """

    slug: Slug
    method: Plugin = Plugin(plugin="highest_bid")
    deadline_ms: Deadline = 2_000
    floor: Money = "0"
    most_posts: Annotated[int, Meta(ge=1, le=1000)] = 10
    places: Annotated[int, Meta(ge=1, le=100)] = 1
    queue: Queue | None = None
    early: bool = False
    pricing: Pricing = Pricing()
    patience: Patience | None = None

    def __post_init__(self) -> None:
        """The shortest round is no longer than the longest."""
        if self.patience is not None and self.patience.least_ms > self.deadline_ms:
            raise SettingFault("patience", "least_ms of a tier's patience is more than its deadline_ms")


class Route(Rule, frozen=True, kw_only=True):
    """Which tiers leads go through, and in which order. The first route that fits takes the lead.

    percent  only so many of the leads that it fits, drawn by lot: the routes after it take the others
    """

    percent: Share | None = None
    tiers: Annotated[tuple[Slug, ...], Meta(min_length=1)]

    def __post_init__(self) -> None:
        """The percentage is one."""
        if self.percent is not None:
            with checking("percent"):
                percent(self.percent)


class Campaign(Noun, frozen=True, kw_only=True):
    """The operator's plan for a kind of lead: fields, checks, tiers.

    margin        what the house takes of each price before the seller's payout: percent of it, or an amount; `margins`
                  go before it
    least_margin  what the house keeps at the least, after everything: percent of the price, or an amount
    loss_allowed  it may keep less, and even pay the seller out of its own
    shortfall     who bears it if a buyer lowers his price in the post's answer: the house, the seller (he is paid by
                  the lower price), or both in proportion (shared)
    tells_brands  sellers who choose among bids are told in whose name each was made, and the text of its consent

    `enrich_ms`: how long all enrichers together may take.
    `review_hours`: a lead that a check holds for review, and nobody looks at, is refused after so many. `dimensions`:
    facts, such as a sub-id, by which leads and sales are counted beside the whole. `breaker`, `health`, `seldom`:
    those of its offers which set none of their own.
    """

    currency: Currency = "USD"
    zone: str = "America/New_York"
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    enrichers: tuple[Enricher, ...] = ()
    enrich_ms: Deadline = 1_500
    tiers: tuple[Tier, ...]
    routes: tuple[Route, ...] = ()
    floor: Money = "0"
    floors: tuple[FloorRule, ...] = ()
    margin: MoneyOrShare = "0"
    margins: tuple[MarginRule, ...] = ()
    least_margin: Money = "0"
    loss_allowed: bool = False
    shortfall: Literal["house", "seller", "shared"] = "seller"
    caps: tuple[Cap, ...] = ()
    most_posts: Annotated[int, Meta(ge=1, le=1000)] = 20
    ping_fields: tuple[str, ...] = ()
    review_hours: Annotated[int, Meta(ge=1, le=8_760)] = 72
    dimensions: Annotated[tuple[str, ...], Meta(max_length=3)] = ()
    breaker: Breaker | None = None
    health: Health | None = None
    seldom: Seldom | None = None
    paused: bool = False
    open: bool = False
    tells_brands: bool = False
