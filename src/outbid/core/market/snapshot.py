"""The market made ready: one immutable value per version, in which every name is resolved and all is compiled.

`compile_market` turns nouns into it; the hot path reads nothing else. Plugins come in as bound functions.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Bid, Flaw, Kind, Lookup, PingReply, PostReply, Reads
from outbid.core.dialect.secrets import NO_SECRETS, Secrets
from outbid.core.dialect.wire import Answer, Http
from outbid.core.lead.value import Scalar, Value
from outbid.core.ledger.account import Limit, Limits
from outbid.core.market.noun import Noun
from outbid.core.market.problem import Problem
from outbid.core.match.book import Book
from outbid.core.match.filter import Fact, Node, Predicate
from outbid.core.money import ONE, share_of

ANY_PRICE_MICROS = 1 << 62
"""More than anybody bids."""
Rows = Mapping[str, Mapping[str, tuple[int, Noun]]]
"""Nouns as the operator set them: kind → slug → (number, noun)."""


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


class Offer(msgspec.Struct, frozen=True):
    """A standing order, ready to be matched, asked and posted. `price_micros` is None unless it is direct.

    most_micros  the most that it pays: a higher bid counts as that much; `ANY_PRICE_MICROS` where nothing is set

    `group` names who may not buy the same lead twice: the buyer's group, or the buyer himself. `_found` remembers the
    accounts of its sales by source.
    """

    number: int
    slug: str
    buyer: int
    group: str
    campaign: int
    node: Node | None
    matches: Predicate | None
    price_micros: int | None
    floor_micros: int
    most_micros: int
    priority: int
    weight: int
    post_ms: int
    paused: bool
    limits: tuple[Limit, ...]
    delivery: "Delivery"
    _found: dict[int, Limits] = {}

    def limits_of(self, source: "Source", version: int) -> Limits:
        """Every account that a sale of this source to this offer must find room in."""
        found = self._found.get(source.number)
        if found is None or found.more is not source.limits:
            found = self._found[source.number] = Limits(self.limits, version, source.limits)
        return found


class Delivery(msgspec.Struct, frozen=True):
    """A delivery bound to an offer's settings: `ping(ask)` and `post(ask)` are generators (see core/contract).

    `ping_reads` and `post_reads` are the fields and facts that they hold; `secrets` is what must not be kept of them.
    """

    plugin: str
    repeatable: bool
    ping: Callable[[Any], Any]
    post: Callable[[Any], Any]
    ping_reads: tuple[str, ...] = ()
    post_reads: tuple[str, ...] = ()
    secrets: Secrets = NO_SECRETS


def mute(delivery: Delivery) -> Delivery:
    """A delivery that lacks a secret: it sends nothing, and says why."""

    def ping(_: Any) -> Generator[Http, Answer, PingReply]:
        yield from ()
        return PingReply("error", reason="secret_missing")

    def post(_: Any) -> Generator[Http, Answer, PostReply]:
        yield from ()
        return PostReply("error", reason="secret_missing", reached=False)

    return replace(delivery, ping=ping, post=post)


def delivery_of(plugin: str, module: Any, bound: Any, known: Iterable[str]) -> Delivery:
    """What a delivery's module makes of settings that it has bound. One that does not say what it reads reads all."""
    everything = tuple(known)
    reads = module.reads(bound) if hasattr(module, "reads") else Reads(everything, everything)
    return Delivery(
        plugin,
        module.repeatable(bound),
        lambda ask: module.ping(ask, bound),
        lambda ask: module.post(ask, bound),
        reads.ping,
        reads.post,
        module.secrets(bound) if hasattr(module, "secrets") else NO_SECRETS,
    )


class Queue(msgspec.Struct, frozen=True):
    """From which age on a lead is tried, how long after a round again, and up to which age; milliseconds."""

    after_ms: int
    every_ms: int
    until_ms: int


class Tier(msgspec.Struct, frozen=True):
    """Offers tried together. `live` names what the method reads beside the bids: `turn`, `draw`.

    `early`: a round is over once no open answer could change who is posted.
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

    @property
    def offers(self) -> tuple[Offer, ...]:
        """All its offers, by number."""
        return self.book.offers


class Campaign(msgspec.Struct, frozen=True):
    """A plan for leads. `facts` is what filters may read, `offers` all offers by number.

    `decisive`: the facts that a filter reads or a ping tells; a quote does not stand for a lead with others.
    `dimensions`: the facts by which it is tallied.
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
    least_margin_micros: int
    most_posts: int
    review_ms: int
    paused: bool
    dimensions: tuple[str, ...] = ()
    enrichers: tuple[Enricher, ...] = ()
    enrich_ms: int = 0
    open: bool = False

    def secrets_of(self, step: str, number: int) -> Secrets:
        """What must never be kept of requests at a step: to an offer by its number, to an enricher by its place."""
        return self.enrichers[number].secrets if step == "enrich" else self.offers[number].delivery.secrets


class Quotes(msgspec.Struct, frozen=True):
    """What pings are promised, as the operator set it (see `core/market/noun`)."""

    stands_ms: int
    anew: bool
    honour: bool


class Source(msgspec.Struct, frozen=True):
    """A seller's feed. `buyers` is None if he allows all; `read` is the intake, bound.

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
    read: Callable[[str, bytes], Any]


class Holder(msgspec.Struct, frozen=True):
    """Whom a key speaks for. `number` is the owner's; 0 for the house."""

    key: str
    kind: str
    number: int
    test: bool


class Market:
    """Everything that an operator set, at one version.

    `secrets` are the ones that were filled in, `refers` tells which a noun (kind, slug) refers to, `lacks` where one is
    that was not there.
    """

    def __init__(
        self,
        version: int,
        campaigns: Mapping[int, Campaign],
        sources: Mapping[int, Source],
        offers: Mapping[int, Offer],
        keys: Mapping[str, Holder],
        names: Mapping[tuple[str, int], str],
        nouns: Rows,
        secrets: Mapping[str, str] | None = None,
        refers: Mapping[tuple[str, str], frozenset[str]] | None = None,
        lacks: tuple[Problem, ...] = (),
    ) -> None:
        self.secrets = secrets or {}
        self.refers = refers or {}
        self.lacks = lacks
        self.version = version
        self.campaigns = campaigns
        self.sources = sources
        self.offers = offers
        self.keys = keys
        self.names = names
        self.nouns = nouns
        self._limits: dict[int, Limits] = {}

    def limits(self, source: Source, offer: Offer) -> Limits:
        """Every account that a sale of this source to this offer must find room in."""
        return offer.limits_of(source, self.version)

    def source_limits(self, source: Source) -> Limits:
        """The accounts of source, seller and campaign alone."""
        if (found := self._limits.get(source.number)) is None:
            found = self._limits[source.number] = Limits(source.limits, self.version)
        return found

    def every_limit(self, before: "Market | None" = None) -> list[Limit]:
        """All limits that are set, once for each noun that they bind; or only those of nouns changed since `before`.

        What did not change since is the same object in both.
        """
        offers = {} if before is None else before.offers
        sources = {} if before is None else before.sources
        found = [limit for number, o in self.offers.items() if offers.get(number) is not o for limit in o.limits]
        return found + [limit for n, s in self.sources.items() if sources.get(n) is not s for limit in s.limits]

    def name(self, kind: str, number: int) -> str:
        """The slug of a noun, or `kind:number` where it is gone."""
        return self.names.get((kind, number), f"{kind}:{number}")


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
