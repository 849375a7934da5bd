"""The one fold from events to tallies: what a process counts live, and what a recount of the chapters counts.

Which rows there are: docs/explain/tallies.md.
"""

from collections.abc import Callable, Iterable
from typing import Any

from outbid.core.lead import event as ev
from outbid.core.lead.state import State
from outbid.core.tally.dimension import Names, Subject
from outbid.core.tally.histogram import BUCKETS, bucket_of
from outbid.core.tally.rows import Clock, Row, Tallies, quarter_of

LEAD = 0
"""In place of an offer: the row is of the lead itself."""
TIMED = frozenset(("bid", "pass", "error", "nonsense"))
"""The lines of a round that are answers, so that their milliseconds are counted."""


def count(into: Tallies, names: Names, subject: Subject, before: State, events: Iterable[ev.Event]) -> None:
    """Add the events of one chapter. `before` is the fold of all earlier chapters of the lead."""
    course = _Course(into, names, subject, before)
    for event in events:
        if (counted := _COUNTED.get(type(event))) is not None:
            counted(course, event)


class _Course:
    """Where the lead stands between two events, as far as counting needs to know."""

    __slots__ = ("answered", "arrival", "held", "into", "names", "quarter", "sales", "sold", "subject")

    def __init__(self, into: Tallies, names: Names, subject: Subject, before: State) -> None:
        self.into, self.names, self.subject = into, names, subject
        self.quarter = quarter_of(subject.arrived_ms)
        self.arrival = into[self.quarter, "arrival", subject.source]
        self.answered, self.held, self.sold = before.deferred, before.held, False
        self.sales: dict[str, tuple[int, int, int]] = {}
        for sale in before.sales:
            self.sales[sale.id] = (sale.offer, sale.price_micros, sale.payout_micros)
            self.sold = self.sold or sale.status == "sold"

    def row(self, offer: int, outcome: str, reason: str = "") -> Row:
        """A row of the whole, by the clock of arrival."""
        return self.arrival[offer, outcome, reason, ""]

    def add(
        self, at_ms: int, offer: int, outcome: str, reason: str = "", price_micros: int = 0, payout_micros: int = 0,
        *, times: int = 1, ms: int | None = None, clock: Clock = "arrival",
    ) -> None:  # fmt: skip
        """Add to the row of the whole and to one of each dimension."""
        source, quarter, rows = self.subject.source, self.quarter, self.arrival
        if clock == "sale":
            quarter = quarter_of(at_ms)
            rows = self.into[quarter, clock, source]
        rows[offer, outcome, reason, ""].add(times, price_micros, payout_micros, ms)
        for name, value in self.subject.dimensions:
            dimension = self.names.dimension(quarter, at_ms, source, name, value)
            rows[offer, outcome, reason, dimension].add(times, price_micros, payout_micros, ms)

    def answer(self, at_ms: int, outcome: str) -> None:
        """The seller has his answer, unless he was told `pending` before."""
        if not self.answered:
            self.answered = True
            self.add(at_ms, LEAD, "answered", outcome, ms=at_ms - self.subject.arrived_ms)


def _received(course: _Course, event: ev.Received) -> None:
    course.add(event.at_ms, LEAD, "received")


def _inspected(course: _Course, event: ev.Inspected) -> None:
    course.held = event.held


def _enriched(course: _Course, event: ev.Enriched) -> None:
    ms = event.ms if event.sent else None
    course.row(LEAD, "enriched", f"{event.enricher} {event.outcome}").add(1, 0, 0, ms)


def _matched(course: _Course, event: ev.Matched) -> None:
    _skipped(course, event.skips)


def _rechecked(course: _Course, event: ev.Rechecked) -> None:
    _skipped(course, event.gone)


def _skipped(course: _Course, skips: tuple[ev.Skip, ...]) -> None:
    for skip in skips:
        course.row(skip.offer, "skipped", skip.reason).times += 1


def _pinged(course: _Course, event: ev.Pinged) -> None:
    """The one that costs: a round may have hundreds of lines."""
    rows = course.arrival
    for line in event.bids:
        outcome = line.outcome if not line.kept else "kept"
        row = rows[line.offer, outcome, line.reason, ""]
        row.times += 1
        if line.price_micros:
            row.price_micros += line.price_micros
        if outcome in TIMED:
            if not row.histogram:
                row.histogram = [0] * BUCKETS
            row.histogram[bucket_of(line.ms)] += 1


