"""Nouns at addresses of their own: what is read can be written, nobody overwrites what he did not see."""

import asyncio

import pytest

from api.operator.asking import ask
from api.problems import assert_problem, pointers
from outbid.api.operator.market.nouns import merged

KINDS = ["sellers", "buyers", "campaigns", "sources", "offers"]
NEW = {"slug": "new", "name": "New Ltd"}


async def test_a_noun_is_made_read_replaced_and_taken_away(house):
    made = await ask(house, "PUT", "/v1/sellers/new", NEW, If_None_Match="*")
    assert (made.status, made.json) == (201, NEW)
    read = await ask(house, "GET", "/v1/sellers/new")
    assert (read.status, read.json, read.headers["etag"]) == (200, NEW, made.headers["etag"])
    assert read.headers["cache-control"] == "no-store"
    other = NEW | {"zone": "Europe/Madrid"}
    replaced = await ask(house, "PUT", "/v1/sellers/new", other, If_Match=made.headers["etag"])
    assert (replaced.status, replaced.json) == (200, other)
    assert replaced.headers["etag"] != made.headers["etag"]
    gone = await ask(house, "DELETE", "/v1/sellers/new", If_Match=replaced.headers["etag"])
    assert (gone.status, gone.body) == (204, b"")
    assert_problem(await ask(house, "GET", "/v1/sellers/new"), 404, "noun_unknown")


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_read_can_be_put_back_and_changes_nothing(house, kind):
    for item in (await ask(house, "GET", f"/v1/{kind}")).json["items"]:
        path = f"/v1/{kind}/{item['noun']['slug']}"
        read = await ask(house, "GET", path)
        assert read.json == item["noun"]
        assert read.headers["etag"] == f'"{item["version"]}"'
        put = await ask(house, "PUT", path, read.json, If_Match=read.headers["etag"])
        assert (put.status, put.json, put.headers["etag"]) == (200, read.json, read.headers["etag"])


async def test_the_exchange_works_with_what_was_written(house):
    read = await ask(house, "GET", "/v1/offers/b")
    await ask(house, "PATCH", "/v1/offers/b", {"price": "6.5"}, If_Match=read.headers["etag"])
    prices = {offer.slug: offer.price_micros for offer in house.process.exchange.market.offers.values()}
    assert prices == {"a": None, "b": 6_500_000}


async def test_a_slug_may_be_left_out_of_the_body_but_not_be_another(house):
    made = await ask(house, "PUT", "/v1/sellers/new", {"name": "New"}, If_None_Match="*")
    assert made.json == {"slug": "new", "name": "New"}
    other = await ask(house, "PUT", "/v1/sellers/new", {"slug": "newer"}, If_Match=made.headers["etag"])
    assert pointers(assert_problem(other, 422, "body_faulty")) == ["/slug"]
    patched = await ask(house, "PATCH", "/v1/sellers/new", {"slug": "newer"}, If_Match=made.headers["etag"])
    assert pointers(assert_problem(patched, 422, "body_faulty")) == ["/slug"]


async def test_a_name_that_nobody_would_read_is_refused(house):
    etag = (await ask(house, "GET", "/v1/sellers/acme")).headers["etag"]
    for length, status in ((200, 200), (201, 422), (300_000, 422)):
        answer = await ask(house, "PATCH", "/v1/sellers/acme", {"name": "n" * length}, If_Match=etag)
        assert answer.status == status
        etag = answer.headers.get("etag", etag)
    problem = assert_problem(answer, 422, "body_faulty")
    assert pointers(problem) == ["/name"]
    assert "200" in problem["errors"][0]["detail"]


async def test_a_write_without_a_precondition_is_refused(house):
    for method, body in (("PUT", {}), ("PATCH", {}), ("DELETE", None)):
        assert_problem(await ask(house, method, "/v1/sellers/acme", body), 428, "precondition_missing")
    for method, body in (("PATCH", {}), ("DELETE", None)):
        answer = await ask(house, method, "/v1/sellers/acme", body, If_None_Match="*")
        assert_problem(answer, 428, "precondition_missing")


async def test_an_old_etag_is_refused_and_the_new_one_is_told(house):
    old = (await ask(house, "GET", "/v1/offers/b")).headers["etag"]
    new = await ask(house, "PATCH", "/v1/offers/b", {"price": "6"}, If_Match=old)
    assert new.status == 200
    for method, body in (("PUT", new.json), ("PATCH", {"price": "7"}), ("DELETE", None)):
        for tag in (old, '"x"', 'W/"1"', "nonsense", ""):
            answer = await ask(house, method, "/v1/offers/b", body, If_Match=tag)
            assert_problem(answer, 412, "version_old")
            assert answer.headers["etag"] == new.headers["etag"]
    assert (await ask(house, "GET", "/v1/offers/b")).json["price"] == "6"
    several = await ask(house, "PATCH", "/v1/offers/b", {"price": "7"}, If_Match=f"{old}, {new.headers['etag']}")
    assert several.status == 200
    assert (await ask(house, "PATCH", "/v1/offers/b", {"price": "8"}, If_Match="*")).status == 200


