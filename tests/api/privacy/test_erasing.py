"""A person is erased by the API, whole or lead by lead: what was planted is gone, and who did it stands on record."""

import asyncio

import msgspec
import pytest
import pytest_asyncio

from api.operator.asking import ask
from api.people.asking import a_person
from api.problems import assert_problem, pointers
from cli.test_people import market
from harness.buyers import Buyers, Silence, bid
from harness.house import House, open_house
from harness.marked import BUYERS, MARKERS, PERSON, found_again, marked, plant
from harness.market import lead

WHO = {"phone": PERSON["phone"], "reason": "case 17"}


@pytest_asyncio.fixture
async def buyers():
    async with Buyers() as found:
        plant(found)
        yield found


@pytest_asyncio.fixture
async def house(database_url, app_database_url, buyers):
    async with open_house(database_url, app_database_url, market(buyers.port, *BUYERS)) as opened:
        yield opened


async def looks_of(house: House, what: str) -> list[dict]:
    items = (await ask(house, "GET", "/v1/looks")).json["items"]
    return [look for look in items if look["what"] == what]


async def test_what_was_planted_is_exported_and_after_the_erasure_gone(house):
    first = (await house.sell(marked())).json["lead"]
    second = (await house.sell(marked() | {"amount": 7})).json["lead"]
    other = (await house.sell(lead())).json["lead"]
    held = (await ask(house, "POST", "/v1/persons/held", WHO)).json
    assert [row["id"] for row in held["items"]] == [second, first]
    assert (held["leads"], held["erased"], held["waiting"], held["suppressed"]) == (2, 0, 0, False)
    assert [m for m in MARKERS.values() if m in msgspec.json.encode(held).decode()] == [], "nothing personal is told"
    shown = held["items"][0]["shown"]
    assert {one["buyer"] for one in shown if one["step"] == "ping"} == set(BUYERS)
    file = await ask(house, "POST", "/v1/persons/export", WHO)
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert {m for m in MARKERS.values() if m in file.body.decode()} >= {MARKERS["name"], MARKERS["undeclared"]}
    assert [one["id"] for one in file.json["leads"]] == [second, first]
    assert len(await looks_of(house, "exported")) == 2

    wrong = await ask(house, "POST", "/v1/persons/erase", WHO | {"leads": 1})
    assert_problem(wrong, 409, "leads_differ")
    assert await looks_of(house, "erased") == []
    done = await ask(house, "POST", "/v1/persons/erase", WHO | {"leads": 2, "do_not_contact": True})
    assert done.json == {"erased": 2, "before": 0, "waiting": [], "answered": False}
    assert {look["lead"] for look in await looks_of(house, "erased")} == {first, second}
    for name in (first, second):
        gone = await ask(house, "GET", f"/v1/leads/{name}/fields?reason=case+17")
        assert_problem(gone, 410, "lead_erased")
    assert await found_again(house) == []
    assert await house.connection.fetchval("select count(*) from lead_key") == 1, "that of somebody else"
    assert (await ask(house, "GET", f"/v1/leads/{other}/fields?reason=case+17")).status == 200

    held = (await ask(house, "POST", "/v1/persons/held", WHO)).json
    assert (held["leads"], held["erased"], held["suppressed"]) == (2, 2, True)
    assert held["items"][0]["shown"] == shown, "who was told stays known"
    file = await ask(house, "POST", "/v1/persons/export", WHO)
    assert [m for m in MARKERS.values() if m in file.body.decode()] == []
    assert [(one["erased"], one["fields"]) for one in file.json["leads"]] == [(True, [])] * 2
    again = await ask(house, "POST", "/v1/persons/erase", WHO | {"leads": 2})
    assert (again.json["erased"], again.json["before"]) == (0, 2)


async def test_one_lead_is_erased_and_the_others_of_the_person_stay(house):
    first = (await house.sell(marked())).json["lead"]
    second = (await house.sell(marked() | {"amount": 7})).json["lead"]
    assert_problem(await ask(house, "POST", f"/v1/leads/{first}/erase", {"reason": "no"}), 422, "body_faulty")
    done = await ask(house, "POST", f"/v1/leads/{first}/erase", {"reason": "case 18"})
    assert done.json == {"id": first, "before": False}
    assert_problem(await ask(house, "GET", f"/v1/leads/{first}/traffic?reason=case+18"), 410, "lead_erased")
    assert (await ask(house, "GET", f"/v1/leads/{first}/log")).json["erased"] is True
    assert (await ask(house, "GET", f"/v1/leads/{second}/fields?reason=case+18")).status == 200
    assert (await ask(house, "POST", f"/v1/leads/{first}/erase", {"reason": "case 18"})).json["before"] is True
    (look,) = await looks_of(house, "erased")
    assert (look["lead"], look["reason"], look["who"]) == (first, "case 18", "key house")
    assert_problem(await ask(house, "POST", "/v1/leads/ld_1/erase", {"reason": "case 18"}), 404, "lead_unknown")


