"""Replies that list several bids, and sellers who choose among those they are told of."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from outbid.core.answer import QuoteAnswer
from outbid.core.lead import event as ev
from outbid.core.lead.state import State

from .buyers import Buyer
from .database.tables import Tables
from .exposed import events_of


def with_choices(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Let some buyers list their bids and some sellers choose. It draws from the market itself, as `with_prices`."""
    chance = Random(msgspec.json.encode(rows)[::-1])
    if chance.random() < 0.5:
        return
    for offer in rows["offer"]:
        settings = offer["delivery"]["settings"]
        if "ping_url" in settings and chance.random() < 0.5:
            settings["ping_reply"] |= {"bids_path": "bids", "stands_path": "stands"}
            offer |= {"bids_stand_s": chance.choice((0, 5, 600)), "keeps_bids": chance.random() < 0.6}
    for source in rows["source"]:
        if chance.random() < 0.7:
            source["quotes"] |= {"bids": "all", "others": chance.random() < 0.3}


def choice(quote: QuoteAnswer, chance: Random) -> dict[str, Any]:
    """What a post names of the bids that it was told of: some in any order, sometimes one that is none of them."""
    if not quote.bids or chance.random() < 0.3:
        return {}
    ids = [bid.id for bid in quote.bids]
    if chance.random() < 0.05:
        ids.append(f"{quote.ping}.{len(ids) + 1}")
    return {"bid_ids": chance.sample(ids, chance.randint(1, len(ids)))}


def misnamed(tables: Tables, buyers: dict[str, Buyer]) -> Iterator[tuple[bytes, str]]:
    """Leads that were posted with the token of another bid than the one that won."""
    tokens = {key: document.get("token") for buyer in buyers.values() for key, document in buyer.posted}
    for lead_id, events in events_of(tables).items():
        for event in events:
            if isinstance(event, ev.Posting) and (token := tokens.get(event.sale)) is not None:
                place = token.partition(".")[2]
                if place != (str(event.place) if event.place else ""):
                    yield lead_id, f"{token} for bid {event.place}"


def unchosen(state: State) -> Iterator[str]:
    """Sales of a lead to bids that its seller did not choose, or for another payout than he was told of."""
    chosen = {(bid.offer, bid.place): bid.payout_micros for bid in state.wanted}
    for sale in state.sales if chosen else ():
        if chosen.get((sale.offer, sale.place)) != sale.payout_micros:
            yield f"{sale} of {json.dumps(sorted(chosen))}"
