"""Sources made ready: a seller's terms, limits and intake."""

from collections.abc import Mapping
from typing import Any

from outbid.core.contract import Binding
from outbid.core.ledger.account import Limit
from outbid.core.market import noun as spec
from outbid.core.market import snapshot as made
from outbid.core.market.making.limits import paced, pairs_of
from outbid.core.market.making.names import Names
from outbid.core.market.making.prices import payout_of, rules_of_source
from outbid.core.market.making.terms import Fault, check_zone, limits_of, micros_of, postback_of, private_target
from outbid.core.match.filter import Fact

LONGEST_ROUND_MS = 120_000


def source_of(names: Names, number: int, source: spec.Source, campaigns: Mapping[str, made.Campaign]) -> made.Source:
    """A source, ready to take leads. Raises Fault."""
    campaign_number, campaign = names.find("campaign", source.campaign, ("campaign",))
    seller_number, seller = names.find("seller", source.seller, ("seller",))
    if campaign.slug not in campaigns:
        raise Fault(("campaign",), f"the campaign {campaign.slug!r} is at fault")
    for zone in (source.zone, seller.zone):
        check_zone(zone, ("zone",))
    unit = campaign.currency
    limits = limits_of(source.caps, f"source:{number}", unit, source.zone, ("caps",))
    limits += limits_of(seller.caps, f"seller:{seller_number}", unit, seller.zone, ("caps",))
    limits += limits_of(campaign.caps, f"campaign:{campaign_number}", unit, campaign.zone, ("caps",))
    pairs = _pairs(names, number, source, unit)
    module, settings = names.planner.plugin(
        "intakes", source.intake.plugin, source.intake.settings, ("intake", "plugin"), ("intake",)
    )
    ping_id = getattr(settings, "ping_id", "")
    bid_ids = getattr(settings, "bid_ids", "")
    for name, what in ((ping_id, "ping_id"), (bid_ids, "bid_ids")):
        if name in {field.name for field in campaign.fields}:
            raise Fault(("intake", "settings"), f"{name!r} is a field: name another one as {what}")
    made_ready = campaigns[campaign.slug]
    return made.Source(
        number=number,
        slug=source.slug,
        seller=seller_number,
        campaign=made_ready,
        payout=payout_of(source.payout, ("payout",)),
        floor_micros=micros_of(source.floor, ("floor",)),
        most_posts=source.most_posts,
        buyers=_buyers(names, source),
        limits=limits,
        quotes=_quotes_of(source.quotes),
        ping_id=ping_id,
        bid_ids=bid_ids,
        spoken=spoken_of(module, settings, names, source, made_ready),
        deadline_ms=source.deadline_ms or LONGEST_ROUND_MS,
        answer_ms=source.answer_ms,
        postback=postback_of(source, names.secrets),
        paused=source.paused or campaign.paused,
        pairs=pairs,
        tells_price=source.tells_price,
        floor_fact=_number(source.floor_fact, campaign, made_ready.facts, "floor_fact"),
        deadline_fact=_number(source.deadline_fact, campaign, made_ready.facts, "deadline_fact"),
        paced=paced(*pairs.values()),
        read=lambda content_type, body: module.read(content_type, body, settings),
        rules=rules_of_source(source, made_ready.facts),
    )


def spoken_of(
    module: Any, settings: Any, names: Names, source: spec.Source, campaign: made.Campaign
) -> made.Spoken | None:
    """The source's own address, where its intake knows one. Raises Fault."""
    if not hasattr(module, "hear"):
        return None
    known = dict.fromkeys((field.name for field in campaign.fields), True)
    exceptions = frozenset(private_target(text, i) for i, text in enumerate(source.private_targets))
    try:
        bound = module.bind(settings, Binding(known, exceptions=exceptions, secrets=names.secrets))
    except ValueError as error:
        raise Fault(("intake", "settings"), str(error)) from None
    fetches = hasattr(module, "fetch")
    return made.Spoken(
        tuple(module.METHODS),
        lambda inbound: module.hear(inbound, bound),
        lambda told: module.answer(told, bound),
        (lambda ids: module.fetch(ids, bound)) if fetches else None,
        (lambda response: module.fetched(response, bound)) if fetches else None,
    )


def _quotes_of(quotes: spec.Quotes) -> made.Quotes:
    if quotes.others and quotes.bids != "all":
        raise Fault(("quotes", "others"), "there are no others where only the best bid is told: set bids to all")
    return made.Quotes(
        quotes.seconds * 1000, quotes.stale == "anew", quotes.honour, quotes.bids == "all", quotes.others
    )


def _buyers(names: Names, source: spec.Source) -> frozenset[int] | None:
    if source.buyers is None:
        return None
    return frozenset(names.find("buyer", slug, ("buyers", i))[0] for i, slug in enumerate(source.buyers))


def _pairs(names: Names, number: int, source: spec.Source, unit: str) -> dict[int, tuple[Limit, ...]]:
    """Caps on what single buyers buy of a source, and of all its seller's."""
    seller_number, seller = names.find("seller", source.seller, ("seller",))
    where = ("buyer_caps",)
    mine = pairs_of(names, source.buyer_caps, "buyer", f"source:{number}", unit, source.zone, where)
    known = names.nouns.get("buyer", {})  # that a seller names others is told as the seller's fault
    caps = {slug: caps for slug, caps in seller.buyer_caps.items() if slug in known}
    his = pairs_of(names, caps, "buyer", f"seller:{seller_number}", unit, seller.zone, where)
    return {buyer: mine.get(buyer, ()) + his.get(buyer, ()) for buyer in mine | his}


def _number(name: str | None, campaign: spec.Campaign, facts: Mapping[str, Fact], setting: str) -> str | None:
    """A fact that a lead may tell of itself: a number, and no buyer's business. Raises Fault."""
    if name is None:
        return None
    if name not in facts or facts[name].kind != "number":
        raise Fault((setting,), f"the campaign {campaign.slug!r} has no fact {name!r} that is a number")
    if not any(field.name == name and field.inner for field in campaign.fields):
        raise Fault((setting,), f"the field {name!r} would be told to buyers: set `inner: true` on it in the campaign")
    if not any(check.plugin == "type" and check.on_flaw == "refuse" for check in campaign.checks):
        fault = "what cannot be read would count as not said: the campaign needs the check `type`, which refuses it"
        raise Fault((setting,), fault)
    return name
