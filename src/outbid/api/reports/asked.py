"""What is asked of a report: its time, by what it is divided, what it is kept to; read against the report's head."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from outbid.api.door.refusal import Refused
from outbid.api.said.paging import Text
from outbid.core.report.head import FILTERS, TIMES, Audience, Report
from outbid.core.report.range import Compare, Range, RangeFault, range_of
from outbid.core.report.table import Shape, sums_needed
from outbid.store.report.relations import Wish
from outbid.store.report.running import MOST_ROWS

MOST_GROUPS = 3
_FROM = Meta(max_length=40, description="a day (2026-01-31) or an instant; absent: 31 days up to `to`")
_TO = Meta(max_length=40, description="a day, which is contained, or an instant, which is not; absent: today")
_TZ = Meta(max_length=60, description="the time zone in which days begin; absent: the reader's own")
_GROUP_BY = Meta(max_length=200, description="by what rows are divided, up to three with commas between, or `none`")
_BY = Meta(description="by when the lead came, or was sold; absent: the first that the report knows")
_COMPARE = Meta(description="with the time before that is as long, or the same time a week before")
_SORT = Meta(max_length=60, description="a column, with - before it from the greatest on")
_LIMIT = Meta(ge=1, le=MOST_ROWS, description="how many rows at most; totals are of all")
_DIMENSION = Meta(max_length=200, description="of a report by values: only those of this dimension")

Clock = Annotated[Literal["arrival", "sale"] | None, _BY]


class AnyWish(msgspec.Struct, frozen=True, kw_only=True):
    """What may be asked of a report at every door."""

    from_: Annotated[str, _FROM] = msgspec.field(default="", name="from")
    to: Annotated[str, _TO] = ""
    tz: Annotated[str, _TZ] = ""
    group_by: Annotated[str, _GROUP_BY] = ""
    by: Clock = None
    compare: Annotated[Compare | None, _COMPARE] = None
    campaign: Annotated[Text | None, Meta(description="only of this campaign, by slug")] = None
    sort: Annotated[str, _SORT] = ""
    limit: Annotated[int, _LIMIT] = 1_000


class ReportWish(AnyWish, frozen=True, kw_only=True):
    """A report of the house."""

    source: Annotated[Text | None, Meta(description="only of this source, by slug")] = None
    seller: Annotated[Text | None, Meta(description="only of this seller, by slug")] = None
    offer: Annotated[Text | None, Meta(description="only of this offer, by slug")] = None
    buyer: Annotated[Text | None, Meta(description="only of this buyer, by slug")] = None
    dimension: Annotated[str, _DIMENSION] = ""


class SellerReportWish(AnyWish, frozen=True, kw_only=True):
    """A report of a seller."""

    source: Annotated[Text | None, Meta(description="only of this source of yours, by slug")] = None
    dimension: Annotated[str, _DIMENSION] = ""


class BuyerReportWish(AnyWish, frozen=True, kw_only=True):
    """A report of a buyer."""

    offer: Annotated[Text | None, Meta(description="only of this offer of yours, by slug")] = None


WISHES: dict[Audience, type[msgspec.Struct]] = {
    "operator": ReportWish,
    "seller": SellerReportWish,
    "buyer": BuyerReportWish,
}
Given = ReportWish | SellerReportWish | BuyerReportWish


class Question(msgspec.Struct, frozen=True):
    """A report as it is to be run: the wish, its shape, and the same of the time compared to."""

    range: Range
    wish: Wish
    shape: Shape
    sort: str
    before: Range | None = None
    wish_before: Wish | None = None

    @property
    def wishes(self) -> list[Wish]:
        """What is to be run."""
        return [self.wish] if self.wish_before is None else [self.wish, self.wish_before]


def question_of(report: Report, side: Audience, asked: Given, zone: str, now_ms: int) -> Question:
    """What is asked for. Raises Refused."""
    try:
        time = range_of(asked.from_, asked.to, asked.tz or zone, now_ms)
    except RangeFault as error:
        raise Refused("parameter_faulty", str(error)) from None
    groups = groups_of(report, side, asked.group_by)
    columns = report.head.columns_for(side)
    money = any(column.kind == "money" for column in columns)
    dimension = getattr(asked, "dimension", "")
    if dimension and "by_value" not in report.head.reads:
        raise Refused("parameter_faulty", "dimension: this report does not read values of dimensions")
    if "=" in dimension:
        raise Refused("parameter_faulty", "dimension: write the name of a field or part alone")
    wish = Wish(
        report=report,
        side=side,
        since_ms=time.since_ms,
        until_ms=time.until_ms,
        clock=_clock(report, asked.by),
        zone=time.zone,
        groups=groups,
        filters=tuple((kind, slug) for kind in FILTERS[side] if (slug := getattr(asked, kind)) is not None),
        dimension=dimension,
        starts_ms=_starts(groups, time),
        columns=tuple(sums_needed(columns)),
        money=money,
    )
    shape, sort = Shape(groups, columns, money, wish.starts_ms), _sort(report, side, groups, asked.sort)
    if asked.compare is None:
        return Question(time, wish, shape, sort)
    before = time.compared(asked.compare)
    starts = _starts(groups, before)
    earlier = replace(wish, since_ms=before.since_ms, until_ms=before.until_ms, starts_ms=starts)
    return Question(time, wish, shape, sort, before, earlier)


def groups_of(report: Report, side: Audience, text: str) -> tuple[str, ...]:
    """By what is asked to divide. Raises Refused."""
    if not text:
        return report.head.group_for(side)
    named = () if text == "none" else tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known = report.head.groups_for(side)
    for name in named:
        if name not in known:
            raise Refused("parameter_faulty", f"group_by: there is no {name!r}; there are: {', '.join(known)}, or none")
    if len(named) > MOST_GROUPS:
        raise Refused("parameter_faulty", f"group_by: divide by {MOST_GROUPS} at most")
    if "day" in named and "hour" in named:
        raise Refused("parameter_faulty", "group_by: divide by day or by hour; an hour says its day")
    return named


def _starts(groups: tuple[str, ...], time: Range) -> tuple[int, ...]:
    if "hour" in groups:
        return tuple(time.starts("hour"))
    return tuple(time.starts("day")) if "day" in groups else ()


def _clock(report: Report, by: Literal["arrival", "sale"] | None) -> Literal["arrival", "sale"]:
    if by is not None and by not in report.head.by:
        raise Refused("parameter_faulty", f"by: this report knows {' and '.join(report.head.by)} alone")
    return by or report.head.by[0]


def _sort(report: Report, side: Audience, groups: tuple[str, ...], text: str) -> str:
    """The order asked for, else that of the head; rows by time stand in the order of time."""
    known = (*groups, *(column.name for column in report.head.columns_for(side)))
    if text and text.removeprefix("-") not in known:
        raise Refused("parameter_faulty", f"sort: there is no {text!r}; there are: {', '.join(known)}")
    usual = report.head.sort if report.head.sort.removeprefix("-") in known else ""
    return text or ("" if set(groups) & set(TIMES) else usual)
