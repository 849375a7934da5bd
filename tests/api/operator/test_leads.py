"""Leads listed: newest first, one row a lead, filtered by what an operator asks for."""

import csv
from decimal import Decimal
from urllib.parse import quote

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import open_house, request, until
from harness.market import SECRET, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.api.operator.leads import listing
from outbid.core.market.noun import Key, Source
from outbid.store.reading import leads

EVERYTHING = "/v1/leads?limit=500"


def market(port: int) -> dict:
    """Two buyers in a tier of two places, and two sources."""
    tiers = [{"slug": "main", "deadline_ms": 2000, "places": 2}]
    found = nouns([offer("a", port), offer("b", port)], campaign_more={"tiers": tiers})
    source = {"slug": "web2", "seller": "acme", "campaign": "auto", "payout": {"share": "50%"}}
    found["source"]["web2"] = convert(source, Source)
    keys = {"house": ("house", ""), "web2": ("source", "web2"), "seller": ("seller", "acme")}
    for slug, (holder, owner) in keys.items():
        found["key"][slug] = convert(
            {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}")}, Key
        )
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(worker_database):
    """A house with four leads, and their ids by what became of them, the oldest first."""
    await worker_database.empty()
    async with (
        Buyers() as buyers,
        open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as house,
    ):
        found = {}
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        buyers.on("b", ping=bid("6"), post=ACCEPT)
        found["shared"] = (await house.sell(lead())).json["lead"]
        buyers.on("b", ping=REJECT)
        found["one"] = (await house.sell(lead(), key="ob_web2")).json["lead"]
        buyers.on("a", ping=REJECT)
        found["unsold"] = (await house.sell(lead())).json["lead"]
        found["refused"] = (await house.sell(lead(zip=""))).json["lead"]
        yield house, found


async def ids(house, query: str = "") -> list[str]:
    answer = await ask(house, "GET", f"/v1/leads?{query}")
    assert answer.status == 200, answer
    return [row["id"] for row in answer.json["items"]]


async def test_a_lead_is_one_row_with_the_sums_of_its_sales(told):
    house, found = told
    rows = {row["id"]: row for row in (await ask(house, "GET", EVERYTHING)).json["items"]}
    assert list(rows) == list(found.values())[::-1], "the newest first"
    shared = rows[found["shared"]]
    assert shared.pop("arrived_at").endswith("Z")
    assert 0 <= shared.pop("took_ms") < 10_000
    assert shared == {
        "id": found["shared"], "source": "web", "seller": "acme", "campaign": "auto", "test": False, "status": "sold", "reason": "",
        "sold": 2, "price": "16.00", "payout": "12.80", "currency": "USD", "bids": 2,
        "sold_to": [{"offer": "a", "buyer": "a"}, {"offer": "b", "buyer": "b"}],
    }  # fmt: skip
    assert (rows[found["one"]]["price"], rows[found["one"]]["payout"]) == ("10.00", "5.00")
    assert rows[found["unsold"]]["reason"] == "no_bids"
    assert [rows[found[name]]["bids"] for name in ("one", "unsold", "refused")] == [1, 0, 0]
    assert rows[found["refused"]] | {"status": "refused", "sold": 0, "price": "0.00"} == rows[found["refused"]]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status=sold", ["one", "shared"]),
        ("status=refused", ["refused"]),
        ("status=open", []),
        ("source=web2", ["one"]),
        ("source=web&status=sold", ["shared"]),
        ("campaign=auto", ["refused", "unsold", "one", "shared"]),
        ("buyer=a", ["one", "shared"]),
        ("buyer=b", ["shared"]),
        ("offer=b", ["shared"]),
        ("buyer=a&offer=b", []),
        ("reason=no_bids", ["unsold"]),
        ("test=true", []),
        ("since=2020-01-01T00:00:00Z", ["refused", "unsold", "one", "shared"]),
        ("until=2020-01-01T00:00:00Z", []),
        ("since=9999-01-01T00:00:00Z", []),
        ("until=9999-12-31T23:59:59Z&limit=1", ["refused"]),
        ("until=9999-12-31T23:59:59-23:59&limit=1", ["refused"]),
        ("since=0001-01-01T00:00:00Z&limit=1", ["refused"]),
    ],
)
async def test_leads_are_filtered(told, query, wanted):
    house, found = told
    assert await ids(house, query) == [found[name] for name in wanted]


