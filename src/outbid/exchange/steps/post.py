"""Post and Ask: room is held, the full lead goes out, and the answer decides what the sale became."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Literal

from msgspec.structs import replace

from outbid.core.contract import Ask, PostReply
from outbid.core.dialect.wire import Answer, Failure, File, Http, Mail
from outbid.core.lead import event as ev
from outbid.core.lead.traffic import Talk
from outbid.core.ledger.hold import hold_for
from outbid.core.ledger.moves import Deal
from outbid.core.market.snapshot import Delivery, Offer
from outbid.core.price.lowered import is_too_low, payout_at
from outbid.core.price.picking import Pick
from outbid.core.route import MOST_ASKS, Post
from outbid.core.route import Ask as AskAgain
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.barred import lists_at_hold
from outbid.exchange.room import accounts_of
from outbid.exchange.steps.asking import TOLD_ALREADY, ask_of
from outbid.exchange.steps.persons import claims_for
from outbid.exchange.steps.traced import traced
from outbid.exchange.story import Story
from outbid.store.commit.entry import Fenced, Wish

log = logging.getLogger("outbid.exchange")


async def post(exchange: Exchange, story: Story, step: Post) -> None:
    """Hold room and make the postings durable; only then does the full lead go out, to all side by side."""
    if story.born is not None:
        await story.born
    wishes = tuple([_wish(exchange, story, story.plan.campaign.offers[pick.offer], pick) for pick in step.picks])
    written = await exchange.write(story, wishes)
    granted = [_granted(story, wish, event) for wish, event in zip(wishes, written.held, strict=True)]
    deals = [deal for deal in granted if deal is not None]
    if len(deals) == 1:
        await _send(exchange, story, deals[0])
    elif deals:
        await asyncio.gather(*(_send_beside(exchange, story, deal) for deal in deals))


def _granted(story: Story, wish: Wish, event: ev.Posting | ev.NoRoom) -> Deal | None:
    """What a hold became: a deal that may be posted, or None where there was no room."""
    story.witnessed(event)
    if isinstance(event, ev.NoRoom):
        return None
    story.deals[wish.deal.sale] = wish.deal
    return wish.deal


async def _send_beside(exchange: Exchange, story: Story, deal: Deal) -> None:
    """Post one sale of several; its end is made durable without waiting for the others, unless it is the last."""
    await _send(exchange, story, deal)
    if story.state.stage == "posting" and story.unwritten:
        await exchange.write(story)


def _wish(exchange: Exchange, story: Story, offer: Offer, pick: Pick) -> Wish:
    now_ms = exchange.clock.now_ms()
    sale, identifier = exchange.new_sale(now_ms)
    accounts = accounts_of(exchange.market, story.market, story.plan.source, offer, now_ms)
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
        ev.Posting(now_ms, sale, offer.number, pick.price_micros, pick.payout_micros, pick.place),
        deal,
        accounts,
        story.state.owed(pick.offer, pick.place) is not None and story.plan.source.quotes.honour,
        claims_for(exchange.vault, story.lead, offer, now_ms) if offer.duplicates else (),
        lists_at_hold(exchange, story, offer),
    )


async def ask_again(exchange: Exchange, story: Story, step: AskAgain) -> None:
    """A post whose answer is unknown: asked again with the same key where that is safe, else uncertain."""
    deal = story.deals[step.sale]
    offer = story.plan.campaign.offers[deal.offer]
    sale = next(sale for sale in story.state.sales if sale.id == step.sale)
    if not offer.delivery.repeatable or sale.asks >= MOST_ASKS:
        _recall_post(exchange, story, offer, deal)
        story.tell(ev.Unsure(exchange.clock.now_ms(), step.sale, story.unclear.get(step.sale, "uncertain")))
        return
    story.tell(ev.Asked(exchange.clock.now_ms(), step.sale))
    await _send(exchange, story, deal, again=True)


def _recall_post(exchange: Exchange, story: Story, offer: Offer, deal: Deal) -> None:
    """Put the request of a post on record that was in the hands of a process that died: it follows from the lead."""
    if not exchange.keeps_traffic or any(talk.sale == deal.sale for talk in story.talks):
        return
    try:
        http = next(offer.delivery.post(_ask(exchange, story, offer, deal)))
    except Exception:
        log.exception("a delivery failed in its own code")
        return
    if isinstance(http, Http | Mail) and http.has_lead:  # what follows another answer cannot be made again
        unknown = Failure("uncertain", True, "send", "rebuilt after a crash; it may have been sent, or not")
        now_ms = exchange.clock.now_ms()
        story.talks.append(Talk("post", (offer.number,), deal.sale, now_ms, (http,), (unknown,)))


def _ask(exchange: Exchange, story: Story, offer: Offer, deal: Deal) -> Ask:
    place = next(sale.place for sale in story.state.sales if sale.id == deal.sale)
    token = story.notes.get(ev.of_bid("token", offer.number, place))
    if token and offer.keeps_bids:
        exchange.bids.use(offer.number, token)
    return ask_of(exchange, story, sale=deal.sale, token=token, price_micros=deal.price_micros)


async def _send(exchange: Exchange, story: Story, deal: Deal, *, again: bool = False) -> None:
    """Post one sale and tell how it ended; an unclear answer leaves the sale posting."""
    offer = story.plan.campaign.offers[deal.offer]
    ask = _ask(exchange, story, offer, deal)
    started = exchange.now()
    deadline = started + offer.post_ms / 1000
    reply = await converse(exchange, story, offer, "post", ask, deadline)
    ms, now_ms = exchange.ms_since(started), exchange.clock.now_ms()
    story.note(f"said {deal.sale}", offer.delivery.secrets.hide_said(reply.said))
    story.unclear[deal.sale] = reply.reason
    took = False
    if reply.outcome == "accept":
        took = _accepted(exchange, story, deal, reply, ms)
    elif reply.outcome == "reject" or (reply.outcome == "error" and not again):
        story.tell(ev.Rejected(now_ms, deal.sale, reply.reason, ms, reached=reply.reached, second=reply.second))
    elif not offer.delivery.repeatable:
        story.tell(ev.Unsure(now_ms, deal.sale, reply.reason, ms, second=reply.second))
    else:
        return
    exchange.scores.note(offer.campaign, story.plan.source.number, offer.number, accepted=took)


_TALKS: dict[str, Callable[[Delivery, Ask], Any]] = {
    "post": lambda delivery, ask: delivery.post(ask),
    "inquire": lambda delivery, ask: delivery.ask_again(ask),
    "deliver": lambda delivery, ask: delivery.deliver(ask),
}


async def converse(
    exchange: Exchange,
    story: Story,
    offer: Offer,
    step: Literal["post", "inquire", "deliver"],
    ask: Ask,
    deadline: float,
) -> PostReply:
    """Follow a delivery through its requests. What fails before the lead was sent was certainly not bought.

    Of a post, what follows a request that may have told of the lead is not sent: the lead goes out once.
    """
    told: Answer | None = None
    try:
        talk = _TALKS[step](offer.delivery, ask)
        http = next(talk)
        while isinstance(http, Http | Mail | File):
            await exchange.lease()
            at_ms = exchange.clock.now_ms()
            sent = traced(exchange, story.trace, http) if story.trace and isinstance(http, Http) else http
            answer = await exchange.door.ask(sent, deadline, fresh=True)
            if exchange.keeps_traffic:
                story.talks.append(Talk(step, (offer.number,), ask.sale, at_ms, (sent,), (answer,)))
            if sent.has_lead:
                told = answer
            http = talk.send(answer)
            if told is not None and step != "inquire":
                log.error(TOLD_ALREADY)
                break
    except StopIteration as stop:
        if isinstance(stop.value, PostReply):
            return stop.value if told is None or not told.second else replace(stop.value, second=True)
    except Fenced:
        raise
    except Exception:
        log.exception("a delivery failed in its own code")
    if told is None or (isinstance(told, Failure) and not told.sent):
        return PostReply("error", reason="bad_request", reached=False)
    return PostReply("uncertain", reason="nonsense")


def _accepted(exchange: Exchange, story: Story, deal: Deal, reply: PostReply, ms: int) -> bool:
    """Captured at the bid; at the reply's price if that is lower; a higher one is flagged (capture ≤ hold).

    A price below the floor is no sale that the house agreed to: it is uncertain until somebody settles it.
    """
    campaign, state = story.plan.campaign, story.state
    offer, sale = campaign.offers[deal.offer], next(sale for sale in state.sales if sale.id == deal.sale)
    story.note(f"reference {deal.sale}", reply.reference)
    story.note(f"redirect {deal.sale}", offer.delivery.secrets.without(reply.redirect))
    terms, promised = story.plan.terms(sale.tier, state.matched_ms), state.owed(sale.offer, sale.place)
    named = reply.price_micros or 0
    if 0 < named < deal.price_micros and is_too_low(campaign, terms, offer, sale, named, promised or 0):
        story.tell(ev.Unsure(exchange.clock.now_ms(), deal.sale, "price_below_floor", ms))
        return False
    price, flag = deal.price_micros, ""
    if reply.price_micros is not None and reply.price_micros != price:
        if 0 < reply.price_micros < price:
            price, flag = reply.price_micros, "price_lowered"
        else:
            flag = "price_raised" if reply.price_micros else "price_zero"
    payout = payout_at(campaign, terms, sale, price, promised=promised is not None)
    story.tell(ev.Sold(exchange.clock.now_ms(), deal.sale, price, payout, ms, flag, second=reply.second))
    exchange.wins.count(deal.offer, exchange.clock.now_ms())
    return True
