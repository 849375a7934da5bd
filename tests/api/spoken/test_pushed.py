"""Platforms that push leads: signed webhooks, Google's lead forms, Meta's lead ads, and messages to forget a person."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from api.spoken.dialects import key_of, market
from harness.buyers import ACCEPT, Buyers, bid, http
from harness.house import Answer, House, open_house, request, until
from harness.market import lead
from outbid.core.scope import HOUSE
from outbid.store.people import requests
from outbid.store.sealed import secrets

HOOK = {
    "signature": {
        "header": "X-Sign",
        "secret": "{secret:hook}",
        "algorithm": "sha256",
        "prefix": "sha256=",
        "signs": "{header:X-Time}.{body}",
    },
    "once": "data.lead_id",
    "test": {"field": "test"},
    "pairs": {"at": "data.field_data"},
    "deletion": {
        "field": "action",
        "words": ["DELETED"],
        "phone": "data.phone",
        "email": "data.email",
        "reference": "data.lead_id",
    },
}
MANY = {"key": "key", "several": "leads", "once": "id"}
GOOGLE = {
    "google_key": "{secret:google}",
    "fields": {"first_name": "FULL_NAME | before ' '", "phone": "PHONE_NUMBER", "email": "EMAIL", "zip": "POSTAL_CODE"},
}
WORDS = {"hook": "s3cret-of-hook", "google": "key-of-form", "app": "app-secret", "verify": "try-me", "token": "t0ken-x"}


def sources(port: int) -> dict[str, Any]:
    meta = {
        "app_secret": "{secret:app}",
        "verify_token": "{secret:verify}",
        "access_token": "{secret:token}",
        "graph_url": f"http://127.0.0.1:{port}/graph/post",
        "names": {"full_name": "first_name", "phone_number": "phone", "post_code": "zip"},
    }
    return {
        "hook": ("webhook", HOOK),
        "many": ("webhook", MANY),
        "listed": ("json", {"key": "key", "several": "leads"}),
        "google": ("google", GOOGLE),
        "meta": ("meta", meta),
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pushed(worker_database, shared_buyers: Buyers) -> AsyncIterator[House]:
    await worker_database.empty()
    found = market(shared_buyers.port, sources(shared_buyers.port))
    target = (f"127.0.0.1:{shared_buyers.port}",)
    found["source"]["meta"] = msgspec.structs.replace(found["source"]["meta"], private_targets=target)
    async with open_house(worker_database.url, worker_database.app_url, None) as house:
        for name, word in WORDS.items():
            await secrets.put(house.connection, house.process.exchange.vault, name, word, "test")
        await house.change(found)
        yield house


@pytest.fixture
def house(pushed: House, shared_buyers: Buyers) -> House:
    shared_buyers.replies.clear()
    shared_buyers.got.clear()
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    return pushed


async def leads_of(house: House) -> int:
    return await house.connection.fetchval("select count(*) from lead")


async def hooked(house: House, said: dict[str, Any], secret: str = WORDS["hook"], at: str = "17") -> Answer:
    body = msgspec.json.encode(said)
    sign = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = (f"X-Sign: sha256={sign}", f"X-Time: {at}")
    return await request(house.port, "POST", "/v1/in/hook", body, key=None, headers=headers)


def hook_lead(identifier: object, **more: Any) -> dict[str, Any]:
    pairs = [{"name": name, "values": [value]} for name, value in lead().items()]
    return {"data": {"lead_id": identifier, "field_data": pairs}} | more


async def test_a_signed_webhook_is_a_lead_and_its_repeat_is_the_same(house, shared_buyers):
    before, said = await leads_of(house), hook_lead(9007199254740993)
    sold = await hooked(house, said)
    assert (sold.status, sold.json["outcome"]) == (200, "sold"), sold.body
    again = await hooked(house, said | {"sent": "a second time"}, at="18")
    assert again.json == sold.json
    assert await leads_of(house) == before + 1
    other = await hooked(house, hook_lead(9007199254740992))
    assert other.json["lead"] != sold.json["lead"]


async def test_a_wrong_signature_or_none_is_no_lead(house):
    before = await leads_of(house)
    assert (await hooked(house, hook_lead(1), secret="other")).status == 401
    found = await request(house.port, "POST", "/v1/in/hook", msgspec.json.encode(hook_lead(2)), key=None)
    assert (found.status, found.json["reason"]) == (401, "signature_missing")
    with_key = await request(house.port, "POST", "/v1/in/hook", msgspec.json.encode(hook_lead(2)), key=key_of("hook"))
    assert with_key.status == 401
    at_ours = await request(house.port, "POST", "/v1/leads", msgspec.json.encode(lead()), key=key_of("hook"))
    assert (at_ours.status, at_ours.json["code"]) == (400, "own_address_only")
    assert await leads_of(house) == before


async def test_a_refused_webhook_is_heard_and_a_broken_one_is_told(house):
    refused = await hooked(house, {"data": {"lead_id": 5, "field_data": []}})
    assert (refused.status, refused.json["outcome"], refused.json["reason"]) == (200, "refused", "required.missing")
    broken = await hooked(house, [1])  # type: ignore[arg-type]
    assert (broken.status, broken.json["reason"]) == (400, "body_not_object")


async def test_a_test_of_a_webhook_is_never_sold(house, shared_buyers):
    await hooked(house, hook_lead(6, test=True))
    assert not shared_buyers.got


async def test_several_leads_in_one_call_are_several(house, shared_buyers):
    leads = [lead() | {"id": f"many {n}"} for n in range(3)]
    body = msgspec.json.encode({"key": key_of("many"), "leads": leads})
    found = await request(house.port, "POST", "/v1/in/many", body, key=None)
    assert found.status == 200
    assert [each["outcome"] for each in found.json["answers"]] == ["sold", "sold", "sold"]
    again = await request(house.port, "POST", "/v1/in/many", body, key=None)
    assert again.json == found.json
    none = await request(house.port, "POST", "/v1/in/many", msgspec.json.encode({"key": key_of("many")}), key=None)
    assert none.status == 400


@pytest.mark.parametrize(("source", "headers"), [("listed", ()), ("listed", ("Idempotency-Key: k1",)), ("many", ())])
async def test_several_leads_that_have_no_ids_are_several_too(house, shared_buyers, source, headers):
    before = await leads_of(house)
    body = msgspec.json.encode({"key": key_of(source), "leads": [lead() for _ in range(3)]})
    found = await request(house.port, "POST", f"/v1/in/{source}", body, key=None, headers=headers)
    answers = found.json["answers"]
    assert [each["outcome"] for each in answers] == ["sold", "sold", "sold"]
    assert len({each["lead"] for each in answers}) == 3
    again = await request(house.port, "POST", f"/v1/in/{source}", body, key=None, headers=headers)
    assert [each["lead"] for each in again.json["answers"]] == [each["lead"] for each in answers]
    assert await leads_of(house) == before + 3


def google_lead(identifier: str, key: str = WORDS["google"], **more: Any) -> bytes:
    person = lead()
    columns = {
        "FULL_NAME": "Ann Lee",
        "PHONE_NUMBER": person["phone"],
        "EMAIL": person["email"],
        "POSTAL_CODE": "78701",
    }
    rows = [{"column_id": name, "string_value": value} for name, value in columns.items()]
    told = {"lead_id": identifier, "user_column_data": rows, "form_id": 40000000000000001, "google_key": key}
    return msgspec.json.encode(told | more)


async def test_google_leads_are_proved_by_their_key_and_told_by_their_id(house, shared_buyers):
    async def post(body: bytes) -> Answer:
        return await request(house.port, "POST", "/v1/in/google", body, key=None)

    before = await leads_of(house)
    body = google_lead("g1")
    sold, again = await post(body), await post(body.replace(b"78701", b"78702"))
    assert (sold.status, sold.json["outcome"], again.json) == (200, "sold", sold.json)
    assert await leads_of(house) == before + 1
    assert shared_buyers.posts("a")[0].json["first_name"] == "Ann"
    shared_buyers.got.clear()
    assert (await post(google_lead("g2", key="guess"))).status == 401
    assert (await post(google_lead("g2", key=""))).status == 401
    assert (await post(google_lead("g3", is_test=True))).status == 200
    assert not shared_buyers.got
    assert (await post(b"{}")).status == 401
    assert (await post(b"<")).status == 400


def told_by_meta(*ids: object) -> bytes:
    changes = [{"field": "leadgen", "value": {"leadgen_id": each, "form_id": 7}} for each in ids]
    other = {"field": "feed", "value": {"post": 1}}
    return msgspec.json.encode({"object": "page", "entry": [{"changes": [each, other]} for each in changes]})


def meta_signed(body: bytes, secret: str = WORDS["app"]) -> tuple[str]:
    return (f"X-Hub-Signature-256: sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}",)


async def test_meta_is_answered_its_challenge_only_with_the_token_that_was_agreed(house):
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    found = await request(house.port, "GET", f"/v1/in/meta?{query}try-me", key=None)
    assert (found.status, found.body, found.headers["content-type"]) == (
        200,
        b"1158201444",
        "text/plain; charset=utf-8",
    )
    assert (await request(house.port, "GET", f"/v1/in/meta?{query}guess", key=None)).status == 403


async def test_meta_names_several_leads_which_are_fetched_and_sold_once(house, shared_buyers):
    before, people = await leads_of(house), iter([lead(), lead()])
    known: dict[str, dict] = {}

    def graph(got):
        name = got.path.partition("?")[0].rpartition("/")[2]
        person = known.setdefault(name, next(people) if name not in known else {})
        data = {"full_name": "Ann", "phone_number": person["phone"], "email": person["email"], "post_code": "78701"}
        assert got.headers["authorization"] == "Bearer t0ken-x"
        rows = [{"name": key, "values": [value]} for key, value in data.items()]
        return {"id": name, "field_data": rows}

    shared_buyers.on("graph", post=graph)
    body = told_by_meta("90071992547409931", 90071992547409932, "90071992547409931")
    for _ in range(2):
        found = await request(house.port, "POST", "/v1/in/meta", body, key=None, headers=meta_signed(body))
        assert found.status == 200
        assert found.json == {"outcome": "taken", "count": 2}

        async def fetched() -> bool:
            return not await house.connection.fetchval("select count(*) from job where kind = 'fetch'")

        await until(fetched, 15)
    assert await leads_of(house) == before + 2
    assert set(known) == {"90071992547409931", "90071992547409932"}
    assert len(shared_buyers.posts("a")) == 2
    wrong = await request(house.port, "POST", "/v1/in/meta", body, key=None, headers=meta_signed(body, "other"))
    assert wrong.status == 401


async def test_a_lead_of_meta_that_cannot_be_fetched_is_tried_again(house, shared_buyers):
    shared_buyers.on("graph", post=http(500, b"{}"))
    body = told_by_meta("77")
    await request(house.port, "POST", "/v1/in/meta", body, key=None, headers=meta_signed(body))

    async def tried() -> bool:
        return bool(await house.connection.fetchval("select error like '%fetch_failed%' from job where kind = 'fetch'"))

    await until(tried, 10)
    assert await house.connection.fetchval("select state from job where kind = 'fetch'") == "open"
    await house.connection.execute("delete from job where kind = 'fetch'")


async def test_a_message_to_forget_a_person_is_put_on_record_once(house):
    person = lead()
    sold = await hooked(house, {"data": {"lead_id": "p1"}} | person)
    assert sold.json["outcome"] == "sold"
    told = {"action": "deleted", "data": {"lead_id": "p1", "phone": person["phone"], "email": person["email"]}}
    for at in ("20", "21"):
        found = await hooked(house, told, at=at)
        assert (found.status, found.json) == (200, {"outcome": "taken", "count": 1})
    [kept] = await requests.page(house.connection, HOUSE, 0, requests.LAST, 10)
    assert (kept.reference, kept.leads, len(kept.persons), kept.done_ms) == ("p1", 1, 2, None)
    assert await house.connection.fetchval("select count(*) from privacy_request where reference like '%@%'") == 0


async def test_a_message_to_forget_is_put_on_record_whatever_characters_it_holds(house):
    data = {"phone": "+1512\x005550177", "email": "ann\x00@example.com", "lead_id": "zero\x00 77"}
    found = await hooked(house, {"action": "DELETED", "data": data})
    assert (found.status, found.json["outcome"]) == (200, "taken"), found.body
    assert await house.connection.fetchval("select count(*) from privacy_request where reference = 'zero 77'") == 1
