"""Kinds of leads as data: what a campaign for each would be."""

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.market.noun import Campaign
from outbid.core.market.vertical import Field, campaign_of
from outbid.plugins.verticals import names, vertical


class VerticalRow(msgspec.Struct, frozen=True):
    """A kind of lead."""

    name: str
    title: str
    about: str


class VerticalList(msgspec.Struct, frozen=True):
    """All kinds of leads that there are fields for, by name."""

    items: list[VerticalRow]


class VerticalWhole(msgspec.Struct, frozen=True):
    """A kind of lead with its fields, and the campaign that they make, ready to be put."""

    name: str
    title: str
    about: str
    fields: list[Field]
    campaign: Campaign


class Verticals:
    """The routes of the verticals; they are the same as long as the program does."""

    def routes(self) -> list[HTTPRouteHandler]:
        """List, and one."""
        listed = Said(summary="Kinds of leads to begin with", answers={200: ("by name", VerticalList)})
        whole = Said(
            summary="A kind of lead, and a campaign for it",
            path={"name": "as in the list"},
            answers={200: ("its fields and its campaign", VerticalWhole)},
            problems=("vertical_unknown",),
        )
        return [
            route("GET", "/v1/verticals", listed, self._list),
            route("GET", "/v1/verticals/{name:str}", whole, self._one),
        ]

    async def _list(self, _: Asked) -> Response[bytes]:
        rows = [(name, vertical(name)) for name in names()]
        return answer(VerticalList([VerticalRow(name, found.title, found.about) for name, found in rows]))

    async def _one(self, asked: Asked) -> Response[bytes]:
        name: str = asked.path_params["name"]
        try:
            found = vertical(name)
        except KeyError as error:
            raise Refused("vertical_unknown", error.args[0]) from None
        campaign = campaign_of(found, name)
        return answer(VerticalWhole(name, found.title, found.about, list(found.fields), campaign))
