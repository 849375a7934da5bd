"""A delivery tried: its requests as they would go out, and what its rules make of an answer. Nothing is sold."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Ask, ListedBid, PingReply, PostReply
from outbid.core.dialect.mapping import Shown
from outbid.core.dialect.reply import RuleRead
from outbid.core.dialect.wire import Answer, Failure, Http, Response
from outbid.core.ids import LeadId
from outbid.core.instructions.example import Choices, choices_of
from outbid.core.lead.lead import Lead
from outbid.core.lead.traffic import Said, Talk, pack, unpack
from outbid.core.market.making.plan import Plugins
from outbid.core.market.noun import Campaign as NounOfCampaign
from outbid.core.market.noun import Noun
from outbid.core.market.snapshot import Campaign, Delivery, Offer, facts_of
from outbid.core.money import micros
from outbid.exchange.arrive import read_values, today
from outbid.exchange.exchange import Door

log = logging.getLogger("outbid.exchange")
Step = Literal["ping", "post"]
MOST_REQUESTS = 4
"""How many requests one conversation may have here."""
MADE_UP_TOKEN: Final = "made-up-token"
_NOT_SENT = Failure("only_rendered", False, "refused", "it was written, and not sent")


class Tried(msgspec.Struct, frozen=True):
    """One step of a delivery.

    shown    what each key gives; empty where the delivery cannot say
    calls    its requests, without secrets, and their answers
    verdict  what its rule finds in the last answer; None where there was none, or it cannot say
    reply    what the delivery understood; None: it was only rendered
    fault    it failed in its own code, which would cost its buyer the lead
    """

    step: Step
    shown: tuple[Shown, ...]
    calls: tuple[Said, ...]
    verdict: RuleRead | None
    reply: PingReply | PostReply | None
    fault: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """What is tried with which lead.

    refer         gives a buyer's own reference for the lead
    price_micros  the price in the post, unless the ping before it bids
    given         answers to take instead of asking, by step
    sends         what is not answered by them goes out, by this door; None: it is only written
    """

    offer: Offer
    currency: str
    lead: Lead
    refer: Callable[[int], str]
    sale: str
    price_micros: int
    given: Mapping[Step, Sequence[Response]]
    sends: Door | None = None


def price_to_try(text: str) -> int:
    """A price in micros. Raises ValueError, as no buyer pays nothing or less."""
    price_micros = micros(text)
    if price_micros <= 0:
        raise ValueError(f"{text!r} is not above zero: a buyer pays an amount such as 12.50")
    return price_micros


def steps_of(offer: Offer) -> list[Step]:
    """The steps that an offer's delivery has."""
    return ["post"] if offer.direct else ["ping", "post"]


def made_up(noun: Noun, campaign: Campaign, plugins: Plugins, usual: Choices, now_ms: int) -> dict[str, Any]:
    """A lead of values that the fields of a campaign can be. `usual`: those that leads of its kind have."""
    assert isinstance(noun, NounOfCampaign)
    choices = choices_of(plugins, noun, campaign, usual, today(now_ms))
    return {name: values[0] for name, values in choices.items() if values}


def lead_to_try(campaign: Campaign, fields: Mapping[str, Any], now_ms: int) -> Lead:
    """A lead that nobody sent."""
    values, unknown = read_values(campaign.fields, fields, now_ms)
    facts = facts_of(values, campaign.fields)
    return Lead(0, LeadId(bytes(16)), 0, campaign.number, 0, now_ms, values, facts, unknown, test=True)


async def attempt(what: Attempt, steps: Sequence[Step], now_ms: int) -> list[Tried]:
    """Follow steps one after the other; a post tells what the ping before it bid."""
    lead, told = what.lead, []
    ask = Ask(lead.facts, lead.values, what.refer, lead.arrived_at_ms, what.currency, now_ms=now_ms, test=lead.test)
    post = replace(ask, sale=what.sale, token=MADE_UP_TOKEN, price_micros=what.price_micros)
    for step in steps:
        tried = await _step(what, step, ask if step == "ping" else post)
        reply = tried.reply
        if isinstance(reply, PingReply) and reply.outcome == "bid":
            bid: PingReply | ListedBid = max(reply.bids, key=lambda one: one.price_micros, default=reply)
            post = replace(post, token=bid.token or post.token, price_micros=bid.price_micros)
        told.append(tried)
    return told


async def _step(what: Attempt, step: Step, ask: Ask) -> Tried:
    delivery = what.offer.delivery
    loop = asyncio.get_running_loop()
    until = loop.time() + what.offer.post_ms / 1000
    asked: list[Http] = []
    answered: list[Answer] = []
    reply, fault = None, ""
    shown = () if delivery.shown is None else delivery.shown(ask, step)
    answers: Iterator[Answer] = iter(what.given.get(step, ()))
    talk = delivery.ping(ask) if step == "ping" else delivery.post(ask)
    try:
        http = next(talk)
        while len(asked) < MOST_REQUESTS:
            answer: Answer = next(answers, _NOT_SENT)
            if answer is _NOT_SENT and what.sends is not None:
                answer = await what.sends.ask(http, until, fresh=True)
            asked.append(http)
            answered.append(answer)
            if answer is _NOT_SENT:
                break
            http = talk.send(answer)
    except StopIteration as stop:
        reply = stop.value
    except Exception as error:
        log.exception("a delivery failed in its own code")
        fault = f"{type(error).__name__}: {error}"
    talks = [Talk(step, (what.offer.number,) * len(asked), ask.sale, ask.now_ms, asked, answered)]
    calls = unpack(pack(talks, lambda *_: delivery.secrets))
    return Tried(step, shown, tuple(calls), _verdict(delivery, step, answered), reply, fault)


def _verdict(delivery: Delivery, step: Step, answered: list[Answer]) -> RuleRead | None:
    last: Any = answered[-1] if answered else None
    if delivery.looked is None or not isinstance(last, Response):
        return None
    verdict: RuleRead = delivery.looked(last, step)
    return verdict
