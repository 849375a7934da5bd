"""Who sees what at the sellers' and the buyers' door: every route with every kind of key, and every byte of an answer."""

import re

import pytest

from api.doors.conftest import KEYS, TESTS
from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.problems import assert_problem
from harness.house import request
from outbid.api.app import Routes
from outbid.api.door.doors import BUYER, SELLER
from outbid.api.said.instants import utc
from outbid.core.ids import LEAD, parse
from outbid.plugins.reports import Reports

ROUTES = sorted(
    re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
    for route in Routes(None, None, None, None, {}).litestar().routes
    if route.path.startswith(("/v1/seller/", "/v1/buyer/"))
)
JSON_ROUTES = [path for path in ROUTES if not path.endswith(("/instructions", "/export")) and "/uploads" not in path]
"""Instructions and exports are texts, and nobody sent a file here: their own tests look at the form of them."""
WRITTEN = {("POST", "/v1/seller/sources/{slug}/uploads"), ("DELETE", "/v1/seller/sources/{slug}/uploads/{upload}")}
WRITTEN |= {("POST", "/v1/buyer/suppressions")}
"""What sellers and buyers may write."""
STRANGERS = {None: (401, "key_missing"), "nobody": (401, "key_unknown"), "gone": (401, "key_unknown")}
NEVER = {
    "seller": {"zebra", "lynx", "puma", "37.31", "11.11", "7.46", "2.22", "1.23", "3.33", "4.44", "sl_", "tok-9", "wire-77",
               "xanthippe", "price_below_floor"},
    "buyer": {"acme", "rival", "29.84", "8.88", "7.46", "2.22", "1.23", "3.33", "ld_", "80%", "somebody", "thanks",
              "xanthippe", "price_below_floor", "person.test"},
}  # fmt: skip
OTHERS = {
    "acme": {"rival"}, "acme-web": {"rival", "acme-mail"}, "acme-mail": {"rival", "acme-web"}, "rival": {"acme"},
    "rival-feed": {"acme"}, "acme-trial": {"rival", "acme-mail"}, "zebra": {"lynx", "puma", "11.11", "4.44"},
    "lynx": {"zebra", "puma", "37.31", "4.44", "wire-77"}, "puma": {"zebra", "lynx", "37.31", "11.11", "wire-77"},
}  # fmt: skip
RANDOM = re.compile(r"(?<=[a-z]{2}_)[0-9a-v]{20,}|\d\d:\d\d:\d\d(\.\d+)?z|arrival|33\.33")
"""The tail of an id and the time of a day, in which any marker may stand by chance; a word that holds `rival`; a third in
percent, which holds a floor."""
NO_FIELDS = {
    "seller": {"buyer", "buyers", "bid", "bids", "offer", "offers", "margin", "price", "floor", "tier"},
    "buyer": {"seller", "source", "sources", "payout", "margin", "floor", "bids", "bidders", "tier"},
}


def door_of(path: str) -> str:
    return path.split("/")[2]


def may_pass(key: str | None, path: str) -> bool:
    holder = (KEYS | TESTS).get(key or "", ("", ""))[0]
    door = SELLER if door_of(path) == "seller" else BUYER
    money = path.endswith(("/balance", "/transfers")) or "/reports" in path
    return holder in door.holders and not (key in TESTS and money)


def reports_of(side: str) -> list:
    found = [Reports(installed=()).get(name) for name in Reports(installed=()).names()]
    return [report for report in found if side in report.head.audience]


def buyers(past) -> list[int]:
    return sorted({offer.buyer for offer in past.house.process.exchange.market.offers.values()})


def proof_path(past, path: str, lead_id: bytes, buyer: int) -> str:
    """Where a buyer finds his proof of a lead, by his own name for it and the time of its arrival."""
    reference = past.house.process.exchange.vault.reference(lead_id, buyer)
    return path.replace("{reference}", reference) + f"?at={utc(int.from_bytes(lead_id[:6], 'big'))}"


async def filled(past, path: str) -> list[str]:
    """A path, for each of the leads, sales or offers that there are, and each buyer's name for each lead."""
    if "{lead}" in path:
        return [path.replace("{lead}", told["lead"]) for told in past.told.values()]
    if "{sale}" in path:
        states = [await past.house.state(told["lead"]) for told in past.told.values()]
        return [path.replace("{sale}", sale.id) for state in states for sale in state.sales]
    if "{reference}" in path:
        leads = [parse(LEAD, told["lead"])[1] for told in past.told.values()]
        return [proof_path(past, path, lead_id, buyer) for buyer in buyers(past) for lead_id in leads]
    if "{name}" in path:
        audience = [(report.name, report.head.groups_for(door_of(path))) for report in reports_of(door_of(path))]
        forms = ("?compare=week", "?group_by=none", *(f"?group_by={{}}&by={by}" for by in ("arrival", "sale")))
        return [
            path.replace("{name}", name) + form.format(group)
            for name, groups in audience
            for form in forms
            for group in (groups if "{}" in form else [""])
        ]
    if "{upload}" in path or path.endswith("/uploads"):
        made = await past.house.connection.fetch("select id from upload")
        sources = past.house.process.exchange.market.sources.values()
        paths = [path.replace("{slug}", source.slug) for source in sources]
        return [each.replace("{upload}", row["id"].hex()) for row in made or [{"id": bytes(16)}] for each in paths]
    if "{slug}" in path:
        sources = [source.slug for source in past.house.process.exchange.market.sources.values()]
        forms = ("", "?as=md", "?as=openapi", "?as=schema")
        return [path.replace("{slug}", slug) + form for slug in sources for form in forms]
    if "{offer}" in path:
        return [path.replace("{offer}", offer.slug) for offer in past.house.process.exchange.market.offers.values()]
    return [path]


