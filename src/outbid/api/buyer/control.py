"""What rules did with a buyer's offers, every step with its figures."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import BUYER
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit
from outbid.api.said.reading import Asked
from outbid.core.control.health import Figure, Stage, Why
from outbid.core.money import percent_text
from outbid.core.scope import Scope
from outbid.store.control.steps import Step
from outbid.store.reading.parties import buyer

LAST = (1 << 31) - 1


class BuyerStepsWish(msgspec.Struct, frozen=True):
    """Which page of an offer's steps."""

    before: Annotated[int, Meta(ge=1, le=LAST, description="`next` of the page before")] = LAST
    limit: Limit = 100


class BuyerStep(msgspec.Struct, frozen=True):
    """A step with an offer: since then it takes part in `share` of the leads that match. `figures`: what was judged."""

    n: int
    at: str
    why: Why
    stage: Stage
    share: str
    figures: list[Figure]


class BuyerStepPage(msgspec.Struct, frozen=True):
    """Steps, the newest first."""

    items: list[BuyerStep]
    next: int | None


_EXAMPLE = {
    "n": 1,
    "at": "2026-11-24T09:30:00.125Z",
    "why": "worse",
    "stage": "lowered",
    "share": "50%",
    "figures": [{"measure": "rejects", "cases": 50, "bad": 31}],
}


class BuyerSteps:
    """The route of steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List those of one offer."""
        said = Said(
            summary="Every step that rules took with one of your offers, and the figures behind it",
            path={"offer": "the offer's slug"},
            query=BuyerStepsWish,
            answers={200: ("the newest first", BuyerStepPage)},
            problems=("noun_unknown",),
            example={"items": [_EXAMPLE], "next": None},
            door=BUYER,
        )
        return [route("GET", "/v1/buyer/offers/{offer:str}/events", said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: BuyerStepsWish = request.state.query
        scope: Scope = request.state.asker.scope
        async with self._desk.database() as connection:
            found = await buyer.steps(connection, scope, request.path_params["offer"], asked.before, asked.limit + 1)
        if found is None:
            raise Refused("noun_unknown")
        rows = [_told(step) for step in found[: asked.limit]]
        return answer(BuyerStepPage(rows, rows[-1].n if len(found) > asked.limit else None))


def _told(step: Step) -> BuyerStep:
    return BuyerStep(step.n, utc(step.at_ms), step.why, step.stage, percent_text(step.share), step.figures)
