"""What happened to a lead: its events in order, the bids of every round, its sales. No personal data, no free text."""

from typing import Any

import msgspec

from outbid.api.operator.leads.naming import Naming
from outbid.api.said.instants import utc
from outbid.core.control.patience import Wait
from outbid.core.lead import event as ev
from outbid.core.lead.state import SaleStatus, State
from outbid.core.money import text_of
from outbid.core.price.lines import MAY_WIN


class Moment(msgspec.Struct, frozen=True):
    """An event. `after_ms` counts from when the lead came; `what` holds what the type of event tells."""

    at: str
    after_ms: int
    type: str
    what: dict[str, Any]


class BidTold(msgspec.Struct, frozen=True):
    """A bid, or an offer's part in a round that is none; rounds count from 1. `price` is null where none was named.

    `listed`: which of the bids of the offer's reply it is, counted from 1; null where the reply was one bid.
    `kept`: the buyer was not pinged, for his bid on the same lead still stood. `second`: he was at his second address.
    """

    round: int
    at: str
    tier: str
    offer: str
    buyer: str
    outcome: ev.BidOutcome
    price: str | None
    ms: int
    reason: str
    won_today: int
    score: int
    explored: bool
    listed: int | None
    kept: bool
    second: bool


class SaleTold(msgspec.Struct, frozen=True):
    """An attempt to sell the lead to an offer. `asks` counts how often the post was asked again."""

    id: str
    offer: str
    buyer: str
    tier: str
    status: SaleStatus
    price: str
    payout: str
    reason: str
    reached: bool
    asks: int


def moments(events: list[ev.Event], naming: Naming, arrived_at_ms: int) -> list[Moment]:
    """Every event, in order."""
    told = []
    for event in events:
        what = _named(msgspec.to_builtins(event), naming)
        told.append(Moment(utc(event.at_ms), event.at_ms - arrived_at_ms, what.pop("type"), what))
    return told


def _named(fields: dict[str, Any], naming: Naming) -> dict[str, Any]:
    """The fields of an event or of a part of it, named for people. Bids and exposure are told apart."""
    told: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("at_ms", "bids", "present"):
            continue
        if name in ("source", "campaign"):
            told[name] = naming.noun(name, value)
        elif name in ("offer", "turn"):
            told[name] = naming.offer(value)
        elif name == "offers":
            told[name] = [naming.offer(number) for number in value]
        elif name == "tier":
            told[name] = naming.tier(value)
        elif name == "account":
            told[name] = naming.account(value)
        elif name == "offered":
            told[name] = [_offered(place, bid, naming) for place, bid in enumerate(value, 1)]
        elif name in ("skips", "gone"):
            told[name] = [_named(skip, naming) for skip in value]
        elif name == "wait":
            told[name] = value and _waited(value, naming)
        elif name.endswith("_micros"):
            told[name.removesuffix("_micros")] = text_of(value)
        else:
            told[name] = value
    return told


def _waited(wait: list[Any], naming: Naming) -> dict[str, Any]:
    """For how long a round was to wait, and what decided that."""
    told = dict(zip(Wait.__struct_fields__, wait, strict=True))
    return told | {"offer": naming.offer(told["offer"])}


def _offered(number: int, bid: list[int], naming: Naming) -> dict[str, Any]:
    """A bid that the seller was told of, by the number that ends its id."""
    offer, listed, price_micros, payout_micros, until_ms = bid
    return {
        "bid": number,
        "offer": naming.offer(offer),
        "listed": listed or None,
        "price": text_of(price_micros),
        "payout": text_of(payout_micros),
        "until": utc(until_ms),
    }


def bids(events: list[ev.Event], naming: Naming) -> list[BidTold]:
    """Every line of every round, in order; one for each bid of a reply that listed several."""
    rounds = [event for event in events if isinstance(event, ev.Pinged)]
    return [
        BidTold(
            number,
            utc(event.at_ms),
            naming.tier(event.tier),
            naming.offer(line.offer),
            naming.buyer_of(line.offer),
            line.outcome,
            text_of(bid.price_micros) if line.outcome in MAY_WIN else None,
            line.ms,
            bid.reason,
            line.won_today,
            line.score,
            line.explored,
            bid.place or None,
            line.kept,
            line.second,
        )
        for number, event in enumerate(rounds, 1)
        for line in event.bids
        for bid in line.bids()
    ]


def sales(state: State, naming: Naming) -> list[SaleTold]:
    """Every sale, in order."""
    return [
        SaleTold(
            sale.id,
            naming.offer(sale.offer),
            naming.buyer_of(sale.offer),
            naming.tier(sale.tier),
            sale.status,
            text_of(sale.price_micros),
            text_of(sale.payout_micros),
            sale.reason,
            sale.reached,
            sale.asks,
        )
        for sale in state.sales
    ]