def test_the_routes_are_found():
    assert {door_of(path) for path in ROUTES} == {"seller", "buyer"}
    assert len(ROUTES) >= 10


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("key", [*KEYS, *TESTS, *STRANGERS])
async def test_only_the_keys_of_a_door_open_it(past, key, path):
    for address in (await filled(past, path))[:2]:
        answer = await ask(past.house, "GET", address, key=key and f"ob_{key}")
        if may_pass(key, path):
            assert answer.status in (200, 404), answer
        else:
            assert_problem(answer, *STRANGERS.get(key, (403, "key_not_allowed")))
            assert not [name for name in (*KEYS, "auto") if name in answer.body.decode().replace("/v1/", "")
                        and name not in ("house",)]  # fmt: skip


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("key", [*KEYS, *TESTS])
async def test_no_answer_holds_a_byte_of_what_is_not_told(past, key, path):
    if not may_pass(key, path):
        return
    never = NEVER[door_of(path)] | OTHERS[key]
    seen = 0
    for address in await filled(past, path):
        answer = await ask(past.house, "GET", address, key=f"ob_{key}")
        shown = RANDOM.sub("", (answer.body.decode() + repr(answer.headers)).lower())
        assert [word for word in never if word in shown] == [], (address, shown)
        seen += answer.status == 200
        if answer.status == 200 and not path.endswith(
            ("/instructions", "/export")
        ):  # which speak of the answers to leads, prices and all
            assert fields_of(answer.json) & NO_FIELDS[door_of(path)] == set()
    assert seen or "{" in path, path


def fields_of(value) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for part in value.values() for name in fields_of(part)}
    return {name for part in value for name in fields_of(part)} if isinstance(value, list) else set()


async def test_what_is_described_holds_no_such_field_either(house):
    found = await document(house)
    for path in ROUTES:
        names = described(found["paths"][path]["get"]["responses"]["200"], found["components"]["schemas"], set())
        allowed = {"seller": set(), "buyer": {"offer", "price"}}[door_of(path)]
        assert names & (NO_FIELDS[door_of(path)] - allowed) == set(), path


def described(schema, known: dict, seen: set[str]) -> set[str]:
    """Every name of a member that a schema speaks of, through its references."""
    names: set[str] = set()
    if isinstance(schema, dict):
        names |= set(schema.get("properties", ()))
        target = schema.get("$ref", "").rpartition("/")[2]
        if target and target not in seen:
            seen.add(target)
            names |= described(known[target], known, seen)
        for part in schema.values():
            names |= described(part, known, seen)
    elif isinstance(schema, list):
        for part in schema:
            names |= described(part, known, seen)
    return names


@pytest.mark.parametrize("path", JSON_ROUTES)
async def test_what_is_answered_fits_its_description(past, path):
    found = await document(past.house)
    schema = found["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    key = "acme" if door_of(path) == "seller" else "zebra"
    answers = [await ask(past.house, "GET", address, key=f"ob_{key}") for address in await filled(past, path)]
    fitting = [answer for answer in answers if answer.status == 200]
    assert fitting
    for answer in fitting:
        fits(answer.json, schema, found["components"]["schemas"], path)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", JSON_ROUTES)
async def test_the_example_of_an_answer_fits_its_description(house, path):
    found = await document(house)
    told = found["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    fits(told["example"], told["schema"], found["components"]["schemas"], path)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
async def test_nothing_else_is_written_there(past, method, path):
    if (method, path) in WRITTEN:
        return
    key = "acme" if door_of(path) == "seller" else "zebra"
    answer = await request(past.house.port, method, (await filled(past, path))[0], key=f"ob_{key}")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/v1/seller", "/v1/seller/none", "/v1/buyer/", "/v1/buyer/people"])
async def test_there_is_nothing_beside_them(house, path):
    assert_problem(await request(house.port, "GET", path, key="ob_acme"), 404, "not_found")


async def test_a_session_of_the_house_opens_neither_door(house):
    for path in ("/v1/seller/sources", "/v1/buyer/wallet"):
        answer = await request(house.port, "GET", path, key=None, headers=("Cookie: outbid_session=abc",))
        assert_problem(answer, 401, "key_missing")
