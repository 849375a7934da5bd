"""Random markets: offers of every kind, caps of every window in several zones, wallets; and random changes of them."""

from random import Random
from typing import Any

import msgspec

from outbid.core.market.noun import KINDS, Noun

from .buyers import Buyer
from .chosen import with_choices
from .priced import with_prices

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Apia",
    "UTC",
)
WINDOWS = ("minute", "hour", "day", "week", "month", "total")
FIELDS: list[dict[str, Any]] = [
    {"name": "tag", "type": "text", "personal": True},
    {"name": "first_name", "type": "text", "personal": True},
    {"name": "email", "type": "email"},
    {"name": "phone", "type": "phone"},
    {"name": "zip", "type": "zip"},
    {"name": "state", "type": "state"},
    {"name": "amount", "type": "integer"},
]
FILTERS: tuple[dict[str, Any] | None, ...] = (
    None,
    None,
    None,
    None,
    {"fact": "state", "one_of": ["TX", "CA"]},
    {"fact": "state", "not_equals": "TX"},
    {"all": [{"fact": "amount", "between": [10, 80]}, {"fact": "state", "present": True}]},
    {"fact": "amount", "at_least": 50},
)
TOLD_BY_REFERENCE = ("o0", "o2", "o5")
"""Offers whose pings hold the buyer's reference, so that it can be told which lead he saw; others share their body."""
CONTROLLED: dict[str, dict[str, Any]] = {
    "o1": {"pings": {"per_minute": 5}},
    "o3": {"breaker": {"after": 2, "first_s": 1, "most_s": 4, "good": 1}},
}
"""Offers that, if they are pinged, are not asked at times: for their limit, or while they give no answer."""
PATIENCE = {"may_lose": "40%", "least": 5, "least_ms": 10, "in_full": "10%"}
TELLS_ENDS = ("o0", "o3", "o4")
"""Offers whose buyers can be asked how a post ended that had no clear answer."""
Rows = dict[str, dict[str, dict[str, Any]]]
"""Kind → slug → noun, as an operator would write it."""


def random_market(chance: Random) -> Rows:
    """A campaign with one to eight offers, one or two sources, and all that can limit them."""
    tiers = [_tier(chance, slug) for slug in ("main", "rest", "last")[: chance.randint(1, 3)]]
    buyers = [_buyer(chance, f"b{i}") for i in range(chance.randint(1, 5))]
    offers = [_offer(chance, f"o{i}", buyers, tiers) for i in range(chance.choice((1, 3, 5, 8)))]
    sellers = [{"slug": f"s{i}", "zone": chance.choice(ZONES)} | _caps(chance, 0.05) for i in range(2)]
    sources = [_source(chance, f"f{i}", buyers) for i in range(chance.randint(1, 2))]
    rows = {
        "seller": sellers,
        "buyer": buyers,
        "campaign": [_campaign(chance, tiers)],
        "source": sources,
        "offer": offers,
    }
    with_prices(rows)
    with_choices(rows)
    return {kind: {row["slug"]: row for row in found} for kind, found in rows.items()}


def nouns_of(rows: Rows) -> dict[str, dict[str, Noun]]:
    """The rows as nouns."""
    return {
        kind: {slug: msgspec.convert(row, KINDS[kind]) for slug, row in found.items()} for kind, found in rows.items()
    }


def buyers_of(rows: Rows, chance: Random) -> dict[str, Buyer]:
    """The buyer behind each offer, by host."""
    return {f"{slug}.test": _behind(slug, row, chance) for slug, row in rows["offer"].items()}


def _behind(slug: str, row: dict[str, Any], chance: Random) -> Buyer:
    settings = row["delivery"]["settings"]
    plain = not settings["post_reply"]["accepted_path"]
    lists = "bids_path" in settings["ping_reply"]
    return Buyer(slug, Random(chance.random()), repeatable=settings["repeatable"], plain=plain, lists=lists)


