"""What came late and what it may have cost, as the operator and each buyer are told it."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import msgspec

from outbid.api.door.refusal import Refused
from outbid.core.control.lateness import Counts, missed_micros, missed_sales
from outbid.core.money import text_of
from outbid.store.control.late import Late

MOST_ROWS = 10_000


class DayLate(msgspec.Struct, frozen=True):
    """A day on which answers came late; `missed` as in its offer, by the rate of all days."""

    day: str
    pings: int
    late: int
    cut: int
    missed: str | None


class OfferLate(msgspec.Struct, frozen=True):
    """What an offer answered too late over the time, and what that may have cost.

    pings         all but those whose round was decided without them
    answered      what rounds had in time: answers of any kind, and bids that still stood
    late          answers that did not come in time; cut: those of them for which the tier waited no longer
    sold, price   how many leads it bought, and for how much
    missed        an estimate of what it would have bought for besides: `late` times `price`, divided by `answered`. A
                  late answer is taken to be worth what an answer in time was on average, with passes and lost bids in
                  it. Null where nothing was answered in time
    missed_sales  the same of `sold`
    estimate      always true: no late answer is known to have won
    days          those on which anything came late
    """

    offer: str
    buyer: str
    currency: str
    pings: int
    answered: int
    late: int
    cut: int
    sold: int
    price: str
    missed: str | None
    missed_sales: float | None
    estimate: bool
    days: list[DayLate]


class LateTold(msgspec.Struct, frozen=True):
    """Offers that were asked or bought in the time, those first of which the most came late."""

    first_day: str
    last_day: str
    zone: str
    items: list[OfferLate]


def told(rows: Sequence[Late], days: Sequence[date], zone: str) -> LateTold:
    """All of it. Raises Refused for more rows than are told at once."""
    if len(rows) > MOST_ROWS:
        raise Refused("parameter_faulty", f"these are more than {MOST_ROWS:,} days of offers: ask for less time")
    items = [_offer(list(group), days) for _, group in groupby(rows, key=lambda row: (row.offer, row.currency))]
    items = [one for one in items if one.pings]
    items.sort(key=lambda one: (-one.late, one.offer))
    return LateTold(days[0].isoformat(), days[-1].isoformat(), zone, items)


def _offer(rows: list[Late], days: Sequence[date]) -> OfferLate:
    every = Counts()
    for row in rows:
        every = every.plus(row.counts)

    def missed(late: int) -> str | None:
        micros = missed_micros(late, every)
        return None if micros is None else text_of(micros)

    return OfferLate(
        rows[0].offer,
        rows[0].buyer,
        rows[0].currency,
        every.pings,
        every.answered,
        every.late,
        every.cut,
        every.sold,
        text_of(every.price_micros),
        missed(every.late),
        missed_sales(every.late, every),
        True,
        [_day(days[row.day], row.counts, missed(row.counts.late)) for row in rows if row.counts.late],
    )


def _day(day: date, counts: Counts, missed: str | None) -> DayLate:
    return DayLate(day.isoformat(), counts.pings, counts.late, counts.cut, missed)
