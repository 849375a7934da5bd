"""A verdict on an uncertain sale: noted as a job, which an exchange process carries out."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import LEAD, public, uuid7
from outbid.core.lead.state import fold_all
from outbid.core.scope import HOUSE
from outbid.store import jobs, leads
from outbid.store.database import Connection


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an uncertain sale ended, by somebody who knows."""

    outcome: Literal["sold", "rejected"]


class VerdictNoted(msgspec.Struct, frozen=True):
    """A verdict that is on its way; /v1/leads/{lead}/log tells when it is carried out."""

    sale: str
    lead: str
    outcome: Literal["sold", "rejected"]


class Settling:
    """The route of verdicts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Settle."""
        said = Said(
            summary="Settle an uncertain sale",
            path={"sale": "the sale's id, sl_…"},
            body=Verdict,
            answers={202: ("noted: an exchange process carries it out", VerdictNoted)},
            problems=("sale_unknown", "sale_not_uncertain", "sale_settling"),
        )
        return [route("POST", "/v1/sales/{sale:str}/settle", said, self._settle)]

    async def _settle(self, request: Asked) -> Response[bytes]:
        verdict = convert(await read_json(request), Verdict)
        sale, exchange = request.path_params["sale"].lower(), self._desk.exchange
        async with self._desk.database() as connection:
            cell, lead_id = await _uncertain(connection, sale)
            now_ms = exchange.clock.now_ms()
            payload = {"lead": lead_id.hex(), "sale": sale, "outcome": verdict.outcome, "by": request.state.asker.by}
            identifier = uuid7(now_ms, exchange.noise(10))
            if not await jobs.put(connection, cell, identifier, "settle", payload, now_ms, f"settle {sale}"):
                raise Refused("sale_settling")
        return answer(VerdictNoted(sale, public(LEAD, cell, lead_id), verdict.outcome), 202)


async def _uncertain(connection: Connection, sale: str) -> tuple[int, bytes]:
    """Cell and id of the lead that an uncertain sale is of. Raises Refused if the sale is not uncertain."""
    try:
        found = await leads.lead_of_sale(connection, HOUSE, sale)
    except ValueError as error:
        raise Refused("sale_unknown", str(error)) from None
    record = None if found is None else await leads.read(connection, HOUSE, *found)
    if found is None or record is None:
        raise Refused("sale_unknown")
    state = fold_all([event for chapter in record.chapters for event in chapter.events])
    status = next((known.status for known in state.sales if known.id == sale), "posting")
    if status != "uncertain":
        raise Refused("sale_not_uncertain", f"it is {status}")
    return found
