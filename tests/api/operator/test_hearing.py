"""A source tried: what is heard in a request, and how its seller would be told each end."""

import pytest_asyncio

from api.operator.asking import ask
from api.operator.test_enrichment import described
from api.spoken.dialects import BOBERDOO
from harness.house import open_house
from harness.market import SECRET, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key

PATH = "/v1/sources/web/try"
SPOKEN = {"plugin": "form", "settings": BOBERDOO}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    await worker_database.empty()
    found = nouns([offer("a", 9)])
    found["key"]["house"] = Key(slug="house", holder="house", hash=key_hash("ob_house"))
    async with open_house(worker_database.url, worker_database.app_url, found) as open_:
        yield open_


def form(text):
    return {"body": text, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


async def test_a_request_is_heard_field_by_field_and_nothing_is_sold(house):
    body = f"Key={SECRET}&Mode=post&Lead_ID=pg_1&First_Name=Ann&Zip=1001&State=Texas&DOB=31.01.1980&Extra=7"
    told = await ask(house, "POST", PATH, form(body) | {"intake": SPOKEN})
    assert told.status == 200, told.json
    await described(house, told, "/v1/sources/{slug}/try", "post")
    assert (told.json["key"], told.json["code"], told.json["plugin"]) == ("known", "", "form")
    (lead,) = told.json["leads"]
    fields = {field["name"]: field for field in lead["fields"]}
    assert (lead["asks"], lead["ping"]) == (False, "pg_1")
    assert (fields["state"]["raw"], fields["state"]["value"]) == ("TX", "TX")
    assert fields["birth_date"]["value"] == "1980-01-31"
    assert fields["zip"]["fault"] == "zip.lost_zero"
    assert SECRET not in repr(told.json)
    assert (await house.connection.fetchval("select count(*) from lead")) == 0


async def test_each_end_is_told_in_the_sellers_tongue(house):
    told = (await ask(house, "POST", PATH, form("Mode=ping") | {"intake": SPOKEN})).json
    answers = {each["outcome"]: each for each in told["answers"]}
    assert "<status>Matched</status><lead_id>ld_made_up</lead_id><price>12.50</price>" in answers["sold"]["body"]
    assert "<lead_id>pg_made_up</lead_id>" in answers["quoted"]["body"]
    assert '<error code="required.missing"><field>zip</field></error>' in answers["refused"]["body"]
    assert all(not each["ours"] for each in answers.values())
    assert (told["key"], told["leads"][0]["asks"]) == ("missing", True)


async def test_a_source_that_speaks_our_tongue_is_heard_as_well(house):
    wish = {"body": '{"zip": "78701", "odd": 1}', "headers": {"Content-Type": "application/json"}}
    told = (await ask(house, "POST", PATH, wish)).json
    assert told["leads"][0]["undeclared"] == {"odd": 1}
    assert told["key"] == "missing"
    assert all(each["ours"] for each in told["answers"])


async def test_what_is_wrong_is_told(house):
    broken = await ask(house, "POST", PATH, {"body": "{", "headers": {"Content-Type": "application/json"}})
    assert broken.json["code"] == "body_not_json"
    assert broken.json["wrong"]
    assert (await ask(house, "POST", "/v1/sources/nobody/try", {})).status == 404
    wrong = {"intake": {"plugin": "form", "settings": BOBERDOO | {"fields": {"zip": "Zip | nonsense"}}}}
    refused = await ask(house, "POST", PATH, wrong)
    assert (refused.status, refused.json["code"]) == (422, "market_faulty")
    assert "nonsense" in repr(refused.json["errors"])
    put = await ask(house, "POST", PATH, {"method": "PUT", "intake": SPOKEN})
    assert put.json["code"] == "method_not_allowed"


async def test_where_pings_are_answered_in_another_shape_their_ends_are_told_so(house):
    otherwise = {"status": 200, "body": {"Why": "outcome"}}
    pings = {"quoted": {"body": {"Id": "quote"}}, "otherwise": otherwise}
    answers = {"sold": {"body": {"ok": "lead"}}, "otherwise": {"body": {"no": "outcome"}}, "pings": pings}
    intake = {"plugin": "form", "settings": {"asks": {"field": "Mode"}, "answers": answers}}
    for mode, refused in (("ping", '{"Why":"refused"}'), ("post", '{"no":"refused"}')):
        told = (await ask(house, "POST", PATH, form(f"Mode={mode}") | {"intake": intake})).json
        bodies = {each["outcome"]: each["body"] for each in told["answers"]}
        assert (bodies["quoted"], bodies["no_quote"]) == ('{"Id":"pg_made_up"}', '{"Why":"no_quote"}')
        assert (bodies["sold"], bodies["unsold"]) == ('{"ok":"ld_made_up"}', '{"no":"unsold"}')
        assert bodies["refused"] == refused