async def test_what_is_there_is_not_made_and_what_is_not_there_is_not_replaced(house):
    taken = await ask(house, "PUT", "/v1/sellers/acme", {}, If_None_Match="*")
    assert_problem(taken, 412, "slug_taken")
    assert pointers(taken.json) == ["/slug"]
    assert taken.headers["etag"] == (await ask(house, "GET", "/v1/sellers/acme")).headers["etag"]
    assert_problem(await ask(house, "PUT", "/v1/sellers/new", NEW, If_Match="*"), 412, "version_old")
    for method, body in (("PATCH", {}), ("DELETE", None)):
        assert_problem(await ask(house, method, "/v1/sellers/new", body, If_Match="*"), 404, "noun_unknown")


async def test_of_many_who_change_the_same_noun_at_once_one_wins(house):
    tag = (await ask(house, "GET", "/v1/offers/b")).headers["etag"]
    answers = await asyncio.gather(
        *(ask(house, "PATCH", "/v1/offers/b", {"price": str(price)}, If_Match=tag) for price in range(1, 7))
    )
    assert sorted(answer.status for answer in answers) == [200, 412, 412, 412, 412, 412]
    winner = next(answer for answer in answers if answer.status == 200)
    assert (await ask(house, "GET", "/v1/offers/b")).json == winner.json


async def test_many_who_change_different_nouns_at_once_all_succeed(house):
    answers = await asyncio.gather(
        *(ask(house, "PUT", f"/v1/sellers/s{i}", {"name": str(i)}, If_None_Match="*") for i in range(5))
    )
    assert [answer.status for answer in answers] == [201] * 5
    assert len({answer.headers["etag"] for answer in answers}) == 5


async def test_every_error_of_a_noun_is_told_with_its_place(house):
    body = {
        "buyer": "a",
        "campaign": "auto",
        "tier": "MAIN",
        "priority": "first",
        "prise": "4",
        "caps": [{"window": "day", "leads": 1}, {"window": "year", "leads": 1}, {"window": "day"}],
        "paused": 0,
    }
    found = assert_problem(await ask(house, "PUT", "/v1/offers/c", body, If_None_Match="*"), 422, "body_faulty")
    told = {error["pointer"]: (error["code"], error["detail"]) for error in found["errors"]}
    assert list(told) == ["/prise", "/tier", "/priority", "/caps/1/window", "/caps/2", "/delivery", "/paused"]
    assert told["/prise"][0] == "setting_unknown"
    assert "price" in told["/prise"][1]
    assert told["/delivery"][0] == "setting_missing"


async def test_every_error_that_the_compiler_finds_is_told_with_its_place(house):
    read = (await ask(house, "GET", "/v1/campaigns/auto")).json
    read["checks"][1] = {"plugin": "nonsense"}
    answer = await ask(house, "PUT", "/v1/campaigns/auto", read, If_Match="*")
    found = assert_problem(answer, 422, "market_faulty")
    assert "/checks/1/plugin" in pointers(found)
    read["checks"] = []
    read["tiers"] = [{"slug": "other"}]
    found = assert_problem(await ask(house, "PUT", "/v1/campaigns/auto", read, If_Match="*"), 422, "market_faulty")
    assert pointers(found) == ["", ""], "the offers do not stand in the body"
    assert {"'a'", "'b'"} == {
        word for error in found["errors"] for word in error["detail"].split() if word in ("'a'", "'b'")
    }


async def test_what_others_need_is_not_taken_away(house):
    for path in ("/v1/buyers/a", "/v1/campaigns/auto", "/v1/sellers/acme", "/v1/sources/web"):
        found = assert_problem(await ask(house, "DELETE", path, If_Match="*"), 422, "market_faulty")
        assert found["errors"]
        assert (await ask(house, "GET", path)).status == 200


