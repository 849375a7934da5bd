"""Limits of pairs, of hours and of orders: what binds beside the caps of single nouns."""

from collections.abc import Mapping
from datetime import date

from msgspec.structs import replace

from outbid.core.ledger.account import LEADS, Limit
from outbid.core.ledger.window import FOREVER_MS, Span
from outbid.core.market import noun as spec
from outbid.core.market.making.names import Names
from outbid.core.market.making.terms import limits_of, micros_of
from outbid.core.market.problem import Path
from outbid.core.schedule.week import MINUTES_OF_A_DAY, Calendar, clock_ms, dates_of
from outbid.core.schedule.when import When


def pairs_of(
    names: Names,
    caps: Mapping[str, tuple[spec.Cap, ...]],
    kind: str,
    owner: str,
    unit: str,
    zone: str,
    path: Path,
    hours: Calendar | None = None,
) -> dict[int, tuple[Limit, ...]]:
    """Caps of an owner on what it does with single nouns of a kind, by their numbers. Raises Fault."""
    found: dict[int, tuple[Limit, ...]] = {}
    for slug, some in caps.items():
        number = names.find(kind, slug, (*path, slug))[0]
        found[number] = limits_of(some, f"{owner} {kind}:{number}", unit, zone, (*path, slug), hours)
    return found


def paced(*limits: tuple[Limit, ...]) -> bool:
    """Whether any of these limits is spread over its window."""
    return any(limit.paced for some in limits for limit in some)


def when_of(offer: spec.Offer, zone: str) -> When | None:
    """Hours and dates of an offer; None if it set none."""
    calendar, term = _calendar(offer, zone), _term(offer.order, zone)
    if calendar is None and term is None:
        return None
    alone = frozenset(number for number, slot in enumerate(offer.schedule.slots) if slot.alone)
    return When(calendar, alone, term)


def scheduled(offer: spec.Offer, when: When | None, owner: str, unit: str, zone: str) -> tuple[Limit, ...]:
    """The limits of an offer's hours and of its order. Raises Fault."""
    found: list[Limit] = []
    for number, slot in enumerate(offer.schedule.slots):
        for i, cap in enumerate(slot.caps):
            where = ("schedule", "slots", number, "caps")
            for limit in limits_of((cap_of_a_day(cap),), owner, unit, zone, (*where, i)):
                window = f"slot {slot.hours().text}"
                calendar = None if when is None else when.calendar
                found.append(replace(limit, window=window, calendar=calendar, slot=number))
    order = offer.order
    if order.leads is not None or order.money is not None:
        ceiling = order.leads if order.leads is not None else micros_of(order.money or "", ("order", "money"))
        # The account outlives the order's end, which may be moved; that nothing is bought then is the offer's When.
        term = Span(0 if order.start is None else _midnight_ms(zone, order.start), FOREVER_MS)
        found.append(Limit(owner, LEADS if order.leads is not None else unit, "order", zone, ceiling, term))
    return tuple(found)


def cap_of_a_day(cap: spec.Cap) -> spec.Cap:
    """A slot's cap, as if it were a day's: it is read in the same way."""
    return replace(cap, window="day")


def _calendar(offer: spec.Offer, zone: str) -> Calendar | None:
    slots, blocked = offer.schedule.slots, offer.schedule.blocked
    if not slots and not blocked:
        return None
    return Calendar(zone, tuple(slot.hours() for slot in slots), dates_of(blocked))


def _term(order: spec.Order, zone: str) -> Span | None:
    """From the first midnight of an order to the last one, UTC milliseconds; None if it has neither."""
    if order.start is None and order.end is None:
        return None
    first = 0 if order.start is None else _midnight_ms(zone, order.start)
    last = FOREVER_MS if order.end is None else clock_ms(zone, date.fromisoformat(order.end), MINUTES_OF_A_DAY)
    return Span(first, last)


def _midnight_ms(zone: str, day: str) -> int:
    return clock_ms(zone, date.fromisoformat(day), 0)
