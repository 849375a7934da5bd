"""What a buyer's dialect costs: writing a post and reading its answer, in microseconds of this process, by delivery.

A post of twenty-four keys, nested where the format can, with a date, a value map, parts and a fixed secret; an answer
with a yes, a price, an id and an address. Asked are 15 µs for JSON and forms and 60 µs for XML, for both together.
"""

import argparse
import statistics
import time
from typing import Any

import msgspec

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.wire import Response
from outbid.core.lead.value import Value
from outbid.plugins.registry import Registry
from run import remember

FIELDS = {
    "first_name": "Ann",
    "last_name": "Archer",
    "email": "ann@example.com",
    "phone": "+15125550123",
    "street": "12 Main St",
    "city": "Austin",
    "state": "TX",
    "zip": "78701",
    "birth_date": "1984-03-09",
    "vehicle_year": 2019.0,
    "vehicle_make": "Honda",
    "vehicle_model": "Civic",
    "insured": True,
    "insurer": "Acme Mutual",
    "credit_rating": "good",
    "landing_page": "https://quotes.example.com/start",
    "ip": "203.0.113.7",
    "trustedform_cert_url": "https://cert.trustedform.example.com/0123456789abcdef",
}
FLAT = {
    "key": "=k3y-of-ours",
    "ping_id": "@token",
    "price": "@price",
    "name": "{first_name} {last_name}",
    "first": "first_name",
    "last": "last_name | upper",
    "mail": "email",
    "area": "phone | digits | last 10 | first 3",
    "number": "phone | digits | last 7",
    "address": "street",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "born": "birth_date | date %m/%d/%Y",
    "year": "vehicle_year",
    "make": "vehicle_make",
    "model": "vehicle_model",
    "insured": "insured",
    "insurer": "insurer",
    "credit": {"value": "credit_rating", "map": {"excellent": "A", "good": "B", "fair": "C"}, "otherwise": "U"},
    "page": "landing_page",
    "ip": "ip",
    "proof": "trustedform_cert_url",
    "sale": "@sale",
}
NESTED = {f"lead.{'vehicle.' if key in ('year', 'make', 'model') else ''}{key}": said for key, said in FLAT.items()}
RULE = {
    "accepted_path": "result.status",
    "price_path": "result.price",
    "reference_path": "result.id",
    "redirect_path": "result.url",
}
JSON = b'{"result":{"status":"accepted","price":"12.50","id":"a81","url":"https://buyer.example.com/a81"}}'
XML = b"<result><status>accepted</status><price>12.50</price><id>a81</id><url>https://buyer.example.com/a81</url></result>"
GOALS = {"json": 15.0, "form": 15.0, "xml": 60.0}


def bound_of(name: str) -> tuple[Any, Any]:
    """A delivery with that mapping."""
    plugin = Registry([]).get("deliveries", name)
    table = FLAT if name == "form" else NESTED
    settings: dict[str, Any] = {"post_url": "https://buyer.example.com/post", "post": table, "post_reply": RULE}
    if name == "xml":
        settings["root"] = "post"
    binding = Binding(dict.fromkeys(FIELDS, True))
    return plugin, plugin.bind(msgspec.convert(settings, plugin.Settings), binding)


def ask() -> Ask:
    """The same lead each time, with nothing that a delivery could have kept of it."""
    values = {name: Value(value, value) for name, value in FIELDS.items()}
    return Ask({}, values, lambda _: "ref", 0, "USD", sale="sl_1", token="t-77", price_micros=12_500_000)


def once(plugin: Any, bound: Any, answer: Response, given: Ask) -> Any:
    """A post, from the lead to what its answer means."""
    talk = plugin.post(given, bound)
    next(talk)
    try:
        talk.send(answer)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("one request is all there is")


def main() -> None:
    """Measure, show, remember."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5_000)
    given = parser.parse_args()
    found = {}
    for name, goal in GOALS.items():
        plugin, bound = bound_of(name)
        answer = Response(200, (("content-type", "text/plain"),), XML if name == "xml" else JSON)
        assert once(plugin, bound, answer, ask()).outcome == "accept"
        rounds, lead = [], ask()
        for _ in range(7):
            began = time.process_time()
            for _ in range(given.times):
                once(plugin, bound, answer, lead)
            rounds.append((time.process_time() - began) / given.times * 1e6)
        found[name] = round(min(rounds), 1)
        print(f"dialects: {name}: {found[name]} µs (median {statistics.median(rounds):.1f}), asked {goal}")
    remember({"dialects": found})


if __name__ == "__main__":
    main()
