"""A house that wants codes of everybody: who has none sets them up, and does nothing else before."""

import re

from api.operator.asking import ask
from api.operator.test_who_asks import ROUTES
from api.people.asking import PASSWORD, App, Person, a_person, sign_in
from api.problems import assert_problem

OPEN = {
    ("GET", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/me/totp"),
    ("POST", "/v1/me/totp"),
    ("POST", "/v1/me/totp/confirm"),
}


async def want_codes(house, wanted: bool = True) -> None:
    answer = await ask(house, "PATCH", "/v1/settings", {"codes_wanted": wanted}, If_Match="*")
    assert (answer.status, answer.json["codes_wanted"]) == (200, wanted)


async def set_up(person: Person) -> list[str]:
    """Set up codes; gives the recovery codes."""
    begun = await person.ask("POST", "/v1/me/totp", {"password": PASSWORD})
    confirmed = await person.ask("POST", "/v1/me/totp/confirm", {"code": App(begun.json["secret"]).code()})
    assert confirmed.status == 200
    return confirmed.json["codes"]


async def test_every_route_is_closed_to_whoever_has_no_codes_but_the_way_to_set_them_up(house):
    people = [await a_person(house, role) for role in ("owner", "operator", "viewer")]
    await want_codes(house)
    for person in people:
        for method, path in ROUTES:
            if (method, path) in OPEN:
                continue
            filled = re.sub(r"\{\w+\}", "1", path)
            body = {} if method in ("PUT", "PATCH", "POST") else None
            assert_problem(await person.ask(method, filled, body, If_Match="*"), 403, "codes_missing")
        assert (await person.ask("GET", "/v1/session")).json["codes_first"] is True
        assert (await person.ask("GET", "/v1/me/totp")).json == {"on": False, "recovery_left": 0}
        await set_up(person)
        assert "codes_first" not in (await person.ask("GET", "/v1/session")).json
        assert (await person.ask("GET", "/v1/leads")).status == 200
    assert (await ask(house, "GET", "/v1/leads")).status == 200, "keys have no codes"


async def test_who_signs_in_is_told_and_the_rule_ends_as_it_began(house):
    person = await a_person(house, "viewer")
    assert "codes_first" not in person.me
    await want_codes(house)
    again = await sign_in(house, person.name)
    assert (again.status, again.json["codes_first"]) == (201, True)
    await want_codes(house, wanted=False)
    assert (await person.ask("GET", "/v1/leads")).status == 200


async def test_who_lost_his_app_comes_back_by_a_recovery_code_and_sets_up_another(house):
    person = await a_person(house, "operator")
    await want_codes(house)
    first, second, *_ = await set_up(person)
    back = Person(house, person.name, await sign_in(house, person.name, code=first))
    assert (await back.ask("POST", "/v1/me/totp/remove", {"code": second})).status == 204
    assert_problem(await back.ask("GET", "/v1/leads"), 403, "codes_missing")
    await set_up(back)
    assert (await back.ask("GET", "/v1/leads")).status == 200
