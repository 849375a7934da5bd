"""A report's table: cells made of sums, sorted and cut, with totals and with what was before."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from outbid.core.money import text_of
from outbid.core.report.head import GROUPS, Column, Kind
from outbid.core.schedule.instant import utc
from outbid.core.tally.histogram import merged, quantile

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Key = tuple[str | int, ...]
"""What a row is of: text, or the number of an hour, day or weekday; the currency last, where there is money."""
Cell = str | int | float | None


class Sums(msgspec.Struct):
    """What a row adds up to. `histogram` has a count for each bucket, or is empty."""

    figures: dict[str, int | float]
    histogram: list[int] = []


class Shape(msgspec.Struct, frozen=True):
    """Which cells a row has: the groups, the currency where `money`, the figures. `starts`: of each hour or day."""

    groups: tuple[str, ...]
    columns: tuple[Column, ...]
    money: bool
    starts: tuple[int, ...] = ()


class TitledColumn(msgspec.Struct, frozen=True):
    """A column as it is told. `measure`: a figure, not what the row is of; `estimate`: it is shown with a ≈."""

    name: str
    title: str
    kind: Kind
    about: str
    measure: bool
    estimate: bool


class Table(msgspec.Struct, frozen=True):
    """Rows beside their columns; `before` are the rows of the time compared to, None where there was nothing.

    count  how many rows there are, also those that were cut off
    """

    columns: list[TitledColumn]
    rows: list[list[Cell]]
    before: list[list[Cell] | None]
    totals: list[list[Cell]]
    totals_before: list[list[Cell] | None]
    count: int


def columns_of(shape: Shape) -> list[TitledColumn]:
    """The columns in their order."""
    told = [TitledColumn(group, *GROUPS[group], "", False, False) for group in shape.groups]
    if shape.money:
        told.append(TitledColumn("currency", "Currency", "text", "", False, False))
    return told + [TitledColumn(one.name, one.title, one.kind, one.about, True, one.estimate) for one in shape.columns]


def table_of(shape: Shape, now: Mapping[Key, Sums], before: Mapping[Key, Sums] | None, sort: str, limit: int) -> Table:
    """The table of sums. `sort` is a column's name, with - before it from the greatest on; empty: by the groups."""
    keys = _sorted(shape, now, sort)
    totals = _totals(shape, now)
    totals_before = {} if before is None else _totals(shape, before)
    return Table(
        columns_of(shape),
        [_row(shape, key, now[key]) for key in keys[:limit]],
        [] if before is None else [_maybe(shape, key, before) for key in keys[:limit]],
        [_row(shape, key, sums) for key, sums in totals.items()],
        [] if before is None else [_maybe(shape, key, totals_before) for key in totals],
        len(keys),
    )


def _maybe(shape: Shape, key: Key, found: Mapping[Key, Sums]) -> list[Cell] | None:
    return _row(shape, key, found[key]) if key in found else None


def _row(shape: Shape, key: Key, sums: Sums) -> list[Cell]:
    """`key` holds all groups, or none of them: then the row is a total."""
    parts = key[:-1] if shape.money else key
    cells: list[Cell] = [None] * len(shape.groups)
    if parts:
        cells = [_of_key(shape, group, part) for group, part in zip(shape.groups, parts, strict=True)]
    if shape.money:
        cells.append(key[-1])
    return cells + [cell_of(column, sums) for column in shape.columns]


def _of_key(shape: Shape, group: str, part: str | int) -> Cell:
    if part == "" or group not in ("day", "hour", "hour_of_day", "weekday"):
        return part
    number = int(part)
    if group == "weekday":
        return WEEKDAYS[number - 1]
    return f"{number:02}:00" if group == "hour_of_day" else utc(shape.starts[number])


def cell_of(column: Column, sums: Sums) -> Cell:
    """A figure; None where it would be divided by nothing, and where no time was measured."""
    value = _value(column, sums)
    if value is None:
        return None
    if column.kind == "money":
        return text_of(round(value))
    if column.kind == "percent":
        return round(value, 2)
    return round(value, 2) if column.per else round(value)


def _value(column: Column, sums: Sums) -> int | float | None:
    if column.quantile is not None:
        return quantile(sums.histogram, column.quantile / 100)
    whole = sums.figures[column.sum or column.name]
    if not column.per:
        return whole
    divisor = sums.figures[column.per]
    if not divisor:
        return None
    return 100 * whole / divisor if column.kind == "percent" else whole / divisor


def _sorted(shape: Shape, found: Mapping[Key, Sums], sort: str) -> list[Key]:
    """By the groups, and then by what is asked for; what has no figure comes last."""
    keys = sorted(found, key=lambda key: tuple((str(type(part)), part) for part in key))
    name, falling = sort.removeprefix("-"), sort.startswith("-")
    column = next((one for one in shape.columns if one.name == name), None)
    if column is not None:
        values = {key: _value(column, found[key]) for key in keys}
        some = [key for key in keys if values[key] is not None]
        some.sort(key=lambda key: values[key] or 0, reverse=falling)
        return some + [key for key in keys if values[key] is None]
    if name in shape.groups:
        place = shape.groups.index(name)
        keys.sort(key=lambda key: (str(type(key[place])), key[place]), reverse=falling)
    return keys


def _totals(shape: Shape, found: Mapping[Key, Sums]) -> dict[Key, Sums]:
    """Everything together, or of each currency: all rows, also those that are cut off."""
    totals: dict[Key, Sums] = {}
    for key, sums in found.items():
        of = key[-1:] if shape.money else ()
        totals[of] = added(totals.get(of), sums)
    return dict(sorted(totals.items()))


def added(one: Sums | None, other: Sums) -> Sums:
    """Two sums together."""
    if one is None:
        return Sums(dict(other.figures), list(other.histogram))
    figures = {name: value + other.figures[name] for name, value in one.figures.items()}
    return Sums(figures, merged(one.histogram, other.histogram))


def sums_needed(columns: Iterable[Column]) -> Sequence[str]:
    """The columns of the query whose sums are needed, each once."""
    return tuple(dict.fromkeys(name for column in columns for name in column.needs))
