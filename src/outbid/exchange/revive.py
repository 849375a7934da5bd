"""A lead back from the database: after a crash, when a sale is settled, or when somebody asks about it."""

import msgspec

from outbid.core.ids import LeadId
from outbid.core.lead import event as ev
from outbid.core.lead.lead import Lead
from outbid.core.lead.learned import given_by, kept_of, learn
from outbid.core.lead.state import fold_all
from outbid.core.lead.traffic import Said, unpack
from outbid.core.ledger.moves import Deal
from outbid.core.market.snapshot import Market
from outbid.core.route import Plan
from outbid.exchange.arrive import LEAD_SEAL, decode_sealed, read_values, today
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.inspect import claims_of
from outbid.exchange.story import Notes, Story, decode_notes, traffic_seal
from outbid.store.leads import Record
from outbid.store.vault import LeadKey, Vault


class Erased(Exception):
    """The person behind the lead was erased: nothing personal can be read any more."""


def notes_of(vault: Vault, record: Record) -> Notes:
    """All free text that came back about a lead. Raises Erased, SealBroken."""
    key = key_of(vault, record)
    notes: Notes = {}
    for chapter in record.chapters:
        if chapter.sealed is not None:
            notes |= decode_notes(vault.open(key, record.id, b"notes %d" % chapter.n, chapter.sealed))
    return notes


def traffic_of(vault: Vault, record: Record, sealed: list[tuple[int, bytes]]) -> list[Said]:
    """All that was said to buyers about a lead. Raises Erased, SealBroken."""
    key = key_of(vault, record)
    return [said for n, each in sealed for said in unpack(vault.open(key, record.id, traffic_seal(n), each))]


def key_of(vault: Vault, record: Record) -> LeadKey:
    """The lead's own key. Raises Erased."""
    if record.wrapped is None:
        raise Erased("the lead's key was destroyed")
    return vault.unwrap(record.id, record.wrapped)


def lead_of(vault: Vault, record: Record, market: Market) -> Lead:
    """The lead as it arrived, with what was learned since. `market` is the version that it pinned. Raises Erased."""
    sealed = decode_sealed(vault.open(key_of(vault, record), record.id, LEAD_SEAL, record.sealed))
    fields = market.campaigns[record.campaign].fields
    values, _ = read_values(fields, sealed.values, record.arrived_at_ms)
    facts = msgspec.json.decode(record.facts)
    lead = Lead(
        record.cell,
        LeadId(record.id),
        record.source,
        record.campaign,
        record.version,
        record.arrived_at_ms,
        values,
        facts,
        sealed.unknown,
        record.test,
        record.quote,
    )
    if not market.campaigns[record.campaign].enrichers:
        return lead
    given = given_by(events_of(record), notes_of(vault, record))
    return learn(lead, fields, given, today(record.arrived_at_ms))[0]


def events_of(record: Record) -> list[ev.Event]:
    """All that happened to a lead."""
    return [event for chapter in record.chapters for event in chapter.events]


def revive(exchange: Exchange, record: Record, market: Market, deals: dict[str, Deal]) -> Story:
    """The story of a lead that this process takes over, ready for the loop. Raises Erased."""
    vault = exchange.vault
    lead = lead_of(vault, record, market)
    plan = Plan(market.campaigns[record.campaign], market.sources[record.source], lead.facts)
    story = Story(lead, plan, market, key_of(vault, record), None)
    story.state = fold_all(events_of(record))
    story.chapters = record.chapters[-1].n
    story.notes = notes_of(vault, record)
    story.kept = kept_of(events_of(record), story.notes)
    story.deals = dict(deals)
    lookups = () if lead.test else tuple(look for check in plan.campaign.checks for look in check.needs(lead))
    story.claims = claims_of(vault, lead, lookups)
    return story


def resume(exchange: Exchange, story: Story) -> None:
    """Tell a story that it is in new hands."""
    story.tell(ev.Resumed(exchange.clock.now_ms(), exchange.lane))
