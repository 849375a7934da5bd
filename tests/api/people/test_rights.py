"""Roles: what each may, and what none but an owner may."""

import re

import pytest

from api.operator.asking import ask
from api.operator.test_who_asks import ROUTES
from api.people.asking import a_person
from api.problems import assert_problem
from outbid.api.app import Routes
from outbid.api.door.rights import RIGHTS

OF_OWNERS = {
    ("POST", "/v1/people/invitations"),
    ("DELETE", "/v1/people/invitations/{name}"),
    ("POST", "/v1/people/{name}/reset"),
    ("PATCH", "/v1/people/{name}"),
    ("DELETE", "/v1/people/{name}"),
    ("DELETE", "/v1/people/{name}/sign-ins"),
    ("PATCH", "/v1/settings"),
}
OF_VIEWERS = {
    ("DELETE", "/v1/session"),
    ("POST", "/v1/me/password"),
    ("POST", "/v1/me/totp"),
    ("POST", "/v1/me/totp/confirm"),
    ("POST", "/v1/me/totp/remove"),
    ("POST", "/v1/views"),
    ("DELETE", "/v1/views/{view}"),
    ("POST", "/v1/campaigns/{slug}/count"),
    ("POST", "/v1/campaigns/{slug}/facts/values"),
    ("POST", "/v1/presets/{name}/fill"),
}
"""Writes that change nothing but the asker's own, and reads that have a body."""


def rights_of_routes() -> dict[tuple[str, str], str]:
    return {
        (method, re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)): handler.opt["right"]
        for route in Routes(None, None, None, None, {}).litestar().routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if "right" in handler.opt
    }


def test_what_an_owner_alone_may_is_this():
    told = rights_of_routes()
    assert {route for route, right in told.items() if right == "manage_people"} == OF_OWNERS
    assert set(told.values()) == {"look", "change", "manage_people"}
    looks = {route for route, right in told.items() if right == "look" and route[0] != "GET" and route in ROUTES}
    assert looks == OF_VIEWERS


def test_each_role_may_all_that_the_one_below_may():
    assert RIGHTS["viewer"] < RIGHTS["operator"] < RIGHTS["owner"]


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_every_route_is_closed_to_a_role_without_its_right(house, role):
    person, told = await a_person(house, role), rights_of_routes()
    for method, path in ROUTES:
        if path == "/v1/stream" or (method, path) == ("DELETE", "/v1/session"):
            continue
        filled = re.sub(r"\{\w+\}", "1", path)
        answer = await person.ask(method, filled, {} if method in ("PUT", "PATCH", "POST") else None, If_Match="*")
        if told[method, path] in RIGHTS[role]:
            assert answer.status not in (401, 500), (method, path, answer)
            assert answer.status != 403 or told[method, path] == "look", (method, path, answer)
        else:
            assert_problem(answer, 403, "role_not_allowed")


async def test_only_an_owner_makes_and_revokes_keys_of_the_house(house):
    operator, owner = await a_person(house, "operator"), await a_person(house, "owner")
    assert_problem(await operator.ask("POST", "/v1/keys", {"holder": "house"}), 403, "role_not_allowed")
    assert (await operator.ask("POST", "/v1/keys", {"holder": "source", "owner": "auto-web"})).status in (201, 422)
    made = await owner.ask("POST", "/v1/keys", {"holder": "house"})
    assert made.status == 201
    path = f"/v1/keys/{made.json['id']}"
    assert_problem(await operator.ask("DELETE", path), 403, "role_not_allowed")
    assert (await owner.ask("DELETE", path)).status == 204


async def test_only_an_owner_lets_an_offer_reach_a_private_address(house):
    operator, owner = await a_person(house, "operator"), await a_person(house, "owner")
    old = (await ask(house, "GET", "/v1/offers/b")).json["private_targets"]
    wish = {"private_targets": [*old, "10.9.8.7:8080"]}
    for path, body, method in (
        ("/v1/offers/b", wish, "PATCH"),
        ("/v1/market", {"offers": [(await ask(house, "GET", "/v1/offers/b")).json | wish]}, "POST"),
    ):
        refused = assert_problem(await operator.ask(method, path, body, If_Match="*"), 403, "role_not_allowed")
        assert "10.9.8.7:8080" in refused["errors"][0]["detail"]
        assert refused["errors"][0]["pointer"].endswith("/private_targets")
    assert (await ask(house, "GET", "/v1/offers/b")).json["private_targets"] == old
    assert (await owner.ask("PATCH", "/v1/offers/b", wish, If_Match="*")).status == 200
    again = await operator.ask("PATCH", "/v1/offers/b", {"price": "6"}, If_Match="*")
    assert again.status == 200, "what an owner granted, others write back"
    fewer = await operator.ask("PATCH", "/v1/offers/b", {"private_targets": old}, If_Match="*")
    assert fewer.status == 200, "taking an exception away needs nobody"
