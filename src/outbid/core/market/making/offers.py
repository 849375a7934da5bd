"""Offers made ready: price, limits, filter and delivery of a buyer's standing order."""

from collections.abc import Mapping

from outbid.core.contract import Binding
from outbid.core.dialect.reference import ANY_WORD, filled
from outbid.core.dialect.wire import parse_target
from outbid.core.ledger.account import Limit
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.control import control_of
from outbid.core.market.making.limits import paced, pairs_of, scheduled, when_of
from outbid.core.market.making.names import Names
from outbid.core.market.making.plan import Plan
from outbid.core.market.making.prices import handicap_of, prices_of
from outbid.core.market.making.terms import Fault, check_zone, limits_of, micros_of, private_target
from outbid.core.market.problem import Path, path_of
from outbid.core.match.filter import Fact, compile_filter, read_filter
from outbid.core.money import ONE
from outbid.core.schedule.when import When


def offer_of(names: Names, number: int, offer: spec.Offer, plans: Mapping[str, Plan], *, mute: bool) -> made.Offer:
    """An offer, ready to be matched, asked and posted; `mute`: it lacks a secret. Raises Fault."""
    buyer_number, buyer = names.find("buyer", offer.buyer, ("buyer",))
    _, campaign = names.find("campaign", offer.campaign, ("campaign",))
    if offer.tier not in {tier.slug for tier in campaign.tiers}:
        known = ", ".join(tier.slug for tier in campaign.tiers)
        raise Fault(("tier",), f"the campaign {campaign.slug!r} has no tier {offer.tier!r}; it has {known}")
    if campaign.slug not in plans:
        raise Fault(("campaign",), f"the fields of the campaign {campaign.slug!r} are at fault")
    fields, facts = plans[campaign.slug]
    node = None if offer.filter is None else read_filter(offer.filter, facts)
    zone = offer.zone or buyer.zone
    check_zone(zone, ("zone",))
    when = when_of(offer, zone)
    limits = _limits(names, number, offer, campaign.currency, zone, when)
    hours, where = None if when is None else when.calendar, ("source_caps",)
    pairs = pairs_of(names, offer.source_caps, "source", f"offer:{number}", campaign.currency, zone, where, hours)
    return made.Offer(
        number=number,
        slug=offer.slug,
        buyer=buyer_number,
        group=buyer.group or f"buyer:{buyer_number}",
        campaign=names.find("campaign", offer.campaign, ("campaign",))[0],
        node=node,
        matches=None if node is None else compile_filter(node),
        price_micros=_price(offer),
        floor_micros=micros_of(offer.floor, ("floor",)),
        most_micros=_most(offer),
        priority=offer.priority,
        weight=offer.weight,
        post_ms=offer.post_ms,
        paused=offer.paused or buyer.paused,
        limits=limits,
        delivery=_delivery(names, offer, buyer_number, campaign, fields, facts, mute),
        prices=prices_of(names, offer, zone, facts),
        handicap=handicap_of(offer.handicap),
        when=when,
        share=ONE if offer.share is None else spec.percent(offer.share),
        control=control_of(number, offer, buyer_number, buyer, campaign),
        pairs=pairs,
        paced=paced(limits, *pairs.values()),
        notices=_notices(buyer),
        bids_stand_s=offer.bids_stand_s,
        keeps_bids=offer.keeps_bids,
        duplicates=_duplicates(number, offer, buyer_number, buyer, fields),
        doubt=None if offer.doubt is None else made.Doubt(offer.doubt.after_s * 1000, offer.doubt.outcome),
    )


def check_notices(buyer: spec.Buyer) -> None:
    """Can a buyer's notices be sent where he says? Raises Fault."""
    if buyer.notices is None or buyer.notices.url is None:
        return
    found = _notices(buyer)
    assert found is not None
    try:
        parse_target(filled(buyer.notices.url, ANY_WORD), found.exceptions)
    except ValueError as error:
        raise Fault(("notices", "url"), str(error)) from None


def _notices(buyer: spec.Buyer) -> made.Notices | None:
    if buyer.notices is None:
        return None
    exceptions = frozenset(private_target(text, i) for i, text in enumerate(buyer.notices.private_targets))
    return made.Notices(buyer.notices.url, buyer.notices.secret, exceptions)


