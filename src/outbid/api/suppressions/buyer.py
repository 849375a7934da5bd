"""A buyer's own suppression list."""

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.api.suppressions.listing import CSV, BadLine, ChangeWish, change
from outbid.core.scope import Scope
from outbid.store.people import suppressions

PATH = "/v1/buyer/suppressions"
_PROBLEMS = ("csv_faulty", "media_type_unknown", "document_too_large", "list_too_long")


class BuyerList(msgspec.Struct, frozen=True):
    """Your list: so many entries count now, and `ending` of them end some day."""

    entries: int
    ending: int


class BuyerSuppressed(msgspec.Struct, frozen=True):
    """What came of it: so many were put on the list or taken off, so many were so already; and what was not understood.

    bad_lines  how many lines were not understood; the others count. bad: the first thousand of them
    """

    changed: int
    unchanged: int
    bad_lines: int
    bad: list[BadLine]


class BuyerSuppressions:
    """The buyer's routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """How long it is, change."""
        read = Said(
            summary="How many persons are on your suppression list",
            answers={200: ("your list", BuyerList)},
            example={"entries": 1204, "ending": 0},
            door=BUYER,
        )
        changed = Said(
            summary="Put persons on your suppression list, or take them off: phones, e-mails, or the SHA-256 of either",
            query=ChangeWish,
            takes=CSV,
            answers={200: ("what came of it", BuyerSuppressed)},
            problems=_PROBLEMS,
            example={"changed": 1204, "unchanged": 3, "bad_lines": 0, "bad": []},
            door=BUYER,
        )
        return [route("GET", PATH, read, self._read), route("POST", PATH, changed, self._change)]

    async def _read(self, request: Asked) -> Response[bytes]:
        scope: Scope = request.state.asker.scope
        async with self._desk.database() as connection:
            found = await suppressions.lists(connection, scope, self._desk.exchange.clock.now_ms())
        mine = found[0] if found else suppressions.List("", 0, 0)
        return answer(BuyerList(mine.entries, mine.ending))

    async def _change(self, request: Asked) -> Response[bytes]:
        changed, unchanged, lines = await change(self._desk, request, suppressions.owner_of(request.state.asker.scope))
        return answer(BuyerSuppressed(changed, unchanged, lines.bad_lines, lines.bad))
