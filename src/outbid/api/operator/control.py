"""Capacity: how rules changed what offers get, every step with its figures, and a way back by hand."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit
from outbid.api.said.reading import Asked
from outbid.core.control.health import Health, Measure, Stage, Standing, Why, reset
from outbid.core.market.snapshot import Market, Offer
from outbid.core.money import ONE, percent_text
from outbid.core.scope import HOUSE
from outbid.exchange.work.stepping import take
from outbid.store.control import steps

PATH = "/v1/control"
LAST = (1 << 31) - 1


class Figured(msgspec.Struct, frozen=True):
    """What a rule judged: of so many cases so many were bad."""

    measure: Measure
    cases: int
    bad: int


class StepTold(msgspec.Struct, frozen=True):
    """A step of an offer. `share`: of the leads that match it takes part in so many since. `by`: rules, or who."""

    n: int
    at: str
    by: str
    why: Why
    stage: Stage
    share: str
    figures: list[Figured]


class OfferStands(msgspec.Struct, frozen=True):
    """How an offer with rules of health stands. `since`: its last step, null if it never took one."""

    offer: str
    buyer: str
    stage: Stage
    share: str
    since: str | None


class OffersStand(msgspec.Struct, frozen=True):
    """Every offer with rules of health, those with the smallest share first."""

    items: list[OfferStands]


class StepsWish(msgspec.Struct, frozen=True):
    """Which page of an offer's steps."""

    before: Annotated[int, Meta(ge=1, le=LAST, description="`next` of the page before")] = LAST
    limit: Limit = 100


class StepPage(msgspec.Struct, frozen=True):
    """Steps, the newest first."""

    items: list[StepTold]
    next: int | None


class Controls:
    """The routes of capacity."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, tell the steps of one, and put it back."""
        path = {"offer": "the offer's slug"}
        listed = Said(
            summary="Offers with rules of health, and in how many of their leads they take part",
            answers={200: ("those with the smallest share first", OffersStand)},
        )
        told = Said(
            summary="Every step that rules took with an offer, and the figures behind it",
            path=path,
            query=StepsWish,
            answers={200: ("the newest first", StepPage)},
            problems=("noun_unknown",),
        )
        back = Said(
            summary="Put an offer back to its full share; its rules go on judging it",
            path=path,
            answers={204: ("it is full, in every process within a second or two", None)},
            problems=("noun_unknown", "offer_is_full"),
        )
        return [
            route("GET", PATH, listed, self._list),
            route("GET", f"{PATH}/{{offer:str}}/events", told, self._steps),
            route("POST", f"{PATH}/{{offer:str}}/reset", back, self._reset),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            rows = await steps.stands(connection, HOUSE)
        return answer(OffersStand(standing_of(self._desk.exchange.market, rows)))

    async def _steps(self, request: Asked) -> Response[bytes]:
        asked: StepsWish = request.state.query
        offer = self._offer(request)
        async with self._desk.database() as connection:
            found = await steps.taken(connection, HOUSE, offer.number, asked.before, asked.limit + 1)
        rows = [told_of(step) for step in found[: asked.limit]]
        return answer(StepPage(rows, rows[-1].n if len(found) > asked.limit else None))

    async def _reset(self, request: Asked) -> Response[bytes]:
        offer, by = self._offer(request), request.state.asker.by
        async with self._desk.database() as connection:
            rows = {row.offer: row for row in await steps.stands(connection, HOUSE)}
            row = rows.get(offer.number)
            if row is None or row.level == 0:
                raise Refused("offer_is_full")
            standing, action = reset(Standing(row.level, row.since_ms, row.pauses), self._desk.exchange.clock.now_ms())
            now = steps.Stands(row.offer, standing.level, ONE, standing.pauses, standing.since_ms, row.n + 1)
            step = steps.Step(now.n, now.since_ms, by, action.why, "full", ONE, [])
            if not await take(self._desk.exchange, connection, offer, now, step):
                raise Refused("offer_is_full", "a rule took a step at the same time: look again")
        return answer(None, 204)

    def _offer(self, request: Asked) -> Offer:
        slug = request.path_params["offer"]
        number, _ = self._desk.exchange.market.nouns.get("offer", {}).get(slug, (0, None))
        offer = self._desk.exchange.market.offers.get(number)
        if offer is None:
            raise Refused("noun_unknown")
        return offer


def standing_of(market: Market, rows: list[steps.Stands]) -> list[OfferStands]:
    """Every offer with rules of health, those with the smallest share first."""
    stood = {row.offer: row for row in rows}
    found = [
        (offer, offer.control.health, stood.get(number, steps.Stands(number, 0, ONE, 0, 0, 0)))
        for number, offer in market.offers.items()
        if offer.control is not None and offer.control.health is not None
    ]
    found.sort(key=lambda one: (one[2].share, one[0].slug))
    return [_standing(market, *one) for one in found]


def _standing(market: Market, offer: Offer, health: Health, row: steps.Stands) -> OfferStands:
    stage = Standing(row.level, row.since_ms, row.pauses).stage(health)
    since = utc(row.since_ms) if row.n else None
    return OfferStands(offer.slug, market.name("buyer", offer.buyer), stage, percent_text(row.share), since)


def told_of(step: steps.Step) -> StepTold:
    """A step as it is told."""
    figures = [Figured(figure.measure, figure.cases, figure.bad) for figure in step.figures]
    return StepTold(step.n, utc(step.at_ms), step.by, step.why, step.stage, percent_text(step.share), figures)
