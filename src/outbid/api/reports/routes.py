"""The routes of reports, at each of the three doors: which there are, one with its figures, and the same as a file."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER, OPERATOR, SELLER, Door
from outbid.api.door.refusal import Refused
from outbid.api.reports.asked import WISHES, Question, question_of
from outbid.api.reports.examples import LISTED, TOLD
from outbid.api.reports.told import ReportHead, ReportList, ReportTold, file_of, head_of, table, told
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked
from outbid.core.report.head import Audience, Report
from outbid.core.report.range import Range
from outbid.core.report.table import Key, Sums
from outbid.core.scope import Scope
from outbid.store.reading.parties import buyer, seller
from outbid.store.report.running import MOST_ROWS, Broken, TooLong, TooMany, known, run

log = logging.getLogger("outbid.api")

CSV: Final = "text/csv"
DOORS: Final[dict[Audience, tuple[str, Door]]] = {
    "operator": ("/v1/reports", OPERATOR),
    "seller": ("/v1/seller/reports", SELLER),
    "buyer": ("/v1/buyer/reports", BUYER),
}
_ZONES: Final[dict[str, Callable[[Any, Scope], Awaitable[str]]]] = {"seller": seller.zone, "buyer": buyer.zone}


class Reporting:
    """The routes of reports for one side."""

    def __init__(self, desk: Desk, side: Audience = "operator") -> None:
        self._desk, self._side = desk, side
        self._path, self._door = DOORS[side]
        found = (desk.reports.get(name) for name in desk.reports.names())
        self._reports = {report.name: report for report in found if report and side in report.head.audience}

    def routes(self) -> list[HTTPRouteHandler]:
        """List, read, take as a file."""
        listed = Said(
            summary="Which reports there are, with their columns and by what they may be divided",
            answers={200: ("heads, by title", ReportList)},
            example=LISTED[self._side],
            door=self._door,
        )
        read = Said(
            summary="A report with its figures",
            path={"name": "the report's name"},
            query=WISHES[self._side],
            answers={200: ("columns, rows and totals", ReportTold)},
            example=TOLD[self._side],
            problems=("report_unknown", "report_too_long", "report_faulty"),
            door=self._door,
        )
        taken = Said(
            summary="A report as CSV, with no text that a spreadsheet would run",
            path={"name": "the report's name"},
            query=WISHES[self._side],
            answers={200: ("a line of titles, then a line for each row", None)},
            problems=("report_unknown", "report_too_long", "report_faulty"),
            media=("text/csv",),
            door=self._door,
        )
        return [
            route("GET", self._path, listed, self._list),
            route("GET", f"{self._path}/{{name:str}}", read, self._read),
            route("GET", f"{self._path}/{{name:str}}/export", taken, self._export),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        heads: list[ReportHead] = [head_of(report, self._side) for report in self._reports.values()]
        return answer(ReportList(await self._zone(request.state.asker.scope), sorted(heads, key=lambda one: one.title)))

    async def _read(self, request: Asked) -> Response[bytes]:
        question, found = await self._found(request)
        return answer(told(question, table(question, found, request.state.query.limit)))

    async def _export(self, request: Asked) -> Response[bytes]:
        question, found = await self._found(request)
        made = table(question, found, request.state.query.limit)
        name = f"{question.wish.report.name}_{_days(question.range)}.csv"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(file_of(made, compared=question.before is not None), media_type=CSV, headers=headers)

    async def _found(self, request: Asked) -> tuple[Question, list[dict[Key, Sums]]]:
        report = self._report(request.path_params["name"])
        scope: Scope = request.state.asker.scope
        asked, now_ms = request.state.query, self._desk.exchange.clock.now_ms()
        zone = asked.tz or await self._zone(scope)
        question = question_of(report, self._side, asked, zone, now_ms)
        async with self._desk.database() as connection:
            return question, await sums_of(connection, scope, self._desk.exchange.cell, question)

    def _report(self, name: str) -> Report:
        found = self._reports.get(name)
        if found is None:
            raise Refused("report_unknown", f"there are: {', '.join(self._reports)}")
        return found

    async def _zone(self, scope: Scope) -> str:
        """In which the reader's days begin."""
        zone_of = _ZONES.get(self._side)
        if zone_of is None:
            return self._desk.zone
        async with self._desk.database() as connection:
            return await zone_of(connection, scope)


async def sums_of(connection: Any, scope: Scope, cell: int, question: Question) -> list[dict[Key, Sums]]:
    """What a question's statements give. Raises Refused."""
    try:
        found = await run(connection, scope, cell, question.wishes)
    except TooLong:
        raise Refused("report_too_long") from None
    except Broken as error:
        log.error("the report %s cannot be run: %s", question.wish.report.name, error)
        raise Refused("report_faulty", str(error) if scope.kind == "house" else "") from None
    except TooMany:
        detail = f"these are more than {MOST_ROWS:,} rows: ask for less time, or divide by less"
        raise Refused("parameter_faulty", detail) from None
    if not found[0]:
        for kind, slug in question.wish.filters:
            if not await known(connection, scope, kind, slug):
                raise Refused("parameter_faulty", f"{kind}: there is no {kind} {slug!r}")
    return found


def _days(time: Range) -> str:
    """The first and the last day, for the name of a file."""
    return f"{time.day_of(time.since_ms)}_{time.day_of(time.until_ms - 1)}"