async def test_a_patch_takes_members_away_and_merges_objects(house):
    tag = (await ask(house, "GET", "/v1/buyers/a")).headers["etag"]
    given = await ask(house, "PATCH", "/v1/buyers/a", {"wallet": {"credit": "5"}, "name": "A"}, If_Match=tag)
    assert given.json == {"slug": "a", "name": "A", "wallet": {"credit": "5"}}
    taken = await ask(
        house, "PATCH", "/v1/buyers/a", {"wallet": None}, If_Match="*", content_type="application/merge-patch+json"
    )
    assert taken.json == {"slug": "a", "name": "A"}
    url = {"delivery": {"settings": {"post_url": "http://127.0.0.1:9/other"}}}
    patched = await ask(house, "PATCH", "/v1/offers/b", url, If_Match="*")
    assert patched.json["delivery"]["settings"]["post_url"].endswith("/other")
    assert patched.json["delivery"]["plugin"] == "json"


@pytest.mark.parametrize(
    ("value", "patch", "expected"),
    [  # RFC 7396, appendix A
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_the_standard_says(value, patch, expected):
    assert merged(value, patch) == expected


async def test_lists_come_in_pages(house):
    for i in range(5):
        assert (await ask(house, "PUT", f"/v1/sellers/s{i}", {}, If_None_Match="*")).status == 201
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"/v1/sellers?limit=2&cursor={cursor}")).json
        assert len(page["items"]) <= 2
        seen += [item["noun"]["slug"] for item in page["items"]]
        cursor = page["next"]
    assert seen == ["acme", "s0", "s1", "s2", "s3", "s4"]
    whole = (await ask(house, "GET", "/v1/sellers?limit=6")).json
    assert ([item["noun"]["slug"] for item in whole["items"]], whole["next"]) == (seen, None)


async def test_how_many_belong_to_each_is_what_the_lists_show(house):
    told = (await ask(house, "GET", "/v1/market/counts")).json["items"]
    found = {(row["kind"], row["of"], row["slug"]): row["count"] for row in told}
    listed = {}
    for kind in KINDS:
        for item in (await ask(house, "GET", f"/v1/{kind}?limit=500")).json["items"]:
            for key in ("buyer", "seller", "campaign", "group"):
                if slug := item["noun"].get(key):
                    listed[kind, f"{key}s", slug] = listed.get((kind, f"{key}s", slug), 0) + 1
    assert found == listed
    assert found["offers", "campaigns", "auto"] >= 1


async def test_lists_are_filtered(house):
    async def slugs(path):
        return [item["noun"]["slug"] for item in (await ask(house, "GET", path)).json["items"]]

    await ask(house, "PATCH", "/v1/offers/b", {"paused": True}, If_Match="*")
    assert await slugs("/v1/offers") == ["a", "b"]
    assert await slugs("/v1/offers?paused=true") == ["b"]
    assert await slugs("/v1/offers?paused=false") == ["a"]
    assert await slugs("/v1/offers?campaign=auto&prefix=a") == ["a"]
    assert await slugs("/v1/sources?campaign=home") == []
    assert await slugs("/v1/sellers?prefix=ac") == ["acme"]
    assert await slugs("/v1/sellers?prefix=_c%25") == []
    assert await slugs("/v1/offers?buyer=a") == ["a", "b"]
    assert await slugs("/v1/offers?buyer=b") == []
    assert await slugs("/v1/sources?seller=acme&campaign=auto") == ["web"]
    assert await slugs("/v1/buyers?group=none") == []


async def test_nouns_are_found_by_any_word_of_slug_and_name(house):
    async def slugs(query: str) -> list[str]:
        return [item["noun"]["slug"] for item in (await ask(house, "GET", f"/v1/sellers?{query}")).json["items"]]

    for slug, name in (("north-1", "Ärger & Söhne 100%"), ("north-2", "Bright Leads"), ("south", "")):
        await ask(house, "PUT", f"/v1/sellers/{slug}", {"name": name} if name else {}, If_None_Match="*")
    assert await slugs("q=north") == ["north-1", "north-2"]
    assert await slugs("q=NORTH%20%20leads%20") == ["north-2"]
    assert await slugs("q=s%C3%B6hne") == ["north-1"]
    assert await slugs("q=100%25") == ["north-1"]
    assert await slugs("q=_") == []
    assert await slugs("q=outh") == ["south"]
    assert await slugs("q=&limit=1") == ["acme"]
    assert await slugs("slugs=south,north-2,nobody") == ["north-2", "south"]
    assert await slugs("slugs=") == []
    assert_problem(await ask(house, "GET", f"/v1/sellers?slugs={'a' * 8001}"), 400, "parameter_faulty")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=many",
        "pausd=true",
        "campaign=auto",
        "paused=true",
        "limit=1&limit=2",
        "prefix=%00",
    ],
)
async def test_a_parameter_that_cannot_be_is_refused(house, query):
    assert_problem(await ask(house, "GET", f"/v1/sellers?{query}"), 400, "parameter_faulty")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "body_not_json"),
        (b"{", 400, "body_not_json"),
        (b"\xff\xfe", 400, "body_not_json"),
        (b'{"name": "\xff"}', 400, "body_not_json"),
        (b'{"name": "\\ud800"}', 400, "body_not_json"),
        (b"[" * 100_000, 400, "body_not_json"),
        (b"[]", 422, "body_faulty"),
        (b"null", 422, "body_faulty"),
        (b'{"name": "\\u0000"}', 422, "body_faulty"),
        (b'{"na\\u0000me": "x"}', 422, "body_faulty"),
        (b'{"name": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", 422, "body_faulty"),
        (b'{"name": 1e999}', 400, "body_not_json"),
        (b'{"name": "' + b"x" * (16 << 20) + b'"}', 413, "document_too_large"),
    ],
)
async def test_a_body_that_holds_no_noun_is_refused(house, body, status, code):
    assert_problem(await ask(house, "PUT", "/v1/sellers/new", body, If_None_Match="*"), status, code)


