"""The shape of each kind of noun, from which a form can be drawn."""

from functools import cached_property
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import answer, route
from outbid.api.operator.market.kinds import PLURALS
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.market.noun import KINDS


class KindRow(msgspec.Struct, frozen=True):
    """A kind of noun: `plural` is its section's name in addresses, `schema` the JSON schema of its body."""

    kind: str
    plural: str
    schema: dict[str, Any]


class KindList(msgspec.Struct, frozen=True):
    """All kinds that stand at addresses of their own."""

    items: list[KindRow]


class Schemas:
    """The route of the kinds; they are the same as long as the process lives."""

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(summary="Every kind of noun, with its schema", answers={200: ("all of them", KindList)})
        return [route("GET", "/v1/kinds", said, self._list)]

    async def _list(self, _: Asked) -> Response[bytes]:
        return answer(self._all)

    @cached_property
    def _all(self) -> KindList:
        return KindList([KindRow(kind, many, msgspec.json.schema(KINDS[kind])) for kind, many in PLURALS.items()])
