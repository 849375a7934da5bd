"""From nouns to a market ready for use: names resolved, plugins bound, filters compiled, every fault reported."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from outbid.core.dialect.reference import Words
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.control import patience_of
from outbid.core.market.making.enrichers import enrichers_of
from outbid.core.market.making.enrichers import mute as muted
from outbid.core.market.making.limits import pairs_of
from outbid.core.market.making.names import Names
from outbid.core.market.making.offers import check_notices, offer_of, wallet_of
from outbid.core.market.making.plan import Plan, Planner, Plugins
from outbid.core.market.making.prices import part_of, pricing_of, routes_of, rules_of_campaign
from outbid.core.market.making.sources import source_of
from outbid.core.market.making.terms import (
    Fault,
    check_zone,
    dimensions_named,
    limits_of,
    micros_of,
    queue_of,
)
from outbid.core.market.problem import MarketError, Path, Problem
from outbid.core.market.referring import lacking, names_of, referring
from outbid.core.market.taken_over import EMPTY, TakenOver, over
from outbid.core.match.book import Book
from outbid.core.match.filter import Fact, FilterError

Numbered = tuple[int, spec.Noun]


def compile_market(
    version: int,
    nouns: made.Rows,
    plugins: Plugins,
    secrets: Words = {},  # noqa: B006 - it is only read
    *,
    before: made.Market = EMPTY,
    lenient: bool = False,
) -> made.Market:
    """Compile nouns (kind → slug → (number, noun)) into a Market. Raises MarketError with all problems.

    `secrets` are the values of those that nouns refer to. One that is not there is a problem; `lenient`: the market is
    made all the same, says in `lacks` where, and deliveries that lack one send nothing.
    What `before` has of them compiled already, and has not changed since, is taken over. It may be older or newer.
    """
    return _Compiler(nouns, plugins, secrets, before, lenient).market(version)


class _Compiler:
    """Holds what is resolved so far; one method for each kind of noun."""

    def __init__(self, nouns: made.Rows, plugins: Plugins, secrets: Words, before: made.Market, lenient: bool) -> None:
        self._nouns = nouns
        self._planner = planner = Planner(plugins)
        self._names = Names(nouns, planner, secrets, not lenient)
        self._base = base = TakenOver(before, nouns, secrets)
        self._secrets = secrets
        found = list(referring(base.stale_nouns()))
        self._refers = base.refers(names_of(found))
        self._lacks = base.lacks(lacking(found, secrets))
        self._mute = {(problem.kind, problem.slug) for problem in self._lacks}
        self._problems: list[Problem] = [] if lenient else list(self._lacks)

    def market(self, version: int) -> made.Market:
        base = self._base
        plans = self._plans()
        offers = self._all("offer", lambda number, offer: self._offer(number, offer, plans))
        campaigns = self._campaigns(plans, offers)
        sources = self._all("source", lambda n, s: source_of(self._names, n, s, campaigns))
        self._all("seller", self._seller)
        self._all("group", self._zone_only)
        self._all("buyer", self._buyer)
        keys = self._all("key", self._key)
        if self._problems:
            raise MarketError(self._problems)
        by_number = {campaign.number: campaign for campaign in campaigns.values()}
        return made.Market(
            version,
            by_number,
            base.sources(sources, by_number),
            base.offers(offers),
            base.keys(keys),
            base.names(),
            self._nouns,
            self._secrets,
            self._refers,
            self._lacks,
        )

    def _of(self, kind: str) -> Any:
        return self._nouns.get(kind, {}).items()

    def _all(self, kind: str, build: Callable[[int, Any], Any]) -> dict[str, Any]:
        """What must be made anew of a kind, by slug; what is at fault is left out."""
        found: dict[str, Any] = {}
        rows, stale = self._nouns.get(kind, {}), self._base.stale[kind]
        for slug in [slug for slug in rows if slug in stale]:
            self._guard(kind, slug, partial(_put, found, slug, build, *rows[slug]))
        return found

    def _guard(self, kind: str, slug: str, build: Callable[[], Any]) -> None:
        try:
            build()
        except Fault as fault:
            self._problems.append(Problem(kind, slug, fault.path, fault.sentence))
        except FilterError as fault:
            self._problems.append(Problem(kind, slug, ("filter", *fault.path), fault.sentence))

    def _plans(self) -> dict[str, Plan]:
        """Fields and facts of each campaign; of those only whose fields have no fault."""
        plans: dict[str, Plan] = {}
        for slug, (number, campaign) in self._of("campaign"):
            was = self._base.campaign(number)
            if was is not None and slug not in self._base.plans:
                plans[slug] = was.fields, was.facts
            else:
                self._guard(
                    "campaign", slug, partial(_put, plans, slug, lambda _, c: self._planner.fields(c), number, campaign)
                )
        return plans

    # -- nouns ------------------------------------------------------------------------------------------------------

    def _campaigns(self, plans: dict[str, Plan], built: dict[str, made.Offer]) -> dict[str, made.Campaign]:
        """Every campaign, with its offers as they are now."""
        found: dict[str, made.Campaign] = {}
        for slug, (number, campaign) in self._of("campaign"):
            come = {s: offer for s, offer in built.items() if offer.campaign == number}
            was = self._base.campaign(number)
            if was is not None and slug not in self._base.stale["campaign"]:
                found[slug] = self._with_offers(was, campaign, come)
            else:
                build = partial(self._campaign, plans=plans, come=come)
                self._guard("campaign", slug, partial(_put, found, slug, build, number, campaign))
        return found

    def _books(self, number: int, tiers: Iterable[Any], come: dict[str, made.Offer]) -> list[Book[made.Offer]]:
        """The offers of each tier."""
        was = self._base.campaign(number)
        books = {} if was is None else {tier.slug: tier.book for tier in was.tiers}
        coming: dict[str, list[made.Offer]] = {}
        for slug, offer in come.items():
            coming.setdefault(self._names.find("offer", slug, ())[1].tier, []).append(offer)
        gone, empty = self._base.gone["offer"], Book[made.Offer]()
        return [books.get(tier.slug, empty).changed(gone, coming.get(tier.slug, ())) for tier in tiers]

    def _with_offers(self, was: made.Campaign, campaign: spec.Campaign, come: dict[str, made.Offer]) -> made.Campaign:
        """A campaign that did not change itself."""
        if not come and self._base.gone["offer"].isdisjoint(was.offers):
            return was
        books = self._books(was.number, was.tiers, come)
        tiers = tuple(replace(tier, book=book) for tier, book in zip(was.tiers, books, strict=True))
        offers = over(was.offers, self._base.gone["offer"], come.values())
        return replace(was, tiers=tiers, offers=offers, decisive=_decisive(campaign, books, was.routes))

    def _campaign(
        self, number: int, campaign: spec.Campaign, plans: dict[str, Plan], come: dict[str, made.Offer]
    ) -> made.Campaign:
        if campaign.slug not in plans:
            raise Fault(("fields",), "mend the fields first")
        fields, facts = plans[campaign.slug]
        check_zone(campaign.zone, ("zone",))
        for i, tier in enumerate(campaign.tiers):
            if any(tier.slug == other.slug for other in campaign.tiers[:i]):
                raise Fault(("tiers", i, "slug"), f"the tier {tier.slug!r} stands twice")
        books = self._books(number, campaign.tiers, come)
        tiers = [
            self._tier(campaign, tier, book, ("tiers", i))
            for i, (tier, book) in enumerate(zip(campaign.tiers, books, strict=True))
        ]
        for i, name in enumerate(campaign.ping_fields):
            if name not in facts and all(name != field.name for field in fields):
                raise Fault(("ping_fields", i), f"the campaign has no field or fact {name!r}")
        routes = routes_of(self._names, campaign, facts)
        return made.Campaign(
            number=number,
            slug=campaign.slug,
            currency=campaign.currency,
            fields=fields,
            facts=facts,
            decisive=_decisive(campaign, books, routes),
            checks=tuple(self._planner.check(c, ("checks", i), fields, facts) for i, c in enumerate(campaign.checks)),
            tiers=tuple(tiers),
            offers={offer.number: offer for book in books for offer in book.offers},
            floor_micros=micros_of(campaign.floor, ("floor",)),
            least_margin=part_of(campaign.least_margin, ("least_margin",)),
            most_posts=campaign.most_posts,
            review_ms=campaign.review_hours * 3_600_000,
            paused=campaign.paused,
            open=campaign.open,
            zone=campaign.zone,
            dimensions=dimensions_named(campaign.dimensions, fields),
            enrichers=self._enrichers(campaign, fields, facts),
            enrich_ms=campaign.enrich_ms,
            margin=part_of(campaign.margin, ("margin",)),
            loss_allowed=campaign.loss_allowed,
            shortfall=campaign.shortfall,
            tells_brands=campaign.tells_brands,
            rules=rules_of_campaign(self._names, campaign, facts),
            routes=routes,
            delivers_later=any(offer.delivery.later for book in books for offer in book.offers),
        )

    def _enrichers(
        self, campaign: spec.Campaign, fields: tuple[made.Field, ...], facts: Mapping[str, Fact]
    ) -> tuple[made.Enricher, ...]:
        mute = {lack.path[:2] for lack in self._lacks if (lack.kind, lack.slug) == ("campaign", campaign.slug)}
        found = enrichers_of(campaign, fields, facts, self._planner.plugin, self._secrets)
        return tuple(muted(one) if ("enrichers", i) in mute else one for i, one in enumerate(found))

    def _tier(self, campaign: spec.Campaign, tier: spec.Tier, book: Book[made.Offer], path: Path) -> made.Tier:
        module, settings = self._planner.plugin(
            "methods", tier.method.plugin, tier.method.settings, (*path, "method"), (*path, "method")
        )
        if tier.early and not getattr(module, "STEADY", False):
            fault = f"the method {tier.method.plugin!r} cannot tell before all have answered who wins"
            raise Fault((*path, "early"), fault)
        return made.Tier(
            tier.slug,
            tier.deadline_ms,
            micros_of(tier.floor, (*path, "floor")),
            tier.most_posts,
            tier.places,
            queue_of(tier.queue),
            lambda bids, turn, draw: module.rank(bids, turn, draw, settings),
            frozenset(module.LIVE),
            tier.early,
            book,
            frozenset(getattr(module, "READS", ())),
            pricing_of(campaign, tier, module, settings, path),
            (lambda record, draw: module.score(record, draw, settings)) if "score" in module.LIVE else None,
            patience_of(tier.patience),
        )

    def _offer(self, number: int, offer: spec.Offer, plans: dict[str, Plan]) -> made.Offer:
        return offer_of(self._names, number, offer, plans, mute=("offer", offer.slug) in self._mute)

    def _key(self, number: int, key: spec.Key) -> tuple[str, made.Holder] | None:
        if key.revoked:
            return None
        if key.holder == "house":
            return key.hash, made.Holder(key.slug, key.holder, 0, key.test)
        found = self._nouns.get(key.holder, {}).get(key.owner)
        if found is None:
            sentence = (
                f"the {key.holder} {key.owner!r} has a key and is not in the market: outbid keys revoke {key.slug}"
            )
            raise Fault(("owner",), sentence)
        return key.hash, made.Holder(key.slug, key.holder, found[0], key.test)

    def _buyer(self, number: int, buyer: spec.Buyer) -> None:
        self._zone_only(number, buyer)
        check_notices(buyer)
        wallet_of(number, buyer, "USD")

    def _seller(self, number: int, seller: spec.Seller) -> None:
        self._zone_only(number, seller)
        pairs_of(self._names, seller.buyer_caps, "buyer", f"seller:{number}", "USD", seller.zone, ("buyer_caps",))

    def _zone_only(self, number: int, noun: Any) -> None:
        check_zone(noun.zone, ("zone",))
        limits_of(noun.caps, "", "USD", noun.zone, ("caps",))


def _decisive(campaign: spec.Campaign, books: list[Book[made.Offer]], routes: tuple[made.Route, ...]) -> frozenset[str]:
    by_route = made.reads_of(tuple(route.rule for route in routes))
    return frozenset(campaign.ping_fields).union(by_route, *(book.reads for book in books))


def _put(found: dict[str, Any], slug: str, build: Callable[[int, Any], Any], number: int, noun: Any) -> None:
    found[slug] = build(number, noun)