ODD = [1e308, -1, 1 << 80, 0.1, True, None, [], {}, [None], [[]], {"a": [1 << 70]}, "é😀", "", "NaN", 1e-320]


@pytest.mark.parametrize("value", ODD, ids=repr)
async def test_settings_of_any_kind_are_kept_or_refused_with_their_place(house, value):
    patches = [
        *({"filter": {"fact": fact, operator: value}} for fact, operator in (
            ("amount", "at_least"), ("amount", "between"), ("state", "one_of"), ("state", "equals"), ("insured", "equals"),
        )),
        {"filter": {"all": value}},
        {"filter": value},
        {"delivery": {"settings": {"post": {"x": value}}}},
        {"delivery": {"settings": {"post_reply": value}}},
        {"price": value},
        {"caps": value},
        {"private_targets": value},
    ]  # fmt: skip
    for patch in patches:
        before = (await ask(house, "GET", "/v1/offers/b")).json
        answer = await ask(house, "PATCH", "/v1/offers/b", patch, If_Match="*")
        assert answer.status in (200, 422), (patch, answer)
        if answer.status == 422:
            assert answer.json["code"] in ("body_faulty", "market_faulty")
            (place,) = {pointer.split("/")[1] for pointer in pointers(answer.json)}
            assert place in patch or patch == {"price": None}, (
                "without a price it is pinged, and has no address for that"
            )
            assert (await ask(house, "GET", "/v1/offers/b")).json == before
        elif value not in (1e308, 1e-320):  # kept to the digit, and no longer a float then
            assert (await ask(house, "GET", "/v1/offers/b")).json == answer.json


async def test_a_filter_of_typed_values_means_what_its_text_means(house):
    for typed, text in (({"fact": "amount", "between": [1, 2.5]}, {"fact": "amount", "between": ["1", "2.5"]}),
                        ({"fact": "insured", "equals": True}, {"fact": "insured", "equals": "yes"})):  # fmt: skip
        nodes = []
        for found in (typed, text):
            whole = (await ask(house, "GET", "/v1/offers/b")).json | {"filter": found}
            answer = await ask(house, "PUT", "/v1/offers/b", whole, If_Match="*")
            assert answer.status == 200, answer
            nodes.append(next(o.node for o in house.process.exchange.market.offers.values() if o.slug == "b"))
        assert nodes[0] == nodes[1]


async def test_a_body_of_another_type_is_refused(house):
    for given in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = await ask(house, "PUT", "/v1/sellers/new", NEW, If_None_Match="*", content_type=given)
        assert_problem(answer, 415, "media_type_unknown")
    put = await ask(
        house, "PUT", "/v1/sellers/new", NEW, If_None_Match="*", content_type="Application/JSON; charset=utf-8"
    )
    assert put.status == 201


@pytest.mark.parametrize("slug", ["NEW", "a%20b", "%00", "-x", "%F0%9F%98%80", "x" * 64])
async def test_a_slug_that_cannot_be_is_refused(house, slug):
    answer = await ask(house, "PUT", f"/v1/sellers/{slug}", {}, If_None_Match="*")
    assert (answer.status, answer.json["code"]) in ((422, "body_faulty"), (404, "noun_unknown")), answer
    assert_problem(await ask(house, "GET", f"/v1/sellers/{slug}"), 404, "noun_unknown")


async def test_another_method_is_refused_with_the_ones_there_are(house):
    answer = await ask(house, "POST", "/v1/sellers", {})
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]
