"""`outbid report`: a report's table, or which reports there are."""

import argparse
import sys

from outbid.api.door.refusal import Refused
from outbid.api.reports.asked import Question, ReportWish, question_of
from outbid.api.reports.routes import sums_of
from outbid.api.reports.told import file_of, table
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.table import print_table
from outbid.core.report.head import Report
from outbid.core.report.table import Cell, Table, TitledColumn
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock
from outbid.plugins.reports import Reports
from outbid.settings import Settings, read_settings


def show(given: argparse.Namespace) -> int:
    """Print it."""
    settings = read_settings()
    reports = Reports(settings.reports)
    if not given.name:
        heads = [(name, report.head) for name in reports.names() if (report := reports.get(name)) is not None]
        print_table(
            ["report", "which question it answers", "divided by"],
            [[name, head.about, ", ".join(head.groups)] for name, head in heads],
        )
        return 0
    report = reports.get(given.name)
    if report is None:
        raise CommandError(f"there is no report {given.name!r}; there are: {', '.join(reports.names())}")
    question, made = _made(settings, report, given)
    if given.csv:
        sys.stdout.write(file_of(made, compared=question.before is not None).decode())
    else:
        _print(question, made)
    return 0


def _made(settings: Settings, report: Report, given: argparse.Namespace) -> tuple[Question, Table]:
    wish = ReportWish(
        from_=given.since,
        to=given.until,
        tz=given.tz,
        group_by=given.group_by,
        by=given.by,
        compare=given.compare,
        source=given.source,
        campaign=given.campaign,
        seller=given.seller,
        offer=given.offer,
        buyer=given.buyer,
        dimension=given.dimension,
        sort=given.sort,
        limit=given.limit,
    )
    try:
        question = question_of(report, "operator", wish, settings.zone, Clock().now_ms())
        with Database(settings) as database:
            database.migrate()
            found = database.use(lambda connection: sums_of(connection, HOUSE, 0, question))
    except Refused as refused:
        raise CommandError(refused.detail or f"the report was refused: {refused.code}") from None
    return question, table(question, found, given.limit)


def _print(question: Question, made: Table) -> None:
    if not made.rows:
        print("Nothing was counted in this time.")
        return
    measures = [place for place, column in enumerate(made.columns) if column.measure]
    compared = question.before is not None
    head = [column.title for column in made.columns]
    head += [f"{made.columns[place].title}, before" for place in measures] if compared else []
    lines = [
        _line(made.columns, row, measures, made.before[place] if compared else None, compared)
        for place, row in enumerate(made.rows)
    ]
    lines += [
        _line(made.columns, row, measures, made.totals_before[place] if compared else None, compared, "(all)")
        for place, row in enumerate(made.totals)
        if question.wish.groups
    ]
    print_table(head, lines)
    if made.count > len(made.rows):
        print(f"{len(made.rows):,} of {made.count:,} rows")


def _line(
    columns: list[TitledColumn],
    row: list[Cell],
    measures: list[int],
    before: list[Cell] | None,
    compared: bool,
    first: str = "",
) -> list[str]:
    cells = [_text(column, cell) for column, cell in zip(columns, row, strict=True)]
    cells[0] = first or cells[0]
    if compared:
        cells += ["" if before is None else _text(columns[place], before[place]) for place in measures]
    return cells


def _text(column: TitledColumn, cell: Cell) -> str:
    if cell is None:
        return ""
    text = f"{cell:,}" if isinstance(cell, int) else str(cell)
    return f"≈ {text}" if column.estimate else text
