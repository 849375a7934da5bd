"""Platforms as data: how each speaks, and the settings that come of one whose blanks are filled in."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.market.preset import Preset, Unfilled, Way, filled
from outbid.plugins.presets import names, preset, tongue

PATH = "/v1/presets"


class PresetRow(msgspec.Struct, frozen=True):
    """A platform."""

    name: str
    title: str
    about: str
    not_covered: str


class PresetList(msgspec.Struct, frozen=True):
    """All platforms that there are presets for, by name."""

    items: list[PresetRow]


class PresetWhole(msgspec.Struct, frozen=True):
    """A platform: how its buyers are posted to, and how its sellers are heard, with blanks."""

    name: str
    title: str
    about: str
    not_covered: str
    delivery: Way
    intake: Way


class Filling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a preset is filled in with."""

    way: Annotated[Literal["delivery", "intake"], Meta(description="which of the two")]
    blanks: Annotated[dict[str, str], Meta(description="from the names of its blanks to what stands there")] = {}
    fields: Annotated[
        list[str] | None,
        Meta(description="the campaign's fields: lines that read others are left out; absent: none is"),
    ] = None


class PresetFilled(msgspec.Struct, frozen=True):
    """What an offer's `delivery` or a source's `intake` is then; it is the operator's from here on."""

    plugin: str
    settings: dict[str, Any]


class Presets:
    """The routes of the presets; they are the same as long as the program does."""

    def routes(self) -> list[HTTPRouteHandler]:
        """List, one, and one filled in."""
        path = {"name": "as in the list"}
        listed = Said(summary="Platforms that there are presets for", answers={200: ("by name", PresetList)})
        whole = Said(
            summary="A platform: its delivery and its intake, with their blanks",
            path=path,
            answers={200: ("both ways", PresetWhole)},
            problems=("preset_unknown",),
        )
        full = Said(
            summary="The settings that come of a preset with its blanks filled in; nothing is changed",
            path=path,
            body=Filling,
            answers={200: ("the plugin and its settings", PresetFilled)},
            problems=("preset_unknown",),
            right="look",
        )
        return [
            route("GET", PATH, listed, self._list),
            route("GET", f"{PATH}/{{name:str}}", whole, self._one),
            route("POST", f"{PATH}/{{name:str}}/fill", full, self._fill),
        ]

    async def _list(self, _: Asked) -> Response[bytes]:
        rows = [(name, preset(name)) for name in names()]
        return answer(PresetList([PresetRow(name, p.title, p.about, p.not_covered) for name, p in rows]))

    async def _one(self, asked: Asked) -> Response[bytes]:
        name, found = _found(asked)
        return answer(PresetWhole(name, found.title, found.about, found.not_covered, found.delivery, found.intake))

    async def _fill(self, asked: Asked) -> Response[bytes]:
        _, found = _found(asked)
        filling = convert(await read_json(asked), Filling)
        way = found.delivery if filling.way == "delivery" else found.intake
        try:
            use = filled(way, filling.blanks, tongue, filling.fields)
        except Unfilled as error:
            faults = [error_at(("blanks", f.blank), "setting_faulty", f.sentence, f.fix) for f in error.faults]
            raise Refused("body_faulty", errors=tuple(faults)) from None
        return answer(PresetFilled(use.plugin, use.settings))


def _found(asked: Asked) -> tuple[str, Preset]:
    name: str = asked.path_params["name"]
    try:
        return name, preset(name)
    except KeyError as error:
        raise Refused("preset_unknown", error.args[0]) from None
