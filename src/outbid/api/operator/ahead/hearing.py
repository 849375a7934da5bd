"""A source tried: what its intake hears in a request, and how its seller would be told each end. Nothing is sold."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.auth import holder_of, key_hash
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.writing import imagined
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.contract import Arrival, Malformed
from outbid.core.heard import Deletion, Fetch, Heard, Inbound, Lead, Reply, Told, ToldAs
from outbid.core.lead.value import Scalar
from outbid.core.market.noun import Plugin
from outbid.core.market.snapshot import Market, Source
from outbid.core.reasons import DUPLICATE
from outbid.exchange.arrive import read_values

MOST_BODY = 262_144
_TYPE = "content-type"


class HearWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as the seller's software makes it.

    rest    what of the path follows the source's name; it may be empty
    intake  settings to try instead of the source's own; nothing is changed
    """

    method: Annotated[str, Meta(pattern="^[A-Z]{3,7}$")] = "POST"
    rest: Annotated[str, Meta(max_length=200)] = ""
    query: Annotated[str, Meta(max_length=MOST_BODY)] = ""
    headers: dict[str, str] = {}
    body: Annotated[str, Meta(max_length=MOST_BODY)] = ""
    intake: Plugin | None = None


class FieldHeard(msgspec.Struct, frozen=True):
    """A declared field: what came, what it was read as, and what is wrong with it; all null where nothing came."""

    name: str
    raw: Any
    value: Scalar | None
    fault: str | None


class LeadHeard(msgspec.Struct, frozen=True):
    """A lead, or what is asked before it.

    asks        it is a ping; test: it is never sold
    ping        the id of the ping whose lead it is; bids: those that the seller chose
    once        what tells it when it comes again; empty: the whole request does
    undeclared  what came under names that the campaign does not declare
    """

    asks: bool
    test: bool
    ping: str | None
    bids: list[str]
    once: str
    fields: list[FieldHeard]
    undeclared: dict[str, Any]


class AnswerHeard(msgspec.Struct, frozen=True):
    """What the seller is told when a lead ends so. `ours`: in our own words, for he has none for it."""

    outcome: ToldAs
    status: int
    content_type: str
    body: str
    ours: bool


class HeardTold(msgspec.Struct, frozen=True):
    """A request as it was heard.

    key        of whom: `known`, `test`, `unknown`, `missing`, or `not_needed`: the request proves itself
    wrong      why it is no request that could be taken, with the code; empty: it is one
    deletions, fetches  requests to forget a person, and leads of which only ids came
    answers    how each end would be told, of made-up leads
    """

    source: str
    plugin: str
    key: str
    wrong: str
    code: str
    pointer: str
    leads: list[LeadHeard]
    deletions: int
    fetches: list[dict[str, str]]
    replies: list[str]
    answers: list[AnswerHeard]


class Hearing:
    """The route."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Try."""
        said = Said(
            summary="Try a source: what is heard in a request, and how its seller is answered",
            path={"slug": "the source's"},
            body=HearWish,
            answers={200: ("what was heard; nothing is kept or sold", HeardTold)},
            problems=("noun_unknown", "market_faulty"),
        )
        return [route("POST", "/v1/sources/{slug:str}/try", said, self._try)]

    async def _try(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), HearWish)
        market = self._desk.exchange.market
        slug: str = request.path_params["slug"]
        source = next((one for one in market.sources.values() if one.slug == slug), None)
        if source is None:
            raise Refused("noun_unknown")
        if wish.intake is not None:
            market = await imagined(self._desk, "source", source.slug, intake=wish.intake)
            source = market.sources[source.number]
        return answer(listen(market, source, wish, self._desk.exchange.clock.now_ms()))


def listen(market: Market, source: Source, wish: HearWish, now_ms: int) -> HeardTold:
    """What a source hears in a request; nothing is kept."""
    noun: Any = market.nouns["source"][source.slug][1]
    heard = _heard(source, wish)
    wrong = heard if isinstance(heard, Malformed) else Malformed(0, "", "")
    things = () if isinstance(heard, Malformed) else heard.things
    asked = any(isinstance(thing, Lead) and thing.asks for thing in things)
    return HeardTold(
        source.slug,
        noun.intake.plugin,
        "missing" if isinstance(heard, Malformed) else _key(heard, market, source),
        wrong.detail,
        wrong.code,
        wrong.pointer,
        [_lead(thing, source, now_ms) for thing in things if isinstance(thing, Lead)],
        sum(isinstance(thing, Deletion) for thing in things),
        [thing.ids for thing in things if isinstance(thing, Fetch)],
        [thing.body.decode("utf-8", "replace") for thing in things if isinstance(thing, Reply)],
        [] if source.spoken is None else [_answer(source.spoken.answer, told) for told in made_up_ends(asked)],
    )


