"""The live page at once: six figures beside those of a week before, where leads stop, buyers now, the last minutes."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.control import standing_of
from outbid.api.operator.live.buyers import BuyerNow, Buyers, WorstBuyer, buyers_now, wallets_of
from outbid.api.operator.live.names import Names
from outbid.api.operator.live.stream import campaign_of
from outbid.api.operator.live.ticks import SECOND_MS
from outbid.api.operator.live.today import MoneyToday, Rates, money_today, percent, rates_before
from outbid.api.operator.tallies import zone_of
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Text
from outbid.api.said.reading import Asked
from outbid.core.live.beat import Beat
from outbid.core.live.figures import Figures, figures_of, ms_of, offers_of
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE
from outbid.store.control import steps
from outbid.store.database import Connection
from outbid.store.house import settings
from outbid.store.reading.live import rooms
from outbid.store.tally import beats

WINDOWS = {"1m": 60, "5m": 300, "15m": 900}
STEPS_S = {"1m": 1, "5m": 5, "15m": 15}
"""About sixty steps: of single seconds a wide window would show noise."""


class SummaryWish(msgspec.Struct, frozen=True):
    """Of what."""

    campaign: Annotated[Text | None, Meta(description="only of this campaign, by slug")] = None
    window: Annotated[Literal["1m", "5m", "15m"], Meta(description="how far back")] = "5m"
    zone: Annotated[
        Text | None, Meta(description="the time zone in which today began; absent: the campaign's, or that of most")
    ] = None


class Stop(msgspec.Struct, frozen=True):
    """How many of the leads that ended in the window ended so. `reason`: empty for those that were sold."""

    status: Literal["sold", "unsold", "refused"]
    reason: str
    leads: int
    percent: float | None


class Series(msgspec.Struct, frozen=True):
    """The whole steps of the window, the first from `since` on. `answer_p95`: null in steps without an answer."""

    since: str
    step_s: int
    received: list[int]
    sold: list[int]
    answer_p95: list[int | None]


class Summary(msgspec.Struct, frozen=True):
    """What the live page shows. It is of whole seconds from `since` to just before `until`.

    last    the `id` of the last tick that is contained: the stream goes on from there
    zone    in which today began
    now     rates of the window; before: of the same quarter-hours a week before, null where there was nothing
    stops   how leads ended, the most frequent first
    """

    since: str
    until: str
    last: str
    zone: str
    received: int
    now: Rates
    before: Rates | None
    today: list[MoneyToday]
    worst: WorstBuyer | None
    stops: list[Stop]
    buyers: list[BuyerNow]
    series: Series


class Summed:
    """The route of the summary."""

    def __init__(self, desk: Desk, names: Names) -> None:
        self._desk, self._names = desk, names

    def routes(self) -> list[HTTPRouteHandler]:
        """Read."""
        said = Said(
            summary="How the market is now",
            query=SummaryWish,
            answers={200: ("figures of the last minutes and of today", Summary)},
        )
        return [route("GET", "/v1/live/summary", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        asked: SummaryWish = request.state.query
        market = self._desk.exchange.market
        campaign = campaign_of(self._desk, asked.campaign)
        self._names.learn(market)
        async with self._desk.database() as connection:
            of_house = (await settings.read(connection, HOUSE)).zone
            zone = zone_of(asked.zone or house_zone(market, campaign, of_house))
            now_ms = await self._settled(connection)
            until_ms = now_ms - now_ms % SECOND_MS
            since_ms = until_ms - WINDOWS[asked.window] * SECOND_MS
            cell = self._desk.exchange.cell
            found = await beats.between(connection, HOUSE, cell, since_ms, until_ms, offers=True)
            told = [beat for _, beat in found]
            gathered = Buyers(market, campaign, offers_of(told, lambda one: self._names.offer_of(campaign, one)))
            before = await rates_before(connection, cell, asked.campaign, zone, since_ms, until_ms)
            today = await money_today(connection, cell, asked.campaign, zone, now_ms)
            buyers = await self._buyers(connection, gathered, now_ms)
        figures = self._figures(told, campaign)
        summary = Summary(
            utc(since_ms),
            utc(until_ms),
            utc(until_ms - SECOND_MS),
            zone,
            figures.received,
            _rates(figures, WINDOWS[asked.window]),
            before,
            today,
            gathered.worst(),
            _stops(figures),
            buyers,
            self._series(found, campaign, since_ms, until_ms, STEPS_S[asked.window]),
        )
        return answer(summary)

    async def _settled(self, connection: Connection) -> int:
        """Until when all that happened is written. Raises Refused."""
        try:
            return await beats.settled(connection)
        except beats.Unsettled as error:
            raise Refused("database_away", str(error), headers={"Retry-After": "1"}) from None

    async def _buyers(self, connection: Connection, gathered: Buyers, now_ms: int) -> list[BuyerNow]:
        market, cell = gathered.market, self._desk.exchange.cell
        room = await rooms.rooms(connection, HOUSE, cell, gathered.owners())
        wallets = await wallets_of(connection, cell, market, room, now_ms)
        stood = standing_of(market, await steps.stands(connection, HOUSE))
        slugs = {offer.slug: number for number, offer in market.offers.items()}
        return buyers_now(gathered, room, wallets, {slugs[one.offer]: one.stage for one in stood})

    def _figures(self, found: list[Beat], campaign: int | None) -> Figures:
        return figures_of(found, lambda source: self._names.of_campaign(campaign, source), self._names.currency)

    def _series(
        self, found: list[tuple[int, Beat]], campaign: int | None, since_ms: int, until_ms: int, step_s: int
    ) -> Series:
        """Whole steps of the clock alone: what is told of one is the same in every summary."""
        step_ms = step_s * SECOND_MS
        began_ms = -(-since_ms // step_ms) * step_ms
        by_step: list[list[Beat]] = [[] for _ in range(began_ms, until_ms - step_ms + 1, step_ms)]
        for second_ms, beat in found:
            if 0 <= (at := (second_ms - began_ms) // step_ms) < len(by_step):
                by_step[at].append(beat)
        figures = [self._figures(some, campaign) for some in by_step]
        return Series(
            utc(began_ms),
            step_s,
            [one.received for one in figures],
            [one.sold for one in figures],
            [ms_of(one.answered, 0.95) if one.answered else None for one in figures],
        )


def house_zone(market: Market, campaign: int | None, of_house: str) -> str:
    """The zone of a campaign; else the one set for the house, or that of most campaigns; UTC where there is none."""
    if campaign is not None and campaign in market.campaigns:
        return market.campaigns[campaign].zone
    if of_house:
        return of_house
    zones = [one.zone for one in market.campaigns.values()]
    return max(sorted(set(zones)), key=zones.count, default="UTC")


def _rates(figures: Figures, seconds: int) -> Rates:
    ended = figures.sold + figures.unsold + figures.refused
    return Rates(
        round(figures.received / seconds, 3),
        percent(figures.sold, ended),
        ms_of(figures.answered, 0.95),
        percent(figures.rejects, figures.posts),
    )


def _stops(figures: Figures) -> list[Stop]:
    ended = figures.sold + figures.unsold + figures.refused
    stops = [
        Stop(status, reason, leads, percent(leads, ended))  # type: ignore[arg-type]
        for (status, reason), leads in {("sold", ""): figures.sold, **figures.stopped}.items()
        if leads
    ]
    return sorted(stops, key=lambda stop: (-stop.leads, stop.status, stop.reason))
