"""Schemas and OpenAPI of posting instructions are true; pages are whole, safe, and tell nothing of the other side."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import hypothesis
import jsonschema_rs
import msgspec
import pytest
import pytest_asyncio
from hypothesis import strategies as st
from msgspec import convert
from schemathesis import openapi

from api.operator.asking import ask
from api.problems import assert_problem
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house, request
from harness.market import FIELDS, campaign, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS, Key

NASTY = "</script><img src=x onerror=alert(1)>`|*[x](http://evil.test)"
KEYS = {"house": ("house", ""), "web": ("source", "web"), "acme": ("seller", "acme"), "stork": ("seller", "stork"),
        "web-trial": ("source", "web"), "zebra": ("buyer", "zebra")}  # fmt: skip
FORMS = ("html", "md", "openapi", "schema")
SECRETS = ("zebra", "lynx", "37.31", "37310000", "2.22", "1.23", "7.77", "80%", "margin", "floor", "bidder", "wallet-9")
CHECKS = [
    {"plugin": "required", "settings": {"fields": ["first_name", "phone"], "any_of": [["email", "zip"]]}},
    {"plugin": "type", "settings": {"except_for": ["state"]}},
    {"plugin": "duplicate", "settings": {"window_hours": 48}},
]


def market(port: int) -> dict:
    found = nouns(
        [offer("zebra-auto", port, buyer="zebra", floor="3.33"), offer("lynx-auto", port, buyer="lynx")],
        campaign_more={"name": NASTY, "checks": CHECKS, "floor": "2.22", "least_margin": "1.23"},
        source_more={"name": NASTY, "floor": "7.77", "buyers": ["zebra", "lynx"]},
    )
    found["seller"]["stork"] = convert({"slug": "stork"}, KINDS["seller"])
    for slug, (holder, owner) in KEYS.items():
        hashed, test = key_hash(f"ob_{slug}"), slug.endswith("trial")
        found["key"][slug] = Key(slug=slug, holder=holder, owner=owner, hash=hashed, test=test)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kept(worker_database) -> AsyncIterator[tuple[House, dict]]:
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("zebra", ping=bid("37.31"), post=ACCEPT)
        buyers.on("lynx", ping=bid("11"), post=ACCEPT)
        found = market(buyers.port)
        async with open_house(worker_database.url, worker_database.app_url, found) as house:
            yield house, found


@pytest.fixture
def house(kept) -> House:
    return kept[0]


async def read(house: House, form: str = "html", *, key: str = "ob_house", path: str = "/v1/sources/web"):
    answer = await ask(house, "GET", f"{path}/instructions?as={form}", key=key)
    assert answer.status == 200, answer
    return answer


async def test_seller_and_operator_read_the_same(house):
    for form in FORMS:
        mine = await read(house, form)
        for key in ("ob_acme", "ob_web", "ob_web-trial"):
            assert (await read(house, form, key=key, path="/v1/seller/sources/web")).body == mine.body
    assert_problem(await ask(house, "GET", "/v1/seller/sources/web/instructions", key="ob_stork"), 404, "noun_unknown")
    assert_problem(
        await ask(house, "GET", "/v1/seller/sources/web/instructions", key="ob_zebra"), 403, "key_not_allowed"
    )
    assert_problem(await ask(house, "GET", "/v1/sources/none/instructions"), 404, "noun_unknown")
    assert_problem(await ask(house, "GET", "/v1/sources/web/instructions?as=pdf"), 400, "parameter_faulty")


@pytest.mark.parametrize("form", FORMS)
async def test_nothing_is_told_of_buyers_floors_and_margins(house, form):
    shown = re.sub(r"<style>.*?</style>", "", (await read(house, form)).body.decode(), flags=re.S).lower()
    assert [word for word in SECRETS if word in shown] == []


@pytest.mark.parametrize("contact", ["leads@example.com", "Ann, leads@example.com, +1 310 555 0100"])
async def test_they_say_who_gives_them_and_how_he_is_reached(house, contact):
    before = [(await read(house, form)).body for form in FORMS]
    wish = {"name": "Harbor <Leads>", "contact": contact}
    assert (await ask(house, "PATCH", "/v1/settings", wish, If_Match="*")).status == 200
    for form, shown in (("html", "Harbor &lt;Leads&gt;"), ("md", r"Harbor \<Leads\>")):
        text = (await read(house, form, key="ob_web", path="/v1/seller/sources/web")).body.decode()
        assert f"You send to {shown}. Reach us: {contact}" in text
    info = (await read(house, "openapi")).json["info"]
    assert info["contact"]["name"] == "Harbor <Leads>"
    assert contact in (info["contact"].get("email"), info.get("description", "").removeprefix("Reach us: "))
    assert (await ask(house, "PATCH", "/v1/settings", {"name": None, "contact": None}, If_Match="*")).status == 200
    assert [(await read(house, form)).body for form in FORMS] == before


class Page(HTMLParser):
    """The elements of a page, and the texts of its code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outward: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.outward += [
            value for name, value in attrs if name in ("src", "href") and not (value or "").startswith("#")
        ]


