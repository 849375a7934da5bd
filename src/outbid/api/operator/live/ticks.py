"""A second as it is told: its figures, and a few of its leads."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from outbid.api.operator.live.names import Names
from outbid.api.said.instants import utc
from outbid.core.ids import LEAD, public
from outbid.core.live.beat import Beat, Glimpse
from outbid.core.live.figures import Figures, Money, figures_of, ms_of
from outbid.core.live.sample import spread
from outbid.core.money import text_of

MOST_LEADS = 20
SECOND_MS = 1000


class MoneyOfTick(msgspec.Struct, frozen=True):
    """What was sold for, and what is left of it when sellers are paid."""

    currency: str
    revenue: str
    margin: str


class BuyerOfLead(msgspec.Struct, frozen=True):
    """Who bought."""

    offer: str
    buyer: str


class LeadOfTick(msgspec.Struct, frozen=True):
    """A lead that ended. `bids`: in its last round; `ms`: from its arrival to its end; `price`: over all its sales."""

    id: str
    at: str
    status: Literal["sold", "unsold", "refused"]
    reason: str
    source: str
    seller: str
    campaign: str
    sold_to: list[BuyerOfLead]
    price: str
    currency: str
    bids: int
    ms: int


class Tick(msgspec.Struct, frozen=True):
    """What was added to the tallies in the second that began `at`: told once, and never told otherwise.

    received, sold, unsold, refused  leads; a lead is sold once, however many buy it
    answer_p50, answer_p95  milliseconds to sellers' answers, to an eighth; null: there was none
    pings, bids, posts, rejects  what was asked of buyers, and how many posts they rejected
    lag_ms   how long after the end of the second it was told
    leads    at most 20 of those that ended
    """

    at: str
    received: int
    sold: int
    unsold: int
    refused: int
    money: list[MoneyOfTick]
    answer_p50: int | None
    answer_p95: int | None
    pings: int
    bids: int
    posts: int
    rejects: int
    lag_ms: int
    leads: list[LeadOfTick]


def tick_of(names: Names, cell: int, second_ms: int, beats: Sequence[Beat], campaign: int | None, now_ms: int) -> Tick:
    """The tick of a second, from all of its beats. `campaign`: of this one alone, by number."""

    def has(source: int) -> bool:
        return names.of_campaign(campaign, source)

    found = figures_of(beats, has, names.currency)
    leads = [lead for beat in beats for lead in beat.leads if has(lead.source)]
    return Tick(
        utc(second_ms),
        found.received,
        found.sold,
        found.unsold,
        found.refused,
        money_of(found),
        ms_of(found.answered, 0.5),
        ms_of(found.answered, 0.95),
        found.pings,
        found.bids,
        found.posts,
        found.rejects,
        max(0, now_ms - second_ms - SECOND_MS),
        [_lead(names, cell, lead) for lead in spread(leads, MOST_LEADS)],
    )


def money_of(found: Figures) -> list[MoneyOfTick]:
    """The money of each currency, in order of their codes."""
    return [_money(currency, money) for currency, money in sorted(found.money.items())]


def _money(currency: str, money: Money) -> MoneyOfTick:
    return MoneyOfTick(currency, text_of(money.price_micros), text_of(money.price_micros - money.payout_micros))


def _lead(names: Names, cell: int, lead: Glimpse) -> LeadOfTick:
    source = names.source(lead.source)
    sold_to = [names.offer(number) for number in lead.offers]
    return LeadOfTick(
        public(LEAD, cell, lead.id),
        utc(lead.at_ms),
        lead.status,
        lead.reason,
        source.source,
        source.seller,
        source.campaign,
        [BuyerOfLead(offer.offer, offer.buyer) for offer in sold_to],
        text_of(lead.price_micros),
        source.currency,
        lead.bids,
        lead.ms,
    )
