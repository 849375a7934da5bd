"""A verdict on a lead that a check holds for review: noted as a job, which an exchange process carries out."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import LEAD, parse, public
from outbid.core.scope import HOUSE
from outbid.store import jobs, leads


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a lead that was held: sold like a new one, or refused."""

    outcome: Literal["released", "refused"]


class ReviewNoted(msgspec.Struct, frozen=True):
    """A verdict that is on its way; /v1/leads/{lead}/log tells when it is carried out."""

    lead: str
    outcome: Literal["released", "refused"]


class Reviewing:
    """The route of verdicts on leads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Review."""
        said = Said(
            summary="Release or refuse a lead that is held for review",
            path={"lead": "the lead's id, ld_…"},
            body=Review,
            answers={202: ("noted: an exchange process carries it out", ReviewNoted)},
            problems=("lead_unknown", "lead_not_in_review", "lead_reviewed"),
        )
        return [route("POST", "/v1/leads/{lead:str}/review", said, self._review)]

    async def _review(self, request: Asked) -> Response[bytes]:
        review = convert(await read_json(request), Review)
        try:
            cell, lead_id = parse(LEAD, request.path_params["lead"].lower())
        except ValueError as error:
            raise Refused("lead_unknown", str(error)) from None
        exchange = self._desk.exchange
        async with self._desk.database() as connection:
            record = await leads.read(connection, HOUSE, cell, lead_id)
            if record is None:
                raise Refused("lead_unknown")
            if record.status != "review":
                raise Refused("lead_not_in_review", f"it is {record.status}")
            by = request.state.asker.by
            now_ms, noise = exchange.clock.now_ms(), exchange.noise
            if not await jobs.put_review(connection, cell, lead_id, review.outcome, by, now_ms, noise):
                raise Refused("lead_reviewed")
        return answer(ReviewNoted(public(LEAD, cell, lead_id), review.outcome), 202)
