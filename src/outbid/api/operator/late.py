"""Capacity: which answers came late and what that may have cost; and how fast offers answer in tiers with patience."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.control import PATH
from outbid.api.operator.tallies import zone_of
from outbid.api.said.description import Said
from outbid.api.said.late import MOST_ROWS, LateTold, told
from outbid.api.said.paging import Text
from outbid.api.said.range import FirstDay, LastDay, bounds_of, days_of
from outbid.api.said.reading import Asked
from outbid.core.control.answering import Answering, quantile_of, shares
from outbid.core.control.patience import Need
from outbid.core.market.snapshot import Campaign, Offer, Tier
from outbid.core.scope import HOUSE
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.learned.times import Rounds
from outbid.store.control.late import late
from outbid.store.reading.names import number_of


class LateWish(msgspec.Struct, frozen=True):
    """Which days, and of whom."""

    first_day: FirstDay = None
    last_day: LastDay = None
    zone: Annotated[Text, Meta(description="the time zone in which days begin")] = "UTC"
    offer: Annotated[Text | None, Meta(description="only of this offer, by slug")] = None


class OfferTimes(msgspec.Struct, frozen=True):
    """How fast an offer answered lately: its last pings, of which `answered` came while somebody looked.

    needs          after so many milliseconds hardly anything more would come: as long as it is waited for
    p50, p95, p99  milliseconds within which so many percent of its answers come, to an eighth; null if there are none.
                   Who was not watched to the end counts as far as he was (Kaplan and Meier)
    """

    offer: str
    buyer: str
    pings: int
    answered: int
    needs: int
    p50: int | None
    p95: int | None
    p99: int | None


class TierTimes(msgspec.Struct, frozen=True):
    """A tier with patience, since this process began.

    rounds         how many there were
    cut            how many did not wait any longer for somebody, while there was time left
    watched        of how many of those all open answers were read later, so that it is known what they saved
    saved_ms       what these saved together; saved_ms_per_round: divided by all rounds
    offers         the slowest first
    """

    campaign: str
    tier: str
    deadline_ms: int
    rounds: int
    cut: int
    watched: int
    saved_ms: int
    saved_ms_per_round: float
    offers: list[OfferTimes]


class TimesTold(msgspec.Struct, frozen=True):
    """Every tier with patience, as the process that answers has learned it; `lane` tells which one that is."""

    lane: int
    items: list[TierTimes]


class Lateness:
    """The routes of times."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """What came late, and what was learned."""
        came_late = Said(
            summary="Answers that came late, by offer and day, and an estimate of what that cost",
            query=LateWish,
            answers={200: ("those first of which the most came late", LateTold)},
            problems=("noun_unknown",),
        )
        learned = Said(
            summary="How fast offers answer in tiers with patience, and what shorter rounds saved, in this process",
            answers={200: ("by campaign and tier", TimesTold)},
        )
        return [
            route("GET", f"{PATH}/late", came_late, self._late),
            route("GET", f"{PATH}/times", learned, self._times),
        ]

    async def _late(self, request: Asked) -> Response[bytes]:
        asked: LateWish = request.state.query
        exchange, zone = self._desk.exchange, zone_of(asked.zone)
        days = days_of(asked.first_day, asked.last_day, zone, exchange.clock.now_ms())
        async with self._desk.database() as connection:
            if asked.offer is not None and await number_of(connection, HOUSE, "offer", asked.offer) is None:
                raise Refused("noun_unknown")
            rows = await late(connection, HOUSE, exchange.cell, bounds_of(days, zone), asked.offer, MOST_ROWS + 1)
        return answer(told(rows, days, zone))

    async def _times(self, request: Asked) -> Response[bytes]:
        exchange = self._desk.exchange
        tiers = [
            _tier(exchange, campaign, number, tier)
            for campaign in exchange.market.campaigns.values()
            for number, tier in enumerate(campaign.tiers)
            if tier.patience is not None
        ]
        return answer(TimesTold(exchange.lane, sorted(tiers, key=lambda one: (one.campaign, one.tier))))


def _tier(exchange: Exchange, campaign: Campaign, number: int, tier: Tier) -> TierTimes:
    done = exchange.times.rounds.get((campaign.number, number), Rounds())
    offers = [_offer(exchange, tier, offer) for offer in tier.offers if not offer.direct]
    offers.sort(key=lambda one: (-one.needs, one.offer))
    each = round(done.saved_ms / done.rounds, 1) if done.rounds else 0.0
    figures = (done.rounds, done.cut, done.watched, done.saved_ms, each)
    return TierTimes(campaign.slug, tier.slug, tier.deadline_ms, *figures, offers)


def _offer(exchange: Exchange, tier: Tier, offer: Offer) -> OfferTimes:
    assert tier.patience is not None
    known = exchange.times.known(offer.number) or Answering()
    need = exchange.times.need(tier.patience, offer.number) if known.pings else Need(offer.number, 0, 0)
    by = shares(known)
    p50, p95, p99 = (quantile_of(by, share) for share in (0.5, 0.95, 0.99))
    buyer = exchange.market.name("buyer", offer.buyer)
    return OfferTimes(offer.slug, buyer, known.pings, sum(known.answered), need.ms, p50, p95, p99)
