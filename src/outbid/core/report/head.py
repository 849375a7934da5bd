"""A report's head: what it counts, by what it may be divided, for whom it is, and how it is drawn."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

Kind = Literal[
    "money", "count", "percent", "ms",
    "text", "instant", "source", "buyer", "offer", "campaign", "seller", "reason",
]  # fmt: skip
Audience = Literal["operator", "seller", "buyer"]
Level = Literal["leads", "offers"]
Clock = Literal["arrival", "sale"]
Reads = Literal["tallies", "by_value", "skips"]

NAME: Final = r"^[a-z][a-z0-9_]{0,39}$"
TIMES: Final = ("day", "hour", "hour_of_day", "weekday")
"""Groups that are made of the time of a row."""
GROUPS: Final[dict[str, tuple[str, Kind]]] = {
    "source": ("Source", "source"),
    "campaign": ("Campaign", "campaign"),
    "seller": ("Seller", "seller"),
    "offer": ("Offer", "offer"),
    "buyer": ("Buyer", "buyer"),
    "reason": ("Reason", "reason"),
    "outcome": ("Outcome", "text"),
    "value": ("Value", "text"),
    "day": ("Day", "instant"),
    "hour": ("Hour", "instant"),
    "hour_of_day": ("Hour of day", "text"),
    "weekday": ("Weekday", "text"),
}
"""What rows may be divided by, with title and kind: whatever of it the report's query gives."""
NOT_TOLD: Final[dict[Audience, frozenset[str]]] = {
    "operator": frozenset(),
    "seller": frozenset(("seller", "offer", "buyer")),
    "buyer": frozenset(("seller", "source", "buyer", "value")),
}
"""By what nobody of that side may divide; the views that he reads do not hold it either."""
FILTERS: Final[dict[Audience, tuple[str, ...]]] = {
    "operator": ("source", "campaign", "seller", "offer", "buyer"),
    "seller": ("source", "campaign"),
    "buyer": ("offer", "campaign"),
}
LEVEL_OF: Final[dict[Audience, Level | None]] = {"operator": None, "seller": "leads", "buyer": "offers"}
"""Which rows each side reads; the operator both."""


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure of each row.

    sum       the column of the query whose sum it is; absent: the one of its own name
    per       a column of the query by whose sum it is divided; a percent is a hundred times that
    quantile  of a `ms`: the milliseconds that so many percent did not pass, read from the query's `histogram`
    estimate  it is reckoned from a sample, and shown with a ≈
    audience  who sees it; absent: all for whom the report is
    """

    name: str
    title: str
    kind: Literal["money", "count", "percent", "ms"]
    about: str = ""
    sum: str = ""
    per: str = ""
    quantile: float | None = None
    estimate: bool = False
    audience: tuple[Audience, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of the query that it is made of, but for the histogram."""
        if self.quantile is not None:
            return ()
        return (self.sum or self.name, self.per) if self.per else (self.sum or self.name,)


class Chart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is drawn: the columns `ys` over the column `x`; absent: over the first that rows are divided by."""

    kind: Literal["bars", "lines", "none"]
    x: str = ""
    ys: tuple[str, ...] = ()


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the comment at the beginning of a report's file.

    about     one sentence: which question it answers
    reads     the relations that the query names
    of        rows of leads, or of offers
    by        by which clock: when the lead came, when it was sold; the first is the usual one
    audience  for whom it is
    groups    by what rows may be divided; group: by what they usually are
    sort      the column by which rows are sorted, with - before it from the greatest on; absent: by their groups
    """

    title: str
    about: str
    reads: tuple[Reads, ...] = ("tallies",)
    of: Level
    by: tuple[Clock, ...] = ("arrival",)
    audience: tuple[Audience, ...] = ("operator",)
    groups: tuple[str, ...]
    group: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: str = ""
    chart: Chart = Chart(kind="none")

    def groups_for(self, side: Audience) -> tuple[str, ...]:
        """By what a side may divide."""
        return tuple(group for group in self.groups if group not in NOT_TOLD[side])

    def group_for(self, side: Audience) -> tuple[str, ...]:
        """By what it usually is divided for a side."""
        return tuple(group for group in self.group if group not in NOT_TOLD[side])

    def columns_for(self, side: Audience) -> tuple[Column, ...]:
        """The figures that a side sees."""
        return tuple(column for column in self.columns if not column.audience or side in column.audience)


class Report(msgspec.Struct, frozen=True):
    """A report: its head, and the query whose rows are summed."""

    name: str
    head: Head
    query: str


class HeadFault(ValueError):
    """A head that cannot be. The message is a sentence that says what would be right."""


def check(head: Head) -> None:
    """Raises HeadFault for a head that says what cannot be."""
    names = [column.name for column in head.columns]
    for group in head.groups:
        if group not in GROUPS:
            raise HeadFault(f"groups: there is no {group!r}; there are: {', '.join(GROUPS)}")
    _only("group", head.group, head.groups)
    _only("sort", (head.sort.removeprefix("-"),) if head.sort else (), (*names, *head.groups))
    _only("chart.ys", head.chart.ys, names)
    _only("chart.x", (head.chart.x,) if head.chart.x else (), head.groups)
    if len({*names, *head.groups, "currency"}) != len(names) + len(head.groups) + 1:
        raise HeadFault("columns: two are called alike, or like a group")
    if not (head.columns and head.reads and head.by and head.audience):
        raise HeadFault("columns, reads, by and audience hold one at least")
    for column in head.columns:
        _check_column(column)
    for side in head.audience:
        level = LEVEL_OF[side]
        if level is not None and (head.of != level or "skips" in head.reads):
            raise HeadFault(f"audience: a {side} reads rows of {level} in tallies and by_value alone")
        if not head.columns_for(side):
            raise HeadFault(f"columns: a {side} would see none")


def _check_column(column: Column) -> None:
    if (column.kind == "ms") != (column.quantile is not None):
        raise HeadFault(f"columns: {column.name}: a ms has a quantile, such as 90, and nothing else has one")
    if column.quantile is not None and not 0 < column.quantile <= 100:
        raise HeadFault(f"columns: {column.name}: a quantile is more than 0 and at most 100")
    if column.kind == "percent" and not column.per:
        raise HeadFault(f"columns: {column.name}: a percent says `per` what")


def _only(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    there = tuple(known)
    for name in names:
        if name not in there:
            raise HeadFault(f"{where}: there is no {name!r}; there are: {', '.join(there)}")
