"""What reports refuse, what partners' reports may not read, how long they may take; and the views that people keep."""

import msgspec
import pytest

from api.operator.asking import ask
from api.problems import assert_problem
from api.reports.conftest import KEYS
from outbid.core.scope import HOUSE, Scope
from outbid.plugins.reports import Reports
from outbid.store.report import running
from outbid.store.report.relations import Wish

WRONG = {
    "group_by=weather": "group_by: there is no 'weather'",
    "group_by=day,hour": "group_by: divide by day or by hour",
    "group_by=source,buyer,offer,day": "group_by: divide by 3 at most",
    "by=sale": "by: this report knows arrival alone",
    "sort=price_": "sort: there is no 'price_'",
    "from=yesterday": "from: 'yesterday' is no day (2026-01-31)",
    "from=2026-02-01&to=2026-01-01": "from, to: the end comes before the beginning",
    "from=2024-01-01&to=2026-01-01": "from, to: ask for up to 366 days",
    "from=2026-01-01T00:01:00Z": "from: reports begin and end on quarter-hours",
    "from=2026-01-01T00:00:00": "from: '2026-01-01T00:00:00' says no zone",
    "tz=Mars/Olympus": "tz: 'Mars/Olympus' is no time zone",
    "dimension=sub_id": "dimension: this report does not read values",
    "buyer=nobody": "buyer: there is no buyer 'nobody'",
    "compare=lastyear": "compare",
    "weather=fine": "there is no 'weather'",
}


@pytest.mark.parametrize("query", WRONG)
async def test_a_wrong_question_is_told_what_would_be_right(past, query):
    answer = await ask(past.house, "GET", f"/v1/reports/funnel?{query}")
    assert_problem(answer, 400, "parameter_faulty")
    assert WRONG[query] in answer.json["detail"]


async def test_what_is_not_for_a_side_looks_like_what_is_not_there(past):
    for door, key, name in (("seller", "acme", "funnel"), ("buyer", "a", "earnings"), ("seller", "acme", "skips")):
        for path in (f"/v1/{door}/reports/{name}", f"/v1/{door}/reports/{name}/export"):
            assert_problem(await ask(past.house, "GET", path, key=f"ob_{key}"), 404, "report_unknown")
    for group in ("buyer", "source", "seller"):
        answer = await ask(past.house, "GET", f"/v1/buyer/reports/funnel?group_by={group}", key="ob_a")
        assert_problem(answer, 400, "parameter_faulty")
    answer = await ask(past.house, "GET", "/v1/buyer/reports/funnel?offer=b-auto", key="ob_a")
    assert answer.json["detail"] == "offer: there is no offer 'b-auto'"
    answer = await ask(past.house, "GET", "/v1/seller/reports/earnings?source=rival-feed", key="ob_acme")
    assert answer.json["detail"] == "source: there is no source 'rival-feed'"


async def test_the_heads_say_what_a_page_needs_to_draw_them(past):
    (funnel,) = [one for one in (await ask(past.house, "GET", "/v1/reports")).json["items"] if one["name"] == "funnel"]
    assert funnel["group_by"] == ["source", "buyer"]
    assert {"name": "buyer", "title": "Buyer", "kind": "buyer"} in funnel["groups"]
    own = (await ask(past.house, "GET", "/v1/buyer/reports", key="ob_a")).json
    assert own["zone"] == "America/New_York"
    (funnel,) = [one for one in own["items"] if one["name"] == "funnel"]
    assert {group["name"] for group in funnel["groups"]} & {"source", "buyer", "seller"} == set()
    assert {column["name"] for column in funnel["columns"]} & {"payout", "margin"} == set()


def wish_of(name: str, side: str, query: str) -> Wish:
    report = msgspec.structs.replace(Reports(installed=()).get(name), query=query)
    columns = tuple(dict.fromkeys(need for one in report.head.columns_for(side) for need in one.needs))
    return Wish(report=report, side=side, since_ms=0, until_ms=1 << 42, clock="arrival", zone="UTC", groups=(),
                columns=columns)  # fmt: skip


READS = ("tally", "noun", "lead", "house_tally", "house_offer", "saved_view", "buyer_tally", "house_user")