def _no_room(course: _Course, event: ev.NoRoom) -> None:
    course.row(event.offer, "full", event.reason).times += 1


def _posting(course: _Course, event: ev.Posting) -> None:
    course.sales[event.sale] = (event.offer, event.price_micros, event.payout_micros)
    course.add(event.at_ms, event.offer, "posted", "", event.price_micros, event.payout_micros)


def _sold(course: _Course, event: ev.Sold) -> None:
    offer = course.sales[event.sale][0]
    _bought(course, event.at_ms, offer, event.flag, event.price_micros, event.payout_micros, event.ms)


def _bought(
    course: _Course, at_ms: int, offer: int, reason: str, price_micros: int, payout_micros: int, ms: int | None
) -> None:
    """By both clocks, for the offer and for the lead, which is sold once however many buy it."""
    leads = 0 if course.sold else 1
    course.sold = True
    clocks: tuple[Clock, Clock] = ("arrival", "sale")
    for clock in clocks:
        course.add(at_ms, offer, "sold", reason, price_micros, payout_micros, ms=ms, clock=clock)
        course.add(at_ms, LEAD, "sold", "", price_micros, payout_micros, times=leads, clock=clock)


def _rejected(course: _Course, event: ev.Rejected) -> None:
    offer = course.sales[event.sale][0]
    course.add(event.at_ms, offer, "rejected", event.reason, ms=event.ms if event.reached else None)


def _unsure(course: _Course, event: ev.Unsure) -> None:
    offer, price_micros, payout_micros = course.sales[event.sale]
    course.add(event.at_ms, offer, "uncertain", event.reason, price_micros, payout_micros)


def _asked(course: _Course, event: ev.Asked) -> None:
    course.row(course.sales[event.sale][0], "asked").times += 1


def _inquired(course: _Course, event: ev.Inquired) -> None:
    course.row(course.sales[event.sale][0], "inquired", event.outcome).add(1, 0, 0, event.ms)


def _delivered(course: _Course, event: ev.Delivered) -> None:
    course.row(course.sales[event.sale][0], "delivered", event.way).add(
        1, 0, 0, event.ms if event.way == "sent" else None
    )


def _settled(course: _Course, event: ev.Settled) -> None:
    offer, price_micros, payout_micros = course.sales[event.sale]
    if event.outcome == "sold":
        _bought(course, event.at_ms, offer, "settled", price_micros, payout_micros, None)
    else:
        course.add(event.at_ms, offer, "rejected", "settled")


_WAITS = {"settled": "uncertain", "reviewed": "review", "due": "queued"}


def _waiting(course: _Course, event: ev.Waiting) -> None:
    course.add(event.at_ms, LEAD, _WAITS[event.what], course.held if event.what == "reviewed" else "")
    course.answer(event.at_ms, "pending")


def _deferred(course: _Course, event: ev.Deferred) -> None:
    course.answer(event.at_ms, "pending")


def _reviewed(course: _Course, event: ev.Reviewed) -> None:
    course.add(event.at_ms, LEAD, "reviewed", event.outcome)


def _closed(course: _Course, event: ev.Closed) -> None:
    if event.status != "sold":
        course.add(event.at_ms, LEAD, event.status, event.reason)
    course.answer(event.at_ms, event.status)


_COUNTED: dict[type, Callable[[_Course, Any], None]] = {
    ev.Received: _received,
    ev.Inspected: _inspected,
    ev.Enriched: _enriched,
    ev.Matched: _matched,
    ev.Pinged: _pinged,
    ev.Rechecked: _rechecked,
    ev.Posting: _posting,
    ev.NoRoom: _no_room,
    ev.Sold: _sold,
    ev.Rejected: _rejected,
    ev.Unsure: _unsure,
    ev.Asked: _asked,
    ev.Inquired: _inquired,
    ev.Delivered: _delivered,
    ev.Settled: _settled,
    ev.Waiting: _waiting,
    ev.Deferred: _deferred,
    ev.Reviewed: _reviewed,
    ev.Closed: _closed,
}
