"""What services taught of a lead reaches every buyer who is posted, whoever took the lead over in between."""

from collections.abc import Iterator
from typing import Any

from outbid.core.lead import event as ev

from .buyers import Buyer
from .database.tables import Tables
from .exposed import events_of
from .services import street_of


def untaught(tables: Tables, buyers: dict[str, Buyer]) -> Iterator[tuple[bytes, str]]:
    """Leads that were posted without what had been learned of them, or with something else."""
    posted = {key: document for buyer in buyers.values() for key, document in buyer.posted}
    for lead_id, events in events_of(tables).items():
        town, street = None, False
        for event in events:
            if isinstance(event, ev.Received):
                town, street = None, False
            elif isinstance(event, ev.Enriched):
                town = event.facts.get("town", town)
                street = street or "street" in event.gave
            elif isinstance(event, ev.Posting) and event.sale in posted:
                document = posted[event.sale]
                if (document.get("town"), document.get("street")) != (town, _street(document, street)):
                    yield lead_id, f"learned {town}, {'a' if street else 'no'} street; posted {document}"


def _street(document: dict[str, Any], known: bool) -> str | None:
    return street_of(document["phone"]) if known else None