def _heard(source: Source, wish: HearWish) -> Heard | Malformed:
    """What the source's own address hears; of a source that has none, what `/v1/leads` reads."""
    headers = tuple((name.lower(), value) for name, value in wish.headers.items())
    inbound = Inbound(wish.method, wish.rest.strip("/"), wish.query, headers, wish.body.encode())
    if source.spoken is not None:
        if wish.method not in source.spoken.methods:
            return Malformed(405, "method_not_allowed", f"send one of {', '.join(source.spoken.methods)}")
        return source.spoken.hear(inbound)
    read = source.read(inbound.header(_TYPE), inbound.body)
    if isinstance(read, Malformed):
        return read
    bearer = inbound.header("authorization").removeprefix("Bearer ").strip()
    return Heard((Lead(read),), bearer)


def _key(heard: Heard, market: Market, source: Source) -> str:
    if heard.key is None:
        return "not_needed"
    if not heard.key:
        return "missing"
    holder = holder_of(key_hash(heard.key), market)
    if isinstance(holder, str) or (holder.kind, holder.number) != ("source", source.number):
        return "unknown"
    return "test" if holder.test else "known"


def _lead(thing: Lead, source: Source, now_ms: int) -> LeadHeard:
    arrival: Arrival = thing.arrival
    values, undeclared = read_values(source.campaign.fields, arrival.fields, now_ms)
    fields = [FieldHeard(name, arrival.fields.get(name), value.value, value.fault) for name, value in values.items()]
    return LeadHeard(thing.asks, thing.test, arrival.ping, list(arrival.bids), thing.once, fields, undeclared)


_OF_PINGS, _OF_POSTS = ("quoted", "no_quote"), ("sold", "unsold", "pending")
_ENDS: Mapping[ToldAs, tuple[int, dict[str, Scalar]]] = {
    "sold": (200, {"price": "12.50", "currency": "USD", "redirect": "https://example.com/thanks"}),
    "unsold": (200, {"reason": "no_bids", "sentence": "Nobody bid."}),
    "duplicate": (422, {"reason": min(DUPLICATE), "sentence": "The person was sold before."}),
    "refused": (
        422,
        {
            "reason": "required.missing",
            "sentence": "A field that the campaign requires did not come.",
            "error_1_field": "zip",
            "error_1_code": "required.missing",
            "error_1_sentence": "Send a value for zip.",
        },
    ),
    "pending": (202, {"url": "https://exchange.example.com/v1/leads/ld_made_up"}),
    "quoted": (200, {"quote": "pg_made_up", "price": "12.50", "currency": "USD", "until": "2030-01-01T00:00:00Z"}),
    "no_quote": (200, {"quote": "pg_made_up", "reason": "no_bids", "sentence": "Nobody bid."}),
    "denied": (401, {"reason": "key_unknown", "sentence": "The key is not known."}),
    "broken": (400, {"reason": "body_not_json", "sentence": "The body cannot be read."}),
    "busy": (503, {"reason": "too_busy", "sentence": "Send it again in a moment."}),
}


def made_up_ends(asked: bool) -> list[Told]:
    """Each end of a lead, as a seller is told of it; `asked`: those that both may have are told of a ping."""
    known = [outcome for outcome in get_args(ToldAs) if outcome in _ENDS]
    common: dict[str, Scalar] = {"lead": "ld_made_up", "test": True}
    return [
        Told(outcome, status, common | terms | {"outcome": outcome, "status": status}, _of_ping(outcome, asked))
        for outcome in known
        for status, terms in [_ENDS[outcome]]
    ]


def _of_ping(outcome: ToldAs, asked: bool) -> bool:
    """Is an outcome that of a ping?"""
    return outcome in _OF_PINGS or (asked and outcome not in _OF_POSTS)


def _answer(write: Any, told: Told) -> AnswerHeard:
    said: Reply | None = write(told)
    if said is None:
        return AnswerHeard(told.outcome, told.status, "", "", ours=True)
    return AnswerHeard(told.outcome, said.status, said.content_type, said.body.decode("utf-8", "replace"), ours=False)