async def test_a_page_is_whole_and_no_word_of_the_market_becomes_a_mark(house):
    answer = await read(house)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    found = Page()
    found.feed(answer.body.decode())
    assert {"script", "img", "iframe", "link", "form", "object"} & set(found.tags) == set()
    assert found.outward == []
    assert found.tags.count("h1") == 1
    assert "prefers-color-scheme" in answer.body.decode()
    shown = (await read(house, "md")).body.decode()
    outside = re.sub(r"```.*?```|~~~~.*?~~~~|`[^`\n]*`", "", shown, flags=re.S)
    assert "<img" not in outside.replace("\\<img", "")
    assert "[x](http" not in outside


@pytest.mark.parametrize("form", ["openapi"])
async def test_openapi_is_valid(house, form):
    document = (await read(house, form)).json
    openapi.from_dict(document).validate()
    assert set(document["paths"]) == {"/v1/leads", "/v1/pings"}
    example = document["paths"]["/v1/leads"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert jsonschema_rs.Draft202012Validator(document["components"]["schemas"]["Lead"]).is_valid(example)


NAMES = [field["name"] for field in FIELDS]
GOOD = {
    "first_name": ["Ann", "Bo", 7],
    "email": ["ann@example.com", "a**@example.com", "0" * 64],
    "phone": ["+15125550147", "(512) 555-0199", "512-555-01**", 5125550123],
    "zip": ["78701", "78701-1234", 1001, "787**"],
    "state": ["TX", "texas", "Nowhere"],
    "birth_date": ["1980-01-31", "1/31/1980", 19800131],
    "amount": [12, "1,200", 3.0],
}
BAD = {
    "first_name": ["a\x07b", True],
    "email": ["ann", "a@b@example.com", "ann@x", 5],
    "phone": ["555-0147", "1115550147", "+1 512 155 0147", True],
    "zip": ["7870", "abcde", 123456],
    "state": [],
    "birth_date": ["31st", "1980-1", True],
    "amount": [1.5, "ten", [1]],
}
EMPTY = ["", "  ", None]


@st.composite
def leads(draw) -> dict:
    found = {}
    for name in NAMES:
        kind = draw(st.sampled_from(["good", "good", "good", "good", "bad", "empty", "absent"]))
        values = {"good": GOOD[name], "bad": BAD[name] or GOOD[name], "empty": EMPTY, "absent": []}[kind]
        if values:
            found[name] = draw(st.sampled_from(values))
    return found


async def test_the_schema_takes_what_the_exchange_takes_and_refuses_what_its_checks_refuse(house):
    schema = jsonschema_rs.Draft202012Validator((await read(house, "schema")).json)
    tried: list[dict] = []

    @hypothesis.settings(max_examples=150, database=None, deadline=None, derandomize=True)
    @hypothesis.given(leads())
    def gather(lead: dict) -> None:
        tried.append(lead)

    gather()
    seen = set()
    for lead in tried:
        answer = await request(house.port, "POST", "/v1/leads", msgspec.json.encode(lead), key="ob_web-trial")
        assert answer.status in (200, 422), answer
        seen.add(answer.status)
        assert schema.is_valid(lead) == (answer.status == 200), (lead, answer.json)
    assert seen == {200, 422}


async def test_the_schema_of_a_ping_lets_the_person_be_missing(house):
    document = (await read(house, "schema")).json
    ping = jsonschema_rs.Draft202012Validator(document | {"$ref": "#/$defs/ping"})
    assert ping.is_valid({"zip": "78701"})
    assert not ping.is_valid({"zip": "7870"})


async def test_a_link_needs_no_login_shows_the_instructions_and_nothing_else_and_can_be_revoked(house):
    made = await ask(house, "POST", "/v1/sources/web/links", {"days": 2, "note": "for the agency"})
    assert made.status == 201, made
    path = made.json["path"]
    assert re.fullmatch(r"/instructions/[0-9a-f]{32}", path)
    for form in FORMS:
        answer = await request(house.port, "GET", f"{path}?as={form}", key=None)
        assert (answer.status, answer.body) == (200, (await read(house, form)).body)
        assert "noindex" in answer.body.decode() or form != "html"
    kept = await house.connection.fetch("select token_hash, note from instruction_link")
    assert path.rpartition("/")[2].encode() not in repr(kept).encode()
    token = path.rpartition("/")[2]
    assert_problem(await request(house.port, "GET", "/v1/seller/sources", key=token), 401, "key_unknown")
    listed = (await ask(house, "GET", "/v1/sources/web/links")).json["items"]
    assert [row["note"] for row in listed] == ["for the agency"]
    assert token not in str(listed)
    gone = await ask(house, "DELETE", f"/v1/sources/web/links/{made.json['id']}")
    assert gone.status == 204
    assert_problem(await request(house.port, "GET", path, key=None), 404, "link_unknown")
    assert_problem(await ask(house, "DELETE", f"/v1/sources/web/links/{made.json['id']}"), 404, "link_unknown")


async def test_a_link_ends_by_itself_and_nobody_else_makes_one(house):
    made = await ask(house, "POST", "/v1/sources/web/links", {})
    await house.connection.execute("update instruction_link set expires_at = now() - interval '1 second'")
    assert_problem(await request(house.port, "GET", made.json["path"], key=None), 404, "link_unknown")
    assert (await ask(house, "GET", "/v1/sources/web/links")).json["items"] == []
    for key in ("ob_acme", "ob_web", "ob_zebra"):
        assert_problem(await ask(house, "POST", "/v1/sources/web/links", {}, key=key), 403, "key_not_allowed")
    assert_problem(await request(house.port, "GET", "/instructions/" + "0" * 32, key=None), 404, "link_unknown")
    assert_problem(await request(house.port, "GET", "/instructions/%00", key=None), 404, "link_unknown")


async def test_who_asks_too_often_by_a_link_waits(house):
    made = await ask(house, "POST", "/v1/sources/web/links", {})
    codes = [(await request(house.port, "GET", made.json["path"] + "?as=schema", key=None)).status for _ in range(60)]
    assert codes[0] == 200
    assert 429 in codes


async def test_changes_are_told_with_their_dates_and_terms_of_money_are_not(kept):
    house, nouns_now = kept
    fields = [*FIELDS, {"name": "kind", "type": "choice", "settings": {"options": ["full", "basic"]}}]
    more = [{"plugin": "required", "settings": {"fields": ["first_name", "phone", "zip"]}}, *CHECKS[1:]]
    changed = dict(nouns_now)
    row = campaign(name=NASTY, fields=fields, checks=more, floor="4.56", least_margin="1.23")
    changed["campaign"] = {"auto": convert(row, KINDS["campaign"])}
    source = msgspec.structs.replace(nouns_now["source"]["web"], floor="6.54")
    changed["source"] = {
        "web": msgspec.structs.replace(source, intake=convert({"plugin": "form"}, type(source.intake)))
    }
    try:
        await house.change(changed)
        shown = (await read(house, "md")).body.decode()
        told = shown.partition("## Changes")[2]
        assert "The field `kind` was added (choice)." in told
        assert "The field `zip` must be sent." in told
        assert "Requests have another form" in told
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", told)
        assert "4.56" not in shown
        assert "6.54" not in shown
    finally:
        await house.change(nouns_now)
