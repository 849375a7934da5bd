"""The dry run of one lead: read as at arrival, judged, matched and ranked as it would be now; nothing is kept or sent.

Values stay in this process's memory. Claims on persons and the room in accounts are looked up, and not changed. Not
looked up is whether the same request came before, since a dry run has no request of its own.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from outbid.core.contract import Flaw
from outbid.core.ids import LeadId
from outbid.core.lead import event as ev
from outbid.core.lead.inspection import Inspection, refusal
from outbid.core.lead.lead import Lead
from outbid.core.lead.value import Scalar
from outbid.core.ledger.account import Account
from outbid.core.market.snapshot import Campaign, Market, Source, facts_of
from outbid.core.replay.dry_run import Ahead, Given
from outbid.core.replay.dry_run import dry_run as look_ahead
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.exchange.arrive import read_values
from outbid.exchange.room import Rooms
from outbid.exchange.steps.inspect import claims_of, closed_source
from outbid.store import rooms as room_now
from outbid.store.database import Connection
from outbid.store.reading import claims
from outbid.store.vault import Vault

NOBODY = LeadId(bytes(16))


class Wish(msgspec.Struct, frozen=True):
    """A lead that might come from a source, and what is given of the moment (see `core/replay/dry_run.Given`)."""

    source: Source
    fields: Mapping[str, Any]
    bids: Mapping[int, int]
    at_ms: int
    won: Mapping[int, int]
    live: Callable[[Campaign, int], tuple[int, float]]


class DryRun(msgspec.Struct, frozen=True):
    """What would become of a lead.

    facts       all that decides
    undeclared  the names that the campaign does not declare
    flaws       what the checks found
    """

    facts: dict[str, Scalar]
    undeclared: tuple[str, ...]
    flaws: tuple[Flaw, ...]
    ahead: Ahead


async def dry_run(connection: Connection, vault: Vault, cell: int, market: Market, wish: Wish) -> DryRun:
    """What would become of a lead if it came now. `market` decides, as a rule the newest there is."""
    source, campaign = wish.source, wish.source.campaign
    values, unknown = read_values(campaign.fields, wish.fields, wish.at_ms)
    facts = facts_of(values, campaign.fields)
    lead = Lead(
        cell, NOBODY, source.number, campaign.number, market.version, wish.at_ms, values, facts, unknown, test=False
    )
    rooms = await _rooms(connection, cell, market, source, wish.at_ms)
    inspected = await _inspect(connection, vault, market, rooms, source, lead)
    room = rooms.of(market, source, wish.at_ms)
    given = Given(market.version, wish.at_ms, room, wish.bids, wish.won, wish.live)
    ahead = look_ahead(Plan(campaign, source), facts, inspected, given)
    return DryRun(facts, tuple(unknown), inspected.flaws, ahead)


async def _inspect(
    connection: Connection, vault: Vault, market: Market, rooms: Rooms, source: Source, lead: Lead
) -> ev.Inspected:
    """What the checks say. Persons that other leads hold are found by their claims, and none is made."""
    closed = "source_closed" if source.paused else None
    inspection = Inspection(lead, source.campaign.checks)
    found = inspection.at_hand()
    refused = closed or refusal(found) or closed_source(rooms, market, source, lead.arrived_at_ms)
    if refused is None:
        wanted = claims_of(vault, lead, inspection.lookups)
        found += inspection.answered(await claims.conflicts(connection, HOUSE, wanted, lead.arrived_at_ms))
        refused = refusal(found)
    return ev.Inspected(lead.arrived_at_ms, "arrival", tuple(flaw for _, flaw in found), refused)


async def _rooms(connection: Connection, cell: int, market: Market, source: Source, at_ms: int) -> Rooms:
    """The room in every account that a sale of this source would take from; one that is not open yet is empty."""
    offers = source.campaign.offers.values()
    accounts: dict[bytes, Account] = {found.id: found for found in market.source_limits(source).at(at_ms)}
    for offer in offers:
        accounts.update((found.id, found) for found in market.limits(source, offer).at(at_ms))
    rooms = Rooms()
    for identifier, account in accounts.items():
        rooms.learn(identifier, account.limit.ceiling)
    for identifier, room in await room_now.look(connection, cell, list(accounts)):
        rooms.learn(identifier, room)
    return rooms