def changed(rows: Rows, chance: Random) -> Rows:
    """The market after the operator changed one thing."""
    new: Rows = msgspec.json.decode(msgspec.json.encode(rows))
    kind = chance.choice(("offer", "offer", "buyer", "source", "campaign"))
    row = new[kind][chance.choice(sorted(new[kind]))]
    what = chance.choice(("pause", "pause", "pause", "caps", "caps", "new caps", "price", "wallet"))
    if what == "pause" and kind in ("offer", "buyer"):
        row["paused"] = not row.get("paused", False)
    elif what == "new caps":
        row.update(_caps(chance, 1.0))
    elif what == "wallet" and kind == "buyer" and "wallet" in row:
        row["wallet"] = {"credit": str(chance.randint(0, 200))}
    elif what == "price" and "price" in row:
        row["price"] = str(chance.randint(1, 60))
    else:
        for cap in row.get("caps", []):
            if "leads" in cap:
                cap["leads"] = chance.randint(0, 12)
            else:
                cap["money"] = str(chance.randint(0, 200))
    return new


def _campaign(chance: Random, tiers: list[dict[str, Any]]) -> dict[str, Any]:
    checks: list[dict[str, Any]] = [
        {"plugin": "required", "settings": {"fields": ["first_name", "phone"]}},
        {"plugin": "type", "on_flaw": chance.choice(("refuse", "flag"))},
    ]
    if chance.random() < 0.85:
        settings = {
            "window_hours": chance.choice((1, 24, 720)),
            "scope": chance.choice(("house", "campaign", "source")),
            "match": chance.choice(("any", "any", "all")),
        }
        checks.append({"plugin": "duplicate", "settings": settings})
    if chance.random() < 0.5:
        checks.append({"plugin": "suppressed"})
    if chance.random() < 0.3:
        rule = {"name": "small", "require": {"fact": "amount", "at_most": 70}}
        checks.append({"plugin": "rule", "on_flaw": "review", "settings": rule})
    return {
        "slug": "auto",
        "zone": chance.choice(ZONES),
        "fields": FIELDS,
        "checks": checks,
        "tiers": tiers,
        "floor": str(chance.choice((0, 0, 0, 3))),
        "least_margin": str(chance.choice((0, 0, 1))),
        "most_posts": chance.choice((1, 2, 5, 20)),
        "ping_fields": ["zip", "state", "amount"],
        "routes": _routes(chance, [tier["slug"] for tier in tiers]),
        "dimensions": chance.choice(([], ["amount"], ["state", "amount"])),
    } | _caps(chance, 0.07)


def _routes(chance: Random, tiers: list[str]) -> list[dict[str, Any]]:
    routes: list[dict[str, Any]] = []
    for number in range(chance.choice((0, 0, 0, 1, 2, 3))):
        route = {"name": f"route {number}", "tiers": chance.sample(tiers, chance.randint(1, len(tiers)))}
        if chance.random() < 0.4:
            route["when"] = {"fact": "amount", "at_least": 50}
        if chance.random() < 0.5:
            route["percent"] = chance.choice(("10%", "33%"))
        routes.append(route)
    return routes


def _tier(chance: Random, slug: str) -> dict[str, Any]:
    deadline_ms = chance.choice((100, 400, 2000))
    return {
        "slug": slug,
        "deadline_ms": deadline_ms,
        "patience": PATIENCE if deadline_ms > 100 else None,
        "method": {
            "plugin": chance.choice(
                (
                    "highest_bid",
                    "waterfall",
                    "round_robin",
                    "weighted",
                    "first_to_answer",
                    "fair_share",
                    "expected_value",
                )
            )
        },
        "floor": str(chance.choice((0, 0, 3))),
        "most_posts": chance.choice((1, 2, 10)),
        "places": chance.choice((1, 1, 1, 2, 3)),
        "early": chance.random() < 0.4,
    } | _queue(chance)


def _queue(chance: Random) -> dict[str, Any]:
    if chance.random() > 0.2:
        return {}
    after = chance.choice((0, 0, 2, 10))
    return {
        "queue": {"after_s": after, "every_s": chance.choice((1, 5, 30)), "until_s": after + chance.choice((1, 20))}
    }


