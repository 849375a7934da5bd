"""Random prices: rules by facts, source, hour and price, margins, what winners pay; and what a sale may then pay out."""

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from outbid.core.market.snapshot import Campaign, Part, Source
from outbid.core.money import ONE

WHEN: tuple[dict[str, Any], ...] = (
    {"fact": "state", "equals": "TX"},
    {"fact": "amount", "at_least": 50},
    {"fact": "state", "present": False},
)
HOURS: tuple[list[dict[str, Any]], ...] = (
    [{"from": "08:00", "to": "20:00"}],
    [{"days": ["mon-fri"], "from": "22:00", "to": "04:00"}, {"days": ["sun"]}],
)
PAYOUTS: tuple[dict[str, Any], ...] = ({"share": "70%"}, {"share": "99.9999%"}, {"fixed": "3.33"}, {"fixed": "9"})


def with_prices(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Set prices by rule on some markets. It draws from the market itself, so that all else of a seed stays as it is."""
    chance = Random(msgspec.json.encode(rows))
    if chance.random() < 0.5:
        return
    campaign, sources = rows["campaign"][0], [source["slug"] for source in rows["source"]]
    campaign["margin"] = chance.choice(("0", "0", "15%", "33.3333%", "2.00"))
    campaign["least_margin"] = chance.choice(("0", "1", "5%", "0.000001"))
    campaign["loss_allowed"] = chance.random() < 0.3
    campaign["shortfall"] = chance.choice(("house", "seller", "shared"))
    campaign["floors"] = _rules(chance, sources, lambda: {"floor": str(chance.choice((1, 4, 9)))})
    campaign["margins"] = _rules(chance, sources, lambda: {"margin": chance.choice(("10%", "1.50"))} | _from(chance))
    for source in rows["source"]:
        source["payout"]["rules"] = _rules(chance, None, lambda: chance.choice(PAYOUTS) | _from(chance))
        source["floors"] = _rules(chance, None, lambda: {"floor": str(chance.choice((2, 6)))})
    for offer in rows["offer"]:
        if "price" in offer:
            offer["prices"] = _rules(chance, sources, lambda: {"price": str(chance.randint(1, 40))})
            if offer["prices"] and chance.random() < 0.5:
                del offer["price"]
        elif chance.random() < 0.3:
            offer["handicap"] = chance.choice(("20%", "33.3333%"))
    for tier in campaign["tiers"]:
        _tier(chance, tier)


def _tier(chance: Random, tier: dict[str, Any]) -> None:
    if tier["method"]["plugin"] == "highest_bid" and chance.random() < 0.4:
        tier["method"] = {"plugin": "highest_net"}
        tier["early"] = False
    if tier["method"]["plugin"] in ("highest_bid", "highest_net"):
        tier["pricing"] = chance.choice(
            ({}, {"rule": "second"}, {"rule": "second", "step": "0.50"}, {"rule": "floor_step", "step": "1"})
        )
        if tier["pricing"] and tier["floor"] == "0":
            tier["floor"] = chance.choice(("0.01", "2"))


def _rules(chance: Random, sources: list[str] | None, value: Any) -> list[dict[str, Any]]:
    found = []
    for number in range(chance.choice((0, 0, 1, 2, 3))):
        rule: dict[str, Any] = {"name": f"rule {number}"}
        if chance.random() < 0.5:
            rule["when"] = chance.choice(WHEN)
        if chance.random() < 0.3:
            rule["hours"] = chance.choice(HOURS)
        if sources and chance.random() < 0.2:
            rule["sources"] = [chance.choice(sources)]
        found.append(rule | value())
    return found


def _from(chance: Random) -> dict[str, Any]:
    return {"from_price": str(chance.choice((5, 12, 25)))} if chance.random() < 0.5 else {}


def payouts_by_any_rule(campaign: Campaign, source: Source, price: int) -> set[int]:
    """What a seller may be paid at a price, if any margin and any payout could be the one that applies."""
    return {_part(payout, _left(margin, price)) for margin in _margins(campaign) for payout in _payouts(source)}


def keeps_its_least(campaign: Campaign, price: int, payout: int) -> bool:
    """Does the house keep what it must?"""
    least = campaign.least_margin
    wanted = least.fixed_micros if least.share is None else price * least.share / ONE
    return campaign.loss_allowed or price - payout >= wanted


def _margins(campaign: Campaign) -> Iterator[Part]:
    yield campaign.margin
    yield from (rule.part for rule in (campaign.rules.margins if campaign.rules else ()))


def _payouts(source: Source) -> Iterator[Part]:
    yield source.payout
    yield from (rule.part for rule in (source.rules.payouts if source.rules else ()))


def _left(margin: Part, price: int) -> int:
    return max(0, price - margin.fixed_micros) if margin.share is None else price * (ONE - margin.share) // ONE


def _part(part: Part, amount: int) -> int:
    return part.fixed_micros if part.share is None else amount * part.share // ONE
