"""Every plugin there is: what it does in a line, the schema of its settings, the reasons that it may give."""

from functools import cached_property
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.leads import ReasonRow, reason_rows
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.reasons import ALL
from outbid.plugins.registry import KINDS


class PluginRow(msgspec.Struct, frozen=True):
    """A plugin. `settings` is a JSON schema, from which a form can be drawn."""

    kind: str
    name: str
    description: str
    settings: dict[str, Any]
    reasons: list[ReasonRow]


class PluginList(msgspec.Struct, frozen=True):
    """All plugins, by kind and name."""

    items: list[PluginRow]


class Plugins:
    """The route of the plugins; they are the same as long as the process lives."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(summary="Every plugin, with its settings", answers={200: ("by kind and name", PluginList)})
        return [route("GET", "/v1/plugins", said, self._list)]

    async def _list(self, _: Asked) -> Response[bytes]:
        return answer(self._all)

    @cached_property
    def _all(self) -> PluginList:
        return PluginList([self._row(kind, name) for kind in KINDS for name in self._desk.plugins.names(kind)])

    def _row(self, kind: str, name: str) -> PluginRow:
        module = self._desk.plugins.get(kind, name)
        codes = [code if code in ALL else f"{name}.{code}" for code in getattr(module, "REASONS", {})]
        reasons = {code: self._desk.reasons[code] for code in codes}
        line = (module.__doc__ or "").strip().partition("\n")[0]
        return PluginRow(kind, name, line, msgspec.json.schema(module.Settings), reason_rows(reasons))
