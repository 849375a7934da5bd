"""The facts that a campaign's rules may speak of, and the operators that each knows."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, cast

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.nouns import slug_of
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.contract import Kind
from outbid.core.lead.value import Scalar
from outbid.core.market import noun as spec
from outbid.core.market.snapshot import Campaign
from outbid.core.match.filter import MOST_VALUES, OPERATORS, Fact, Operator, read_values


class FactRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fact: a plain field, or a part of one such as `birth_date.age`.

    field     the field it comes from; `type`: that field's type; empty for what enrichers and rules give
    options   the values it can have, where they are listed
    places    a rule may say a place and miles around it
    """

    fact: str
    kind: Kind
    operators: list[Operator]
    field: str = ""
    type: str = ""
    options: list[str] = []
    places: bool = False


class FactList(msgspec.Struct, frozen=True):
    """All facts of a campaign, in the order of its fields."""

    items: list[FactRow]


class ValuesWish(msgspec.Struct, frozen=True):
    """Values that somebody would put on a list of a rule."""

    fact: str
    values: Annotated[list[str], Meta(max_length=MOST_VALUES)]


class WrongValue(msgspec.Struct, frozen=True):
    """A value that the fact cannot have. `at` is its place among those that were sent, from 0 on."""

    at: int
    value: str
    detail: str


class ValuesTold(msgspec.Struct, frozen=True):
    """`values`: those that the fact can have, in its own form, each once. `wrong`: all others."""

    values: list[str]
    wrong: list[WrongValue]


class Facts:
    """The routes of a campaign's facts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, and judge values."""
        said = Said(
            summary="The facts that rules of a campaign may speak of",
            path={"slug": "the campaign's slug"},
            answers={200: ("all of them", FactList)},
            problems=("noun_unknown",),
        )
        judged = Said(
            summary="Which of some values a fact can have, in its own form",
            path={"slug": "the campaign's slug"},
            body=ValuesWish,
            answers={200: ("each one judged", ValuesTold)},
            problems=("noun_unknown",),
            right="look",
        )
        return [
            route("GET", "/v1/campaigns/{slug:str}/facts", said, self._list),
            route("POST", "/v1/campaigns/{slug:str}/facts/values", judged, self._judge),
        ]

    async def _judge(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), ValuesWish)
        fact = campaign_of(self._desk, request).facts.get(wish.fact)
        if fact is None:
            detail = f"the campaign has no fact {wish.fact!r}"
            raise Refused("body_faulty", errors=(error_at(("fact",), "setting_faulty", detail),))
        values, wrong = await asyncio.to_thread(read_values, wish.values, fact, wish.fact)
        told = [WrongValue(at, wish.values[at], why) for at, why in wrong.items()]
        return answer(ValuesTold([_written(value) for value in values], told))

    async def _list(self, request: Asked) -> Response[bytes]:
        campaign = campaign_of(self._desk, request)
        _, noun = self._desk.exchange.market.nouns["campaign"][slug_of(request)]
        types = {field.name: field.type for field in campaign.fields}
        options = {field.name: _options(field.settings) for field in cast("spec.Campaign", noun).fields}
        return answer(FactList([_row(name, fact, types, options) for name, fact in campaign.facts.items()]))


def _written(value: Scalar) -> str:
    """A value as a market writes it."""
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def campaign_of(desk: Desk, request: Asked) -> Campaign:
    """The campaign in the address, as it is in force. Raises Refused."""
    slug, market = slug_of(request), desk.exchange.market
    kept = market.nouns.get("campaign", {}).get(slug)
    if kept is None:
        raise Refused("noun_unknown", f"there is no campaign {slug!r}")
    return market.campaigns[kept[0]]


def _row(name: str, fact: Fact, types: Mapping[str, str], options: Mapping[str, list[str]]) -> FactRow:
    field = name.partition(".")[0]
    return FactRow(
        name,
        fact.kind,
        list(OPERATORS[fact.kind]),
        field if field in types else "",
        types.get(field, ""),
        options.get(name, []),
        places=fact.around is not None,
    )


def _options(settings: Mapping[str, Any]) -> list[str]:
    """The values of a choice; of another type, none are listed."""
    found = settings.get("options", ())
    return [str(option) for option in found] if isinstance(found, list | tuple) else []
