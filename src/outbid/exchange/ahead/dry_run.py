"""The dry run of one lead: read as at arrival, judged, matched and ranked as it would be now; nothing is kept or sent.

Values stay in this process's memory. Claims on persons and the room in accounts are looked up, and not changed.
Enrichers are not asked, and not looked up is whether the same request came before: a dry run has no request of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from outbid.core.contract import Ask, Flaw, Score
from outbid.core.ids import LeadId
from outbid.core.lead import event as ev
from outbid.core.lead.inspection import Inspection, holding, refusal
from outbid.core.lead.lead import Lead
from outbid.core.lead.learned import learn, readable, taken, why_not_asked
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Enricher, Market, Source, facts_of
from outbid.core.replay.dry_run import Ahead, Given
from outbid.core.replay.dry_run import dry_run as look_ahead
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.exchange.arrive import read_values, today
from outbid.exchange.live.barred import answered, hashes_of
from outbid.exchange.live.learned.scores import Scores
from outbid.exchange.room import Rooms
from outbid.exchange.steps.inspect import claims_of, closed_source
from outbid.store.database import Connection
from outbid.store.money import rooms as room_now
from outbid.store.reading import claims
from outbid.store.vault import Vault

NOBODY = LeadId(bytes(16))


class Wish(msgspec.Struct, frozen=True):
    """A lead that might come from a source, and what is given of the moment (see `core/replay/dry_run.Given`).

    lot     by which its route is drawn, in millionths
    scores  how posts ended lately
    """

    market: Market
    source: Source
    fields: Mapping[str, Any]
    bids: Mapping[int, int]
    at_ms: int
    won: Mapping[int, int]
    live: Sequence[tuple[int, float]]
    lot: int
    scores: Scores


class DryRun(msgspec.Struct, frozen=True):
    """What would become of a lead.

    facts       all that decides
    undeclared  the names that the campaign does not declare
    enriched    what each enricher gives: it is not asked, so that is what there is to fall back on
    flaws       what the checks found
    """

    facts: dict[str, Scalar]
    undeclared: tuple[str, ...]
    enriched: tuple[ev.Enriched, ...]
    flaws: tuple[Flaw, ...]
    ahead: Ahead


class Looked(msgspec.Struct, frozen=True):
    """A wish with all that had to be looked up for it: what the checks say, and the room in accounts."""

    wish: Wish
    lead: Lead
    enriched: tuple[ev.Enriched, ...]
    inspected: ev.Inspected
    rooms: Rooms

    def ahead(self) -> DryRun:
        """What would become of the lead. It reads nothing that changes, so that it may run in a thread."""
        wish, lead = self.wish, self.lead
        room = self.rooms.of(wish.market, wish.market, wish.source, wish.at_ms)
        version = wish.market.version
        given = Given(version, wish.at_ms, room, wish.bids, wish.won, wish.live, _scores(wish))
        ahead = look_ahead(Plan(wish.source.campaign, wish.source), lead.facts, self.inspected, given)
        return DryRun(lead.facts, tuple(lead.unknown), self.enriched, self.inspected.flaws, ahead)


async def look(connection: Connection, vault: Vault, cell: int, wish: Wish) -> Looked:
    """Read a lead and look up what its dry run needs. `wish.market` decides, as a rule the newest there is."""
    source, campaign = wish.source, wish.source.campaign
    values, unknown = read_values(campaign.fields, wish.fields, wish.at_ms)
    facts = facts_of(values, campaign.fields)
    lead = Lead(
        cell,
        NOBODY,
        source.number,
        campaign.number,
        wish.market.version,
        wish.at_ms,
        values,
        facts,
        unknown,
        test=False,
    )
    rooms = await _rooms(connection, cell, wish)
    lead, enriched = _enriched(lead, wish)
    return Looked(wish, lead, enriched, await _inspect(connection, vault, rooms, wish, lead), rooms)


def _scores(wish: Wish) -> dict[int, Score]:
    """What is known of each offer, where its tier's method asks for it."""
    campaign, found = wish.source.campaign, {}
    for tier, (_, draw) in zip(campaign.tiers, wish.live, strict=True):
        if tier.score is not None:
            for offer in tier.offers:
                record = wish.scores.record(campaign.number, wish.source.number, offer.number)
                found[offer.number] = tier.score(record, draw)
    return found


def _enriched(lead: Lead, wish: Wish) -> tuple[Lead, tuple[ev.Enriched, ...]]:
    """The lead as it would be if all enrichers were silent that ask somebody: a dry run asks nobody."""
    told, fields, day = [], wish.source.campaign.fields, today(wish.at_ms)
    for enricher in wish.source.campaign.enrichers:
        known, outcome, reason = _foreseen(enricher, lead, wish)
        given = taken(enricher, lead, readable(fields, known, day))
        lead, facts = learn(lead, fields, given, day)
        told.append(ev.Enriched(wish.at_ms, enricher.name, outcome, reason, gave=tuple(given), facts=facts))
    return lead, tuple(told)


def _foreseen(enricher: Enricher, lead: Lead, wish: Wish) -> tuple[Mapping[str, Any], ev.EnrichOutcome, str]:
    """What an enricher says; nothing if it would have to ask."""
    if not enricher.local:
        return {}, "skipped", "only_foreseen"
    if (reason := why_not_asked(enricher, lead)) is not None:
        return {}, "skipped", reason
    ask = Ask(lead.facts, lead.values, lambda _: "", wish.at_ms, wish.source.campaign.currency)
    try:
        next(enricher.ask(ask))
    except StopIteration as stop:
        return stop.value.values, "learned" if stop.value.values else "nothing", ""
    raise RuntimeError(f"the enricher {enricher.name!r} promised to ask nobody, and asks")


async def _inspect(connection: Connection, vault: Vault, rooms: Rooms, wish: Wish, lead: Lead) -> ev.Inspected:
    """What the checks say. Persons that other leads hold are found by their claims, and none is made."""
    inspection = Inspection(lead, wish.source.campaign.checks)
    found = inspection.at_hand()
    refused = "source_closed" if wish.source.paused else refusal(found)
    refused = refused or closed_source(rooms, wish.market, wish.source, wish.at_ms)
    if refused is None:
        wanted = claims_of(vault, lead, inspection.lookups)
        held = await claims.conflicts(connection, HOUSE, wanted, wish.at_ms)
        looked = hashes_of(vault, wish.source.campaign.fields, inspection.lookups)
        listed = tuple(one for some in looked.values() for one in some)
        rows = await claims.known(connection, HOUSE, (), listed, wish.at_ms) if listed else []
        found += inspection.answered(held + answered(looked, rows))
        refused = refusal(found)
    lot = wish.lot if wish.source.campaign.draws_routes and refused is None else -1
    return ev.Inspected(wish.at_ms, "arrival", tuple(flaw for _, flaw in found), refused, holding(found), lot)


async def _rooms(connection: Connection, cell: int, wish: Wish) -> Rooms:
    """The room in every account that a sale of this source would take from; one that is not open yet is empty."""
    rooms = Rooms()
    of_offers = [wish.market.limits(wish.source, offer) for offer in wish.source.campaign.offers.values()]
    limits = [*of_offers, wish.market.source_limits(wish.source)]
    accounts = {account.id: account for some in limits for account in some.at(wish.at_ms)}.values()
    for account in accounts:
        rooms.learn(account.id, account.limit.ceiling)
    for identifier, room in await room_now.look(connection, cell, [account.id for account in accounts]):
        rooms.learn(identifier, room)
    return rooms
