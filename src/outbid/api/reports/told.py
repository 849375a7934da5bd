"""Reports as they are told: heads for a page that draws them, tables with totals, and files for spreadsheets."""

import msgspec

from outbid.api.reports.asked import Question
from outbid.api.said.instants import utc
from outbid.core.dialect.formats.table import csv_of, defused
from outbid.core.report.head import FILTERS, GROUPS, Audience, Kind, Report
from outbid.core.report.table import Cell, Key, Sums, Table, TitledColumn, table_of


class ChartTold(msgspec.Struct, frozen=True):
    """How it is drawn: `ys` over `x`; `x` empty: over the first column that rows are divided by."""

    kind: str
    x: str
    ys: list[str]


class GroupTold(msgspec.Struct, frozen=True):
    """By what rows may be divided."""

    name: str
    title: str
    kind: Kind


class ReportHead(msgspec.Struct, frozen=True):
    """A report, without figures.

    by         the clocks it knows: when leads came, when they were sold
    groups     by what its rows may be divided; group_by: by what they usually are
    filters    which nouns it may be kept to; dimensions: it reads the values of one
    columns    its figures
    """

    name: str
    title: str
    about: str
    by: list[str]
    groups: list[GroupTold]
    group_by: list[str]
    filters: list[str]
    dimensions: bool
    columns: list[TitledColumn]
    sort: str
    chart: ChartTold


class ReportList(msgspec.Struct, frozen=True):
    """All reports of this side, by title. `zone`: in which days begin where none is named."""

    zone: str
    items: list[ReportHead]


class Compared(msgspec.Struct, frozen=True):
    """The time before: its rows and totals beside those of now, null where there was nothing."""

    since: str
    until: str
    rows: list[list[Cell] | None]
    totals: list[list[Cell] | None]


class ReportTold(msgspec.Struct, frozen=True):
    """A report's table. Money is decimal text of the row's currency; percents are numbers.

    rows    a cell for each column
    totals  one row, or one for each currency: of all rows, also those past the limit
    count   how many rows there are, also past the limit
    """

    name: str
    title: str
    since: str
    until: str
    zone: str
    by: str
    group_by: list[str]
    columns: list[TitledColumn]
    rows: list[list[Cell]]
    totals: list[list[Cell]]
    count: int
    compared: Compared | None


def head_of(report: Report, side: Audience) -> ReportHead:
    """What a side is told of a report."""
    head = report.head
    columns = [
        TitledColumn(one.name, one.title, one.kind, one.about, True, one.estimate) for one in head.columns_for(side)
    ]
    names, groups = {column.name for column in columns}, head.groups_for(side)
    x = head.chart.x if head.chart.x in groups else ""
    return ReportHead(
        report.name,
        head.title,
        head.about,
        list(head.by),
        [GroupTold(group, *GROUPS[group]) for group in groups],
        list(head.group_for(side)),
        list(FILTERS[side]),
        "by_value" in head.reads,
        columns,
        head.sort if head.sort.removeprefix("-") in names else "",
        ChartTold(head.chart.kind, x, [y for y in head.chart.ys if y in names]),
    )


def table(question: Question, found: list[dict[Key, Sums]], limit: int) -> Table:
    """The table of what was found."""
    before = found[1] if len(found) > 1 else None
    return table_of(question.shape, found[0], before, question.sort, limit)


def told(question: Question, made: Table) -> ReportTold:
    """The table as an answer."""
    report, time, before = question.wish.report, question.range, question.before
    compared = None
    if before is not None:
        compared = Compared(utc(before.since_ms), utc(before.until_ms), made.before, made.totals_before)
    return ReportTold(
        report.name,
        report.head.title,
        utc(time.since_ms),
        utc(time.until_ms),
        time.zone,
        question.wish.clock,
        list(question.wish.groups),
        made.columns,
        made.rows,
        made.totals,
        made.count,
        compared,
    )


def file_of(made: Table, *, compared: bool) -> bytes:
    """The table as CSV: titles, then rows. Of texts none is a formula; numbers are as they are."""
    titles = [_title(column) for column in made.columns]
    measures = [place for place, column in enumerate(made.columns) if column.measure]
    if compared:
        titles += [f"{_title(made.columns[place])}, before" for place in measures]
    lines = []
    for place, row in enumerate(made.rows):
        cells = [_cell(column, cell) for column, cell in zip(made.columns, row, strict=True)]
        if compared:
            before = made.before[place]
            cells += [None if before is None else before[place] for place in measures]
        lines.append(cells)
    named = [dict(zip(map(str, range(len(titles))), line, strict=True)) for line in lines]
    names = [str(place) for place in range(len(titles))]
    head = {name: defused(title) for name, title in zip(names, titles, strict=True)}
    return csv_of(names, [head, *named], header=False, for_people=False)


def _title(column: TitledColumn) -> str:
    return f"{column.title} ≈" if column.estimate else column.title


def _cell(column: TitledColumn, cell: Cell) -> Cell:
    return cell if column.measure or not isinstance(cell, str) else defused(cell)
