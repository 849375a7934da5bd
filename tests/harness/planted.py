"""A market with known truth: buyers who bid by a rule on facts and on chance, and leads sold by the exchange's steps."""

from collections.abc import Mapping
from random import Random
from typing import Any

from harness.market import nouns, offer
from outbid.core.foresee.past import Past, past_of
from outbid.core.ids import uuid7
from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold, fold_all
from outbid.core.ledger.window import Span
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market, Offer, Source, Terms
from outbid.core.market.taken_over import EMPTY
from outbid.core.match.match import Live, match, without_room
from outbid.core.price.lines import why_not_at
from outbid.core.price.terms import agreed
from outbid.core.route import Close, Match, Ping, Plan, Post, Step, next_step
from outbid.core.schedule.pace import FLAT, Course
from outbid.plugins.registry import Registry

M = 1_000_000
BEGIN_MS = 1_788_220_800_000
EVERY_MS = 60_000
STATES = ("TX", "CA", "NY", "FL")
BUYERS = ("ace", "bee", "cab", "dot", "elk")
NEW = ("fox", "gnu")
"""Buyers who may come: one who pays as the others do, and one who pays more than most."""
_WORTH = dict(zip((*BUYERS, *NEW), (14, 12, 13, 11, 9, 12, 13.5), strict=True))
_TAKES = dict(zip(BUYERS, (0.9, 0.95, 0.7, 1.0, 0.85), strict=True))


def market_of(
    version: int = 1,
    more: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    before: Market = EMPTY,
    **campaign: Any,
) -> Market:
    """Five bidding offers and one with a fixed price; `more` are settings of single offers, also of those that come.

    `before`: a version whose nouns are taken over where they stand.
    """
    offers = [offer(slug, 9, **((more or {}).get(slug, {}))) for slug in BUYERS]
    offers.append(offer("fix", 9, **({"price": "4"} | dict((more or {}).get("fix", {})))))
    offers += [offer(slug, 9, **(more or {})[slug]) for slug in NEW if slug in (more or {})]
    made = nouns(offers, campaign_more={"floor": "2", "dimensions": ["state", "amount"]} | campaign)
    numbered = {kind: {s: (i, n) for i, (s, n) in enumerate(found.items(), 1)} for kind, found in made.items()}
    return compile_market(version, numbered, Registry(), before=before)


class Truth:
    """How buyers really decide. What one says of one lead is the same in every world."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def chance(self, lead: bytes, offer: str, what: str) -> Random:
        return Random(f"{self._seed} {lead.hex()} {offer} {what}")

    def bid(self, lead: bytes, offer: str, facts: Mapping[str, Any]) -> int | None:
        chance = self.chance(lead, offer, "bid")
        if chance.random() < 0.25:
            return None
        state = 0.7 + 0.2 * STATES.index(facts["state"])
        amount = 1 + facts["amount"] / 100
        return int(_WORTH[offer] * M * state * amount * chance.uniform(0.92, 1.08))

    def takes(self, lead: bytes, offer: str) -> bool:
        return self.chance(lead, offer, "post").random() < _TAKES.get(offer, 0.97)


class World:
    """The exchange on that truth: sells leads in order, under a market."""

    def __init__(self, market: Market, truth: Truth) -> None:
        self.market, self.truth = market, truth
        self.source: Source = market.sources[1]
        self.plan = Plan(self.source.campaign, self.source)
        self.taken: dict[bytes, int] = {}

    def sell(self, lead: bytes, at_ms: int, facts: Mapping[str, Any]) -> list[ev.Event]:
        events: list[ev.Event] = [ev.Received(at_ms, 1, 1, self.market.version), ev.Inspected(at_ms, "arrival")]
        state = fold_all(events)
        self.plan = Plan(self.source.campaign, self.source, facts)
        while (step := next_step(self.plan, state)) is not None:
            for event in self._do(step, state, lead, at_ms, facts):
                events.append(event)
                state = fold(state, event)
        return events

    def _do(self, step: Step, state: State, lead: bytes, at_ms: int, facts: Mapping[str, Any]) -> list[ev.Event]:
        campaign = self.plan.campaign
        if isinstance(step, Match):
            tier = campaign.tiers[step.tier]
            terms = self.plan.terms(step.tier, at_ms)
            live = self._room(at_ms)
            return [match(tier, step.tier, self.source, terms, facts, state.tried, live, at_ms)]
        if isinstance(step, Ping):
            terms = self.plan.terms(step.tier, at_ms)
            lines = tuple(self._line(campaign.offers[number], terms, lead, facts) for number in step.offers)
            return [ev.Pinged(at_ms, step.tier, 1, lines)]
        if isinstance(step, Post):
            (pick,) = step.picks
            named = f"sl_{pick.offer}"
            posting = ev.Posting(at_ms, named, pick.offer, pick.price_micros, pick.payout_micros)
            if not self.truth.takes(lead, campaign.offers[pick.offer].slug):
                return [posting, ev.Rejected(at_ms, named, "rejected")]
            for account in self.market.limits(self.source, campaign.offers[pick.offer]).at(at_ms):
                self.taken[account.id] = self.taken.get(account.id, 0) + account.amount(pick.price_micros)
            return [posting, ev.Sold(at_ms, named, pick.price_micros, pick.payout_micros)]
        assert isinstance(step, Close)
        return [ev.Closed(at_ms, step.status, step.reason)]

    def _line(self, offer: Offer, terms: Terms, lead: bytes, facts: Mapping[str, Any]) -> ev.BidLine:
        if offer.direct:
            return ev.BidLine(offer.number, "direct", agreed(offer, self.source, facts, BEGIN_MS) or 0)
        bid = self.truth.bid(lead, offer.slug, facts)
        if bid is None:
            return ev.BidLine(offer.number, "pass", 0, 5, "no_bid")
        price = min(bid, offer.most_micros)
        return ev.BidLine(offer.number, "bid", price, 5, why_not_at(price, offer, terms))

    def _room(self, at_ms: int) -> Live:
        def live(offer: Offer, least_micros: int) -> ev.Skip | None:
            for account in self.market.limits(self.source, offer).at(at_ms):
                if account.limit.ceiling - self.taken.get(account.id, 0) < max(1, account.amount(least_micros)):
                    return without_room(offer.number, account.name)
                if account.limit.paced:
                    course = Course(Span(account.starts_at_ms, account.ends_at_ms), account.limit.open, FLAT)
                    if self.taken.get(account.id, 0) >= account.limit.ceiling * course.share(at_ms):
                        return ev.Skip(offer.number, "paced", account.name)
            return None

        return live


def arrivals(count: int, seed: int) -> list[tuple[bytes, int, dict[str, Any]]]:
    """Leads as they arrive, one a minute: id, instant, facts."""
    chance = Random(seed)
    found = []
    for place in range(count):
        at_ms = BEGIN_MS + place * EVERY_MS
        state = chance.choices(STATES, (5, 3, 2, 2))[0]
        facts = {"state": state, "amount": chance.randrange(0, 60), "zip": f"{chance.randrange(10000, 99999)}"}
        found.append((uuid7(at_ms, chance.randbytes(10)), at_ms, facts))
    return found


def history(market: Market, truth: Truth, count: int, seed: int = 1) -> list[Past]:
    """Leads that were sold under a market."""
    world = World(market, truth)
    return [
        past_of(lead, at_ms, 1, 1, facts, ev.decode(ev.encode(world.sell(lead, at_ms, facts))))
        for lead, at_ms, facts in arrivals(count, seed)
    ]
