"""What a report's query names: the relations of one side over a time, and what its rows may be divided by, as SQL."""

from collections.abc import Iterable
from typing import Final

import msgspec

from outbid.core.report.head import Audience, Clock, Report

Filters = tuple[tuple[str, str], ...]
"""Nouns that rows are kept to: kind and slug of each."""

VIEWS: Final[dict[Audience, str]] = {"operator": "house", "seller": "seller", "buyer": "buyer"}
_SOURCES: Final[dict[Audience, str]] = {
    "operator": "select number, slug, campaign, seller, currency from house_source",
    "seller": "select number, slug, campaign, ''::text as seller, currency from seller_source",
    "buyer": "select 0 as number, ''::text as slug, ''::text as campaign, ''::text as seller, ''::text as currency",
}
_OFFERS: Final[dict[Audience, str]] = {
    "operator": "select number, slug, campaign, buyer, currency from house_offer",
    "seller": "select 0 as number, ''::text as slug, ''::text as campaign, ''::text as buyer, ''::text as currency",
    "buyer": "select number, slug, campaign, ''::text as buyer, currency from buyer_offer",
}
_FIGURES: Final = "t.times, t.price_micros, t.payout_micros, t.histogram"
_TALLIES: Final = """
select t.{starts} as starts, t.source, t.offer, t.outcome, t.reason, {figures}
  from {side}_{table} t
 where t.cell = $1 and t.clock = $4 and {times} and t.offer {level} 0 and t.dimension = '' {kept}"""
_BY_VALUE: Final = """
select t.{starts} as starts, t.source, t.offer, t.outcome, t.reason, {figures},
       case when $7 = '' then t.dimension when $7 = t.dimension then '(rest)'
            else substr(t.dimension, length($7) + 2) end as value
  from {side}_{table} t
 where t.cell = $1 and t.clock = $4 and {times} and t.offer {level} 0 and t.dimension <> ''
   and ($7 = '' or t.dimension = $7 or starts_with(t.dimension, $7 || '=')) {kept}"""
_SKIPS: Final = """
select t.quarter as starts, t.source, t.offer, t.reason, t.times, t.times * (1000000.0::float8 / t.share) as estimate
  from {side}_skip t
 where t.cell = $1 and t.quarter >= $2 and t.quarter < $3 and t.offer {level} 0 {kept}"""
ASKED: Final = """asked as (
  select $1::integer as cell, $2::timestamptz as since, $3::timestamptz as until, $4::text as clock,
         $5::text as zone, $6::timestamptz[] as starts, $7::text as dimension,
         $8::timestamptz[] as from_here, $9::timestamptz[] as to_there)"""
"""The first parameters of every statement, whether it reads them or not."""
FIRST_FILTER: Final = 10

OF_TIME: Final = {
    "day": "width_bucket(q.starts, $6) - 1",
    "hour": "width_bucket(q.starts, $6) - 1",
    "hour_of_day": "extract(hour from q.starts at time zone $5)::integer",
    "weekday": "extract(isodow from q.starts at time zone $5)::integer",
}
"""Groups that are numbers."""
Run = tuple[int, int]
"""From and until which millisecond."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it is asked for.

    groups     by what rows are divided
    filters    what rows are kept to
    dimension  of `by_value`: only values of this one
    starts_ms  when each hour or day begins, where rows are divided by them
    columns    the columns of the query whose sums are wanted
    """

    report: Report
    side: Audience
    since_ms: int
    until_ms: int
    clock: Clock
    zone: str
    groups: tuple[str, ...]
    filters: Filters = ()
    dimension: str = ""
    starts_ms: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    money: bool = False


class Parts(msgspec.Struct, frozen=True):
    """A time in parts: read from rows that are rolled up, and from quarter-hours."""

    rolled: tuple[Run, ...]
    quarters: tuple[Run, ...]


