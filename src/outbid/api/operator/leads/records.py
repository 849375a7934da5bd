"""A lead that an address names, read with all that is written of it and the market that it met."""

import asyncio

import msgspec

from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.naming import Naming
from outbid.api.said.reading import Asked
from outbid.core.ids import LEAD, parse, public
from outbid.core.lead import event as ev
from outbid.core.ledger.transfer import Transfer
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Campaign, Market, Source
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.recent import Recent
from outbid.store import leads
from outbid.store import market as markets
from outbid.store.leads import Record

MARKETS_KEPT = 4
WHICH = {"lead": "the lead's id, ld_…"}


class Found(msgspec.Struct, frozen=True):
    """A lead, what its sales moved, and the market at the version that it pinned."""

    record: Record
    moved: list[Transfer]
    market: Market

    @property
    def name(self) -> str:
        """The lead's public id."""
        return public(LEAD, self.record.cell, self.record.id)

    @property
    def campaign(self) -> Campaign:
        """Its campaign, as it was."""
        return self.market.campaigns[self.record.campaign]

    @property
    def source(self) -> Source:
        """Its source, as it was."""
        return self.market.sources[self.record.source]

    @property
    def plan(self) -> Plan:
        """Campaign and source together."""
        return Plan(self.campaign, self.source)

    @property
    def naming(self) -> Naming:
        """The names of that time."""
        return Naming(self.market, self.campaign)

    def events(self) -> list[ev.Event]:
        """All that happened to it, in order."""
        return [event for chapter in self.record.chapters for event in chapter.events]


class Records:
    """Reads leads; the markets of the last few versions stay compiled. Shared by the routes of single leads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._markets: Recent[int, Market] = Recent(MARKETS_KEPT)

    async def read(self, request: Asked) -> Found:
        """The lead in the address. Raises Refused."""
        return await self.named(request.path_params["lead"])

    async def named(self, name: str) -> Found:
        """A lead by its id. Raises Refused."""
        cell, lead_id = lead_named(name)
        async with self._desk.database() as connection:
            record = await leads.read(connection, HOUSE, cell, lead_id)
            if record is None:
                raise Refused("lead_unknown")
            moved = await leads.transfers(connection, HOUSE, cell, lead_id)
            known, base = self._known(record.version), self._desk.exchange.market
            numbered = None
            if known is None:
                numbered = await markets.load(connection, record.version, (base.version, base.nouns))
        if numbered is None:
            assert known is not None
            return Found(record, moved, known)
        market = await asyncio.to_thread(compile_market, *numbered, self._desk.plugins, before=base, lenient=True)
        self._markets.put(record.version, market)
        return Found(record, moved, market)

    def _known(self, version: int) -> Market | None:
        """The market at a version, if this process has it compiled."""
        now = self._desk.exchange.market
        return now if now.version == version else self._markets.get(version)


def lead_named(name: str) -> tuple[int, bytes]:
    """Cell and id of a lead by its public id. Raises Refused."""
    try:
        return parse(LEAD, name.lower())
    except ValueError as error:
        raise Refused("lead_unknown", str(error)) from None
