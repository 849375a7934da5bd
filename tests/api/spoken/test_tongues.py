"""Sellers who speak as their platforms do sell at their sources' own addresses, and are answered alike."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import msgspec
import pytest
import pytest_asyncio

from api.spoken.dialects import key_of, market
from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import Answer, House, open_house, request
from harness.market import lead
from outbid.core.dialect.formats.xml import xml_root, xml_tree
from outbid.core.lead.lead import Sealed

FORM = ("Content-Type: application/x-www-form-urlencoded",)
XML = ("Content-Type: text/xml",)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tongues(worker_database, shared_buyers: Buyers) -> AsyncIterator[House]:
    await worker_database.empty()
    async with open_house(worker_database.url, worker_database.app_url, market(shared_buyers.port)) as house:
        yield house


@pytest.fixture
def house(tongues: House, shared_buyers: Buyers) -> House:
    shared_buyers.replies.clear()
    shared_buyers.got.clear()
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    return tongues


async def leads_of(house: House) -> int:
    return await house.connection.fetchval("select count(*) from lead")


def boberdoo(person: dict, **more: str) -> bytes:
    month_last = ".".join(reversed(person["birth_date"].split("-")))
    fields = {
        "Key": key_of("boberdoo"),
        "Mode": "full",
        "First_Name": person["first_name"],
        "Primary_Phone": person["phone"],
        "Email": person["email"],
        "Zip": person["zip"],
        "State": "texas",
        "DOB": month_last,
        "SRC": "summer",
    }
    return urlencode(fields | more).encode()


async def to_boberdoo(house: House, body: bytes) -> Answer:
    return await request(house.port, "POST", "/v1/in/boberdoo/genericPostlead.php", body, key=None, headers=FORM)


async def test_a_form_is_sold_and_answered_in_xml(house, shared_buyers):
    person = lead()
    found = await to_boberdoo(house, boberdoo(person))
    assert (found.status, found.headers["content-type"]) == (200, "text/xml")
    told = xml_tree(xml_root(found.body))["response"]
    assert told == {"status": "Matched", "price": "8.00", "lead_id": told["lead_id"]}
    assert told["lead_id"].startswith("ld_")
    posted = shared_buyers.posts("a")[0].json
    told = {name: posted[name] for name in ("first_name", "phone", "state", "birth_date")}
    assert told == {"first_name": "Ann", "phone": person["phone"], "state": "TX", "birth_date": "1980-01-31"}
    assert key_of("boberdoo") not in str(posted)


async def test_a_post_names_the_quote_of_its_ping_in_the_field_of_the_seller(house, shared_buyers):
    person = lead()
    quoted = await to_boberdoo(
        house,
        urlencode(
            {"Key": key_of("boberdoo"), "Mode": "ping", "Zip": "78701", "State": "Texas", "DOB": "31.01.1980"}
        ).encode(),
    )
    quote = quoted.body.partition(b"<lead_id>")[2].partition(b"</lead_id>")[0].decode()
    assert quote.startswith("pg_"), quoted.body
    found = await to_boberdoo(house, boberdoo(person, Mode="post", Lead_ID=quote))
    assert b"<status>Matched</status>" in found.body, found.body
    assert len(shared_buyers.pings("a")) == 1
    again = await to_boberdoo(house, boberdoo(lead(), Mode="post", Lead_ID=quote))
    assert b"<status>Error</status>" in again.body


async def test_refusals_list_every_error_and_a_wrong_key_and_a_broken_body_are_told_too(house):
    found = await to_boberdoo(house, boberdoo(lead(), Primary_Phone="1", Zip="x"))
    assert found.status == 200
    assert b"<status>Error</status>" in found.body
    assert b'<error code="phone.too_short"><field>phone</field></error>' in found.body, found.body
    assert b"<field>zip</field>" in found.body
    denied = await to_boberdoo(house, boberdoo(lead(), Key="ob_nobody"))
    assert b"<error>The key is not known or was revoked.</error>" in denied.body
    assert b"<status>Error</status>" in (await to_boberdoo(house, boberdoo(lead(), Key=""))).body
    broken = await to_boberdoo(house, b"%zz=1")
    assert (broken.status, b"<status>Error</status>" in broken.body) == (200, True)
    other = await to_boberdoo(house, boberdoo(lead(), Key=key_of("prosper")))
    assert b"<status>Error</status>" in other.body


async def test_nobody_buys_and_a_test_lead_leaves_no_house(house, shared_buyers):
    shared_buyers.on("a", ping=REJECT)
    assert b"<status>Unmatched</status>" in (await to_boberdoo(house, boberdoo(lead()))).body
    shared_buyers.got.clear()
    found = await to_boberdoo(house, boberdoo(lead(), Test_Lead="1"))
    assert b"<status>" in found.body
    assert not shared_buyers.got
    assert await house.connection.fetchval("select test from lead order by id desc limit 1")


async def to_prosper(house: House, path: str, **fields: object) -> Answer:
    body = msgspec.json.encode({"lp_key": key_of("prosper")} | fields)
    return await request(house.port, "POST", f"/v1/in/prosper/{path}", body, key=None)


async def test_json_with_its_key_in_the_body_pings_and_posts_by_address(house, shared_buyers):
    quoted = await to_prosper(house, "ping", zip="78701", state="TX", birth_date="1980-01-31")
    assert quoted.json == {"status": "ACCEPTED", "ping_id": quoted.json["ping_id"], "price": 8}
    person = lead()
    sold = await to_prosper(house, "post", lp_ping_id=quoted.json["ping_id"], **person)
    assert (sold.status, sold.json["status"], sold.json["price"]) == (200, "ACCEPTED", 8)
    again = await to_prosper(house, "post", **(person | {"first_name": "Bea"}))
    assert again.json == {"status": "DUPLICATED", "code": "1005"}
    assert (await to_prosper(house, "post", lp_key="ob_no")).json["code"] == 1003
    wrong = await to_prosper(house, "post", **lead(zip="0"))
    assert wrong.json["errors"][0]["field"] == "zip"
    assert wrong.json["status"] == "ERROR"


async def test_a_query_is_sold_by_get_and_by_post(house, shared_buyers):
    for method in ("GET", "POST"):
        query = urlencode(lead() | {"ckm_key": key_of("cake"), "ckm_campaign_id": "7"})
        found = await request(house.port, method, f"/v1/in/cake/d.ashx?{query}", key=None)
        assert found.status == 200
        told = xml_tree(xml_root(found.body))["result"]
        assert told == {"code": "0", "msg": "success", "leadid": told["leadid"], "price": "8.00"}
    assert (await request(house.port, "GET", "/v1/in/cake/d.ashx", key=None)).body.count(b"<code>1</code>") == 1
    assert (await request(house.port, "GET", "/v1/in/boberdoo/", key=None)).headers["allow"] == "POST"


async def test_the_same_query_soon_after_is_the_same_lead(house):
    query, before = urlencode(lead() | {"ckm_key": key_of("cake")}), await leads_of(house)
    found = [await request(house.port, "GET", f"/v1/in/cake/d.ashx?{query}", key=None) for _ in range(2)]
    assert found[0].body == found[1].body
    assert await leads_of(house) == before + 1


def exec_body(person: dict, **more: str) -> bytes:
    order = f"<orderid>{more['order']}</orderid>" if "order" in more else ""
    return (
        f"<?xml version='1.0'?><Post><Auth><Token>{more.get('key', key_of('exec'))}</Token></Auth>{order}"
        f"<Contact first='{person['first_name']}'><Phones><Phone>1</Phone><Phone>{person['phone']}</Phone></Phones>"
        f"<Email>{person['email']}</Email><Zip>{person['zip']}</Zip></Contact></Post>"
    ).encode()


async def test_xml_with_attributes_and_places_is_sold_and_answered_in_xml(house, shared_buyers):
    async def post(body: bytes, path: str = "post") -> bytes:
        return (await request(house.port, "POST", f"/v1/in/exec/{path}", body, key=None, headers=XML)).body

    person = lead()
    found = await post(exec_body(person))
    assert b"<isValidPost>true</isValidPost>" in found, found
    assert shared_buyers.posts("a")[0].json["phone"] == person["phone"]
    assert b"<ResponseType>6</ResponseType>" in await post(exec_body(person | {"zip": "78702"}))
    assert b"<isValidPost>false</isValidPost>" in await post(b"<Post><a>")
    assert b"<ResponseType>1</ResponseType>" in await post(exec_body(lead(), key=""))
    quoted = await post(
        b"<Post><Auth><Token>ob_key_exec</Token></Auth><Contact><Zip>78701</Zip></Contact></Post>", "ping"
    )
    quote = quoted.partition(b"<LeadIdentifier>")[2].partition(b"<")[0].decode()
    assert b"<ResponseType>0</ResponseType>" in await post(exec_body(lead(), order=quote))
    entity = b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a><b>&e;</b></a>"
    assert b"<isValidPost>false</isValidPost>" in await post(entity)


async def test_plain_text_is_answered_as_it_is_written(house, shared_buyers):
    key = (*FORM, f"X-Api-Key: {key_of('small')}")
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT | {"redirect": "https://a.test/?a=1&b=2"})
    body = urlencode(lead()).encode()
    sold = await request(house.port, "POST", "/v1/in/small/postlead", body, key=None, headers=key)
    assert sold.body == b"accepted|8.00|https://a.test/?a=1&b=2"
    assert sold.headers["content-type"] == "text/plain; charset=utf-8"
    no = await request(house.port, "POST", "/v1/in/small", b"zip=1", key=None, headers=FORM)
    assert no.body == b"<status>rejected</status>No key was sent."


async def test_without_templates_the_answer_is_ours(house):
    body = msgspec.json.encode(lead())
    found = await request(house.port, "POST", "/v1/in/plain", body, key=key_of("plain"))
    assert (found.status, found.json["outcome"], found.json["price"]) == (200, "sold", "8.00")
    ping = await request(house.port, "POST", "/v1/in/plain/ping", b'{"zip": "78701"}', key=key_of("plain"))
    assert ping.json["outcome"] == "quoted"
    assert (await request(house.port, "POST", "/v1/in/plain", b"{}", key=key_of("cake"))).status == 403
    assert (await request(house.port, "POST", "/v1/in/nobody", b"{}", key=key_of("cake"))).status == 404


async def test_no_key_is_kept_of_what_came(house, worker_database):
    """Keys that came in bodies and queries stand in no table, not even sealed."""
    await to_boberdoo(house, boberdoo(lead(), Extra="kept"))
    row = await house.connection.fetchrow(
        "select lead.id, sealed, wrapped from lead join lead_key on lead_id = lead.id order by lead.id desc limit 1"
    )
    vault = house.process.exchange.vault
    plain = vault.open(vault.unwrap(row["id"], row["wrapped"]), row["id"], b"lead", row["sealed"])
    sealed = msgspec.json.decode(plain, type=Sealed)
    assert sealed.unknown == {"SRC": "summer", "Extra": "kept"}