def parts_of(since_ms: int, until_ms: int, spans: Iterable[Run]) -> Parts:
    """The parts of a time in which these spans, in order and apart from each other, are rolled up."""
    rolled: list[Run] = []
    quarters: list[Run] = []
    at_ms = since_ms
    for starts_ms, ends_ms in spans:
        if starts_ms > at_ms:
            quarters.append((at_ms, starts_ms))
        if rolled and rolled[-1][1] == starts_ms:
            rolled[-1] = (rolled[-1][0], ends_ms)
        else:
            rolled.append((starts_ms, ends_ms))
        at_ms = ends_ms
    if at_ms < until_ms:
        quarters.append((at_ms, until_ms))
    return Parts(tuple(rolled), tuple(quarters))


def relations(wish: Wish, parts: Parts) -> str:
    """The relations as common table expressions; those that nobody names cost nothing."""
    head, view = wish.report.head, VIEWS[wish.side]
    level = ">" if head.of == "offers" else "="
    kept = kept_to(wish)
    found = [
        ASKED,
        f"sources as materialized ({_SOURCES[wish.side]})",
        f"offers as materialized ({_OFFERS[wish.side]})",
    ]
    for name in head.reads:
        words = {"side": view, "level": level, "kept": kept, "figures": _FIGURES}
        if name == "skips":
            made = _SKIPS.format(**words)
        else:
            text = _TALLIES if name == "tallies" else _BY_VALUE
            quarters = _times("quarter", len(parts.rolled), len(parts.quarters))
            made = text.format(table="tally", starts="quarter", times=quarters, **words)
            if parts.rolled:
                grain = "hour" if {"hour", "hour_of_day"} & set(wish.groups) else "day"
                rolled = f"t.grain = '{grain}' and " + _times("starts", 0, len(parts.rolled))
                made += " union all " + text.format(table="rolled", starts="starts", times=rolled, **words)
        found.append(f"{name} as ({made})")
    return ",\n".join(found)


def _times(column: str, first: int, count: int) -> str:
    """Is a row within one of the runs whose ends stand in the eighth and ninth parameter from a place on?"""
    runs = [
        f"t.{column} >= ($8::timestamptz[])[{n}] and t.{column} < ($9::timestamptz[])[{n}]"
        for n in range(first + 1, first + count + 1)
    ]
    return f"({' or '.join(runs)})" if runs else "false"


def kept_to(wish: Wish) -> str:
    """The conditions of the filters; their slugs are parameters from the tenth on."""
    of_sources: list[str] = []
    of_offers: list[str] = []
    for place, (kind, _) in enumerate(wish.filters, FIRST_FILTER):
        column = "slug" if kind in ("source", "offer") else kind
        by_offer = kind in ("offer", "buyer") or (kind == "campaign" and wish.report.head.of == "offers")
        (of_offers if by_offer else of_sources).append(f"{column} = ${place}")
    found = ""
    if of_sources:
        found += f" and t.source = any(array(select number from sources where {' and '.join(of_sources)}))"
    if of_offers:
        found += f" and t.offer = any(array(select number from offers where {' and '.join(of_offers)}))"
    return found


def named(wish: Wish, group: str) -> str:
    """What rows are divided by, once sources and offers have their names: `b` are sums by number."""
    of_offers = wish.report.head.of == "offers"
    if group in ("source", "seller"):
        return "coalesce(s.slug, '')" if group == "source" else "coalesce(s.seller, '')"
    if group in ("offer", "buyer"):
        return "coalesce(o.slug, '')" if group == "offer" else "coalesce(o.buyer, '')"
    if group in ("campaign", "currency"):
        return f"coalesce({'o' if of_offers else 's'}.{group}, '')"
    return f"b.{group}"


def numbered(wish: Wish) -> tuple[str, ...]:
    """By what the first sums are divided: numbers and columns of the query, for names cost a look for each row."""
    of_offers = wish.report.head.of == "offers"
    needed: dict[str, None] = {}
    for group in (*wish.groups, *(("currency",) if wish.money else ())):
        if group in ("source", "seller"):
            needed["source"] = None
        elif group in ("offer", "buyer"):
            needed["offer"] = None
        elif group in ("campaign", "currency"):
            needed["offer" if of_offers else "source"] = None
        else:
            needed[group] = None
    return tuple(needed)
