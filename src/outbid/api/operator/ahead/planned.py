"""Changes that are planned for a time: listed, read, cancelled. They are planned where the whole market is written."""

import re
from typing import Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.hiding import shown
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked
from outbid.core.scope import HOUSE
from outbid.store.ahead import planned

PATH = "/v1/planned-changes"
_ID = re.compile(r"[0-9a-f]{32}")


class NounPlanned(msgspec.Struct, frozen=True):
    """A noun as it will be; null: it goes."""

    kind: str
    slug: str
    after: dict[str, Any] | None


class PlannedChange(msgspec.Struct, frozen=True):
    """A change that is planned, or was. `base`: the version it is based on; `version`: the one that it became."""

    id: str
    state: planned.State
    by: str
    note: str
    at: str
    starts_at: str
    base: int
    version: int | None
    error: str
    nouns: list[NounPlanned]


class PlannedChanges(msgspec.Struct, frozen=True):
    """The last planned changes, those whose time comes last first."""

    items: list[PlannedChange]


class Planned:
    """The routes of planned changes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, read, cancel."""
        listed = Said(summary="List planned changes", answers={200: ("those that come last first", PlannedChanges)})
        path = {"change": "the planned change's id"}
        read = Said(
            summary="Read a planned change",
            path=path,
            answers={200: ("the change", PlannedChange)},
            problems=("planned_change_unknown",),
        )
        cancel = Said(
            summary="Cancel a planned change",
            path=path,
            answers={204: ("it will not be made", None)},
            problems=("planned_change_unknown", "planned_change_over"),
        )
        one = f"{PATH}/{{change:str}}"
        return [
            route("GET", PATH, listed, self._list),
            route("GET", one, read, self._read),
            route("DELETE", one, cancel, self._cancel),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            found = await planned.read(connection, HOUSE)
        return answer(PlannedChanges([told(row) for row in found]))

    async def _read(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            found = await planned.read(connection, HOUSE, _id(request))
        if not found:
            raise Refused("planned_change_unknown")
        return answer(told(found[0]))

    async def _cancel(self, request: Asked) -> Response[bytes]:
        identifier = _id(request)
        async with self._desk.database() as connection:
            if not await planned.cancel(connection, self._desk.exchange.cell, identifier):
                there = await planned.read(connection, HOUSE, identifier)
                raise Refused("planned_change_over" if there else "planned_change_unknown")
        return answer(None, 204)


def _id(request: Asked) -> bytes:
    text: str = request.path_params["change"]
    if not _ID.fullmatch(text):
        raise Refused("planned_change_unknown")
    return bytes.fromhex(text)


def told(row: planned.Row) -> PlannedChange:
    """A planned change as it is told: without what opens doors."""
    nouns = [NounPlanned(side.kind, side.slug, shown(side.after)) for side in row.sides]
    times = utc(row.at_ms), utc(row.starts_at_ms)
    return PlannedChange(row.id.hex(), row.state, row.by, row.note, *times, row.base, row.version, row.error, nouns)