async def test_a_test_lead_tells_who_would_have_bought_it_and_for_what(told):
    house, _ = told
    made = await ask(house, "POST", "/v1/keys", {"holder": "source", "owner": "web", "test": True})
    secret = made.json["secret"]

    async def is_known() -> bool:
        return (await house.sell(lead(test_outcome="no_bid"), key=secret)).status != 401

    await until(is_known)
    sold = (await house.sell(lead(), key=secret)).json["lead"]
    log = (await ask(house, "GET", f"/v1/leads/{sold}/log")).json
    sales = [one for one in log["sales"] if one["status"] == "sold"]
    row, unsold = (await ask(house, "GET", "/v1/leads?test=true")).json["items"]
    assert (row["id"], row["status"], row["sold"], row["test"]) == (sold, "sold", len(sales), True)
    bought = [(one["offer"], one["buyer"]) for one in sales]
    assert sorted((one["offer"], one["buyer"]) for one in row["sold_to"]) == sorted(bought) != []
    for name in ("price", "payout"):
        assert Decimal(row[name]) == sum(Decimal(one[name]) for one in sales) > 0
    assert (unsold["sold"], unsold["sold_to"], Decimal(unsold["price"])) == (0, [], 0)


async def test_leads_are_of_a_time(told):
    house, found = told
    rows = {row["id"]: row["arrived_at"] for row in (await ask(house, "GET", EVERYTHING)).json["items"]}
    at = rows[found["unsold"]]
    assert found["unsold"] in await ids(house, f"since={at}")
    assert found["unsold"] not in await ids(house, f"until={at}")
    assert found["one"] in await ids(house, f"until={quote(at.replace('Z', '+00:00'))}")


async def test_leads_come_in_pages(told):
    house, found = told
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"/v1/leads?limit=3&cursor={cursor}")).json
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert seen == list(found.values())[::-1]


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("-at", ["refused", "unsold", "one", "shared"]),
        ("at", ["shared", "one", "unsold", "refused"]),
        ("-price", ["shared", "one", "refused", "unsold"]),
        ("price", ["unsold", "refused", "one", "shared"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 4])
async def test_leads_are_sorted_and_paged_in_any_order(told, sort, wanted, limit):
    house, found = told
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"/v1/leads?sort={sort}&limit={limit}&cursor={cursor}")).json
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
    assert seen == [found[name] for name in wanted]


@pytest.mark.parametrize("sort", ["-at", "at", "-price", "price"])
@pytest.mark.parametrize("more", ["", "&status=sold", "&buyer=a", "&source=web"])
async def test_a_page_may_begin_anywhere(told, sort, more):
    house, _ = told
    whole = await ids(house, f"sort={sort}{more}")
    for skip in range(6):
        assert await ids(house, f"sort={sort}{more}&skip={skip}&limit=2") == whole[skip : skip + 2]
    first = (await ask(house, "GET", f"/v1/leads?sort={sort}{more}&limit=1")).json
    if first["next"]:
        assert await ids(house, f"sort={sort}{more}&cursor={first['next']}&skip=1") == whole[2:]


async def test_a_place_too_far_is_refused_with_what_to_do(told):
    house, _ = told
    for skip in (-1, 100_001, 10**30):
        answer = await ask(house, "GET", f"/v1/leads?skip={skip}")
        assert_problem(answer, 400, "parameter_faulty")
        assert "ask for less time" in answer.json["detail"]
    assert (await ask(house, "GET", "/v1/leads?skip=100000")).json["items"] == []


async def test_a_list_stays_as_of_an_instant(told):
    house, found = told
    page = (await ask(house, "GET", "/v1/leads")).json
    assert [row["arrived_at"] for row in page["items"] if row["arrived_at"] >= page["as_of"]] == []
    at = page["items"][1]["arrived_at"]
    kept = (await ask(house, "GET", f"/v1/leads?until={at}")).json
    assert kept["as_of"] == at
    assert [row["id"] for row in kept["items"]] == [found["one"], found["shared"]]


async def test_a_cursor_goes_with_its_order(told):
    next_ = (await ask(told[0], "GET", "/v1/leads?limit=1&sort=-price")).json["next"]
    assert_problem(await ask(told[0], "GET", f"/v1/leads?cursor={next_}"), 400, "parameter_faulty")