@pytest.mark.parametrize("table", READS)
async def test_a_sellers_report_reads_no_table_whatever_its_query_says(past, table):
    query = f"select now() as starts, 0 as source, '' as reason, '' as outcome, count(*) as times from {table}"
    wish, acme = wish_of("reasons", "seller", query), Scope("seller", 1)
    async with past.house.pool.acquire() as connection:
        if table == "buyer_tally":  # he may read it, and finds nothing there
            (found,) = await running.run(connection, acme, 0, [wish])
            assert found[()].figures == {"times": 0}
        else:
            with pytest.raises(running.Broken, match="permission denied"):
                await running.run(connection, acme, 0, [wish])
        assert await connection.fetchval("select current_user") == "outbid_app", "only until the transaction ended"
        assert await connection.fetchval("select current_setting('outbid.reader', true)") in (None, "")


async def test_nobody_runs_a_report_of_another_side_and_nobody_writes_by_one(past):
    async with past.house.pool.acquire() as connection:
        with pytest.raises(PermissionError):
            await running.run(connection, Scope("buyer", 1), 0, [wish_of("reasons", "seller", "select 1")])
        writes = "with gone as (delete from skip_sample returning 1) select now() as starts, 1 as times from gone"
        with pytest.raises(running.Broken):
            await running.run(connection, HOUSE, 0, [wish_of("reasons", "operator", writes)])


async def test_a_report_that_takes_too_long_is_stopped_and_one_that_pries_is_not_run(past, monkeypatch):
    monkeypatch.setitem(running.LONGEST_MS, "seller", 50)
    answer = await ask(past.house, "GET", "/v1/seller/reports/slow", key="ob_acme")
    assert_problem(answer, 422, "report_too_long")
    answer = await ask(past.house, "GET", "/v1/seller/reports/prying", key="ob_acme")
    assert_problem(answer, 500, "report_faulty")
    assert "tally" not in answer.body.decode()
    assert (await ask(past.house, "GET", "/v1/reports/prying")).status == 200


async def test_what_a_source_brought_its_seller_before_is_not_the_next_sellers(past):
    """A source that changes hands takes no figures with it."""
    house = past.house
    whole = (await ask(house, "GET", "/v1/seller/reports/earnings?group_by=source", key="ob_rival")).json["rows"]
    source = (await ask(house, "GET", "/v1/sources/acme-mail")).json
    moved = await ask(house, "PUT", "/v1/sources/acme-mail", source | {"seller": "rival"}, If_Match="*")
    assert moved.status == 200, moved
    try:
        after = (await ask(house, "GET", "/v1/seller/reports/earnings?group_by=source", key="ob_rival")).json["rows"]
        assert after == whole
        assert_problem(
            await ask(house, "GET", "/v1/seller/reports/earnings?source=acme-mail&from=x", key="ob_rival"),
            400,
            "parameter_faulty",
        )
    finally:
        await ask(house, "PUT", "/v1/sources/acme-mail", source, If_Match="*")


async def test_views_are_kept_shared_replaced_and_forgotten(past):
    house = past.house
    wish = {"page": "reports/funnel", "name": "By buyer", "query": "group_by=buyer"}
    made = (await ask(house, "POST", "/v1/views", wish)).json
    again = (await ask(house, "POST", "/v1/views", wish | {"query": "group_by=offer", "shared": True})).json
    assert (again["id"], again["query"], again["shared"], again["mine"]) == (made["id"], "group_by=offer", True, True)
    await ask(house, "POST", "/v1/views", wish | {"page": "leads"})
    assert [row["page"] for row in (await ask(house, "GET", "/v1/views")).json["items"]] == ["leads", "reports/funnel"]
    found = (await ask(house, "GET", "/v1/views?page=leads")).json["items"]
    assert [row["name"] for row in found] == ["By buyer"]
    assert_problem(await ask(house, "POST", "/v1/views", wish | {"name": ""}), 422, "body_faulty")
    other = (await ask(house, "POST", "/v1/keys", {"holder": "house", "name": "second"})).json
    key = next(value for value in other.values() if isinstance(value, str) and value.startswith("ob_"))
    theirs = (await ask(house, "GET", "/v1/views", key=key)).json["items"]
    assert [(row["page"], row["mine"]) for row in theirs] == [("reports/funnel", False)]
    assert_problem(await ask(house, "DELETE", f"/v1/views/{made['id']}", key=key), 404, "view_unknown")
    assert (await ask(house, "DELETE", f"/v1/views/{made['id']}")).status == 204
    assert_problem(await ask(house, "DELETE", f"/v1/views/{made['id']}"), 404, "view_unknown")
    assert_problem(await ask(house, "DELETE", "/v1/views/x"), 404, "view_unknown")


def test_every_kind_of_key_is_tried():
    assert {holder for holder, _ in KEYS.values()} == {"house", "seller", "source", "buyer"}
