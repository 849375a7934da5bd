"""One function for each step: does it, and tells the story what happened."""

import logging
from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any

from outbid.core.auction import Pick, floor_micros, line_of_reply
from outbid.core.contract import Ask, Conflict, Flaw, Lookup, PingReply, PostReply
from outbid.core.dialect.wire import Answer, Failure, Http
from outbid.core.lead import event as ev
from outbid.core.ledger.account import Account
from outbid.core.ledger.hold import hold_for
from outbid.core.ledger.moves import Deal
from outbid.core.market.snapshot import Check, Offer
from outbid.core.match.match import full_reason, match
from outbid.core.route import MOST_ASKS, Close, Inspect, Match, Ping, Post, Step, Wait
from outbid.core.route import Ask as AskAgain
from outbid.exchange.exchange import Exchange
from outbid.exchange.story import Story
from outbid.store.commit.entry import Claim, Fenced, Wish

log = logging.getLogger("outbid.exchange")


async def perform(exchange: Exchange, story: Story, step: Step) -> None:
    """Do one step."""
    await _STEPS[type(step)](exchange, story, step)


# -- Inspect -------------------------------------------------------------------------------------------------------


async def _inspect(exchange: Exchange, story: Story, step: Inspect) -> None:
    """Judge by what is at hand first; a lead that fails there claims nobody. Then claim, and judge the rest."""
    checks = story.plan.campaign.checks
    needs = [check.needs(story.lead) for check in checks]
    at_hand = (check for check, need in zip(checks, needs, strict=True) if not need)
    flaws = [judged for check in at_hand for judged in _judge(story, check)]
    refused = _refusal(flaws) or _closed_source(exchange, story)
    lookups = tuple(lookup for need in needs for lookup in need)
    if refused is None and not story.lead.test:
        conflicts = await _bear(exchange, story, lookups)
        for check, need in zip(checks, needs, strict=True):
            if need:
                flaws += _judge(story, check, _answers(need, conflicts))
        refused = _refusal(flaws)
    story.flaws = tuple(flaw for _, flaw in flaws)
    story.tell(ev.Inspected(exchange.clock.now_ms(), step.stage, story.flaws, refused))


def _judge(story: Story, check: Check, answers: tuple[Conflict, ...] = ()) -> list[tuple[Check, Flaw]]:
    return [(check, flaw) for flaw in check.judge(story.lead, answers)]


def _refusal(flaws: list[tuple[Check, Flaw]]) -> str | None:
    return next((flaw.code for check, flaw in flaws if check.refuses), None)


def _closed_source(exchange: Exchange, story: Story) -> str | None:
    """A full cap of source, seller or campaign refuses the lead (a trade rule)."""
    limits = story.market.source_limits(story.plan.source).at(exchange.clock.now_ms())
    full = exchange.rooms.full(limits, 1)
    return None if full is None else full_reason(full)


def _answers(need: tuple[Lookup, ...], conflicts: tuple[Conflict, ...]) -> tuple[Conflict, ...]:
    asked = {(lookup.scope, lookup.name) for lookup in need}
    return tuple(conflict for conflict in conflicts if (conflict.scope, conflict.name) in asked)


async def _bear(exchange: Exchange, story: Story, lookups: tuple[Lookup, ...]) -> tuple[Conflict, ...]:
    """Make the lead durable and its claims with it. Without claims nothing waits for the commit yet.

    A lead that was taken over is durable already: its claims are made again, and are its own.
    """
    story.claims = claims_of(exchange, story, lookups)
    story.born = exchange.write(story, claims=True)
    conflicts = (await story.born).conflicts if lookups else ()
    lost = {(conflict.scope, conflict.name) for conflict in conflicts}
    story.claims = tuple(claim for claim in story.claims if (claim.scope, claim.name) not in lost)
    return conflicts


