"""Leads of a person, found by phone or e-mail, with a reason that is kept."""

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.problems import assert_problem, pointers
from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.store.people import users

FIND = "/v1/leads/find"


@pytest_asyncio.fixture
async def house(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    found = nouns([offer("a", buyers.port)])
    found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    async with open_house(database_url, app_database_url, found) as opened:
        yield opened


async def test_a_person_is_found_by_phone_and_by_e_mail_and_the_look_is_on_record(house):
    person = lead(email="zoe@example.com", phone="+15125550147")
    first = (await house.sell(person)).json["lead"]
    twin = (await house.sell(person | {"amount": 5})).json["lead"]
    await house.sell(lead())
    for given in (
        {"phone": "(512) 555-0147"},
        {"email": "Zoe@Example.com"},
        {"phone": "5125550147", "email": "x@example.com"},
    ):
        answer = await ask(house, "POST", FIND, given | {"reason": "case 7"})
        assert [row["id"] for row in answer.json["items"]] == [twin, first]
        assert (answer.json["more"], answer.json["items"][0]["erased"]) == (False, False)
        assert "zoe" not in answer.body.decode().lower()
    looks = (await ask(house, "GET", "/v1/looks")).json["items"]
    assert len(looks) == 6
    assert {(look["what"], look["reason"], look["who"]) for look in looks} == {("found", "case 7", "key house")}
    nobody = await ask(house, "POST", FIND, {"email": "nobody@example.com", "reason": "case 8"})
    assert nobody.json == {"items": [], "more": False}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"reason": "case 7"}, [""]),
        ({"phone": "555", "email": "no", "reason": "case 7"}, ["/phone", "/email"]),
        ({"phone": "5125550147"}, ["/reason"]),
        ({"phone": "5125550147", "reason": "case 7", "name": "Zoe"}, ["/name"]),
    ],
)
async def test_what_names_nobody_is_refused_where_it_is_wrong(house, body, where):
    answer = await ask(house, "POST", FIND, body)
    assert_problem(answer, 422, "body_faulty")
    assert sorted(pointers(answer.json)) == sorted(where)


async def test_who_only_reads_finds_nobody(house):
    await users.create(house.connection, "rea", "correct horse battery", "viewer")
    given = {"user": "rea", "password": "correct horse battery"}
    signed_in = await ask(house, "POST", "/v1/session", given, key=None)
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    body = {"phone": "5125550147", "reason": "case 7"}
    answer = await ask(house, "POST", FIND, body, key=None, Cookie=cookie, X_CSRF_Token=signed_in.json["csrf"])
    assert_problem(answer, 403, "role_not_allowed")
