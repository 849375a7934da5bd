"""A lead is posted under its quote: the ping's facts and bids become the lead's, or the quote is stale."""

from collections.abc import Mapping
from typing import Any

import msgspec

from outbid.core.contract import Flaw
from outbid.core.ids import QUOTE, public
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import present_of
from outbid.core.lead.inspection import Inspection
from outbid.core.lead.learned import kept_of
from outbid.core.lead.quote import changed, chosen, recheck
from outbid.core.lead.state import fold_all
from outbid.core.market.snapshot import Market, Source
from outbid.core.match.match import Live
from outbid.core.route import Recheck
from outbid.exchange.arrive import LEAD_SEAL, begin, decode_sealed
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.barred import NOBODY, Barred, barred_of
from outbid.exchange.story import NOTES_OF_QUOTE, Story, decode_notes
from outbid.store.commit.entry import Request
from outbid.store.quote.row import Record


def take_up(
    exchange: Exchange,
    market: Market,
    source: Source,
    arrived: Mapping[str, Any],
    test: bool,
    request: Request,
    quote: Record,
    bids: tuple[str, ...] = (),
) -> Story:
    """The story of a lead whose quote was found. `market` and `source` are of the version that the quote pinned.

    What the ping told and the post does not tell again counts as told. `bids`: the ids of those that the seller chose.
    Then the lead is not auctioned anew: it would go to others.
    """
    vault = exchange.vault
    key = vault.unwrap(quote.id, quote.wrapped)
    pinged = decode_sealed(vault.open(key, quote.id, LEAD_SEAL, quote.sealed))
    told = {**pinged.unknown, **pinged.values, **{name: value for name, value in arrived.items() if value is not None}}
    story = begin(exchange, market, source, told, test, request, quote.id)
    name, offered = public(QUOTE, quote.cell, quote.id), fold_all(quote.events).offered
    picks = chosen(name, bids, len(offered))
    flaws = _stale(story, quote, picks)
    if not flaws:
        for event in quote.events:
            story.tell(event)
        notes = {} if quote.notes is None else decode_notes(vault.open(key, quote.id, NOTES_OF_QUOTE, quote.notes))
        for name, text in notes.items():
            story.note(name, text)
        story.kept = kept_of(quote.events, notes)
    if flaws:
        return _received(story, name, () if source.quotes.anew and not bids else flaws)
    if picks and source.quotes.others:
        picks = tuple(dict.fromkeys((*picks, *range(1, len(offered) + 1))))
    return _received(story, name, (), _later(story, quote), picks or ())


def refuse(
    exchange: Exchange, market: Market, source: Source, arrived: Mapping[str, Any], test: bool, request: Request
) -> Story:
    """The story of a lead whose ping is not known: it is refused, and kept."""
    story = begin(exchange, market, source, arrived, test, request)
    return _received(story, "", (Flaw("ping_unknown", source.ping_id),))


def _later(story: Story, quote: Record) -> tuple[str, ...]:
    """The facts that decide something, and that the ping did not tell: with them in mind it can be decided again."""
    pinged = msgspec.json.decode(quote.facts)
    return tuple(sorted(name for name in story.plan.source.decisive if name in story.lead.facts and name not in pinged))


def _received(
    story: Story, quote: str, flaws: tuple[Flaw, ...], later: tuple[str, ...] = (), picks: tuple[int, ...] = ()
) -> Story:
    lead = story.lead
    came_ms = lead.arrived_at_ms
    present = present_of(story.plan.campaign.fields, lead.values)
    story.tell(ev.Received(came_ms, lead.source, lead.campaign, lead.version, lead.test, present, quote, later, picks))
    if flaws:
        # With everything else that is wrong with it, so that the seller need not come a third time.
        found = Inspection(lead, story.plan.campaign.checks).at_hand()
        story.flaws = flaws + tuple(flaw for _, flaw in found)
        story.tell(ev.Inspected(came_ms, "arrival", story.flaws, flaws[0].code))
    return story


def _stale(story: Story, quote: Record, picks: tuple[int, ...] | None) -> tuple[Flaw, ...]:
    """Why a quote does not stand for this lead; nothing if it does. `picks` is None if an id is none of its bids'."""
    lead, named = story.lead, story.plan.source.ping_id
    if quote.until_ms is None:
        return (Flaw("ping_not_quoted", named, fold_all(quote.events).reason),)
    if picks is None:
        return (Flaw("bid_unknown", story.plan.source.bid_ids),)
    offered = fold_all(quote.events).offered
    ends_ms = max([offered[pick - 1].until_ms for pick in picks], default=quote.until_ms)
    if lead.arrived_at_ms > ends_ms:
        return (Flaw("ping_expired", named, f"{(lead.arrived_at_ms - ends_ms) / 1000:.1f} s ago"),)
    others = changed(story.plan.source.decisive, msgspec.json.decode(quote.facts), lead.facts)
    return tuple(Flaw("changed_since_ping", name.partition(".")[0], f"fact: {name}") for name in others)


async def recheck_bids(exchange: Exchange, story: Story, step: Recheck) -> None:
    """Strike those who may not buy any more; the bids of the others are ranked again."""
    plan, state, now_ms = story.plan, story.state, exchange.clock.now_ms()
    terms = plan.terms(state.tier, state.matched_ms)
    room = _room(exchange, story, now_ms, NOBODY if story.lead.test else await barred_of(exchange, story))
    story.tell(recheck(plan.campaign, plan.source, state, terms, story.lead.facts, room, now_ms))


def _room(exchange: Exchange, story: Story, now_ms: int, barred: Barred) -> Live:
    """Room as it is known here; the hold decides exactly, and alone knows what honouring a quote may pass."""
    source = story.plan.source
    if story.lead.test or source.quotes.honour:
        return lambda offer, least_micros: barred.skip(offer)
    room = exchange.rooms.of(exchange.market, story.market, source, now_ms)
    return lambda offer, least_micros: barred.skip(offer) or room(offer, least_micros)
