"""Who saw what: every request that reached a buyer stands in the exposure of its lead, with just the fields it held."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from outbid.core.ids import SALE, public
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import exposure
from outbid.core.market.snapshot import Market
from outbid.core.route import Plan
from outbid.exchange.clock import noise_source
from outbid.store.vault import Vault

from .buyers import Buyer
from .database.tables import Tables
from .services import REFERENCE, Service

NOT_OF_THE_LEAD = {"ref", "token", "price"}


def unlisted(
    tables: Tables, markets: dict[int, Market], buyers: dict[str, Buyer], master: bytes
) -> Iterator[tuple[bytes, str]]:
    """Leads with what a buyer read of them and their exposure does not list."""
    events = events_of(tables)
    reference = Vault({1: master}, noise_source()).reference
    lead_of_sale = {public(SALE, 0, sale_id): row["lead_id"] for (sale_id,), row in tables.table("sale").items()}
    for (lead_id,), lead in tables.table("lead").items():
        market = markets[lead["version"]]
        plan = Plan(market.campaigns[lead["campaign"]], market.sources[lead["source"]])
        listed = defaultdict(set)
        for each in exposure(plan, msgspec.json.decode(lead["facts"]), events[lead_id]):
            listed[each.offer, each.step].add(frozenset(each.fields))
        mine = {key for key, owner in lead_of_sale.items() if owner == lead_id}
        for offer in plan.campaign.offers.values():
            buyer = buyers[f"{offer.slug}.test"]
            for step, fields in _read_by(buyer, reference(lead_id, offer.buyer), mine):
                if fields not in listed[offer.number, step]:
                    known = [sorted(found) for found in listed[offer.number, step]]
                    yield lead_id, f"{offer.slug} read {sorted(fields)} in a {step}; listed: {known}"


def unlisted_questions(
    tables: Tables, markets: dict[int, Market], service: Service, master: bytes
) -> Iterator[tuple[bytes, str]]:
    """Leads with what the service `streets` read of them and their exposure does not list."""
    events = events_of(tables)
    reference = Vault({1: master}, noise_source()).reference
    for (lead_id,), lead in tables.table("lead").items():
        market = markets[lead["version"]]
        plan = Plan(market.campaigns[lead["campaign"]], market.sources[lead["source"]])
        told = exposure(plan, msgspec.json.decode(lead["facts"]), events[lead_id])
        listed = [frozenset(each.fields) for each in told if each.enricher == "streets"]
        known_as = reference(lead_id, REFERENCE)
        questions = [frozenset(asked) - NOT_OF_THE_LEAD for asked in service.asked if asked["ref"] == known_as]
        if unknown := [sorted(fields) for fields in questions if fields not in listed]:
            yield lead_id, f"streets read {unknown}; listed: {listed}"


def events_of(tables: Tables) -> dict[bytes, list[ev.Event]]:
    """What is written of every lead, in order."""
    events: dict[bytes, list[ev.Event]] = defaultdict(list)
    for (lead_id, _), row in sorted(tables.table("chapter").items()):
        events[lead_id] += ev.decode(row["events"])
    return events


def _read_by(buyer: Buyer, reference: str, sales: set[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for document in buyer.pinged:
        if document.get("ref") == reference:
            yield "ping", frozenset(document) - NOT_OF_THE_LEAD
    for key, document in buyer.posted:
        if key in sales:
            yield "post", frozenset(document) - NOT_OF_THE_LEAD
