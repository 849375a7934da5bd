"""Who sells, who buys, and the keys of both."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.dialect.reference import only_refers
from outbid.core.market.noun.amount import Cap, Deadline, Money, Noun, Plugin, Slug, Wallet
from outbid.core.market.noun.control import Pings
from outbid.core.market.noun.duplicates import Duplicates
from outbid.core.market.noun.price import FloorRule, Payout
from outbid.core.market.problem import SettingFault


class Seller(Noun, frozen=True, kw_only=True):
    """Who sends leads and is paid. `buyer_caps`: caps on what single buyers buy of his leads, by their slugs."""

    zone: str = "America/New_York"
    caps: tuple[Cap, ...] = ()
    buyer_caps: dict[Slug, tuple[Cap, ...]] = {}


class Quotes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a source's pings are promised.

    seconds  how long a quote stands, if the bid behind it does not end earlier
    stale    a post whose quote ended, or that tells other facts than its ping did: refused, or auctioned anew
    honour   a quoted lead is sold even where a cap filled after its ping; a wallet is never passed
    bids     what a ping is told: the best payout, or all of them with an id each, of which the seller names his choice
    others   a lead whose chosen bids did not buy is sold to the others of its quote, each for what was told of it
    """

    seconds: Annotated[int, Meta(ge=5, le=3_600)] = 300
    stale: Literal["refuse", "anew"] = "refuse"
    honour: bool = False
    bids: Literal["best", "all"] = "best"
    others: bool = False


class Source(Noun, frozen=True, kw_only=True):
    """One feed of a seller into a campaign. `buyers`: the only ones he allows; `most_posts`: his resale limit.

    deadline_ms  how long a round of pings may take for his leads, where that is less than the tier's
    answer_ms    after how long he is told `pending`, if the lead is still on its way; the end comes by postback
    postback     a URL that is told the end of a lead that was pending, with {lead}, {outcome}, {price} … filled in
    private_targets  exact HOST:PORT pairs that postback and intake may reach although private or not 80/443
    buyer_caps       caps on what single buyers buy of its leads, by their slugs
    floor_fact       a number that the lead itself tells: the least price of its sale, if that is above the floors
    deadline_fact    a number that the lead itself tells: how many milliseconds a round may take at most
    tells_price      bidders who were outbid are told in which band the price lay that won
    """

    seller: Slug
    campaign: Slug
    intake: Plugin = Plugin(plugin="json")
    payout: Payout
    floor: Money = "0"
    floors: tuple[FloorRule, ...] = ()
    caps: tuple[Cap, ...] = ()
    buyer_caps: dict[Slug, tuple[Cap, ...]] = {}
    zone: str = "America/New_York"
    buyers: tuple[Slug, ...] | None = None
    most_posts: Annotated[int, Meta(ge=1, le=1000)] = 1000
    quotes: Quotes = Quotes()
    deadline_ms: Deadline | None = None
    answer_ms: Deadline | None = None
    postback: str | None = None
    private_targets: tuple[str, ...] = ()
    tells_price: bool = False
    floor_fact: str | None = None
    deadline_fact: str | None = None
    paused: bool = False


class Group(Noun, frozen=True, kw_only=True):
    """Buyers who are one to the trade, with caps on what they buy together."""

    zone: str = "America/New_York"
    caps: tuple[Cap, ...] = ()


class Notices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a buyer is told what became of his bids: in his list, and by webhook if there is an address.

    url     where batches of notices are posted, signed as Standard Webhooks say
    secret  the key of the signatures, `{secret:NAME}`: `whsec_` and base64, or any text
    private_targets  exact HOST:PORT pairs that it may reach although private or not 80/443
    """

    url: str | None = None
    secret: str = ""
    private_targets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """What is sent is signed."""
        if self.url is not None and not self.secret:
            raise SettingFault("secret", "notices with a url need a secret to be signed with: {secret:NAME}")
        if self.secret and not only_refers(self.secret):
            raise SettingFault("secret", "the secret of notices is a reference: {secret:NAME}")


class Buyer(Noun, frozen=True, kw_only=True):
    """Who pays. Without a wallet he pays by statement, without a limit.

    group  buyers who are one to the trade: of them, one buys a shared lead at most. It binds by its name alone; a noun
           `group` of that name may set caps on what they buy together
    pings  the most pings that all his offers together get
    duplicates  persons whom he does not buy again, whichever of his offers bought them
    notices  he is told what became of each of his bids; absent: he is not
    """

    zone: str = "America/New_York"
    wallet: Wallet | None = None
    group: Slug | None = None
    pings: Pings | None = None
    caps: tuple[Cap, ...] = ()
    duplicates: Duplicates | None = None
    notices: Notices | None = None
    paused: bool = False


class Key(Noun, frozen=True, kw_only=True):
    """A key that opens a door. The slug is its public id; only the SHA-256 of the secret is kept."""

    holder: Literal["house", "source", "buyer", "seller"]
    owner: str = ""
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    test: bool = False
    revoked: bool = False
