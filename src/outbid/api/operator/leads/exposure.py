"""Who was shown which field of a lead, and when: for everybody of the house, also after the person was erased."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import answer, route
from outbid.api.operator.leads.naming import Naming
from outbid.api.operator.leads.records import WHICH, Found, Records
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked
from outbid.core.lead.exposure import Exposure, exposure, personal_of
from outbid.core.market.snapshot import Campaign
from outbid.core.route import Plan


class Shown(msgspec.Struct, frozen=True):
    """One request that held fields of the lead. No value is told, only names.

    offer, buyer  who was asked, both empty where it was an enricher
    fields    what it held: fields, and facts such as `birth_date.age`
    personal  those of them that are personal
    possibly  a process died in between: the request may have gone out, or not
    enricher  the name of the enricher that was asked, empty where it was a buyer
    """

    offer: str
    buyer: str
    at: str
    step: Literal["ping", "post", "enrich"]
    fields: tuple[str, ...]
    personal: tuple[str, ...]
    possibly: bool
    enricher: str


class LeadExposure(msgspec.Struct, frozen=True):
    """Everybody who was shown something of a lead, in order."""

    id: str
    erased: bool
    shown: list[Shown]


class Exposed:
    """The route of a lead's exposure."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def routes(self) -> list[HTTPRouteHandler]:
        """Tell."""
        said = Said(
            summary="Who was shown which field of a lead",
            path=WHICH,
            answers={200: ("every request to buyers and enrichers that held something of it", LeadExposure)},
            problems=("lead_unknown",),
        )
        return [route("GET", "/v1/leads/{lead:str}/exposure", said, self._tell)]

    async def _tell(self, request: Asked) -> Response[bytes]:
        found = await self._records.read(request)
        return answer(LeadExposure(found.name, found.record.wrapped is None, shown_of(found)))


def exposure_of(found: Found) -> list[Exposure]:
    """The exposure of a lead that was read."""
    facts = msgspec.json.decode(found.record.facts)
    return exposure(Plan(found.campaign, found.source), facts, found.events())


def shown_of(found: Found) -> list[Shown]:
    """The same, with the names of that time."""
    naming = found.naming
    return [_shown(each, found.campaign, naming) for each in exposure_of(found)]


def _shown(each: Exposure, campaign: Campaign, naming: Naming) -> Shown:
    return Shown(
        "" if each.enricher else naming.offer(each.offer),
        "" if each.enricher else naming.noun("buyer", each.buyer),
        utc(each.at_ms),
        each.step,
        each.fields,
        personal_of(campaign, each.fields),
        each.possibly,
        each.enricher,
    )