def claims_of(exchange: Exchange, story: Story, lookups: tuple[Lookup, ...]) -> tuple[Claim, ...]:
    """Lookups as claims: keyed hashes with the instant at which they end, counted from arrival."""
    arrived_ms = story.lead.arrived_at_ms
    return tuple(
        Claim(exchange.vault.person(look.name, look.text), look.scope, look.name, arrived_ms + look.seconds * 1000)
        for look in lookups
    )


# -- Match and Ping ------------------------------------------------------------------------------------------------


async def _match(exchange: Exchange, story: Story, step: Match) -> None:
    plan, at_ms = story.plan, exchange.clock.now_ms()
    tier = plan.campaign.tiers[step.tier]
    floor = floor_micros(plan.campaign, plan.source, tier)
    room = exchange.rooms.of(story.market, plan.source, at_ms)
    story.tell(match(tier, step.tier, plan.source, floor, story.lead.facts, story.state.tried, room, at_ms))


async def _ping(exchange: Exchange, story: Story, step: Ping) -> None:
    """Ask all at once. Who has a fixed price is in without being asked; who is late is late."""
    offers = [story.plan.campaign.offers[number] for number in step.offers]
    asked = [offer for offer in offers if offer.price_micros is None]
    started, at_ms = exchange.now(), exchange.clock.now_ms()
    won = exchange.won_on(at_ms)
    lines = [
        ev.BidLine(offer.number, "direct", offer.price_micros, won_today=won.get(offer.number, 0))
        for offer in offers
        if offer.price_micros is not None
    ]
    if asked:
        tier = story.plan.campaign.tiers[step.tier]
        replies = await _ask_all(exchange, story, asked, started + tier.deadline_ms / 1000)
        floor = floor_micros(story.plan.campaign, story.plan.source, tier)
        lines += [
            _line(story, offer, floor, won.get(offer.number, 0), *reply)
            for offer, reply in zip(asked, replies, strict=True)
        ]
    story.tell(ev.Pinged(at_ms, step.tier, _ms(exchange, started), tuple(lines)))


async def _ask_all(
    exchange: Exchange, story: Story, offers: list[Offer], deadline: float
) -> list[tuple[PingReply, Answer]]:
    """Run every delivery's generator up to its answer: side by side, a round for each request they make in turn."""
    shared: dict[bytes, bytes] = {}
    running = [_begin(offer.delivery.ping, _ask(exchange, story, offer, shared=shared)) for offer in offers]
    done: dict[int, tuple[PingReply, Answer]] = {}
    calls = [(i, http) for i, talk in enumerate(running) if (http := _advance(talk, None, i, done)) is not None]
    while calls:
        answers = await exchange.door.round([http for _, http in calls], deadline)
        calls = [
            (i, http)
            for (i, _), answer in zip(calls, answers, strict=True)
            if (http := _advance(running[i], answer, i, done)) is not None
        ]
    return [done[i] for i in range(len(offers))]


Talk = Generator[Http, Answer, Any]


def _begin(delivery: Callable[[Any], Any], ask: Ask) -> Talk:
    """Start a delivery's generator; what a delivery does wrong is met where it is advanced."""
    talk: Talk = yield from delivery(ask)
    return talk


def _advance(
    talk: Talk, answer: Answer | None, position: int, done: dict[int, tuple[PingReply, Answer]]
) -> Http | None:
    """Let a delivery go on with an answer: its next request, or None when it is done.

    A delivery that fails in its own code has understood nothing: it costs the buyer this bid, and nobody else.
    """
    reply: object = None
    try:
        http = next(talk) if answer is None else talk.send(answer)
        if isinstance(http, Http):
            return http
    except StopIteration as stop:
        reply = stop.value
    except Exception:
        log.exception("a delivery failed in its own code")
    if not isinstance(reply, PingReply):
        reply = PingReply("nonsense", reason="nonsense")
    done[position] = (reply, answer or Failure("bad_request", False, "refused"))
    return None


