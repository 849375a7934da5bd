"""Test leads: the same way through checks, filters and auction, but nothing leaves the house and nothing is held.

The field `test_outcome`, which counts for test leads alone, says how the buyers answer.
"""

from collections.abc import Callable

from outbid.core.lead import event as ev
from outbid.core.lead.lead import Lead
from outbid.core.market.snapshot import Offer
from outbid.core.match.match import match as who_may_be_asked
from outbid.core.money import ONE
from outbid.core.price.lines import least_for
from outbid.core.price.terms import agreed
from outbid.core.route import Match, Ping, Post
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story

OUTCOME_FIELD = "test_outcome"
OUTCOMES = ("accept", "reject", "no_bid", "timeout")
"""Everybody bids and accepts (the default); bids and rejects; nobody bids; the post gets no answer."""
LEAST_BID_MICROS = ONE
"""What a rehearsing buyer bids where no floor asks for more."""


def outcome_of(lead: Lead) -> str:
    """How buyers shall answer. Raises ValueError for a word that is none of `OUTCOMES`."""
    wanted = lead.unknown.get(OUTCOME_FIELD, "accept")
    if wanted not in OUTCOMES:
        raise ValueError(f"{wanted!r} is no outcome of a test; there are: {', '.join(OUTCOMES)}")
    return str(wanted)


async def match(exchange: Exchange, story: Story, step: Match) -> None:
    """Find out who of a tier may be asked; caps and wallets have room for tests."""
    plan = story.plan
    tier = plan.campaign.tiers[step.tier]
    facts, tried, at_ms = story.lead.facts, story.state.tried, exchange.clock.now_ms()
    terms = plan.terms(step.tier, at_ms)
    story.tell(who_may_be_asked(tier, step.tier, plan.source, terms, facts, tried, lambda *_: None, at_ms))


async def ping(exchange: Exchange, story: Story, step: Ping) -> None:
    """Everybody bids the least that may win, or nobody bids."""
    campaign = story.plan.campaign
    bids = outcome_of(story.lead) != "no_bid"
    lines = tuple(_line(story, campaign.offers[number], bids) for number in step.offers)
    story.tell(
        ev.Pinged(exchange.clock.now_ms(), step.tier, 0, lines, *exchange.live_of(campaign, step.tier), campaign.open)
    )


def _line(story: Story, offer: Offer, bids: bool) -> ev.BidLine:
    if not bids:
        return ev.BidLine(offer.number, "pass", reason="no_bid")
    plan, matched_ms = story.plan, story.state.matched_ms
    if offer.direct:
        return ev.BidLine(offer.number, "direct", agreed(offer, plan.source, plan.facts, matched_ms) or 0)
    terms = plan.terms(story.state.tier, matched_ms)
    wanted = least_for(offer, terms, LEAST_BID_MICROS)
    return ev.BidLine(offer.number, "bid", wanted if wanted <= offer.most_micros else least_for(offer, terms))


async def post(exchange: Exchange, story: Story, step: Post) -> None:
    """The buyers answer as the test wants it. No sale row, hold or transfer follows from these events."""
    now_ms = exchange.clock.now_ms()
    answer = _ANSWERS[outcome_of(story.lead)]
    for pick in step.picks:
        sale, _ = exchange.new_sale(now_ms)
        story.tell(ev.Posting(now_ms, sale, pick.offer, pick.price_micros, pick.payout_micros))
        story.tell(answer(now_ms, sale, pick.price_micros, pick.payout_micros))


def _sold(now_ms: int, sale: str, price_micros: int, payout_micros: int) -> ev.Event:
    return ev.Sold(now_ms, sale, price_micros, payout_micros)


def _rejected(now_ms: int, sale: str, *_: int) -> ev.Event:
    return ev.Rejected(now_ms, sale, "rejected")


def _unsure(now_ms: int, sale: str, *_: int) -> ev.Event:
    return ev.Unsure(now_ms, sale, "timed_out")


_ANSWERS: dict[str, Callable[[int, str, int, int], ev.Event]] = {
    "accept": _sold,
    "reject": _rejected,
    "timeout": _unsure,
}
