"""The reference of reports: which there are, for whom, and which figures each has."""

from tables import NONE, table

from outbid.core.report.head import Report
from outbid.plugins.reports import Reports

_HEAD = """# Reports

How they are asked for, and what they rest on: [read reports](../how_to/read_reports.md). Each is one file in
`src/outbid/plugins/reports/`; [add a report](../how_to/add_a_report.md) makes another one.

"""


def reports_page() -> str:
    """Every report that is built in."""
    found = Reports(installed=())
    all_of_them = [report for name in found.names() if (report := found.get(name)) is not None]
    rows = [(f"[`{one.name}`](#{one.name})", ", ".join(one.head.audience), one.head.about) for one in all_of_them]
    text = _HEAD + table(("Report", "For", "It answers"), rows)
    return text + "".join(_one(report) for report in all_of_them)


def _one(report: Report) -> str:
    head = report.head
    groups = ", ".join(f"`{group}`" + (" (usual)" if group in head.group else "") for group in head.groups)
    text = f"\n## {report.name}\n\n{head.title}: {head.about}\n\nRows of {head.of}, by {' or by '.join(head.by)}. "
    text += f"Divided by {groups}.\n\n"
    rows = []
    for column in head.columns:
        about = column.about or NONE
        if column.estimate:
            about += " (an estimate, shown with ≈)"
        rows.append((f"`{column.name}`", column.title, column.kind, ", ".join(column.audience) or "all", about))
    return text + table(("Column", "Title", "Kind", "For", "Meaning"), rows)