def _buyer(chance: Random, slug: str) -> dict[str, Any]:
    row: dict[str, Any] = {"slug": slug, "zone": chance.choice(ZONES)}
    if chance.random() < 0.2:
        row["group"] = "together"
    if chance.random() < 0.4:
        row["duplicates"] = _duplicates(chance)
    if chance.random() < 0.4:
        row["wallet"] = {"credit": str(chance.choice((0, 30, 200, 1000)))}
    return row | _caps(chance, 0.3)


def _duplicates(chance: Random) -> dict[str, Any]:
    return {"match": chance.choice(("any", "any", "all")), "window_days": chance.choice((1, 30))}


def _offer(chance: Random, slug: str, buyers: list[dict[str, Any]], tiers: list[dict[str, Any]]) -> dict[str, Any]:
    plain = chance.random() < 0.2
    settings: dict[str, Any] = {
        "post_url": f"http://{slug}.test/post",
        "ping_reply": {"token_path": "token", "currency_path": "currency"},
        "post_reply": {"accepted_path": ""} if plain else {"accepted_path": "accepted", "redirect_path": "redirect"},
        "repeatable": chance.random() < 0.5,
    }
    if slug in TELLS_ENDS:
        settings["status"] = {"url": f"http://{slug}.test/status/{{sale}}", "first_s": 1, "most_s": 8, "until_s": 60}
    row: dict[str, Any] = {
        "slug": slug,
        "buyer": chance.choice(buyers)["slug"],
        "campaign": "auto",
        "tier": chance.choice(tiers)["slug"],
        "priority": chance.choice((1, 100, 100)),
        "floor": str(chance.choice((0, 0, 5))),
        "post_ms": chance.choice((100, 500, 3000, 10_000)),
    }
    if chance.random() < 0.4:
        row["price"] = str(chance.randint(1, 40))
    else:
        settings["ping_url"] = f"http://{slug}.test/ping"
        if chance.random() < 0.4:
            row["most"] = str(chance.choice((2, 10, 20)))
        row |= CONTROLLED.get(slug, {})
        if slug in TOLD_BY_REFERENCE:
            settings["ping"] = {"ref": "@ref", "state": "state", "amount": "amount"}
    if (wanted := chance.choice(FILTERS)) is not None:
        row["filter"] = wanted
    if chance.random() < 0.5:
        row["zone"] = chance.choice(ZONES)
    if chance.random() < 0.2:
        row["duplicates"] = _duplicates(chance)
    return row | {"delivery": {"plugin": "json", "settings": settings}} | _caps(chance, 0.4)


def _source(chance: Random, slug: str, buyers: list[dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "slug": slug,
        "seller": chance.choice(("s0", "s1")),
        "campaign": "auto",
        "zone": chance.choice(ZONES),
        "payout": chance.choice(({"share": "80%"}, {"share": "33.3333%"}, {"share": "100%"}, {"fixed": "4.10"})),
        "floor": str(chance.choice((0, 0, 0, 4))),
        "most_posts": chance.choice((1, 3, 1000)),
    }
    row["quotes"] = {
        "seconds": chance.choice((5, 30, 300)),
        "stale": chance.choice(("refuse", "anew")),
        "honour": chance.random() < 0.3,
    }
    if chance.random() < 0.2:
        row["buyers"] = sorted({chance.choice(buyers)["slug"] for _ in range(3)})
    return row | _caps(chance, 0.07)


def _caps(chance: Random, likely: float) -> dict[str, Any]:
    if chance.random() > likely:
        return {}
    caps: dict[tuple[str, bool], dict[str, Any]] = {}
    for _ in range(chance.randint(1, 3)):
        window, counts = chance.choice(WINDOWS), chance.random() < 0.6
        amount = (
            {"leads": chance.choice((0, 1, 2, 4, 8, 20))} if counts else {"money": str(chance.choice((0, 15, 60, 300)))}
        )
        caps[window, counts] = {"window": window, "look_back": chance.random() < 0.5} | amount
    return {"caps": list(caps.values())}
