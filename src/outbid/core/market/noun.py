"""The market's nouns as people write them, in YAML, the API and the database: what an operator sets.

Amounts are decimal text in the campaign's currency, shares are percent text, names are slugs. Numbers (of nouns)
never stand here: they are given by the store, and the snapshot resolves slugs to them.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from outbid.core.money import micros

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="lower-case letters, digits, - and _")]
FieldName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="lower-case letters, digits and _")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]
Window = Literal["minute", "hour", "day", "week", "month", "total"]
Settings = dict[str, Any]
Deadline = Annotated[int, Meta(ge=50, le=120_000)]


class Noun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something with a slug. `name` is what people read."""

    slug: Slug
    name: str = ""


def _amount(text: str | None, what: str) -> None:
    if text is not None and micros(text) < 0:
        raise ValueError(f"{what} may not be negative")


def percent(text: str) -> int:
    """Read '12.5%' as millionths of the whole (125,000). Raises ValueError outside 0% to 100%.

    The sign is demanded: without it, 0.8 could mean four fifths or 0.8 %, and a seller's pay hangs on it.
    """
    bare = text.strip()
    if not bare.endswith("%"):
        raise ValueError(f"{text!r} has no percent sign: write 80% for four fifths")
    millionths, rest = divmod(micros(bare.removesuffix("%")), 100)
    if rest or not 0 <= millionths <= 1_000_000:
        raise ValueError(f"{text!r} is not between 0% and 100%, with up to four places")
    return millionths


class Cap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Most leads, or most money, in a window that begins at midnight (or the full hour …) in the owner's zone."""

    window: Window
    leads: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    money: str | None = None

    def __post_init__(self) -> None:
        """Exactly one of leads and money."""
        if (self.leads is None) == (self.money is None):
            raise ValueError("a cap names either leads or money")
        _amount(self.money, "a cap")


class Wallet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A buyer's money: what was paid in, and how far below zero he may go. Credit 0 is prepaid."""

    credit: str = "0"

    def __post_init__(self) -> None:
        """The credit is an amount."""
        _amount(self.credit, "credit")


class Payout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the seller gets of each sale: a share of the price, or a fixed amount."""

    share: str | None = None
    fixed: str | None = None

    def __post_init__(self) -> None:
        """Exactly one of share and fixed."""
        if (self.share is None) == (self.fixed is None):
            raise ValueError("a payout names either share or fixed")
        _amount(self.fixed, "a payout")
        if self.share is not None:
            percent(self.share)


class Plugin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A plugin by name, with its settings."""

    plugin: str
    settings: Settings = {}


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One datum of a campaign's leads. `personal` overrides what the field type says."""

    name: FieldName
    type: str
    personal: bool | None = None
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
            raise ValueError("a queue's after_s lies behind its until_s: no lead would ever be tried")


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Offers that are tried together.

    deadline_ms  how long a round of pings may take
    floor        least price in this tier
    most_posts   how many buyers of this tier the lead may be posted to
    places       how many may buy the lead: one (exclusive), or more (shared), never two of one group
    queue        the tier is a queue: it takes what the tiers before it left, at once or later
    early        post as soon as no open answer could change who is posted; whoever has not answered is out of the round
    """

    slug: Slug
    method: Plugin = Plugin(plugin="highest_bid")
    deadline_ms: Deadline = 2_000
    floor: str = "0"
    most_posts: Annotated[int, Meta(ge=1, le=1000)] = 10
    places: Annotated[int, Meta(ge=1, le=100)] = 1
    queue: Queue | None = None
    early: bool = False


class Campaign(Noun, frozen=True, kw_only=True):
    """The operator's plan for a kind of lead: fields, checks, tiers. `least_margin` is what the house keeps.

    `enrich_ms`: how long all enrichers together may take.
    `review_hours`: a lead that a check holds for review, and nobody looks at, is refused after so many. `dimensions`:
    facts, such as a sub-id, by which leads and sales are counted beside the whole.
    """

    currency: Currency = "USD"
    zone: str = "America/New_York"
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    enrichers: tuple[Enricher, ...] = ()
    enrich_ms: Deadline = 1_500
    tiers: tuple[Tier, ...]
    floor: str = "0"
    least_margin: str = "0"
    caps: tuple[Cap, ...] = ()
    most_posts: Annotated[int, Meta(ge=1, le=1000)] = 20
    ping_fields: tuple[str, ...] = ()
    review_hours: Annotated[int, Meta(ge=1, le=8_760)] = 72
    dimensions: Annotated[tuple[str, ...], Meta(max_length=3)] = ()
    open: bool = False
    paused: bool = False


class Seller(Noun, frozen=True, kw_only=True):
    """Who sends leads and is paid."""

    zone: str = "America/New_York"
    caps: tuple[Cap, ...] = ()


class Quotes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a source's pings are promised.

    seconds  how long a quote stands, if the bid behind it does not end earlier
    stale    a post whose quote ended, or that tells other facts than its ping did: refused, or auctioned anew
    honour   a quoted lead is sold even where a cap filled after its ping; a wallet is never passed
    """

    seconds: Annotated[int, Meta(ge=5, le=3_600)] = 300
    stale: Literal["refuse", "anew"] = "refuse"
    honour: bool = False


