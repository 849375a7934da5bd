"""Services that know more of a lead, and lie as buyers do: what a true answer is follows from the question."""

import json
from random import Random
from typing import Any

from outbid.core.dialect.wire import Failure, Http, Response

from .buyers import Buyer

ENRICHERS: list[dict[str, Any]] = [
    {
        "plugin": "http_append",
        "name": "towns",
        "settings": {"url": "http://towns.test/", "request": {"amount": "amount"}, "reply": {"town": "town"}},
    },
    {
        "plugin": "http_append",
        "name": "streets",
        "settings": {
            "url": "http://streets.test/",
            "request": {"ref": "@ref", "phone": "phone"},
            "reply": {"street": "found.street"},
        },
    },
]
FIELDS: list[dict[str, Any]] = [{"name": "town", "type": "text"}, {"name": "street", "type": "text", "personal": True}]
FILTERS = ({"fact": "town", "equals": "Town 1"}, {"fact": "town", "not_equals": "Town 1"})
REFERENCE = -2
"""The number under which `streets` knows leads by references of its own."""


def town_of(amount: Any) -> str:
    """The town that belongs to an amount."""
    return f"Town {int(amount) % 3}"


def street_of(phone: str) -> str:
    """The street that belongs to a phone."""
    return f"{phone[-4:]} Hidden Lane"


class Service(Buyer):
    """Answers questions, with a buyer's troubles on the way. `asked`: every question that it read."""

    def __init__(self, name: str, chance: Random) -> None:
        super().__init__(name, chance, repeatable=False, plain=False)
        self.asked: list[dict[str, Any]] = []

    def read(self, http: Http, at_s: float) -> Response | Failure:
        """Take a question in and say what is answered."""
        question = json.loads(http.body)
        self.asked.append(question)
        if self.offer == "towns":
            known: dict[str, Any] = {"town": town_of(question["amount"])}
        else:
            known = {"found": {"street": street_of(question["phone"])}}
        answer = known if self.chance.random() < self.wants else {}
        return self._spoil(Response(200, (), json.dumps(answer).encode()), False)


def services(chance: Random) -> dict[str, Service]:
    """Every service by its host."""
    return {f"{name}.test": Service(name, chance) for name in ("towns", "streets")}


def enriched(rows: dict[str, dict[str, dict[str, Any]]], chance: Random) -> None:
    """Let some campaigns ask services, some offers want a town, and some checks want what a service gives."""
    campaign = rows["campaign"]["auto"]
    campaign["fields"] = [*campaign["fields"], *FIELDS]
    if chance.random() > 0.35:
        return
    more = {"deadline_ms": chance.choice((50, 300, 1000)), "cache_s": chance.choice((0, 0, 5, 600))}
    towns, streets = (row | more for row in ENRICHERS)
    if chance.random() < 0.5:
        towns["fallback"] = {"town": "Nowhere"}
    campaign["enrichers"] = [towns, streets]
    campaign["enrich_ms"] = chance.choice((100, 500, 1500))
    campaign["ping_fields"] = [*campaign["ping_fields"], "town"]
    if chance.random() < 0.3:
        check = {"plugin": "required", "settings": {"fields": ["town"]}}
        campaign["checks"].append(check | {"on_flaw": chance.choice(("flag", "refuse"))})
    for offer in rows["offer"].values():
        if "filter" not in offer and chance.random() < 0.4:
            offer["filter"] = chance.choice(FILTERS)
