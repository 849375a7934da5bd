"""Versions and changes: everything that was done to the market, by whom, and no secret among it."""

import pytest

from api.operator.asking import ask, version_of
from api.problems import assert_problem

SECRET = "a-word-that-opens-doors"


async def now(house) -> int:
    return int((await version_of(house)).strip('"'))


async def test_every_change_is_told_with_its_two_sides(house):
    start = await now(house)
    await ask(house, "PUT", "/v1/sellers/new?note=hello", {"name": "One"}, If_None_Match="*")
    await ask(house, "PATCH", "/v1/sellers/new", {"name": "Two"}, If_Match="*")
    await ask(house, "DELETE", "/v1/sellers/new", If_Match="*")
    found = (await ask(house, "GET", f"/v1/changes?after={start}")).json
    one, two = {"slug": "new", "name": "One"}, {"slug": "new", "name": "Two"}
    assert [(c["version"], c["kind"], c["slug"], c["before"], c["after"]) for c in found["items"]] == [
        (start + 1, "seller", "new", None, one),
        (start + 2, "seller", "new", one, two),
        (start + 3, "seller", "new", two, None),
    ]
    assert found["next"] is None
    assert {c["by"] for c in found["items"]} == {"key house"}
    newest = (await ask(house, "GET", f"/v1/changes?after={start}&order=newest")).json
    assert newest["items"] == found["items"][::-1]
    versions = (await ask(house, "GET", "/v1/versions?limit=3")).json
    assert [(v["number"], v["note"]) for v in versions["items"]] == [
        (start + 3, ""),
        (start + 2, ""),
        (start + 1, "hello"),
    ]
    for version in versions["items"]:
        told = (await ask(house, "GET", f"/v1/versions/{version['number']}")).json
        short = {"nouns", "of"}
        assert told == {name: version[name] for name in version if name not in short} | {
            "changes": [c for c in found["items"] if c["version"] == version["number"]],
            "next": None,
        }


async def test_the_list_tells_in_short_what_each_version_changed(house):
    await ask(house, "PUT", "/v1/sellers/new", {"name": "One"}, If_None_Match="*")
    await ask(house, "PATCH", "/v1/offers/b", {"price": "24.00", "weight": 3, "name": "n" * 90}, If_Match="*")
    await ask(house, "DELETE", "/v1/sellers/new", If_Match="*")
    body = {"sellers": [{"slug": f"s{at}"} for at in range(4)]}
    await ask(house, "POST", "/v1/market", body, If_Match=await version_of(house))
    many, gone, changed, new = (await ask(house, "GET", "/v1/versions?limit=4")).json["items"]
    assert (new["of"], new["nouns"]) == (1, [one("new", "One", "new")])
    assert (gone["of"], gone["nouns"]) == (1, [one("new", "One", "gone")])
    assert many["of"] == 4
    assert many["nouns"] == [one("s0", "s0", "new"), one("s1", "s1", "new")]
    noun = changed["nouns"][0]
    assert (noun["kind"], noun["slug"], noun["what"], noun["of"], len(noun["fields"])) == (
        "offer",
        "b",
        "changed",
        3,
        2,
    )
    told = {field["pointer"]: (field["before"], field["after"]) for field in noun["fields"]}
    assert told.items() <= {"/price": ("5", "24.00"), "/weight": ("1", "3"), "/name": ("", "n" * 59 + "…")}.items()


def one(slug: str, name: str, what: str) -> dict:
    return {"kind": "seller", "slug": slug, "name": name, "what": what, "fields": [], "of": 0}


async def test_a_noun_that_came_back_came_from_nothing(house):
    start = await now(house)
    for _ in range(2):
        await ask(house, "PUT", "/v1/sellers/new", {}, If_None_Match="*")
        await ask(house, "DELETE", "/v1/sellers/new", If_Match="*")
    found = (await ask(house, "GET", f"/v1/changes?after={start}")).json["items"]
    assert [(c["before"] is None, c["after"] is None) for c in found] == [(True, False), (False, True)] * 2


async def test_changes_are_filtered(house):
    start = await now(house)
    await ask(house, "PUT", "/v1/sellers/new", {}, If_None_Match="*")
    await ask(house, "PUT", "/v1/buyers/new", {}, If_None_Match="*")
    await ask(house, "PATCH", "/v1/buyers/new", {"paused": True}, If_Match="*")

    async def found(query):
        items = (await ask(house, "GET", f"/v1/changes?after={start}&{query}")).json["items"]
        return [(c["version"] - start, c["kind"]) for c in items]

    assert await found("kind=buyer") == [(2, "buyer"), (3, "buyer")]
    assert await found("slug=new&kind=seller") == [(1, "seller")]
    assert await found("slug=other") == []