class Source(Noun, frozen=True, kw_only=True):
    """One feed of a seller into a campaign. `buyers`: the only ones he allows; `most_posts`: his resale limit.

    deadline_ms  how long a round of pings may take for his leads, where that is less than the tier's
    answer_ms    after how long he is told `pending`, if the lead is still on its way; the end comes by postback
    postback     a URL that is told the end of a lead that was pending, with {lead}, {outcome}, {price} … filled in
    private_targets  exact HOST:PORT pairs that the postback may reach although private or not 80/443
    """

    seller: Slug
    campaign: Slug
    intake: Plugin = Plugin(plugin="json")
    payout: Payout
    floor: str = "0"
    caps: tuple[Cap, ...] = ()
    zone: str = "America/New_York"
    buyers: tuple[Slug, ...] | None = None
    most_posts: Annotated[int, Meta(ge=1, le=1000)] = 1000
    quotes: Quotes = Quotes()
    deadline_ms: Deadline | None = None
    answer_ms: Deadline | None = None
    postback: str | None = None
    private_targets: tuple[str, ...] = ()
    paused: bool = False


class Buyer(Noun, frozen=True, kw_only=True):
    """Who pays. Without a wallet he pays by statement, without a limit.

    group  buyers who are one to the trade: of them, one buys a shared lead at most
    """

    zone: str = "America/New_York"
    wallet: Wallet | None = None
    group: Slug | None = None
    caps: tuple[Cap, ...] = ()
    paused: bool = False


class Offer(Noun, frozen=True, kw_only=True):
    """A buyer's standing order in a campaign's tier.

    price          a fixed price makes the offer *direct*: it needs no ping
    most           the most that it pays for a lead: a higher bid counts as that much
    filter         which leads it wants; absent: all
    priority       stated order, lower first: breaks ties, and is the order of a waterfall
    private_targets  exact HOST:PORT pairs that the delivery may reach although private or not 80/443
    post_ms        how long the buyer may take to answer a post
    """

    buyer: Slug
    campaign: Slug
    tier: Slug
    price: str | None = None
    floor: str = "0"
    most: str | None = None
    filter: Settings | None = None
    priority: Annotated[int, Meta(ge=0, le=1_000_000)] = 100
    weight: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    caps: tuple[Cap, ...] = ()
    zone: str | None = None
    delivery: Plugin
    private_targets: tuple[str, ...] = ()
    post_ms: Deadline = 10_000
    paused: bool = False


class Key(Noun, frozen=True, kw_only=True):
    """A key that opens a door. The slug is its public id; only the SHA-256 of the secret is kept."""

    holder: Literal["house", "source", "buyer", "seller"]
    owner: str = ""
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    test: bool = False
    revoked: bool = False


KINDS: dict[str, type[Noun]] = {
    "seller": Seller,
    "buyer": Buyer,
    "campaign": Campaign,
    "source": Source,
    "offer": Offer,
    "key": Key,
}
"""Every kind of noun, in the order in which they can be made (later ones name earlier ones)."""
