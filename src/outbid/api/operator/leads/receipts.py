"""Why each offer of a campaign bought a lead, or did not: exactly one outcome an offer.

What was live (room, bids, posts) stands in the events. What version and facts decide is decided again, by the very
functions that decided it then, so it can be told of offers too about which nothing was stored.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from outbid.api.operator.leads.naming import Naming
from outbid.core.auction import MAY_WIN, floor_micros
from outbid.core.lead import event as ev
from outbid.core.lead.state import State
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Campaign, Offer, Source
from outbid.core.match.match import receipt
from outbid.core.money import text_of

Outcome = Literal[
    "sold", "posting", "uncertain", "rejected", "not_reached", "no_room",
    "bid", "direct", "pass", "late", "error", "nonsense", "unreachable", "skipped", "not_asked",
]  # fmt: skip


class Receipt(msgspec.Struct, frozen=True):
    """What became of one offer.

    outcome  how far it came: not asked, skipped for want of room, how it answered the ping, how it took the post
    reason   why it came no further, as a code; empty for a sold sale and for one that has no answer yet
    detail   the part that failed and the value seen, in words: no personal ones
    price    the last price that was named, if any
    """

    offer: str
    buyer: str
    tier: str
    outcome: Outcome
    reason: str
    detail: str
    price: str | None


class _Found(NamedTuple):
    outcome: Outcome
    reason: str
    detail: str = ""
    price_micros: int | None = None


class Receipts:
    """The receipts of one lead, from the campaign and source as they were at the version that it pinned."""

    def __init__(
        self, campaign: Campaign, source: Source, facts: Mapping[str, Scalar], events: list[ev.Event], state: State
    ) -> None:
        self._campaign, self._source, self._facts = campaign, source, facts
        self._events, self._state = events, state

    def all(self, naming: Naming) -> list[Receipt]:
        """One receipt for every offer of the campaign."""
        return [self._told(offer, naming) for offer in self._campaign.offers.values()]

    def _told(self, offer: Offer, naming: Naming) -> Receipt:
        found = self._of_sale(offer) or self._of_events(offer, naming) or self._not_asked(offer, naming)
        price = None if found.price_micros is None else text_of(found.price_micros)
        return Receipt(
            naming.offer(offer.number),
            naming.buyer_of(offer.number),
            naming.tier_of(offer.number),
            found.outcome,
            found.reason,
            found.detail,
            price,
        )

    def _of_sale(self, offer: Offer) -> _Found | None:
        for sale in self._state.sales:
            if sale.offer == offer.number:
                outcome: Outcome = sale.status if sale.reached else "not_reached"
                return _Found(outcome, sale.reason, price_micros=sale.price_micros)
        return None

    def _of_events(self, offer: Offer, naming: Naming) -> _Found | None:
        """The last live fact about an offer."""
        for event in reversed(self._events):
            if isinstance(event, ev.NoRoom) and event.offer == offer.number:
                return _Found("no_room", event.reason, naming.account(event.account))
            if isinstance(event, ev.Pinged):
                for line in event.bids:
                    if line.offer == offer.number:
                        return self._of_line(line, offer, naming)
            if isinstance(event, ev.Matched):
                for skip in event.skips:
                    if skip.offer == offer.number:
                        return _Found("skipped", skip.reason, naming.account(skip.account))
        return None

    def _of_line(self, line: ev.BidLine, offer: Offer, naming: Naming) -> _Found:
        if line.outcome not in MAY_WIN:
            return _Found(line.outcome, line.reason)
        reason = line.reason or self._unplaced("outbid")
        detail = self._below(offer, line.price_micros, naming) if reason == "below_floor" else ""
        return _Found(line.outcome, reason, detail, line.price_micros)

    def _unplaced(self, at_the_end: str) -> str:
        """Why an offer with which nothing is wrong has no part in the lead: `at_the_end` if others bought it."""
        if self._state.status == "open":
            return "in_progress"
        if self._state.status == "uncertain":
            return "unsettled"
        return at_the_end if self._state.status == "sold" else self._state.reason

    def _not_asked(self, offer: Offer, naming: Naming) -> _Found:
        if self._state.status == "refused":
            return _Found("not_asked", self._state.reason)
        reason, detail = receipt(offer, self._source, self._floor(offer), self._facts)
        if reason == "below_floor" and offer.price_micros is not None:
            return _Found("not_asked", reason, self._below(offer, offer.price_micros, naming), offer.price_micros)
        if reason:
            return _Found("not_asked", reason, detail)
        ended = self._state.status not in ("open", "uncertain")
        return _Found("not_asked", "tier_not_reached" if ended else self._unplaced(""))

    def _below(self, offer: Offer, price_micros: int, naming: Naming) -> str:
        floor = max(self._floor(offer), offer.floor_micros)
        return f"the floor is {naming.money(floor)}, seen {naming.money(price_micros)}"

    def _floor(self, offer: Offer) -> int:
        tier = next(tier for tier in self._campaign.tiers if offer in tier.offers)
        return floor_micros(self._campaign, self._source, tier)
