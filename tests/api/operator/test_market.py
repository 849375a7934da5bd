"""The market as one document: many nouns in one version, or none at all."""

import pytest

from api.operator.asking import ask, version_of
from api.problems import assert_problem, pointers

SECTIONS = {"sellers", "groups", "buyers", "campaigns", "sources", "offers"}


async def document(house) -> dict:
    return (await ask(house, "GET", "/v1/market")).json


async def test_what_is_read_can_be_written_and_changes_nothing(house):
    read = await ask(house, "GET", "/v1/market")
    assert set(read.json) == SECTIONS
    for how in ("", "?whole=true"):
        put = await ask(house, "POST", f"/v1/market{how}", read.json, If_Match=read.headers["etag"])
        assert put.json == {"version": int(read.headers["etag"].strip('"')), "dry": False, "changes": []}
    assert await version_of(house) == read.headers["etag"]


async def test_many_nouns_become_one_version(house):
    tag = await version_of(house)
    body = {
        "sellers": [{"slug": "new"}],
        "sources": [{"slug": "new", "seller": "new", "campaign": "auto", "payout": {"share": "70%"}}],
    }
    written = await ask(house, "POST", "/v1/market?note=two+at+once", body, If_Match=tag)
    assert written.json["version"] == int(tag.strip('"')) + 1
    assert [(c["kind"], c["slug"], c["before"]) for c in written.json["changes"]] == [
        ("seller", "new", None),
        ("source", "new", None),
    ]
    found = await document(house)
    assert {row["slug"] for row in found["sources"]} == {"web", "new"}, "what is not named stays"
    told = (await ask(house, "GET", f"/v1/versions/{written.json['version']}")).json
    assert (told["note"], told["by"]) == ("two at once", "key house")


async def test_a_whole_section_takes_away_what_does_not_stand_in_it(house):
    offers = [row for row in (await document(house))["offers"] if row["slug"] == "a"]
    written = await ask(house, "POST", "/v1/market?whole=true", {"offers": offers}, If_Match=await version_of(house))
    assert [(c["slug"], c["after"]) for c in written.json["changes"]] == [("b", None)]
    found = await document(house)
    assert [row["slug"] for row in found["offers"]] == ["a"]
    assert found["sellers"], "a section that is absent says nothing"


async def test_a_dry_run_tells_and_writes_nothing(house):
    before = await document(house)
    tag = await version_of(house)
    body = {"offers": [before["offers"][1] | {"price": "9"}], "buyers": [{"slug": "new"}]}
    told = await ask(house, "POST", "/v1/market?dry=true", body)
    assert told.json["dry"] is True
    assert told.headers["etag"] == tag
    assert [(c["kind"], c["slug"]) for c in told.json["changes"]] == [("buyer", "new"), ("offer", "b")]
    assert told.json["changes"][1]["after"]["price"] == "9"
    assert (await document(house), await version_of(house)) == (before, tag)
    numbers = await house.connection.fetch("select kind, last from noun_number order by kind")
    await ask(house, "POST", "/v1/market?dry=true", body)
    assert await house.connection.fetch("select kind, last from noun_number order by kind") == numbers


async def test_a_dry_run_tells_every_fault(house):
    body = {"offers": [(await document(house))["offers"][0] | {"tier": "none"}]}
    found = assert_problem(await ask(house, "POST", "/v1/market?dry=true", body), 422, "market_faulty")
    assert pointers(found) == ["/offers/0/tier"]


async def test_a_document_is_based_on_the_version_that_was_read(house):
    tag = await version_of(house)
    body = {"sellers": [{"slug": "new"}]}
    assert_problem(await ask(house, "POST", "/v1/market", body), 428, "precondition_missing")
    assert (await ask(house, "POST", "/v1/market", body, If_Match=tag)).status == 200
    assert_problem(await ask(house, "POST", "/v1/market", {"sellers": []}, If_Match=tag), 412, "version_old")
    assert_problem(await ask(house, "POST", "/v1/market?dry=true", body, If_Match=tag), 412, "version_old")
    assert (await ask(house, "POST", "/v1/market", {"buyers": [{"slug": "x"}]}, If_Match="*")).status == 200


async def test_every_fault_is_told_where_it_stands(house):
    body = {
        "sellers": [{"slug": "x"}, {"slug": "y", "zone": 5}, {"slug": "Z"}],
        "offers": [{"slug": "o"}],
        "keys": [],
    }
    found = assert_problem(await ask(house, "POST", "/v1/market", body, If_Match="*"), 422, "body_faulty")
    assert pointers(found) == [
        "/keys", "/sellers/1/zone", "/sellers/2/slug",
        "/offers/0/buyer", "/offers/0/campaign", "/offers/0/tier", "/offers/0/delivery",
    ]  # fmt: skip
    body = {
        "sellers": [{"slug": "x", "zone": "Mars/Base"}, {"slug": "y", "zone": "No"}],
        "buyers": [{"slug": "x", "zone": ""}],
    }
    found = assert_problem(await ask(house, "POST", "/v1/market", body, If_Match="*"), 422, "market_faulty")
    assert sorted(pointers(found)) == ["/buyers/0/zone", "/sellers/0/zone", "/sellers/1/zone"]


async def test_a_noun_that_stands_twice_is_refused(house):
    body = {"sellers": [{"slug": "x"}, {"slug": "y"}, {"slug": "x"}]}
    found = assert_problem(await ask(house, "POST", "/v1/market", body, If_Match="*"), 422, "body_faulty")
    assert pointers(found) == ["/sellers/2/slug"]


async def test_an_older_version_can_be_read(house):
    old = await ask(house, "GET", "/v1/market")
    await ask(house, "POST", "/v1/market", {"sellers": [{"slug": "new"}]}, If_Match="*")
    number = old.headers["etag"].strip('"')
    again = await ask(house, "GET", f"/v1/market?version={number}")
    assert (again.json, again.headers["etag"]) == (old.json, old.headers["etag"])
    assert (await ask(house, "GET", "/v1/market?version=0")).json == {name: [] for name in SECTIONS}
    assert_problem(await ask(house, "GET", f"/v1/market?version={int(number) + 2}"), 404, "version_unknown")


@pytest.mark.parametrize("query", ["version=-1", "version=x", "whole=true"])
async def test_a_version_that_cannot_be_is_refused(house, query):
    assert_problem(await ask(house, "GET", f"/v1/market?{query}"), 400, "parameter_faulty")
