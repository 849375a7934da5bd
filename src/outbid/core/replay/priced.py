"""By which rules each sale of a lead was priced: nothing of it is stored; version, facts and events tell it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from outbid.core.lead import event as ev
from outbid.core.lead.learned import taught
from outbid.core.lead.state import State, fold
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Rule
from outbid.core.price.lines import least_for
from outbid.core.price.picking import Pick, ranked, seated
from outbid.core.price.terms import floor_rules, margin_rules, payout_rules, price_rule
from outbid.core.route import Plan, Post, next_step


class Priced(msgspec.Struct, frozen=True):
    """What made the price of a sale, amounts in micros; rules by their names, empty where none applied.

    pricing      agreed: a direct offer's price; else the rule of the tier
    bid_micros   what the offer bid, or had agreed to
    rank_micros  what of it counted in the ranking
    floor_micros the least price at which it could have bought
    rival        the number of the offer that set the price under `second`; 0 if none did
    floor_rule   the one with the highest floor of all that fit
    """

    pricing: Literal["agreed", "first", "second", "floor_step"]
    bid_micros: int
    rank_micros: int
    floor_micros: int
    rival: int = 0
    price_rule: str = ""
    floor_rule: str = ""
    margin_rule: str = ""
    payout_rule: str = ""

    @property
    def rules(self) -> dict[str, str]:
        """The rules that applied: what they are for → their names."""
        named = {"price": self.price_rule, "floor": self.floor_rule, "margin": self.margin_rule}
        return {what: name for what, name in {**named, "payout": self.payout_rule}.items() if name}


def priced(plan: Plan, facts: Mapping[str, Scalar], events: Sequence[ev.Event]) -> dict[str, Priced]:
    """What made the price of each sale, by the sale's public id. `facts` are those that the lead came with."""
    later = next((event.later for event in events if isinstance(event, ev.Received)), ())
    plan = replace(plan, facts={name: value for name, value in facts.items() if name not in later})
    found: dict[str, Priced] = {}
    state, before = State(), State()
    due: tuple[Pick, ...] = ()
    for event in events:
        if isinstance(event, ev.Received):
            plan = replace(plan, facts=facts)
        elif isinstance(event, ev.Enriched):
            plan = replace(plan, facts=taught(plan.facts, event))
        elif isinstance(event, ev.Posting | ev.NoRoom):
            if not due:
                before, due = state, _due(plan, state)
            if isinstance(event, ev.Posting) and any(pick.offer == event.offer for pick in due):
                found[event.sale] = _priced(plan, before, event, len(due))
            due = tuple(pick for pick in due if pick.offer != event.offer)
        state = fold(state, event)
    return found


def _due(plan: Plan, state: State) -> tuple[Pick, ...]:
    step = next_step(plan, state)
    return step.picks if isinstance(step, Post) else ()


def _priced(plan: Plan, state: State, event: ev.Posting, places: int) -> Priced:
    campaign, source, facts, at_ms = plan.campaign, plan.source, plan.facts, state.matched_ms
    tier, offer = campaign.tiers[state.tier], campaign.offers[event.offer]
    terms = plan.terms(state.tier, at_ms)
    order = ranked(campaign, terms, tier, state)
    bid = next(bid for bid in order if (bid.offer, bid.place) == (event.offer, event.place))
    floor, rival = least_for(offer, terms), None
    if state.wanted:  # he was told a price as if nobody before him had bid
        order, places = order[order.index(bid) :], 1
    pricing = "agreed" if offer.direct else "first" if tier.pricing is None else tier.pricing.rule
    if pricing == "second" and event.price_micros > max(floor, state.promised or 0):
        _, rival = seated(campaign, order, state, places)
    return Priced(
        pricing,
        bid.price_micros,
        bid.rank_micros,
        floor,
        0 if rival is None else rival.offer,
        _name(price_rule(offer, source, facts, at_ms)),
        _name(max(floor_rules(campaign, source, facts, at_ms), key=_floor, default=None)),
        _at(margin_rules(campaign, source, facts, at_ms), event.price_micros),
        _at(payout_rules(source, facts, at_ms), event.price_micros),
    )


def _floor(rule: Rule) -> int:
    return rule.part.fixed_micros


def _at(rules: Iterable[Rule], price_micros: int) -> str:
    return _name(next((rule for rule in rules if rule.from_micros <= price_micros), None))


def _name(rule: Rule | None) -> str:
    return "" if rule is None else rule.name