async def test_a_lead_that_waits_is_named_and_left(house, buyers):
    def silent(got):
        raise Silence

    for slug in BUYERS:
        buyers.on(slug, ping=bid("9"), post=silent)
    name = (await house.sell(marked())).json["lead"]
    held = (await ask(house, "POST", "/v1/persons/held", WHO)).json
    assert (held["items"][0]["settled"], held["waiting"]) == (False, 1)
    wait = await ask(house, "POST", "/v1/persons/erase", WHO | {"leads": 1})
    assert wait.json == {"erased": 0, "before": 0, "waiting": [name], "answered": False}
    assert_problem(await ask(house, "POST", f"/v1/leads/{name}/erase", {"reason": "case 19"}), 409, "lead_not_settled")
    assert await looks_of(house, "erased") == []


async def test_who_is_not_found_is_on_record_as_sought(house):
    nobody = {"email": "nobody@example.com", "reason": "case 20"}
    held = await ask(house, "POST", "/v1/persons/held", nobody)
    assert (held.json["items"], held.json["leads"]) == ([], 0)
    (look,) = await looks_of(house, "found")
    assert (look["lead"], look["reason"]) == (None, "case 20")
    assert (await ask(house, "POST", "/v1/persons/erase", nobody | {"leads": 0})).json["erased"] == 0


async def test_a_number_of_leads_that_is_guessed_is_a_search_on_record(house):
    name = (await house.sell(marked())).json["lead"]
    assert_problem(await ask(house, "POST", "/v1/persons/erase", WHO | {"leads": 9}), 409, "leads_differ")
    (look,) = await looks_of(house, "found")
    assert (look["lead"], look["reason"]) == (name, WHO["reason"])
    assert await looks_of(house, "erased") == []


async def test_of_many_erasures_at_once_one_erases_and_the_others_say_that_it_was_done(house):
    await house.sell(marked())
    wish = WHO | {"leads": 1}
    told = await asyncio.gather(*(ask(house, "POST", "/v1/persons/erase", wish) for _ in range(5)))
    assert sorted((one.json["erased"], one.json["before"]) for one in told) == [(0, 1)] * 4 + [(1, 0)]
    assert len(await looks_of(house, "erased")) == 1


async def test_whoever_only_looks_finds_exports_and_erases_nobody(house):
    name = (await house.sell(marked())).json["lead"]
    viewer, operator = await a_person(house, "viewer"), await a_person(house, "operator")
    wish = WHO | {"leads": 1}
    for path, body in (
        ("/v1/persons/held", WHO),
        ("/v1/persons/export", WHO),
        ("/v1/persons/erase", wish),
        (f"/v1/leads/{name}/erase", {"reason": "case 21"}),
        ("/v1/privacy-requests", {"kind": "access", "phone": PERSON["phone"]}),
    ):
        assert_problem(await viewer.ask("POST", path, body), 403, "role_not_allowed")
    assert (await operator.ask("POST", "/v1/persons/erase", wish)).json["erased"] == 1
    (look,) = await looks_of(house, "erased")
    assert look["who"] == operator.name


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"reason": "case 7"}, [""]),
        ({"phone": "555", "email": "no", "reason": "case 7"}, ["/phone", "/email"]),
        ({"phone": "5125550147"}, ["/reason"]),
        ({"phone": "5125550147", "request": "0" * 32, "reason": "case 7"}, ["/request"]),
    ],
)
async def test_what_names_nobody_is_refused_where_it_is_wrong(house, body, where):
    for path, more in (("held", {}), ("export", {}), ("erase", {"leads": 0})):
        answer = await ask(house, "POST", f"/v1/persons/{path}", body | more)
        assert sorted(pointers(assert_problem(answer, 422, "body_faulty"))) == sorted(where)
