"""A plan for leads made ready: fields, checks, enrichers, tiers."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from outbid.core.contract import Bid, Flaw, Kind, Lookup, Record, Score
from outbid.core.control.patience import Patience
from outbid.core.dialect.secrets import Secrets
from outbid.core.lead.value import Scalar, Value
from outbid.core.market.snapshot.offer import Offer
from outbid.core.market.snapshot.price import NOTHING, Part, Pricing, Rule, Rules
from outbid.core.match.book import Book
from outbid.core.match.filter import Fact


class Field(msgspec.Struct, frozen=True):
    """A declared field. `read(raw, today)` never raises. `parts` maps each part's name to its kind."""

    name: str
    type: str
    personal: bool
    kind: Kind
    parts: Mapping[str, Kind]
    read: Callable[[Any, Any], Value]


class Check(msgspec.Struct, frozen=True):
    """A validator bound to its settings. `reads`: the fields that it looks at, as far as it names them."""

    plugin: str
    on_flaw: Literal["refuse", "review", "flag"]
    reads: frozenset[str]
    needs: Callable[[Any], tuple[Lookup, ...]]
    judge: Callable[[Any, Any], tuple[Flaw, ...]]


class Enricher(msgspec.Struct, frozen=True):
    """An enricher bound to its settings: `ask(ask)` is a generator (see core/contract).

    needs     the fields and facts without which it is not asked; `reads`: those that its requests hold
    fallback  field → what it becomes where nobody says anything
    settings  what an answer in memory is of: another setting asks another question
    local     it asks nobody
    round     it is asked after those of lower rounds, for it reads what one of them gives
    """

    name: str
    plugin: str
    deadline_ms: int
    cache_ms: int
    overwrite: bool
    gives: tuple[str, ...]
    needs: tuple[str, ...]
    reads: tuple[str, ...]
    fallback: Mapping[str, Scalar]
    ask: Callable[[Any], Any]
    secrets: Secrets
    settings: bytes
    local: bool = False
    round: int = 0


class Queue(msgspec.Struct, frozen=True):
    """From which age on a lead is tried, how long after a round again, and up to which age; milliseconds."""

    after_ms: int
    every_ms: int
    until_ms: int


class Tier(msgspec.Struct, frozen=True):
    """Offers tried together. `live` names what the method reads beside the bids: `turn`, `draw`, `score`, `won`.

    `early`: a round is over once no open answer could change who is posted.
    `reads`: what the method reads of a bid that is not at hand anyway: `payout`.
    `pricing`: what a winner pays; None: his bid. `score`: (record, draw) → an offer's score, where its method has one.
    `patience`: by which rule a round may be shorter than `deadline_ms`.
    """

    slug: str
    deadline_ms: int
    floor_micros: int
    most_posts: int
    places: int
    queue: Queue | None
    rank: Callable[[list[Bid], int, float], list[Bid]]
    live: frozenset[str]
    early: bool
    book: Book[Offer]
    reads: frozenset[str] = frozenset()
    pricing: Pricing | None = None
    score: Callable[[Record, float], Score] | None = None
    patience: Patience | None = None

    @property
    def offers(self) -> tuple[Offer, ...]:
        """All its offers, by number."""
        return self.book.offers


class Route(msgspec.Struct, frozen=True):
    """When leads go through these tiers (indices, in order). `share`: so many of them, in millionths; None: all."""

    rule: Rule
    tiers: tuple[int, ...]
    share: int | None = None


class Campaign(msgspec.Struct, frozen=True):
    """A plan for leads. `facts` is what filters may read, `offers` all offers by number.

    `decisive`: the facts that a filter or an offer's prices read or a ping tells (see `Source.decisive` for all).
    `margin` is what the house takes before the payout where no rule says otherwise, `least_margin` what it keeps at the
    least, `rules` floors and margins by rule (None if it has none), `shortfall` who bears a price lowered at the post.
    `dimensions`: the facts by which it is tallied. `routes`: which tiers a lead goes through; all where none fits.
    `delivers_later`: to some of its buyers leads come after the sale.
    """

    number: int
    slug: str
    currency: str
    fields: tuple[Field, ...]
    facts: Mapping[str, Fact]
    decisive: frozenset[str]
    checks: tuple[Check, ...]
    tiers: tuple[Tier, ...]
    offers: Mapping[int, Offer]
    floor_micros: int
    least_margin: Part
    most_posts: int
    review_ms: int
    paused: bool
    dimensions: tuple[str, ...] = ()
    enrichers: tuple[Enricher, ...] = ()
    enrich_ms: int = 0
    margin: Part = NOTHING
    loss_allowed: bool = False
    shortfall: Literal["house", "seller", "shared"] = "seller"
    tells_brands: bool = False
    rules: Rules | None = None
    open: bool = False
    zone: str = "UTC"
    routes: tuple[Route, ...] = ()
    delivers_later: bool = False

    @property
    def draws_routes(self) -> bool:
        """Does the route of a lead depend on a lot?"""
        return any(route.share is not None for route in self.routes)

    def secrets_of(self, step: str, number: int) -> Secrets:
        """What must never be kept of requests at a step: to an offer by its number, to an enricher by its place."""
        return self.enrichers[number].secrets if step == "enrich" else self.offers[number].delivery.secrets


def facts_of(values: Mapping[str, Value], fields: tuple[Field, ...]) -> dict[str, Scalar]:
    """All that decisions may read of a lead: plain values and the parts of every field."""
    facts: dict[str, Scalar] = {}
    for field in fields:
        value = values[field.name]
        if value.value is not None and not field.personal:
            facts[field.name] = value.value
        for part, known in value.parts.items():
            facts[f"{field.name}.{part}"] = known
    return facts
