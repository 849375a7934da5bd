"""Two versions compared field by field, and the way back to one of them in one step."""

from api.operator.asking import ask, version_of
from api.problems import assert_problem


async def write(house, body: dict, query: str = "") -> int:
    written = await ask(house, "POST", f"/v1/market{query}", body, If_Match=await version_of(house))
    assert written.status == 200, written.body
    return written.json["version"]


async def document(house, version: int | None = None) -> dict:
    return (await ask(house, "GET", "/v1/market" + ("" if version is None else f"?version={version}"))).json


async def test_two_versions_differ_field_by_field_in_both_directions(house):
    first = int((await version_of(house)).strip('"'))
    offers = {row["slug"]: row for row in (await document(house))["offers"]}
    await write(house, {"offers": [offers["b"] | {"price": "9"}]})
    second = await write(house, {"buyers": [{"slug": "new"}], "offers": [offers["b"] | {"price": "9", "weight": 3}]})
    found = (await ask(house, "GET", f"/v1/versions/{first}/difference?to={second}")).json
    assert (found["version"], found["to"]) == (first, second)
    changed = {(row["kind"], row["slug"]): row for row in found["changes"]}
    assert set(changed) == {("buyer", "new"), ("offer", "b")}
    assert changed["buyer", "new"]["what"] == "new"
    assert {field["pointer"]: (field["before"], field["after"]) for field in changed["offer", "b"]["fields"]} == {
        "/price": ("5", "9"),
        "/weight": (offers["b"].get("weight"), 3),
    }
    back = (await ask(house, "GET", f"/v1/versions/{second}/difference?to={first}")).json["changes"]
    assert {(row["slug"], row["what"]) for row in back} == {("new", "gone"), ("b", "changed")}
    newest = (await ask(house, "GET", f"/v1/versions/{second}/difference")).json
    assert (newest["to"], newest["changes"]) == (second, [])
    for wrong in (f"{second + 1}/difference", f"{first}/difference?to={second + 1}", "x/difference"):
        assert_problem(await ask(house, "GET", f"/v1/versions/{wrong}"), 404, "version_unknown")


async def test_one_step_goes_back_and_one_more_undoes_it(house):
    first = int((await version_of(house)).strip('"'))
    before = await document(house)
    offers = {row["slug"]: row for row in before["offers"]}
    other = {"offers": [offers["b"] | {"price": "9"}], "buyers": [*before["buyers"], {"slug": "new"}]}
    second = await write(house, other, "?whole=true")
    after = await document(house)
    tag = await version_of(house)
    dry = await ask(house, "POST", f"/v1/versions/{first}/return?dry=true", If_Match=tag)
    assert {(row["kind"], row["slug"]) for row in dry.json["changes"]} == {
        ("buyer", "new"),
        ("offer", "a"),
        ("offer", "b"),
    }
    assert await document(house) == after
    done = await ask(house, "POST", f"/v1/versions/{first}/return?note=it+was+better", If_Match=tag)
    assert (done.status, done.json["version"]) == (200, second + 1)
    assert await document(house) == before
    assert (await ask(house, "GET", f"/v1/versions/{second + 1}")).json["note"] == "it was better"
    again = await ask(house, "POST", f"/v1/versions/{second}/return", If_Match=await version_of(house))
    assert again.json["version"] == second + 2
    assert await document(house) == after
    assert (await ask(house, "GET", f"/v1/versions/{second + 2}")).json["note"] == f"returned to version {second}"
    same = await ask(house, "POST", f"/v1/versions/{second}/return", If_Match=await version_of(house))
    assert (same.json["version"], same.json["changes"]) == (second + 2, []), "nothing to change makes no version"


async def test_keys_stay_as_they_are_and_go_with_a_holder_who_was_not_there(house):
    first = int((await version_of(house)).strip('"'))
    await write(house, {"buyers": [{"slug": "new"}]})
    made = await ask(house, "POST", "/v1/keys", {"holder": "buyer", "owner": "new"})
    other = await ask(house, "POST", "/v1/keys", {"holder": "house"})
    assert (made.status, other.status) == (201, 201)
    second = int((await version_of(house)).strip('"'))
    await ask(house, "DELETE", f"/v1/keys/{other.json['id']}")
    third = int((await version_of(house)).strip('"'))
    for number in (second, first):
        back = await ask(house, "POST", f"/v1/versions/{number}/return", If_Match=await version_of(house))
        assert back.status == 200, back.body
        keys = {row["id"]: row for row in (await ask(house, "GET", "/v1/keys")).json["items"]}
        assert keys[other.json["id"]]["revoked"], "what was revoked opens nothing again"
        assert (made.json["id"] in keys) == (number == second)
    told = (await ask(house, "GET", f"/v1/versions/{first}/difference?to={third}")).body
    assert b"hash" not in told


async def test_a_return_says_which_keys_stay_away(house):
    made = await ask(house, "POST", "/v1/keys", {"holder": "source", "owner": "web"})
    assert made.status == 201, made.json
    first = int((await version_of(house)).strip('"'))
    name = made.json["id"]
    revoked = await ask(house, "DELETE", f"/v1/keys/{name}")
    assert revoked.status == 204
    tag = await version_of(house)
    for query in ("?dry=true", ""):
        back = await ask(house, "POST", f"/v1/versions/{first}/return{query}", If_Match=tag)
        assert (back.status, back.json["keys_away"]) == (200, [name])


async def test_a_return_wants_the_version_that_it_is_based_on(house):
    tag = await version_of(house)
    number = int(tag.strip('"'))
    assert_problem(await ask(house, "POST", f"/v1/versions/{number}/return"), 428, "precondition_missing")
    assert_problem(await ask(house, "POST", f"/v1/versions/{number}/return", If_Match='"1000000"'), 412, "version_old")
    assert_problem(await ask(house, "POST", f"/v1/versions/{number + 1}/return", If_Match=tag), 404, "version_unknown")
