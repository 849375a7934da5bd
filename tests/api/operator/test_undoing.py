"""One version's change taken back alone, while what it left stands as it left it."""

from api.operator.asking import ask, version_of
from api.problems import assert_problem


async def now(house) -> int:
    return int((await version_of(house)).strip('"'))


async def undo(house, path: str):
    return await ask(house, "POST", path, If_Match=await version_of(house))


async def price(house, amount: str) -> int:
    assert (await ask(house, "PATCH", "/v1/offers/b", {"price": amount}, If_Match="*")).status == 200
    return await now(house)


async def test_a_change_is_taken_back_and_what_came_later_stays(house):
    version = await price(house, "24")
    await ask(house, "PUT", "/v1/sellers/new", {}, If_None_Match="*")
    looked = await undo(house, f"/v1/versions/{version}/undo?dry=true")
    assert (looked.json["dry"], looked.json["version"], await now(house)) == (True, version + 1, version + 1)
    undone = await undo(house, f"/v1/versions/{version}/undo")
    assert [(row["kind"], row["before"]["price"], row["after"]["price"]) for row in undone.json["changes"]] == [
        ("offer", "24", "5")
    ]
    assert (await ask(house, "GET", "/v1/sellers/new")).status == 200
    assert (await ask(house, "GET", f"/v1/versions/{version + 2}")).json["note"] == f"undid version {version}"


async def test_new_nouns_go_and_gone_ones_come_back(house):
    await ask(house, "PUT", "/v1/sellers/new", {"name": "One"}, If_None_Match="*")
    made = await now(house)
    assert (await undo(house, f"/v1/versions/{made}/undo")).status == 200
    assert (await ask(house, "GET", "/v1/sellers/new")).status == 404
    assert (await undo(house, f"/v1/versions/{made + 1}/undo")).status == 200
    assert (await ask(house, "GET", "/v1/sellers/new")).json["name"] == "One"


async def test_what_was_changed_again_since_is_not_taken_back(house):
    first, last = await price(house, "24"), await price(house, "25")
    answer = await undo(house, f"/v1/versions/{first}/undo")
    assert_problem(answer, 409, "change_built_upon")
    assert answer.json["detail"] == "changed since: offer b"
    assert (await ask(house, "GET", "/v1/offers/b")).json["price"] == "25"
    assert await now(house) == last


async def test_an_undo_wants_the_market_that_it_was_looked_at_with(house):
    version, seen = await price(house, "24"), await version_of(house)
    await ask(house, "PUT", "/v1/sellers/new", {}, If_None_Match="*")
    for condition, status in ({}, 428), ({"If_Match": seen}, 412):
        assert (await ask(house, "POST", f"/v1/versions/{version}/undo", **condition)).status == status
    assert (await ask(house, "GET", "/v1/offers/b")).json["price"] == "24"


async def test_keys_stay_as_they_are(house):
    await ask(house, "POST", "/v1/keys", {"holder": "source", "owner": "web", "name": "one"})
    made = await now(house)
    assert_problem(await undo(house, f"/v1/versions/{made}/undo"), 409, "change_built_upon")


async def test_a_version_that_never_was_is_unknown(house):
    for wrong in (0, await now(house) + 1, "x"):
        assert_problem(await undo(house, f"/v1/versions/{wrong}/undo"), 404, "version_unknown")
