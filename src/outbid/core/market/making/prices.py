"""Rules of prices and routes made ready: parts read, conditions compiled, sources looked up, faults told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.names import Names
from outbid.core.market.making.terms import Fault, micros_of
from outbid.core.market.problem import Path
from outbid.core.match.filter import Fact, FilterError, compile_filter, read_filter
from outbid.core.money import ONE
from outbid.core.schedule.week import Calendar

Facts = Mapping[str, Fact]


def part_of(text: str, path: Path) -> made.Part:
    """Percent text as a share, other text as a fixed amount. Raises Fault."""
    if not text.strip().endswith("%"):
        return made.Part(None, micros_of(text, path))
    try:
        return made.Part(spec.percent(text))
    except ValueError as error:
        raise Fault(path, str(error)) from None


def payout_of(payout: spec.Payout | spec.PayoutRule, path: Path) -> made.Part:
    """A payout, or one by rule. Raises Fault."""
    if payout.share is not None:
        return part_of(payout.share, (*path, "share"))
    return made.Part(None, micros_of(payout.fixed or "0", (*path, "fixed")))


def handicap_of(text: str) -> int:
    """A handicap in millionths. Raises Fault: an offer whose bid counts for nothing could not be ranked."""
    try:
        handicap = spec.percent(text)
    except ValueError as error:
        raise Fault(("handicap",), str(error)) from None
    if handicap == ONE:
        raise Fault(("handicap",), "a handicap is less than 100%")
    return handicap


def rules_of_campaign(names: Names, campaign: spec.Campaign, facts: Facts) -> made.Rules | None:
    """Floors and margins by rule; None if there are none. Raises Fault."""
    floors = _floors(campaign.floors, campaign.zone, facts, names, campaign.slug)
    margins = _rules(
        campaign.margins,
        lambda rule, path: part_of(rule.margin, (*path, "margin")),
        ("margins",),
        campaign.zone,
        facts,
        names,
        campaign.slug,
    )
    if not floors and not margins:
        return None
    return made.Rules(floors=floors, margins=margins, reads=made.reads_of(floors + margins))


def rules_of_source(source: spec.Source, facts: Facts) -> made.Rules | None:
    """Floors and payouts by rule; None if there are none. Raises Fault."""
    floors = _floors(source.floors, source.zone, facts)
    payouts = _rules(source.payout.rules, payout_of, ("payout", "rules"), source.zone, facts)
    if not floors and not payouts:
        return None
    return made.Rules(floors=floors, payouts=payouts, reads=made.reads_of(floors + payouts))


def routes_of(names: Names, campaign: spec.Campaign, facts: Facts) -> tuple[made.Route, ...]:
    """The routes of a campaign's leads. Raises Fault."""
    places = {tier.slug: i for i, tier in enumerate(campaign.tiers)}
    rules = _rules(campaign.routes, lambda *_: made.NOTHING, ("routes",), campaign.zone, facts, names, campaign.slug)
    found, taken = [], 0
    for i, (route, rule) in enumerate(zip(campaign.routes, rules, strict=True)):
        share = None if route.percent is None else spec.percent(route.percent)
        if rule.node is None and rule.sources is None and rule.hours is None:
            taken += share or 0
        if taken > ONE:
            raise Fault(("routes", i, "percent"), "the routes up to this one take more than 100% of all leads")
        found.append(made.Route(rule, _tiers(route, places, ("routes", i)), share))
    return tuple(found)


def _tiers(route: spec.Route, places: Mapping[str, int], path: Path) -> tuple[int, ...]:
    for i, slug in enumerate(route.tiers):
        if slug not in places:
            raise Fault((*path, "tiers", i), f"the campaign has no tier {slug!r}; it has {', '.join(places)}")
        if slug in route.tiers[:i]:
            raise Fault((*path, "tiers", i), f"the tier {slug!r} stands twice")
    return tuple(places[slug] for slug in route.tiers)


