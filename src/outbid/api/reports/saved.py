"""Saved views: what somebody of the house keeps of a page, for himself or for all."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Text, id_of
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import uuid7
from outbid.core.scope import HOUSE
from outbid.store.report import saved

PATH = "/v1/views"


class ViewsWish(msgspec.Struct, frozen=True):
    """Which views."""

    page: Annotated[Text | None, Meta(description="only of this page")] = None


class ViewWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A view to be kept; one of yours of the same page and name is replaced."""

    page: Annotated[str, Meta(min_length=1, max_length=200, description="the page, such as `reports/funnel`")]
    name: Annotated[str, Meta(min_length=1, max_length=100, description="what you call it")]
    query: Annotated[str, Meta(max_length=4_000, description="the page's query, such as `group_by=buyer&by=sale`")] = ""
    shared: Annotated[bool, Meta(description="everybody of the house sees it")] = False


class ViewRow(msgspec.Struct, frozen=True):
    """A view that is kept. `mine`: you made it, and only you may change it; `by`: who made it."""

    id: str
    page: str
    name: str
    query: str
    shared: bool
    mine: bool
    by: str
    saved_at: str


class ViewList(msgspec.Struct, frozen=True):
    """Your views, and those that others share, by page and name."""

    items: list[ViewRow]


class SavedViews:
    """The routes of saved views."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, save, forget."""
        listed = Said(
            summary="The views that you keep, and those that others share",
            query=ViewsWish,
            answers={200: ("by page and name", ViewList)},
        )
        kept = Said(
            summary="Keep a view of a page",
            body=ViewWish,
            answers={200: ("kept", ViewRow)},
            right="look",
        )
        forgotten = Said(
            summary="Forget a view of yours",
            path={"view": "the view's id"},
            answers={204: ("forgotten", None)},
            problems=("view_unknown",),
            right="look",
        )
        return [
            route("GET", PATH, listed, self._list),
            route("POST", PATH, kept, self._save),
            route("DELETE", f"{PATH}/{{view:str}}", forgotten, self._remove),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        by = request.state.asker.by
        async with self._desk.database() as connection:
            found = await saved.views(connection, HOUSE, by, request.state.query.page)
        return answer(ViewList([_row(view, by) for view in found]))

    async def _save(self, request: Asked) -> Response[bytes]:
        wish, by = convert(await read_json(request), ViewWish), request.state.asker.by
        exchange = self._desk.exchange
        now_ms = exchange.clock.now_ms()
        view = saved.View(uuid7(now_ms, exchange.noise(10)), by, wish.page, wish.name, wish.query, wish.shared, now_ms)
        async with self._desk.database() as connection:
            kept = await saved.save(connection, HOUSE, view)
        if kept is None:
            raise Refused("parameter_faulty", f"you keep {saved.MOST} views, and no more can be kept: forget one")
        return answer(_row(kept, by))

    async def _remove(self, request: Asked) -> Response[bytes]:
        try:
            identifier = id_of(request.path_params["view"])
        except Refused:
            identifier = None
        async with self._desk.database() as connection:
            if identifier is None or not await saved.remove(connection, HOUSE, request.state.asker.by, identifier):
                raise Refused("view_unknown")
        return answer(None, 204)


def _row(view: saved.View, by: str) -> ViewRow:
    mine = view.owner == by
    return ViewRow(view.id.hex(), view.page, view.name, view.query, view.shared, mine, view.owner, utc(view.at_ms))
