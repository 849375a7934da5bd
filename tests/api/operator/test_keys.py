"""Keys: made with a secret that is shown once, and revoked at once."""

import pytest

from api.operator.asking import ask
from api.problems import assert_problem, pointers
from harness.house import request
from outbid.api.auth import key_hash


async def test_a_key_is_made_opens_its_door_and_is_revoked(house):
    made = await ask(house, "POST", "/v1/keys", {"holder": "house", "name": "the portal"})
    assert made.status == 201
    assert made.headers["cache-control"] == "no-store"
    secret, name = made.json["secret"], made.json["id"]
    assert made.json == {
        "id": name, "holder": "house", "owner": "", "name": "the portal", "test": False, "revoked": False, "secret": secret,
    }  # fmt: skip
    assert (await ask(house, "GET", "/v1/keys", key=secret)).status == 200
    assert (await ask(house, "DELETE", f"/v1/keys/{name}")).status == 204
    assert_problem(await ask(house, "GET", "/v1/keys", key=secret), 401, "key_unknown")
    assert (await ask(house, "DELETE", f"/v1/keys/{name}")).status == 204, "a second time changes nothing"
    row = next(row for row in (await ask(house, "GET", "/v1/keys")).json["items"] if row["id"] == name)
    assert row["revoked"] is True


async def test_a_key_of_a_source_posts_leads_until_it_is_revoked(house):
    made = (await ask(house, "POST", "/v1/keys", {"holder": "source", "owner": "web"})).json
    assert_problem(await request(house.port, "POST", "/v1/leads", b"x", key=made["secret"]), 400, "body_not_json")
    await ask(house, "DELETE", f"/v1/keys/{made['id']}")
    assert_problem(await request(house.port, "POST", "/v1/leads", b"x", key=made["secret"]), 401, "key_unknown")


async def test_no_answer_but_the_first_shows_secret_or_hash(house):
    made = (await ask(house, "POST", "/v1/keys", {"holder": "seller", "owner": "acme"})).json
    for path in ("/v1/keys", f"/v1/keys?prefix={made['id']}", "/v1/market", "/v1/changes?kind=key&limit=500"):
        told = (await ask(house, "GET", path)).body.decode()
        assert made["secret"] not in told
        assert made["secret"].rpartition("_")[2] not in told
        assert key_hash(made["secret"]) not in told
    kept = await house.connection.fetchval("select body from noun where kind = 'key' and slug = $1", made["id"])
    assert made["secret"].encode() not in kept


async def test_keys_come_in_pages(house):
    whole = [row["id"] for row in (await ask(house, "GET", "/v1/keys")).json["items"]]
    assert len(whole) == len(set(whole)) > 4
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"/v1/keys?limit=3&cursor={cursor}")).json
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert seen == whole


@pytest.mark.parametrize(
    ("wish", "places"),
    [
        ({}, ["/holder"]),
        ({"holder": "nobody"}, ["/holder"]),
        ({"holder": "source"}, ["/owner"]),
        ({"holder": "source", "owner": "none"}, ["/owner"]),
        ({"holder": "house", "owner": "web"}, ["/owner"]),
        ({"holder": "house", "test": True}, ["/test"]),
        ({"holder": "source", "owner": "web", "hash": "0" * 64}, ["/hash"]),
        ({"holder": 1, "owner": 2, "test": 3}, ["/holder", "/owner", "/test"]),
    ],
)
async def test_a_key_that_cannot_be_is_refused(house, wish, places):
    assert pointers(assert_problem(await ask(house, "POST", "/v1/keys", wish), 422, "body_faulty")) == places


async def test_a_key_that_is_not_cannot_be_revoked(house):
    assert_problem(await ask(house, "DELETE", "/v1/keys/none"), 404, "noun_unknown")


async def test_keys_are_listed_by_whose_they_are(house):
    found = await ask(house, "GET", "/v1/keys?holder=source&owner=web")
    assert {(row["holder"], row["owner"]) for row in found.json["items"]} == {("source", "web")}
    everybody = await ask(house, "GET", "/v1/keys")
    assert len(everybody.json["items"]) > len(found.json["items"])
    nobody = await ask(house, "GET", "/v1/keys?holder=buyer&owner=web")
    assert nobody.json["items"] == []
