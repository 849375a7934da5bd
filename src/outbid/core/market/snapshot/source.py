"""A seller's feed made ready, and his terms."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from outbid.core.contract import Arrival, Malformed
from outbid.core.dialect.wire import Http, Response
from outbid.core.heard import Heard, Inbound, Reply, Told
from outbid.core.ledger.account import Limit
from outbid.core.market.snapshot.campaign import Campaign
from outbid.core.market.snapshot.price import Part, Rules


class Quotes(msgspec.Struct, frozen=True):
    """What pings are promised, as the operator set it (see `core/market/noun`)."""

    stands_ms: int
    anew: bool
    honour: bool
    all: bool = False
    others: bool = False


class Spoken(msgspec.Struct, frozen=True):
    """A source's own address, in its seller's tongue: the intake's functions, bound.

    methods  that it answers; answer: None where it is answered in our tongue
    fetch, fetched  how a lead is fetched of which only ids came, and how the answer is read; None: none is
    """

    methods: tuple[str, ...]
    hear: Callable[[Inbound], Heard | Malformed]
    answer: Callable[[Told], Reply | None]
    fetch: Callable[[Mapping[str, str]], Http] | None = None
    fetched: Callable[[Response], Arrival | Malformed] | None = None


class Source(msgspec.Struct, frozen=True):
    """A seller's feed. `buyers` is None if he allows all; `read` is the intake, bound.

    payout     what he gets where no rule says otherwise
    rules      floors and payouts by rule; None if it has none
    floor_fact     the fact in which a lead tells the least price of its sale; deadline_fact: how long a round may take
    tells_price  who was outbid is told in which band the price lay that won
    pairs      limits of what single buyers buy of it, and of all of its seller's, by their numbers
    ping_id    the field in which the seller gives his ping's id back; bid_ids: that in which he names the bids of his
               choice
    answer_ms  after how long he is told `pending`; None: he waits for the end
    spoken     its own address; None if its intake knows none
    postback   (placeholder → value) → the request that tells him the end of a lead that was pending
    """

    number: int
    slug: str
    seller: int
    campaign: Campaign
    payout: Part
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
    tells_price: bool
    floor_fact: str | None
    deadline_fact: str | None
    read: Callable[[str, bytes], Any]
    rules: Rules | None = None
    bid_ids: str = ""
    spoken: Spoken | None = None

    @property
    def decisive(self) -> frozenset[str]:
        """The facts that a filter or a rule of prices looks at, or a ping tells: a quote does not stand for others."""
        both = (self.campaign.rules, self.rules)
        own = () if self.floor_fact is None else (self.floor_fact,)
        return self.campaign.decisive.union(own, *(rules.reads for rules in both if rules is not None))