async def test_a_lead_is_found_by_the_end_of_its_id(told):
    house, found = told
    for name in found.values():
        for length in (4, 7, 12, 29):
            assert name in await ids(house, f"id_end={name[-length:].upper()}")
        assert await ids(house, f"id_end={name[-12:]}") == [name]
    assert await ids(house, "id_end=0000000000000") == []


async def test_leads_are_counted_by_what_they_are(told):
    house, _ = told
    counts = (await ask(house, "GET", "/v1/leads/counts")).json
    assert (counts["total"], counts["exact"], counts["newest"]) == (4, True, 4)
    assert {row["value"]: row["leads"] for row in counts["status"]} == {"sold": 2, "unsold": 1, "refused": 1}
    assert {row["value"]: row["leads"] for row in counts["source"]} == {"web": 3, "web2": 1}
    assert counts["campaign"] == [{"value": "auto", "leads": 4}]
    assert {row["value"] for row in counts["reason"]} >= {"no_bids"}
    fewer = (await ask(house, "GET", "/v1/leads/counts?status=sold&source=web")).json
    assert (fewer["total"], fewer["source"]) == (1, [{"value": "web", "leads": 1}])


async def test_more_leads_than_are_counted_are_said_to_be_more(told, monkeypatch):
    monkeypatch.setattr(leads, "MOST_COUNTED", 3)
    monkeypatch.setattr(leads, "MOST_SORTED", 2)
    counts = (await ask(told[0], "GET", "/v1/leads/counts")).json
    assert (counts["total"], counts["exact"], counts["newest"]) == (3, False, 2)
    assert sum(row["leads"] for row in counts["status"]) == 2


async def test_leads_are_given_as_a_file_without_anything_personal(told, monkeypatch):
    house, found = told
    monkeypatch.setattr(listing, "AT_ONCE", 2)
    answer = await ask(house, "GET", "/v1/leads/export?campaign=auto")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(unchunked(answer.body).splitlines()))
    assert [row["id"] for row in rows] == list(found.values())[::-1]
    assert (rows[-1]["offers"], rows[-1]["buyers"], rows[-1]["price"], rows[-1]["bids"]) == ("a b", "a b", "16.00", "2")
    assert not [word for word in ("Ann", "example.com", "555", "78701") if word in answer.body.decode()]
    monkeypatch.setattr(listing, "MOST_EXPORTED", 3)
    assert_problem(await ask(house, "GET", "/v1/leads/export"), 400, "parameter_faulty")


def unchunked(body: bytes) -> str:
    """A body without the lines that say how long each chunk is."""
    found = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        found, body = found + body[:length], body[length + 2 :]
    return found.decode()


@pytest.mark.parametrize(
    "query",
    ["status=lost", "sort=name", "id_end=abc", "id_end=zzzz", "source=nobody", "buyer=nobody", "since=yesterday", "since=2026-01-01T00:00:00", "limit=501",
     "limit=0", "cursor=x", "cursor=sl_" + "0" * 29, "test=maybe", "phone=1"],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_is_refused(told, query):
    assert_problem(await ask(told[0], "GET", f"/v1/leads?{query}"), 400, "parameter_faulty")


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [(None, 401, "key_missing"), ("ob_no", 401, "key_unknown"), (SECRET, 403, "key_not_allowed"),
     ("ob_seller", 403, "key_not_allowed")],
)  # fmt: skip
async def test_nobody_else_lists_leads(told, key, status, code):
    assert_problem(await ask(told[0], "GET", "/v1/leads", key=key), status, code)


async def test_the_list_fits_its_description(told):
    found = await document(told[0])
    item = found["paths"]["/v1/leads"]
    assert set(item) == {"get", "post"}
    schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits((await ask(told[0], "GET", "/v1/leads")).json, schema, found["components"]["schemas"], "")


async def test_other_methods_are_still_refused_and_leads_still_taken(told):
    house, _ = told
    for method in ("PUT", "PATCH", "DELETE"):
        assert_problem(await request(house.port, method, "/v1/leads", b"{}"), 405, "method_not_allowed")
    assert (await request(house.port, "HEAD", "/v1/leads")).status == 405
    assert_problem(await house.sell({}), 422, "required.missing")
