"""Inspect: validators judge what is at hand, then the lead is born with its claims, then the rest is judged."""

import msgspec

from outbid.core.contract import LISTED, Conflict, Lookup
from outbid.core.lead import event as ev
from outbid.core.lead.inspection import Found, Inspection, holding, refusal, without_awaited
from outbid.core.lead.lead import Lead
from outbid.core.lead.learned import awaited
from outbid.core.market.snapshot import Market, Source
from outbid.core.match.match import full_reason
from outbid.core.route import Inspect
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.barred import listed_by_house
from outbid.exchange.live.checks import NO_OFFER, lot
from outbid.exchange.room import Rooms
from outbid.exchange.steps.enrich import enrich
from outbid.exchange.story import Story
from outbid.store.commit.entry import Claim
from outbid.store.vault import Vault


async def inspect(exchange: Exchange, story: Story, step: Inspect) -> None:
    """Judge by what is at hand first; a lead that fails there claims nobody. Then claim, and judge the rest.

    Only what passed is enriched, and judged again with what was learned: a lead that is refused is shown to nobody.
    """
    campaign = story.plan.campaign
    waits = awaited(campaign, story.lead) if campaign.enrichers else _ALL_THERE
    found, refused, claimed = await _judge(exchange, story, waits, _NOBODY)
    if campaign.enrichers and refused is None:
        await enrich(exchange, story)
        found, refused, _ = await _judge(exchange, story, _ALL_THERE, claimed)
    story.flaws = tuple(flaw for _, flaw in found)
    held, lot = holding(found), lot_of(story, refused)
    story.tell(ev.Inspected(exchange.clock.now_ms(), step.stage, story.flaws, refused, held, lot))


def lot_of(story: Story, refused: str | None) -> int:
    """The lot by which a lead's route is drawn, -1 if none is, or was drawn at its ping."""
    draws = story.plan.campaign.draws_routes and story.state.lot < 0 and refused is None
    return lot(story.id, NO_OFFER) if draws else -1


class _Claimed(msgspec.Struct, frozen=True):
    """The persons that a lead has asked for, and who of them others have."""

    lookups: tuple[Lookup, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


_NOBODY = _Claimed()
_ALL_THERE: frozenset[str] = frozenset()


async def _judge(
    exchange: Exchange, story: Story, waits: frozenset[str], claimed: _Claimed
) -> tuple[Found, str | None, _Claimed]:
    """What the checks find of what is not awaited, the reason code if that refuses the lead, and all its claims."""
    inspection = Inspection(story.lead, story.plan.campaign.checks)
    found = without_awaited(story.lead, inspection.at_hand(), waits)
    refused = refusal(found)
    if refused is None and not story.lead.test:
        quoted = story.state.promise_micros is not None
        at_ms = exchange.clock.now_ms()
        refused = closed_source(exchange.rooms, exchange.market, story.plan.source, at_ms, quoted=quoted)
        if refused is None:
            claimed = await _claim(exchange, story, _lists(inspection.lookups, claims=True), claimed)
            listed = await listed_by_house(exchange, story, _lists(inspection.lookups, claims=False))
            found += inspection.answered(claimed.conflicts + listed)
            refused = refusal(found)
    return found, refused, claimed


async def _claim(exchange: Exchange, story: Story, lookups: tuple[Lookup, ...], claimed: _Claimed) -> _Claimed:
    """Claim who is not claimed yet. The lead is made durable with its first claims, be there any or not."""
    if story.born is not None:
        lookups = tuple(look for look in lookups if look not in claimed.lookups)
        if not lookups:
            return claimed
    conflicts = await _bear(exchange, story, lookups)
    return _Claimed(claimed.lookups + lookups, claimed.conflicts + conflicts)


def _lists(lookups: tuple[Lookup, ...], *, claims: bool) -> tuple[Lookup, ...]:
    """The lookups that claim somebody, or those that look into the house's suppression list."""
    return tuple(look for look in lookups if (look.scope != LISTED) == claims)


def closed_source(rooms: Rooms, market: Market, source: Source, at_ms: int, *, quoted: bool = False) -> str | None:
    """A full cap of source, seller or campaign, as the market is now, refuses the lead (a trade rule): its reason code.

    Not so where it was quoted, and its quote is honoured.
    """
    if quoted and source.quotes.honour:
        return None
    full = rooms.full(market.source_limits(market.sources.get(source.number, source)).at(at_ms), 1)
    if full is None:
        return None
    return "capped_since_ping" if quoted else full_reason(full)


async def _bear(exchange: Exchange, story: Story, lookups: tuple[Lookup, ...]) -> tuple[Conflict, ...]:
    """Make the lead durable and its claims with it. Without claims nothing waits for the commit yet.

    A lead that was taken over is durable already: its claims are made again, and are its own.
    """
    before: tuple[Claim, ...] = ()
    if story.born is not None:
        before = story.claims
        await story.born
    story.claims = claims_of(exchange.vault, story.lead, lookups)
    story.born = exchange.write(story, claims=True)
    conflicts = (await story.born).conflicts if lookups else ()
    lost = {(conflict.scope, conflict.name) for conflict in conflicts}
    story.claims = before + tuple(claim for claim in story.claims if (claim.scope, claim.name) not in lost)
    return conflicts


def claims_of(vault: Vault, lead: Lead, lookups: tuple[Lookup, ...]) -> tuple[Claim, ...]:
    """Lookups as claims: keyed hashes with the instant at which they end, counted from arrival."""
    return tuple(
        Claim(vault.person(look.name, look.text), look.scope, look.name, lead.arrived_at_ms + look.seconds * 1000)
        for look in lookups
        if look.scope != LISTED
    )