@pytest.mark.parametrize("order", ["oldest", "newest"])
async def test_changes_come_in_pages_even_within_a_version(house, order):
    start = await now(house)
    body = {"sellers": [{"slug": f"s{i}"} for i in range(4)], "buyers": [{"slug": f"b{i}"} for i in range(3)]}
    await ask(house, "POST", "/v1/market", body, If_Match="*")
    await ask(house, "DELETE", "/v1/buyers/b0", If_Match="*")
    whole = (await ask(house, "GET", f"/v1/changes?after={start}&order={order}")).json["items"]
    assert len(whole) == 8
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"/v1/changes?after={start}&order={order}&limit=3&cursor={cursor}")).json
        assert len(page["items"]) <= 3
        seen += page["items"]
        cursor = page["next"]
    assert seen == whole


async def test_versions_come_in_pages(house):
    for i in range(3):
        await ask(house, "PUT", f"/v1/sellers/s{i}", {}, If_None_Match="*")
    newest = await now(house)
    page = (await ask(house, "GET", "/v1/versions?limit=2")).json
    assert [v["number"] for v in page["items"]] == [newest, newest - 1]
    rest = (await ask(house, "GET", f"/v1/versions?limit=500&cursor={page['next']}")).json
    assert [v["number"] for v in rest["items"]] == list(range(newest - 2, 0, -1))
    assert rest["next"] is None


async def test_a_large_version_is_told_to_its_end_by_the_changes(house):
    number = await now(house) + 1
    body = {"sellers": [{"slug": f"s{i}"} for i in range(600)]}
    assert (await ask(house, "POST", "/v1/market", body, If_Match="*")).json["version"] == number
    told = (await ask(house, "GET", f"/v1/versions/{number}")).json
    rest = (await ask(house, "GET", f"/v1/changes?cursor={told['next']}&limit=500")).json["items"]
    slugs = {c["slug"] for c in [*told["changes"], *rest] if c["version"] == number}
    assert slugs == {f"s{i}" for i in range(600)}


async def test_no_secret_and_no_hash_of_a_key_is_told(house):
    start = await now(house)
    headers = {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET, "X-Key": SECRET, "Accept": "text/plain"}
    more = {"ping_url": f"https://b.example/?a=1&api_key={SECRET}", "post": {"pwd": f"={SECRET}", "key": "zip"}}
    settings = {"delivery": {"settings": {"headers": headers} | more}}
    answer = await ask(house, "PATCH", "/v1/offers/b", settings, If_Match="*")
    assert answer.status == 200
    made = (await ask(house, "POST", "/v1/keys", {"holder": "buyer", "owner": "a"})).json
    told = await ask(house, "GET", f"/v1/changes?after={start}")
    assert SECRET not in told.body.decode()
    short = await ask(house, "GET", "/v1/versions?limit=2")
    assert [version["nouns"][0]["kind"] for version in short.json["items"]] == ["key", "offer"]
    assert SECRET not in short.body.decode()
    assert made["secret"] not in told.body.decode()
    offer, key = told.json["items"]
    assert offer["after"]["delivery"]["settings"]["headers"] == {
        "Authorization": "•••", "X-Api-Key": "•••", "X-Key": "•••", "Accept": "text/plain",
    }  # fmt: skip
    assert offer["after"]["delivery"]["settings"]["ping_url"] == "https://b.example/?a=1&api_key=•••"
    assert offer["after"]["delivery"]["settings"]["post"] == {"pwd": "•••", "key": "zip"}
    assert key["after"] == {"slug": made["id"], "holder": "buyer", "owner": "a"}
    everything = await ask(house, "GET", "/v1/changes?kind=key&limit=500")
    assert everything.json["items"]
    assert all("hash" not in (c["before"] or {}) | (c["after"] or {}) for c in everything.json["items"])


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999", "9" * 30, "٣"])
async def test_a_version_that_is_not_is_unknown(house, number):
    from urllib.parse import quote

    assert_problem(await ask(house, "GET", f"/v1/versions/{quote(number)}"), 404, "version_unknown")


@pytest.mark.parametrize("query", ["cursor=x", "cursor=1.seller", "kind=lead", "order=up", "after=-1", "limit=0"])
async def test_a_parameter_that_cannot_be_is_refused(house, query):
    assert_problem(await ask(house, "GET", f"/v1/changes?{query}"), 400, "parameter_faulty")
