"""Requests of persons: written down with hashes alone, due by the law's days, answered once."""

from datetime import UTC, datetime, timedelta

import pytest_asyncio

from api.operator.asking import ask
from api.problems import assert_problem, pointers
from cli.test_people import market
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.marked import PERSON, marked

PATH = "/v1/privacy-requests"
WISH = {"kind": "deletion", "phone": PERSON["phone"], "reference": "ticket 9"}


@pytest_asyncio.fixture
async def house(database_url, app_database_url):
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9"), post=ACCEPT)
        async with open_house(database_url, app_database_url, market(buyers.port, "a")) as opened:
            yield opened


async def test_a_request_is_due_after_the_laws_days_and_answered_by_the_erasure(house):
    name = (await house.sell(marked())).json["lead"]
    came = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    put = await ask(house, "POST", PATH, WISH | {"received_at": came.isoformat()})
    assert (put.status, put.json["leads"], put.json["source"], put.json["done_at"]) == (201, 1, None, None)
    assert datetime.fromisoformat(put.json["due_at"]) == came + timedelta(days=45)
    assert (await ask(house, "PATCH", "/v1/settings", {"request_days": 30}, If_Match="*")).status == 200
    (told,) = (await ask(house, "GET", f"{PATH}?state=open")).json["items"]
    assert datetime.fromisoformat(told["due_at"]) == came + timedelta(days=30)
    rows = await house.connection.fetch("select r::text as whole from privacy_request r")
    assert "5550147" not in rows[0]["whole"]

    who = {"request": told["id"], "reason": "ticket 9"}
    assert [row["id"] for row in (await ask(house, "POST", "/v1/persons/held", who)).json["items"]] == [name]
    done = await ask(house, "POST", "/v1/persons/erase", who | {"leads": 1})
    assert done.json == {"erased": 1, "before": 0, "waiting": [], "answered": True}
    assert (await ask(house, "GET", f"{PATH}?state=open")).json["items"] == []
    (told,) = (await ask(house, "GET", PATH)).json["items"]
    assert (told["done_by"], told["result"], told["done_at"] is None) == ("key house", "1 lead erased", False)
    again = await ask(house, "POST", f"{PATH}/{told['id']}/done", {"result": "once more"})
    assert_problem(again, 409, "request_answered")


async def test_a_request_to_be_sold_no_more_puts_the_person_on_the_list(house):
    put = await ask(house, "POST", PATH, WISH | {"kind": "stop"})
    path = f"{PATH}/{put.json['id']}/done"
    assert_problem(await ask(house, "POST", path, {"result": ""}), 422, "body_faulty")
    done = await ask(house, "POST", path, {"result": "put on the list", "do_not_contact": True})
    assert (done.status, done.json["result"]) == (200, "put on the list")
    held = await ask(house, "POST", "/v1/persons/held", {"phone": PERSON["phone"], "reason": "ticket 9"})
    assert held.json["suppressed"] is True


async def test_an_erasure_answers_no_request_of_another_kind(house):
    put = await ask(house, "POST", PATH, WISH | {"kind": "access"})
    wish = {"request": put.json["id"], "reason": "ticket 9", "leads": 0}
    assert (await ask(house, "POST", "/v1/persons/erase", wish)).json["answered"] is False
    assert [row["id"] for row in (await ask(house, "GET", f"{PATH}?state=open")).json["items"]] == [put.json["id"]]


async def test_what_is_no_request_is_refused_where_it_is_wrong(house):
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for wish, place in (
        ({"kind": "deletion"}, ""),
        (WISH | {"kind": "party"}, "/kind"),
        (WISH | {"phone": "12"}, "/phone"),
        (WISH | {"received_at": later}, "/received_at"),
        (WISH | {"received_at": "yesterday"}, "/received_at"),
        (WISH | {"received_at": "0001-01-01T00:00:00Z"}, "/received_at"),
    ):
        assert pointers(assert_problem(await ask(house, "POST", PATH, wish), 422, "body_faulty")) == [place]
    assert (await ask(house, "GET", "/v1/looks")).json["items"] == []
    for name in ("0" * 32, "x"):
        answer = await ask(house, "POST", f"{PATH}/{name}/done", {"result": "done"})
        assert_problem(answer, 404, "request_unknown")
    assert (await ask(house, "GET", PATH)).json["items"] == []


async def test_whoever_writes_a_request_down_is_on_record_for_he_is_told_how_many_leads_there_are(house):
    put = await ask(house, "POST", PATH, WISH | {"kind": "access"})
    (look,) = (await ask(house, "GET", "/v1/looks")).json["items"]
    assert (look["what"], look["reason"]) == ("found", f"request {put.json['id']}, access")
    for result in ("  x  ", "ab"):
        answer = await ask(house, "POST", f"{PATH}/{put.json['id']}/done", {"result": result})
        assert pointers(assert_problem(answer, 422, "body_faulty")) == ["/result"]
