"""What the operator sees of enrichers: in a lead's story, its exposure, its traffic and fields, and in a dry run."""

from types import SimpleNamespace

import msgspec
import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.shown.explain import explain_lead
from outbid.core.contract import Learned
from outbid.core.ids import LEAD, parse
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.exchange.arrive import arrive
from outbid.exchange.steps import enrich
from outbid.exchange.steps.asking import ask_of
from outbid.store import leads
from sale.test_enrichment import MORE_FIELDS, PING, POST, places

WHY = "?reason=case+7"


def market(port):
    checks = [{"plugin": "required", "settings": {"fields": ["phone", "city"]}}]
    service = places(port, fallback={"city": "somewhere"})
    more = {"fields": MORE_FIELDS, "checks": checks, "enrichers": [service]}
    offers = [offer("a", port, delivery={"ping": PING, "post": POST}, filter={"fact": "city", "present": True})]
    found = nouns(offers, campaign_more=more)
    for slug, holder, owner in (("house", "house", ""), ("seller", "seller", "acme")):
        row = {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}")}
        found["key"][slug] = convert(row, Key)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(worker_database):
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.replies["places", "ask"] = {"place": {"city": "Austin", "street": "1 Hidden Lane"}}
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        async with open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as house:
            yield house, buyers, (await house.sell(lead())).json["lead"]


async def described(house, answer, path, method):
    """The answer is as the document says."""
    found = await document(house)
    schema = found["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    fits(answer.json, schema, found["components"]["schemas"], path)


async def test_the_story_tells_what_was_learned_and_nothing_personal(told):
    house, _, name = told
    answer = await ask(house, "GET", f"/v1/leads/{name}/log")
    moment = next(each for each in answer.json["timeline"] if each["type"] == "enriched")
    what = moment["what"]
    assert what.pop("ms") >= 0
    assert what == {
        "enricher": "places", "outcome": "learned", "gave": ["city", "street"],
        "facts": {"city": "Austin"}, "sent": True,
    }  # fmt: skip
    assert answer.json["facts"]["city"] == "Austin"
    assert b"Hidden" not in answer.body
    await described(house, answer, "/v1/leads/{lead}/log", "get")
    again = await ask(house, "GET", f"/v1/leads/{name}/replay")
    assert again.json["repeats"] is True


async def test_exposure_and_traffic_name_the_enricher(told):
    house, _, name = told
    answer = await ask(house, "GET", f"/v1/leads/{name}/exposure")
    first = answer.json["shown"][0]
    assert (first["enricher"], first["offer"], first["buyer"], first["step"]) == ("places", "", "", "enrich")
    assert (first["fields"], first["personal"]) == (["zip", "phone"], ["phone"])
    await described(house, answer, "/v1/leads/{lead}/exposure", "get")
    answer = await ask(house, "GET", f"/v1/leads/{name}/traffic{WHY}")
    first = answer.json["calls"][0]
    assert (first["enricher"], first["step"], first["status"]) == ("places", "enrich", 200)
    await described(house, answer, "/v1/leads/{lead}/traffic", "get")


async def test_who_may_look_sees_the_values(told):
    house, _, name = told
    answer = await ask(house, "GET", f"/v1/leads/{name}/fields{WHY}")
    street = next(field for field in answer.json["fields"] if field["name"] == "street")
    assert street["value"] == "1 Hidden Lane"
    assert {"what": "learned", "about": "street", "text": '"1 Hidden Lane"'} in answer.json["notes"]


async def test_a_dry_run_asks_nobody_and_says_so(told):
    house, buyers, _ = told
    before = len(buyers.got["places", "ask"])
    wish = {"source": "web", "fields": lead(), "bids": {"a": "10"}}
    answer = await ask(house, "POST", "/v1/dry-run", wish)
    assert answer.json["enrichers"] == [
        {"name": "places", "local": False, "gives": ["city", "street"], "gave": ["city"]}
    ]
    assert answer.json["facts"]["city"] == "somewhere"
    assert (answer.json["flaws"], answer.json["ending"]["status"]) == ([], "sold")
    assert len(buyers.got["places", "ask"]) == before
    await described(house, answer, "/v1/dry-run", "post")


async def test_what_an_enricher_gives_the_seller_need_not_send(told):
    house, _, _ = told
    answer = await request(house.port, "GET", "/v1/seller/sources", key="ob_seller")
    required = {field["name"] for field in answer.json["items"][0]["fields"] if field["required"]}
    assert required == {"phone"}


async def test_it_is_explained_in_words(told):
    house, _, name = told
    record = await leads.read(house.connection, HOUSE, *parse(LEAD, name))
    exchange = house.process.exchange
    text = explain_lead(record, exchange.market, exchange.vault, [], personal=True).text
    assert "enricher places learned after" in text
    assert "It gave city, street." in text
    assert "city = Austin" in text
    assert "street = 1 Hidden Lane" in text


@pytest.mark.parametrize(
    ("reason", "outcome", "told_as"),
    [("timed_out", "late", "timed_out"), ("out_of_credit", "failed", "http_append.out_of_credit")],
)
async def test_a_reason_of_a_plugins_own_carries_its_name(told, monkeypatch, reason, outcome, told_as):
    house, _, _ = told
    monkeypatch.setattr(enrich, "why_not_asked", lambda *_: None)
    enricher = next(iter(house.process.exchange.market.campaigns.values())).enrichers[0]
    heard = await _held(house, enricher, lambda ask: _returns(Learned(reason=reason)))
    assert (heard.outcome, heard.reason) == (outcome, told_as)


@pytest.mark.parametrize("how", ["raises", "is no generator", "gives a text back", "asks for ever"])
async def test_a_plugin_that_fails_costs_what_it_would_have_taught(told, monkeypatch, how):
    house, _, _ = told
    campaign = next(iter(house.process.exchange.market.campaigns.values()))
    monkeypatch.setattr(enrich, "why_not_asked", lambda *_: None)
    faulty = {
        "raises": lambda ask: 1 / 0,
        "is no generator": lambda ask: 7,
        "gives a text back": lambda ask: _returns("Austin"),
        "asks for ever": lambda ask: _for_ever(campaign.enrichers[0].ask(ask)),
    }[how]
    heard = await _held(house, campaign.enrichers[0], faulty)
    assert (heard.outcome, heard.reason) == ("failed", "not_understood")


def _returns(what):
    yield from ()
    return what


def _for_ever(talk):
    http = next(talk)
    while True:
        yield http


async def _held(house, enricher, faulty):
    exchange = house.process.exchange
    story = SimpleNamespace(lead=None, kept={}, trace=None, talks=[])
    talk = enrich._Talk(exchange, story, 0, msgspec.structs.replace(enricher, ask=faulty))
    source = exchange.market.sources[1]
    real = arrive(exchange, exchange.market, source, lead(), False)
    return await talk.held(ask_of(exchange, real), exchange.now() + 1)
