"""The facts that a campaign's rules may speak of, and the operators that each knows."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.nouns import slug_of
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.contract import Kind
from outbid.core.market.noun import Campaign
from outbid.core.match.filter import OPERATORS, Fact, Operator


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


class Facts:
    """The route of a campaign's facts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(
            summary="The facts that rules of a campaign may speak of",
            path={"slug": "the campaign's slug"},
            answers={200: ("all of them", FactList)},
            problems=("noun_unknown",),
        )
        return [route("GET", "/v1/campaigns/{slug:str}/facts", said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        slug, market = slug_of(request), self._desk.exchange.market
        kept = market.nouns["campaign"].get(slug)
        if kept is None:
            raise Refused("noun_unknown", f"there is no campaign {slug!r}")
        number, noun = kept
        campaign = market.campaigns[number]
        types = {field.name: field.type for field in campaign.fields}
        options = {field.name: _options(field.settings) for field in cast("Campaign", noun).fields}
        return answer(FactList([_row(name, fact, types, options) for name, fact in campaign.facts.items()]))


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