def _ask(exchange: Exchange, story: Story, offer: Offer, **more: Any) -> Ask:
    lead = story.lead
    return Ask(
        facts=lead.facts,
        values=lead.values,
        refer=partial(exchange.vault.reference, offer.buyer, lead.id),
        at_ms=lead.arrived_at_ms,
        currency=story.plan.campaign.currency,
        **more,
    )


def _line(story: Story, offer: Offer, floor: int, won: int, reply: PingReply, answer: Answer) -> ev.BidLine:
    if reply.token:
        story.note(f"token {offer.number}", reply.token)
    if reply.said:
        story.note(f"said {offer.number}", reply.said)
    ms = round(answer.timings.total_ms)
    if isinstance(answer, Failure):
        if answer.reason == "timed_out":
            return ev.BidLine(offer.number, "late", ms=ms, reason="late")
        return ev.BidLine(offer.number, "error" if answer.sent else "unreachable", ms=ms, reason=answer.reason)
    currency = story.plan.campaign.currency
    return line_of_reply(offer, reply, floor, currency, ms, won)


# -- Post and Ask --------------------------------------------------------------------------------------------------


async def _post(exchange: Exchange, story: Story, step: Post) -> None:
    """Hold room and make the posting durable; only then does the full lead go out."""
    if story.born is not None:
        await story.born
    offer = story.plan.campaign.offers[step.pick.offer]
    wish = _wish(exchange, story, offer, step.pick)
    written = await exchange.write(story, wish)
    if written.refusal is not None:
        story.witnessed(written.refusal)
        return
    story.witnessed(wish.posting)
    story.deals[wish.deal.sale] = wish.deal
    await _send(exchange, story, wish.deal)


def _wish(exchange: Exchange, story: Story, offer: Offer, pick: Pick) -> Wish:
    now_ms = exchange.clock.now_ms()
    sale, identifier = exchange.new_sale(now_ms)
    accounts = _accounts(exchange, story, offer, now_ms)
    deal = Deal(
        sale,
        identifier,
        offer.number,
        offer.buyer,
        story.plan.source.number,
        story.plan.source.seller,
        story.plan.campaign.currency,
        pick.price_micros,
        pick.payout_micros,
        hold_for(accounts, pick.price_micros),
    )
    return Wish(
        story.market.version,
        ev.Posting(now_ms, sale, offer.number, pick.price_micros, pick.payout_micros),
        deal,
        accounts,
    )


def _accounts(exchange: Exchange, story: Story, offer: Offer, now_ms: int) -> tuple[Account, ...]:
    """The accounts of a sale by the newest limits this process knows; by the pinned ones where a noun has gone."""
    market = exchange.market
    source, current = market.sources.get(story.plan.source.number), market.offers.get(offer.number)
    if source is None or current is None:
        return story.market.limits(story.plan.source, offer).at(now_ms)
    return market.limits(source, current).at(now_ms)


async def _ask_again(exchange: Exchange, story: Story, step: AskAgain) -> None:
    """A post whose answer is unknown: asked again with the same key where that is safe, else uncertain."""
    deal = story.deals[step.sale]
    offer = story.plan.campaign.offers[deal.offer]
    sale = next(sale for sale in story.state.sales if sale.id == step.sale)
    if not offer.delivery.repeatable or sale.asks >= MOST_ASKS:
        story.tell(ev.Unsure(exchange.clock.now_ms(), step.sale, story.reason or "uncertain"))
        return
    story.tell(ev.Asked(exchange.clock.now_ms(), step.sale))
    await _send(exchange, story, deal, again=True)


