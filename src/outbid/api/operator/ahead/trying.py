"""A delivery tried: rendered, read against an answer that is given, or sent with a lead that is made up."""

from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import Asker
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.looking import CallTold, Why, call_told, may_look, put_on_record
from outbid.api.operator.leads.naming import Naming
from outbid.api.operator.leads.records import Records
from outbid.api.operator.market.writing import imagined
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.paging import Text
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.contract import ListedBid, PingReply, PostReply
from outbid.core.dialect.mapping import Shown
from outbid.core.dialect.reply import RuleRead
from outbid.core.dialect.secrets import MARK, Secrets, sounds_secret
from outbid.core.dialect.wire import Response as Answered
from outbid.core.ids import LeadId
from outbid.core.lead.lead import Lead
from outbid.core.lead.value import Scalar
from outbid.core.market.noun import Plugin
from outbid.core.market.snapshot import Campaign, Market, Offer
from outbid.core.money import text_of
from outbid.exchange.ahead.trying import Attempt, Step, Tried, attempt, lead_to_try, made_up, price_to_try, steps_of
from outbid.exchange.revive import lead_of
from outbid.plugins.verticals import usual_of

MOST_BODY = 262_144
_NOBODY = LeadId(bytes(16))


class GivenAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to be read, as if the buyer had given it."""

    status: Annotated[int, Meta(ge=200, le=599)] = 200
    headers: dict[str, str] = {}
    body: Annotated[str, Meta(max_length=MOST_BODY)] = ""


class GivenAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers by step, in the order of its requests: most steps have one."""

    ping: list[GivenAnswer] = []
    post: list[GivenAnswer] = []


class TryWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is tried, with which lead.

    steps     which; absent: both, as far as the delivery knows them
    fields    a lead, as a seller would send it; what is absent is made up
    lead      a lead that came, by its id, instead; it is never sent, and looking at it is put on record with `reason`
    delivery  settings to try instead of the offer's own; nothing is changed
    answers   to be read instead of asking the buyer
    send      the requests go out to the buyer; he sees `@test`, where the mapping tells it
    price     the price in the post, above zero
    """

    steps: Annotated[list[Step], Meta(min_length=1)] | None = None
    fields: dict[str, Any] = {}
    lead: Text | None = None
    reason: Why | None = None
    delivery: Plugin | None = None
    answers: GivenAnswers = GivenAnswers()
    send: bool = False
    price: Text = "10"


class KeyTold(msgspec.Struct, frozen=True):
    """A key of a mapping.

    said   its term; gives: what is sent under it, null: it is left out
    reads  the fields and facts that it is made of, with what the lead has there
    why    why it is left out: `no_value`, or `condition`, which does not hold
    """

    key: str
    said: str
    gives: Any
    reads: dict[str, Scalar | None]
    why: str


class BidTold(msgspec.Struct, frozen=True):
    """One of several bids of a reply."""

    place: int
    price: str
    token: str | None
    brand: str | None


class ReplyTold(msgspec.Struct, frozen=True):
    """What the exchange would make of the answer.

    outcome  of a ping: bid, pass, error, nonsense; of a post: accept, reject, error, uncertain
    """

    outcome: str
    reason: str
    price: str | None
    currency: str | None
    token: str | None
    reference: str | None
    redirect: str | None
    said: str
    bids: list[BidTold]


class StepTold(msgspec.Struct, frozen=True):
    """A step of the delivery.

    keys     the mapping, key by key; calls: requests and answers, without secrets
    verdict  what each part of the rule finds in the last answer; null: there was none
    reply    null: the step was only rendered
    fault    the delivery failed in its own code
    """

    step: Step
    keys: list[KeyTold]
    calls: list[CallTold]
    verdict: RuleRead | None
    reply: ReplyTold | None
    fault: str


class TryTold(msgspec.Struct, frozen=True):
    """A delivery tried. `faults` are of fields that could not be read as they came."""

    offer: str
    plugin: str
    fields: dict[str, Scalar | None]
    faults: dict[str, str]
    steps: list[StepTold]


class Trying:
    """The route."""

    def __init__(self, desk: Desk, records: Records) -> None:
        self._desk, self._records = desk, records

    def routes(self) -> list[HTTPRouteHandler]:
        """Try."""
        said = Said(
            summary="Try an offer's delivery: what goes out, where each value comes from, how the answer is read",
            path={"slug": "the offer's"},
            body=TryWish,
            answers={200: ("step by step; nothing is kept, held or paid", TryTold)},
            problems=("noun_unknown", "market_faulty", "lead_unknown", "lead_erased", "role_not_allowed"),
        )
        return [route("POST", "/v1/offers/{slug:str}/try", said, self._try)]

    async def _try(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), TryWish)
        price_micros = _price(wish.price)
        market = self._desk.exchange.market
        offer = next((one for one in market.offers.values() if one.slug == request.path_params["slug"]), None)
        if offer is None:
            raise Refused("noun_unknown")
        if wish.delivery is not None:
            market = await imagined(self._desk, "offer", offer.slug, delivery=wish.delivery)
            offer = market.offers[offer.number]
        campaign = market.campaigns[offer.campaign]
        lead = await self._lead(request.state.asker, wish, market, campaign)
        exchange, now_ms = self._desk.exchange, self._desk.exchange.clock.now_ms()
        what = Attempt(
            offer,
            campaign.currency,
            lead,
            partial(exchange.vault.reference, lead.known_as),
            exchange.new_sale(now_ms)[0],
            price_micros,
            {"ping": _given(wish.answers.ping), "post": _given(wish.answers.post)},
            exchange.door if wish.send else None,
        )
        naming = Naming(market, campaign)
        told = [_told(tried, naming, offer) for tried in await attempt(what, wish.steps or steps_of(offer), now_ms)]
        values = {field.name: lead.values[field.name] for field in campaign.fields if field.name in lead.values}
        return answer(
            TryTold(
                offer.slug,
                offer.delivery.plugin,
                {name: value.value for name, value in values.items()},
                {name: value.fault for name, value in values.items() if value.fault is not None},
                told,
            )
        )

    async def _lead(self, asker: Asker, wish: TryWish, market: Market, campaign: Campaign) -> Lead:
        if wish.lead is not None:
            return await self._past(asker, wish, campaign)
        noun, now_ms = market.nouns["campaign"][campaign.slug][1], self._desk.exchange.clock.now_ms()
        usual = usual_of(campaign.fields)
        fields = made_up(noun, campaign, self._desk.plugins, usual, now_ms) | wish.fields
        return lead_to_try(campaign, fields, now_ms)

    async def _past(self, asker: Asker, wish: TryWish, campaign: Campaign) -> Lead:
        """A lead that came, after the look at it was put on record. Raises Refused."""
        if wish.reason is None:
            raise Refused("body_faulty", errors=(error_at(("reason",), "setting_faulty", "say why you look at it"),))
        if wish.send:
            detail = "a lead that came is only rendered: send one that is made up"
            raise Refused("body_faulty", errors=(error_at(("send",), "setting_faulty", detail),))
        may_look(asker)
        found = await self._records.named(wish.lead or "")
        if found.record.campaign != campaign.number:
            detail = f"it came to the campaign {found.campaign.slug!r}, the offer is of {campaign.slug!r}"
            raise Refused("body_faulty", errors=(error_at(("lead",), "setting_faulty", detail),))
        await put_on_record(self._desk, asker, found.record, "fields", wish.reason)
        return lead_of(self._desk.exchange.vault, found.record, found.market)


def _price(text: str) -> int:
    try:
        return price_to_try(text)
    except ValueError as error:
        raise Refused("body_faulty", errors=(error_at(("price",), "setting_faulty", str(error)),)) from None


def _given(answers: list[GivenAnswer]) -> list[Answered]:
    return [
        Answered(one.status, tuple((name.lower(), value) for name, value in one.headers.items()), one.body.encode())
        for one in answers
    ]


def _told(tried: Tried, naming: Naming, offer: Offer) -> StepTold:
    secret = offer.delivery.secrets
    keys = [_key(line, secret) for line in tried.shown]
    calls = [call_told(call, naming) for call in tried.calls]
    return StepTold(tried.step, keys, calls, tried.verdict, _reply(tried.reply, secret), tried.fault)


def _key(line: Shown, secret: Secrets) -> KeyTold:
    """A key without secrets: they are filled in by now."""
    if line.said.startswith("=") and sounds_secret(line.key):
        return KeyTold(line.key, MARK, MARK, line.reads, line.why)
    gives = secret.hide_said(line.gives) if isinstance(line.gives, str) else line.gives
    return KeyTold(line.key, secret.hide_said(line.said), gives, line.reads, line.why)


def _reply(reply: PingReply | PostReply | None, secret: Secrets) -> ReplyTold | None:
    if reply is None:
        return None
    price = reply.price_micros
    return ReplyTold(
        reply.outcome,
        reply.reason,
        text_of(price) if price else None,
        reply.currency if isinstance(reply, PingReply) else None,
        reply.token if isinstance(reply, PingReply) else None,
        reply.reference if isinstance(reply, PostReply) else None,
        reply.redirect if isinstance(reply, PostReply) else None,
        secret.hide_said(reply.said),
        [_bid(bid) for bid in reply.bids] if isinstance(reply, PingReply) else [],
    )


def _bid(bid: ListedBid) -> BidTold:
    return BidTold(bid.place, text_of(bid.price_micros), bid.token, bid.brand)