def _limits_of_group(names: Names, buyer: spec.Buyer, unit: str) -> tuple[Limit, ...]:
    number, group = names.nouns.get("group", {}).get(buyer.group or "", (0, None))
    if not isinstance(group, spec.Group):
        return ()
    return limits_of(group.caps, f"group:{number}", unit, group.zone, ("caps",))


def _limits(names: Names, number: int, offer: spec.Offer, unit: str, zone: str, when: When | None) -> tuple[Limit, ...]:
    """What binds an offer: its own caps, those of its buyer and his group, his wallet, its hours and its order."""
    buyer_number, buyer = names.find("buyer", offer.buyer, ("buyer",))
    owner, hours = f"offer:{number}", None if when is None else when.calendar
    limits = limits_of(offer.caps, owner, unit, zone, ("caps",), hours)
    limits += limits_of(buyer.caps, f"buyer:{buyer_number}", unit, buyer.zone, ("caps",))
    limits += wallet_of(buyer_number, buyer, unit)
    limits += _limits_of_group(names, buyer, unit)
    return limits + scheduled(offer, when, owner, unit, zone)


def _price(offer: spec.Offer) -> int | None:
    price = None if offer.price is None else micros_of(offer.price, ("price",))
    if price == 0:
        raise Fault(("price",), "a fixed price is more than zero")
    return price


def wallet_of(number: int, buyer: spec.Buyer, unit: str) -> tuple[Limit, ...]:
    """A buyer's wallet as a limit, if he has one. Raises Fault."""
    if buyer.wallet is None:
        return ()
    credit = micros_of(buyer.wallet.credit, ("wallet", "credit"))
    return (Limit(f"buyer:{number}", unit, "wallet", buyer.zone, credit),)


def _delivery(
    names: Names,
    offer: spec.Offer,
    buyer: int,
    campaign: spec.Campaign,
    fields: tuple[made.Field, ...],
    facts: Mapping[str, Fact],
    mute: bool,
) -> made.Delivery:
    path: Path = ("delivery",)
    module, settings = names.planner.plugin(
        "deliveries", offer.delivery.plugin, offer.delivery.settings, (*path, "plugin"), path
    )
    inner = {field.name for field in campaign.fields if field.inner}
    known = dict.fromkeys(facts, False) | {field.name: field.name not in inner for field in fields}
    exceptions = frozenset(private_target(text, i) for i, text in enumerate(offer.private_targets))
    words = names.secrets
    binding = Binding(known, campaign.ping_fields, exceptions, buyer, words, facts, names.strict)
    try:
        bound = module.bind(settings, binding)
    except ValueError as error:
        raise Fault((*path, "settings", *path_of(error)), str(error)) from None
    if offer.price is None and not offer.prices and not module.pings(bound):
        raise Fault(path, "an offer without a fixed price is pinged: the delivery needs an address for pings")
    delivery = made.delivery_of(offer.delivery.plugin, module, bound, known)
    return made.mute(delivery) if mute else delivery


def _duplicates(
    number: int, offer: spec.Offer, buyer_number: int, buyer: spec.Buyer, fields: tuple[made.Field, ...]
) -> tuple[made.Duplicates, ...]:
    rules = (
        (buyer.duplicates, f"buyer:{buyer_number}", "buyer"),
        (offer.duplicates, f"offer:{number}", "duplicates"),
    )
    known = {field.name for field in fields}
    return tuple(_rule(rule, scope, known, where) for rule, scope, where in rules if rule is not None)


def _rule(rule: spec.Duplicates, scope: str, known: set[str], where: str) -> made.Duplicates:
    """A duplicate rule by the fields that there are: where any of them is enough, a campaign may lack the others."""
    together = rule.match == "all"
    there = tuple(name for name in rule.fields if name in known)
    if not there or (together and len(there) < len(rule.fields)):
        lacks = ", ".join(name for name in rule.fields if name not in known)
        whose = "the duplicate rule of the buyer" if where == "buyer" else "the rule"
        raise Fault((where,), f"{whose} tells persons by fields that the campaign does not have: {lacks}")
    return made.Duplicates(scope, there, together, rule.window_days * 86_400_000)


def _most(offer: spec.Offer) -> int:
    if offer.most is None:
        return made.ANY_PRICE_MICROS
    if offer.price is not None or offer.prices:
        raise Fault(("most",), "an offer with a fixed price does not bid, so nothing can be cut")
    most = micros_of(offer.most, ("most",))
    if most == 0:
        raise Fault(("most",), "the most that an offer pays is more than zero")
    return most