def prices_of(names: Names, offer: spec.Offer, zone: str, facts: Facts) -> tuple[made.Rule, ...] | None:
    """An offer's prices by rule; None if it has none. Raises Fault."""
    if not offer.prices:
        return None

    def price(rule: spec.PriceRule, path: Path) -> made.Part:
        found = micros_of(rule.price, (*path, "price"))
        if not found:
            raise Fault((*path, "price"), "a price is more than zero")
        return made.Part(None, found)

    return _rules(offer.prices, price, ("prices",), zone, facts, names, offer.campaign)


def pricing_of(campaign: spec.Campaign, tier: spec.Tier, module: Any, settings: Any, path: Path) -> made.Pricing | None:
    """What winners of a tier pay; None: their bids. Raises Fault."""
    pricing = tier.pricing
    if pricing.rule == "first":
        return None
    if not getattr(module, "BY_PRICE", False):
        fault = f"the method {tier.method.plugin!r} does not rank by price, so no other bid sets what a winner pays"
        raise Fault((*path, "pricing", "rule"), fault)
    if not micros_of(tier.floor, (*path, "floor")) and not micros_of(campaign.floor, ("floor",)):
        fault = "whoever bids alone pays the floor, and there is none: give the tier or the campaign a floor"
        raise Fault((*path, "pricing", "rule"), fault)
    step = micros_of(pricing.step, (*path, "pricing", "step"))
    worth = getattr(module, "worth", None)
    return made.Pricing(pricing.rule, step, None if worth is None else lambda bid: worth(bid, settings))


def _floors(
    rules: Sequence[spec.FloorRule], zone: str, facts: Facts, names: Names | None = None, campaign: str = ""
) -> tuple[made.Rule, ...]:
    def floor(rule: spec.FloorRule, path: Path) -> made.Part:
        return made.Part(None, micros_of(rule.floor, (*path, "floor")))

    return _rules(rules, floor, ("floors",), zone, facts, names, campaign)


def _rules(
    rules: Sequence[spec.Rule],
    part: Callable[[Any, Path], made.Part],
    at: Path,
    zone: str,
    facts: Facts,
    names: Names | None = None,
    campaign: str = "",
) -> tuple[made.Rule, ...]:
    """A list of rules. `names` looks sources up; without, the list is a source's own, which names none."""
    ready: list[made.Rule] = []
    for i, rule in enumerate(rules):
        path: Path = (*at, i)
        if any(rule.name == other.name for other in ready):
            raise Fault((*path, "name"), f"there are two rules named {rule.name!r}: receipts could not tell them apart")
        node = None if rule.when is None else _condition(rule.when, facts, path)
        ready.append(
            made.Rule(
                name=rule.name,
                part=part(rule, path),
                node=node,
                matches=None if node is None else compile_filter(node),
                sources=_sources(rule, path, names, campaign),
                hours=Calendar(zone, tuple(slot.hours() for slot in rule.hours)) if rule.hours else None,
                from_micros=micros_of(getattr(rule, "from_price", "0"), (*path, "from_price")),
            )
        )
    return tuple(ready)


def _condition(when: spec.Settings, facts: Facts, path: Path) -> Any:
    try:
        return read_filter(when, facts)
    except FilterError as fault:
        raise Fault((*path, "when", *fault.path), fault.sentence) from None


def _sources(rule: spec.Rule, path: Path, names: Names | None, campaign: str) -> frozenset[str] | None:
    if rule.sources is None:
        return None
    if names is None:
        raise Fault((*path, "sources"), "a source's own rules are for its leads alone: leave sources out")
    for i, slug in enumerate(rule.sources):
        _, source = names.find("source", slug, (*path, "sources", i))
        if source.campaign != campaign:
            raise Fault((*path, "sources", i), f"the source {slug!r} sells in the campaign {source.campaign!r}")
    return frozenset(rule.sources)
