"""What a report's query names: the relations of one side over a time, and what its rows may be divided by, as SQL."""

from typing import Final

import msgspec

from outbid.core.report.head import Audience, Clock, Report

Filters = tuple[tuple[str, str], ...]
"""Nouns that rows are kept to: kind and slug of each."""

_VIEWS: Final[dict[Audience, str]] = {"operator": "house", "seller": "seller", "buyer": "buyer"}
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
select t.quarter as starts, t.source, t.offer, t.outcome, t.reason, {figures}
  from {side}_tally t, asked
 where t.cell = asked.cell and t.clock = asked.clock and t.quarter >= asked.since and t.quarter < asked.until
   and t.offer {level} 0 and t.dimension = '' {kept}"""
_BY_VALUE: Final = """
select t.quarter as starts, t.source, t.offer, t.outcome, t.reason, {figures},
       case when asked.dimension = '' then t.dimension when asked.dimension = t.dimension then '(rest)'
            else substr(t.dimension, length(asked.dimension) + 2) end as value
  from {side}_tally t, asked
 where t.cell = asked.cell and t.clock = asked.clock and t.quarter >= asked.since and t.quarter < asked.until
   and t.offer {level} 0 and t.dimension <> '' {kept}"""
_SKIPS: Final = """
select t.quarter as starts, t.source, t.offer, t.reason, t.times, t.times * (1000000.0::float8 / t.share) as estimate
  from {side}_skip t, asked
 where t.cell = asked.cell and t.quarter >= asked.since and t.quarter < asked.until and t.offer {level} 0 {kept}"""
_RELATIONS: Final = {"tallies": _TALLIES, "by_value": _BY_VALUE, "skips": _SKIPS}
ASKED: Final = """asked as (
  select $1::integer as cell, $2::timestamptz as since, $3::timestamptz as until, $4::text as clock,
         $5::text as zone, $6::timestamptz[] as starts, $7::text as dimension)"""
"""The first parameters of every statement, whether it reads them or not."""
FIRST_FILTER: Final = 8

OF_TIME: Final = {
    "day": "width_bucket(q.starts, (select starts from asked)) - 1",
    "hour": "width_bucket(q.starts, (select starts from asked)) - 1",
    "hour_of_day": "extract(hour from q.starts at time zone (select zone from asked))::integer",
    "weekday": "extract(isodow from q.starts at time zone (select zone from asked))::integer",
}
"""Groups that are numbers."""


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


def relations(wish: Wish) -> str:
    """The relations as common table expressions; those that nobody names cost nothing."""
    head, view = wish.report.head, _VIEWS[wish.side]
    level = ">" if head.of == "offers" else "="
    kept = kept_to(wish)
    found = [
        ASKED,
        f"sources as materialized ({_SOURCES[wish.side]})",
        f"offers as materialized ({_OFFERS[wish.side]})",
    ]
    for name in head.reads:
        more = kept
        if name == "by_value":
            more += " and (asked.dimension = '' or t.dimension = asked.dimension"
            more += " or starts_with(t.dimension, asked.dimension || '='))"
        made = _RELATIONS[name].format(side=view, level=level, kept=more, figures=_FIGURES)
        found.append(f"{name} as ({made})")
    return ",\n".join(found)


def kept_to(wish: Wish) -> str:
    """The conditions of the filters; their slugs are parameters from the eighth on."""
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
