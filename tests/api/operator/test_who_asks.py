"""Who asks: the house and nobody else, over every route of the operator and every kind of key."""

import re

import pytest

from api.operator.asking import HOUSE_KEY, ask, version_of
from api.problems import assert_problem
from harness.house import request
from harness.market import SECRET
from outbid.api.app import Routes
from outbid.api.door.rights import RIGHTS

OTHERS = {"/", "/healthz", "/readyz", "/metrics", "/v1/reasons", "/v1/leads/{lead}", "/v1/pings/{ping}"}
OTHERS |= {"/v1/in/{source}", "/v1/in/{source}/{rest}", "/instructions/{token}", "/v1/invitations/{token}"}
ROUTES = sorted(
    (method, path)
    for route in Routes(None, None, None, None, {}).litestar().routes
    for path in [re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)]
    if path not in OTHERS and not path.startswith(("/v1/schema", "/v1/buyer/", "/v1/seller/"))
    for method in route.methods - {"OPTIONS"}
    if (method, path) not in (("POST", "/v1/session"), ("POST", "/v1/leads"), ("POST", "/v1/pings"))
)
KEYS = {
    None: (401, "key_missing"),
    "ob_nobody": (401, "key_unknown"),
    "ob_revoked": (401, "key_unknown"),
    SECRET: (403, "key_not_allowed"),
    "ob_trial": (403, "key_not_allowed"),
    "ob_seller": (403, "key_not_allowed"),
    "ob_buyer": (403, "key_not_allowed"),
    "ob_housetrial": (403, "key_not_allowed"),
}
SEEN = ("acme", "127.0.0.1", "ob_", "auto")


def test_the_routes_are_found():
    assert len(ROUTES) >= 35
    assert {("PUT", "/v1/offers/{slug}"), ("GET", "/v1/leads"), ("GET", "/v1/leads/{lead}/fields")} <= set(ROUTES)


@pytest.mark.parametrize("key", KEYS)
async def test_no_other_key_gets_anything_of_the_operator(house, key):
    before = await version_of(house)
    for method, path in ROUTES:
        for slug in ("a", "acme", "1"):
            filled = re.sub(r"\{\w+\}", slug, path)
            answer = await ask(
                house, method, filled, {} if method in ("PUT", "PATCH", "POST") else None, key=key, If_Match="*"
            )
            assert_problem(answer, *KEYS[key])
            assert [word for word in SEEN if word in answer.body.decode()] == [], (method, filled)
            assert "etag" not in answer.headers
    assert await version_of(house) == before


async def test_the_house_gets_an_answer_at_every_route(house):
    for method, path in ROUTES:
        if path == "/v1/stream":
            continue  # its answer has no end: tests/api/live listens to it
        filled = re.sub(r"\{\w+\}", "1", path)
        answer = await ask(house, method, filled, {} if method in ("PUT", "PATCH", "POST") else None)
        assert answer.status not in (401, 403, 500), (method, filled, answer)


async def test_a_faulty_request_of_a_stranger_is_told_nothing_but_that_he_is_one(house):
    for path in ("/v1/offers?nonsense=1", "/v1/offers/a?nonsense=1", "/v1/versions/x"):
        assert_problem(await ask(house, "GET", path, key="ob_seller"), 403, "key_not_allowed")


async def test_a_key_is_told_whose_it_is_and_counts_in_its_own_letters_alone(house):
    assert (await ask(house, "GET", "/v1/session")).json == {
        "kind": "key",
        "name": "house",
        "role": "owner",
        "rights": sorted(RIGHTS["owner"]),
    }
    assert_problem(await request(house.port, "GET", "/v1/offers", key=HOUSE_KEY.upper()), 401, "key_unknown")
