"""By which terms a lead is sold in a tier: the rules that apply to it, resolved to a floor and a split.

Version, source, facts and the instant at which the round was matched decide; nothing else is read.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Campaign, Offer, Part, Rule, Source, Split, Step, Terms, Tier
from outbid.core.market.snapshot.price import ANY_PRICE_MICROS, NO_PRICE_MICROS
from outbid.core.money import ONE
from outbid.core.price.least import spans

Facts = Mapping[str, Scalar]


def terms_of(campaign: Campaign, source: Source, tier: Tier, facts: Facts, at_ms: int) -> Terms:
    """The terms of a tier for a lead, in a round that was matched at an instant."""
    if campaign.rules is None and source.rules is None:
        floor = max(campaign.floor_micros, source.floor_micros, tier.floor_micros)
        if source.floor_fact is not None:
            floor = max(floor, own_floor(source, facts))
        return _plain(floor, campaign.margin, source.payout, None if campaign.loss_allowed else campaign.least_margin)
    return _by_rule(campaign, source, tier, facts, at_ms)


def agreed(offer: Offer, source: Source, facts: Facts, at_ms: int) -> int | None:
    """The price that is agreed with a direct offer for a lead, in micros; None if there is none."""
    rule = price_rule(offer, source, facts, at_ms)
    return offer.price_micros if rule is None else rule.part.fixed_micros


def price_rule(offer: Offer, source: Source, facts: Facts, at_ms: int) -> Rule | None:
    """The rule by which an offer's price is agreed, None if none applies."""
    if offer.prices is None:
        return None
    return next((rule for rule in offer.prices if rule.applies(source.slug, facts, at_ms)), None)


def floor_rules(campaign: Campaign, source: Source, facts: Facts, at_ms: int) -> list[Rule]:
    """All floors by rule that apply to a lead."""
    both = (*_of(campaign.rules, "floors"), *_of(source.rules, "floors"))
    return [rule for rule in both if rule.applies(source.slug, facts, at_ms)]


def own_floor(source: Source, facts: Facts) -> int:
    """The least price that a lead tells itself, in micros, where its source lets it; else 0."""
    told = facts.get(source.floor_fact) if source.floor_fact is not None else None
    return max(0, round(told * ONE)) if isinstance(told, int | float) else 0


def margin_rules(campaign: Campaign, source: Source, facts: Facts, at_ms: int) -> list[Rule]:
    """The margins that apply to a lead, in their order: the first that speaks of a price counts for it."""
    return [rule for rule in _of(campaign.rules, "margins") if rule.applies(source.slug, facts, at_ms)]


def payout_rules(source: Source, facts: Facts, at_ms: int) -> list[Rule]:
    """The payouts that apply to a lead, in their order: the first that speaks of a price counts for it."""
    return [rule for rule in _of(source.rules, "payouts") if rule.applies(source.slug, facts, at_ms)]


def _of(rules: object, name: str) -> tuple[Rule, ...]:
    return () if rules is None else getattr(rules, name)


def _by_rule(campaign: Campaign, source: Source, tier: Tier, facts: Facts, at_ms: int) -> Terms:
    floors = (rule.part.fixed_micros for rule in floor_rules(campaign, source, facts, at_ms))
    of_nouns = (campaign.floor_micros, source.floor_micros, tier.floor_micros)
    floor = max(*of_nouns, own_floor(source, facts), *floors)
    margins = _ladder(margin_rules(campaign, source, facts, at_ms), campaign.margin)
    payouts = _ladder(payout_rules(source, facts, at_ms), source.payout)
    return _terms(floor, margins, payouts, None if campaign.loss_allowed else campaign.least_margin)


_Ladder = tuple[tuple[int, Part], ...]
"""(from which price on, what counts), from 0 up."""


def _ladder(rules: Iterable[Rule], otherwise: Part) -> _Ladder:
    """Rules that apply, as steps by price: of all that speak of a price the first counts."""
    steps = [(rule.from_micros, rule.part) for rule in rules]
    edges = sorted({0, *(first for first, _ in steps)})
    return tuple((edge, next((part for first, part in steps if first <= edge), otherwise)) for edge in edges)


@lru_cache(maxsize=4096)
def _plain(floor_micros: int, margin: Part, payout: Part, least_margin: Part | None) -> Terms:
    """Terms without rules: most leads have the same as others, and to turn a split round takes a while."""
    return _terms(floor_micros, ((0, margin),), ((0, payout),), least_margin)


@lru_cache(maxsize=4096)
def _terms(floor_micros: int, margins: _Ladder, payouts: _Ladder, least_margin: Part | None) -> Terms:
    edges = sorted({edge for edge, _ in margins + payouts})
    split = Split(tuple(Step(edge, _at(margins, edge), _at(payouts, edge)) for edge in edges))
    if least_margin is None:
        return Terms(floor_micros, split)
    kept = [(max(first, floor_micros), last) for first, last in spans(split, least_margin) if last >= floor_micros]
    if not kept:
        return Terms(NO_PRICE_MICROS, split)
    if len(kept) == 1 and kept[0][1] == ANY_PRICE_MICROS:
        return Terms(kept[0][0], split)
    return Terms(kept[0][0], split, tuple(kept))


def _at(ladder: _Ladder, price_micros: int) -> Part:
    return next(part for first, part in reversed(ladder) if first <= price_micros)
