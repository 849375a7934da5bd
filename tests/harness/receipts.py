"""What became of each offer of a lead, as receipts tell it."""

from typing import Any

import msgspec

from outbid.core.ids import LEAD, parse
from outbid.core.replay.receipts import receipts
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.store import leads


async def receipts_of(house: Any, answer: Any) -> dict[str, tuple[str, str]]:
    """What became of each offer, and why, by its slug."""
    _, identifier = parse(LEAD, answer.json["lead"])
    market = house.process.exchange.market
    record = await leads.read(house.connection, HOUSE, 0, identifier)
    source = market.sources[record.source]
    facts, events = msgspec.json.decode(record.facts), await house.events(answer.json["lead"])
    found = receipts(Plan(source.campaign, source), facts, events)
    return {market.offers[one.offer].slug: (one.outcome, one.reason) for one in found}
