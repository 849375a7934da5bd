"""Answers as they are shown in the description of the routes: one report for each side."""

from typing import Any, Final

from outbid.core.report.head import Audience


def _column(name: str, title: str, kind: str, *, measure: bool = True, about: str = "") -> dict[str, Any]:
    return {"name": name, "title": title, "kind": kind, "about": about, "measure": measure, "estimate": False}


_CURRENCY = _column("currency", "Currency", "text", measure=False)
_SOLD = _column("sold", "Sold", "count")
_PAYOUT = _column("payout", "Payout", "money")
_PRICE = _column("price", "Price", "money")
_TIME = {"since": "2026-10-31T04:00:00.000Z", "until": "2026-12-01T05:00:00.000Z", "zone": "America/New_York"}


def _head(name: str, title: str, about: str, group: str, filters: list[str], columns: list[Any]) -> dict[str, Any]:
    last = columns[-1]["name"]
    return {
        "name": name,
        "title": title,
        "about": about,
        "by": ["arrival", "sale"],
        "groups": [{"name": group, "title": group.title(), "kind": group}],
        "group_by": [group],
        "filters": filters,
        "dimensions": False,
        "columns": columns,
        "sort": f"-{last}",
        "chart": {"kind": "bars", "x": "", "ys": [last]},
    }


def _told(name: str, title: str, group: str, columns: list[Any], row: list[Any]) -> dict[str, Any]:
    before = [*row[:2], 41, "902.50"]
    return {
        "name": name,
        "title": title,
        **_TIME,
        "by": "arrival",
        "group_by": [group],
        "columns": [_column(group, group.title(), group, measure=False), _CURRENCY, *columns],
        "rows": [row],
        "totals": [[None, *row[1:]]],
        "count": 1,
        "compared": {
            "since": "2026-09-30T04:00:00.000Z",
            "until": "2026-10-31T04:00:00.000Z",
            "rows": [before],
            "totals": [[None, *before[1:]]],
        },
    }


_SALES = "What was sold, for how much, and what is left of it."
_EARNED = "What leads brought their seller, by source and by time."
LISTED: Final[dict[Audience, dict[str, Any]]] = {
    "operator": {
        "zone": "America/New_York",
        "items": [_head("sales", "Sales", _SALES, "buyer", ["source", "campaign", "offer"], [_SOLD, _PRICE])],
    },
    "seller": {
        "zone": "America/New_York",
        "items": [_head("earnings", "Earnings", _EARNED, "source", ["source", "campaign"], [_SOLD, _PAYOUT])],
    },
    "buyer": {
        "zone": "America/New_York",
        "items": [_head("sales", "Sales", _SALES, "offer", ["offer", "campaign"], [_SOLD, _PRICE])],
    },
}
TOLD: Final[dict[Audience, dict[str, Any]]] = {
    "operator": _told("sales", "Sales", "buyer", [_SOLD, _PRICE], ["oak", "USD", 57, "1254.00"]),
    "seller": _told("earnings", "Earnings", "source", [_SOLD, _PAYOUT], ["oak-web", "USD", 57, "1003.20"]),
    "buyer": _told("sales", "Sales", "offer", [_SOLD, _PRICE], ["oak-auto", "USD", 57, "1254.00"]),
}