async def _send(exchange: Exchange, story: Story, deal: Deal, *, again: bool = False) -> None:
    """Post one sale and tell how it ended; an unclear answer leaves the sale posting."""
    offer = story.plan.campaign.offers[deal.offer]
    token = story.notes.get(f"token {offer.number}")
    ask = _ask(exchange, story, offer, sale=deal.sale, token=token, price_micros=deal.price_micros)
    started = exchange.now()
    reply = await _converse(exchange, _begin(offer.delivery.post, ask), started + offer.post_ms / 1000)
    ms, now_ms = _ms(exchange, started), exchange.clock.now_ms()
    story.note(f"said {deal.sale}", reply.said)
    story.reason = reply.reason
    if reply.outcome == "accept":
        _accepted(exchange, story, deal, reply, ms)
    elif reply.outcome == "reject" or (reply.outcome == "error" and not again):
        story.tell(ev.Rejected(now_ms, deal.sale, reply.reason, ms, reached=reply.reached))
    elif not offer.delivery.repeatable:
        story.tell(ev.Unsure(now_ms, deal.sale, reply.reason, ms))


async def _converse(exchange: Exchange, talk: Talk, deadline: float) -> PostReply:
    """Follow a delivery through its requests. What fails before anything was sent was certainly not bought."""
    answer: Answer | None = None
    try:
        http = next(talk)
        while isinstance(http, Http):
            await exchange.lease()
            answer = await exchange.door.ask(http, deadline, fresh=True)
            http = talk.send(answer)
    except StopIteration as stop:
        if isinstance(stop.value, PostReply):
            return stop.value
    except Fenced:
        raise
    except Exception:
        log.exception("a delivery failed in its own code")
    if answer is None or (isinstance(answer, Failure) and not answer.sent):
        return PostReply("error", reason="bad_request", reached=False)
    return PostReply("uncertain", reason="nonsense")


def _least_price(story: Story, deal: Deal) -> int:
    """What this sale may cost at the least, after all floors and the house's margin."""
    plan, offer = story.plan, story.plan.campaign.offers[deal.offer]
    tier = next(tier for tier in plan.campaign.tiers if offer in tier.offers)
    return max(floor_micros(plan.campaign, plan.source, tier), offer.floor_micros)


def _accepted(exchange: Exchange, story: Story, deal: Deal, reply: PostReply, ms: int) -> None:
    """Captured at the bid; at the reply's price if that is lower; a higher one is flagged (capture ≤ hold).

    A price below the floor is no sale that the house agreed to: it is uncertain until somebody settles it.
    """
    story.note(f"reference {deal.sale}", reply.reference)
    story.note(f"redirect {deal.sale}", reply.redirect)
    if reply.price_micros and reply.price_micros < _least_price(story, deal):
        story.tell(ev.Unsure(exchange.clock.now_ms(), deal.sale, "price_below_floor", ms))
        return
    price, flag = deal.price_micros, ""
    if reply.price_micros is not None and reply.price_micros != price:
        if 0 < reply.price_micros < price:
            price, flag = reply.price_micros, "price_lowered"
        else:
            flag = "price_raised" if reply.price_micros else "price_zero"
    payout = deal.payout_micros if price == deal.price_micros else story.plan.source.payout.of(price)
    story.tell(ev.Sold(exchange.clock.now_ms(), deal.sale, price, payout, ms, flag))
    exchange.count_win(deal.offer)


# -- Wait and Close ------------------------------------------------------------------------------------------------


async def _wait(exchange: Exchange, story: Story, step: Wait) -> None:
    await exchange.write(story)


async def _close(exchange: Exchange, story: Story, step: Close) -> None:
    story.tell(ev.Closed(exchange.clock.now_ms(), step.status, step.reason))
    if story.born is not None:
        await story.born
    await exchange.write(story, closing=True)


def _ms(exchange: Exchange, started: float) -> int:
    return round((exchange.now() - started) * 1000)


_STEPS: dict[type, Callable[[Exchange, Story, Any], Awaitable[None]]] = {
    Inspect: _inspect,
    Match: _match,
    Ping: _ping,
    Post: _post,
    AskAgain: _ask_again,
    Wait: _wait,
    Close: _close,
}
