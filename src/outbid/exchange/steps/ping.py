"""Match and Ping: who may be asked, and what they bid, all asked at once under one deadline."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from outbid.core.auction import floor_micros, line_of_answer, picks
from outbid.core.contract import Ask, PingReply
from outbid.core.dialect.wire import Answer, Http
from outbid.core.lead import event as ev
from outbid.core.lead.traffic import Talk
from outbid.core.market.snapshot import Offer
from outbid.core.match.match import match as who_may_be_asked
from outbid.core.route import Match, Ping
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.traced import traced
from outbid.exchange.story import Story

log = logging.getLogger("outbid.exchange")
NONSENSE = PingReply("nonsense", reason="nonsense")
"""What a delivery has understood that failed in its own code: it costs the buyer this bid, and nobody else."""


async def match(exchange: Exchange, story: Story, step: Match) -> None:
    """Find out who of a tier may be asked."""
    plan, at_ms = story.plan, exchange.clock.now_ms()
    tier = plan.campaign.tiers[step.tier]
    floor = floor_micros(plan.campaign, plan.source, tier)
    room = exchange.rooms.of(story.market, plan.source, at_ms)
    facts, tried = story.lead.facts, story.state.tried
    story.tell(who_may_be_asked(tier, step.tier, plan.source, floor, facts, tried, room, at_ms))


async def ping(exchange: Exchange, story: Story, step: Ping) -> None:
    """Ask all at once. Who has a fixed price is in without being asked; who is late is late."""
    campaign = story.plan.campaign
    offers = [campaign.offers[number] for number in step.offers]
    asked = [offer for offer in offers if offer.price_micros is None]
    started, at_ms = exchange.now(), exchange.clock.now_ms()
    won = exchange.won_on(at_ms)
    lines = [
        ev.BidLine(offer.number, "direct", offer.price_micros, won_today=won.get(offer.number, 0))
        for offer in offers
        if offer.price_micros is not None
    ]
    if asked:
        tier = campaign.tiers[step.tier]
        floor = floor_micros(campaign, story.plan.source, tier)
        deadline_ms = min(tier.deadline_ms, story.plan.source.deadline_ms)
        round_ = await _ask_all(exchange, story, asked, started + deadline_ms / 1000)
        for offer, reply, answer in zip(asked, *round_, strict=True):
            lines.append(line_of_answer(offer, reply, answer, floor, campaign.currency, won.get(offer.number, 0)))
            if reply.token:
                story.note(f"token {offer.number}", reply.token)
            if reply.said:
                story.note(f"said {offer.number}", offer.delivery.secrets.hide_said(reply.said))
    live = exchange.live_of(campaign, step.tier)
    story.tell(ev.Pinged(at_ms, step.tier, exchange.ms_since(started), tuple(lines), *live))
    if "turn" in campaign.tiers[step.tier].live:
        _take_turn(exchange, story)


def _take_turn(exchange: Exchange, story: Story) -> None:
    """The turn is taken now, before the post: leads side by side would else all take the same one."""
    campaign, state = story.plan.campaign, story.state
    first = next(picks(campaign, story.plan.source, campaign.tiers[state.tier], state), None)
    if first is not None:
        exchange.served(campaign, state.tier, first.offer)


async def _ask_all(
    exchange: Exchange, story: Story, offers: Sequence[Offer], deadline: float
) -> tuple[list[PingReply], list[Answer | None]]:
    """Follow every delivery to its reply: side by side, a round for each request that they make in turn."""
    ask = ask_of(exchange, story)
    replies = [NONSENSE] * len(offers)
    answers: list[Answer | None] = [None] * len(offers)
    talks: list[Any] = [None] * len(offers)
    going: Sequence[int] = range(len(offers))
    while going:
        calls: list[Http] = []
        speaking: list[int] = []
        for i in going:
            try:
                if talks[i] is None:
                    talks[i] = offers[i].delivery.ping(ask)
                http = talks[i].send(answers[i])
            except StopIteration as stop:
                if isinstance(stop.value, PingReply):
                    replies[i] = stop.value
                continue
            except Exception:
                log.exception("a delivery failed in its own code")
                continue
            if isinstance(http, Http):
                calls.append(http if story.trace is None else traced(exchange, story.trace, http))
                speaking.append(i)
        if calls:
            at_ms = exchange.clock.now_ms()
            answered = await exchange.door.round(calls, deadline)
            for i, answer in zip(speaking, answered, strict=True):
                answers[i] = answer
            if exchange.keeps_traffic:
                story.talks.append(Talk("ping", [offers[i].number for i in speaking], "", at_ms, calls, answered))
        going = speaking
    return replies, answers


def ask_of(exchange: Exchange, story: Story, **more: Any) -> Ask:
    """What deliveries may say about this lead."""
    lead = story.lead
    return Ask(
        lead.facts,
        lead.values,
        partial(exchange.vault.reference, lead.known_as),
        lead.arrived_at_ms,
        story.plan.campaign.currency,
        **more,
    )
