"""What was said to buyers, word for word, for operators who say why; kept as long as was asked for."""

import os
import re

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_session import PASSWORD, Browser, sign_in
from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, HangUp, bid, http
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, first_of, parse
from outbid.core.market.noun import Key
from outbid.store.people import users
from outbid.store.upkeep import partitions

REASON = "?reason=case+7"
SECRET_SETTINGS = {
    "headers": {"X-Api-Key": "k-hush-hush", "X-Version": "2"},
    "ping": {"zip": "zip", "auth.password": "=p-hush-hush"},
}


def _hang_up(got):
    raise HangUp


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(worker_database):
    await worker_database.empty()
    async with Buyers() as buyers:
        market = nouns(
            [
                offer("plain", buyers.port),
                offer("keyed", buyers.port, delivery=SECRET_SETTINGS),
                offer("rude", buyers.port),
                offer("gone", 9),
            ]
        )
        market["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
        buyers.on("plain", ping=bid("10", "tok-1"), post=ACCEPT | {"reference": "ref-1"})
        buyers.on(
            "keyed", ping=bid("20"), post=http(200, b'{"accepted": false, "reason": "k-hush-hush"}', "Set-Cookie: s=1")
        )
        buyers.on("rude", ping=_hang_up)
        async with open_house(worker_database.url, worker_database.app_url, market) as house:
            name = (await house.sell(lead(zip="73301"))).json["lead"]
            yield house, buyers, name


async def test_all_that_the_buyers_got_and_said_is_there_word_for_word(told):
    house, buyers, name = told
    answer = await ask(house, "GET", f"/v1/leads/{name}/traffic{REASON}")
    assert answer.status == 200
    calls = answer.json["calls"]
    assert [(call["step"], call["buyer"]) for call in calls] == [
        ("ping", "plain"), ("ping", "keyed"), ("ping", "rude"), ("ping", "gone"), ("post", "keyed"), ("post", "plain"),
    ]  # fmt: skip
    assert sum(len(got) for got in buyers.got.values()) == 5, "as many as the buyers counted, and the one who was away"
    for call in calls:
        if call["buyer"] in ("plain", "rude"):
            (got,) = buyers.got[call["buyer"], call["step"]]
            assert call["body"].encode() == got.body
            assert call["request_bytes"] == len(got.body)
            assert {h["name"].lower(): h["value"] for h in call["headers"]}.items() <= got.headers.items()
            assert call["url"] == f"http://127.0.0.1:{buyers.port}/{call['buyer']}/{call['step']}"
    by = {(call["step"], call["buyer"]): call for call in calls}
    assert by["ping", "plain"]["answer"] == '{"accepted": true, "price": "10", "ping_id": "tok-1"}'
    assert (by["ping", "plain"]["status"], by["post", "plain"]["status"]) == (200, 200)
    assert by["post", "plain"]["sale"].startswith("sl_")
    assert by["post", "plain"]["headers"][-1] == {"name": "Idempotency-Key", "value": by["post", "plain"]["sale"]}
    assert (by["ping", "rude"]["status"], by["ping", "rude"]["failure"], by["ping", "rude"]["sent"]) == (
        None, "cut_off", True,
    )  # fmt: skip
    assert (by["ping", "gone"]["sent"], by["ping", "gone"]["phase"]) == (False, "connect")


async def test_secrets_are_not_in_it_wherever_they_stood(told):
    house, buyers, name = told
    answer = await ask(house, "GET", f"/v1/leads/{name}/traffic{REASON}")
    assert b"hush" not in answer.body
    assert b"hush" in buyers.pings("keyed")[0].body
    keyed = next(call for call in answer.json["calls"] if call["buyer"] == "keyed" and call["step"] == "ping")
    assert keyed["body"] == '{"zip":"73301","auth":{"password":"_hidden_"}}'
    assert {h["name"]: h["value"] for h in keyed["headers"]} == {
        "Content-Type": "application/json", "X-Api-Key": "_hidden_", "X-Version": "2",
    }  # fmt: skip
    post = next(call for call in answer.json["calls"] if call["buyer"] == "keyed" and call["step"] == "post")
    assert post["answer"] == '{"accepted": false, "reason": "_hidden_"}'
    assert {"name": "set-cookie", "value": "_hidden_"} in post["answer_headers"]


@pytest.mark.parametrize("what", ["fields", "traffic"])
@pytest.mark.parametrize("query", ["", "?reason=", "?reason=no", "?reason=+++", "?reason=" + "x" * 201])
async def test_who_does_not_say_why_sees_nothing(told, what, query):
    house, _, name = told
    before = await house.connection.fetchval("select count(*) from look")
    assert_problem(await ask(house, "GET", f"/v1/leads/{name}/{what}{query}"), 400, "parameter_faulty")
    assert await house.connection.fetchval("select count(*) from look") == before


async def test_looks_are_listed_the_newest_first_page_by_page(told):
    house, _, name = told
    for n in range(3):
        await ask(house, "GET", f"/v1/leads/{name}/{('fields', 'traffic')[n % 2]}?reason=look+{n}")
    found = (await ask(house, "GET", f"/v1/looks?lead={name}&limit=2")).json
    assert [(look["what"], look["reason"], look["who"]) for look in found["items"]] == [
        ("fields", "look 2", "key house"), ("traffic", "look 1", "key house"),
    ]  # fmt: skip
    rest = (await ask(house, "GET", f"/v1/looks?lead={name}&limit=1&cursor={found['next']}")).json
    assert [look["reason"] for look in rest["items"]] == ["look 0"]
    everywhere = (await ask(house, "GET", "/v1/looks")).json["items"]
    assert everywhere[0] == found["items"][0]
    for query, code in (
        ("cursor=zz", "parameter_faulty"),
        ("cursor=00", "parameter_faulty"),
        ("lead=ld_1", "lead_unknown"),
    ):
        assert (await ask(house, "GET", f"/v1/looks?{query}")).json["code"] == code


async def test_a_reader_sees_who_was_shown_what_and_neither_traffic_nor_looks(told):
    house, _, name = told
    await users.create(house.connection, "rosa", PASSWORD, "viewer")
    reader = Browser(house, await sign_in(house, "rosa"))
    shown = (await reader.ask("GET", f"/v1/leads/{name}/exposure")).json
    assert (shown["id"], shown["erased"]) == (name, False)
    assert [(each["step"], each["buyer"], each["personal"], each["possibly"]) for each in shown["shown"]] == [
        ("ping", "plain", [], False),
        ("ping", "keyed", [], False),
        ("ping", "rude", [], False),
        ("post", "keyed", ["first_name", "email", "phone", "birth_date"], False),
        ("post", "plain", ["first_name", "email", "phone", "birth_date"], False),
    ]
    assert "zip" in shown["shown"][0]["fields"]
    assert_problem(await reader.ask("GET", f"/v1/leads/{name}/traffic{REASON}"), 403, "role_not_allowed")
    assert_problem(await reader.ask("GET", "/v1/looks"), 403, "role_not_allowed")


async def test_a_look_cannot_be_altered_by_the_program(told):
    house, _, _ = told
    allowed = await house.connection.fetch(
        "select privilege_type from information_schema.role_table_grants"
        " where table_name = 'look' and grantee = 'outbid_app'"
    )
    assert {row[0] for row in allowed} == {"SELECT", "INSERT"}


async def test_of_an_erased_person_no_traffic_is_shown(told):
    house, buyers, _ = told
    buyers.on("rude", ping=REJECT)
    name = (await house.sell(lead())).json["lead"]
    await house.connection.execute("delete from lead_key where lead_id = $1", parse(LEAD, name)[1])
    assert_problem(await ask(house, "GET", f"/v1/leads/{name}/traffic{REASON}"), 410, "lead_erased")
    shown = (await ask(house, "GET", f"/v1/leads/{name}/exposure")).json
    assert shown["erased"] is True
    assert len(shown["shown"]) == 5


async def test_traffic_that_is_switched_off_is_not_kept(told):
    house, _, _ = told
    house.process.exchange.keeps_traffic = False
    name = (await house.sell(lead())).json["lead"]
    house.process.exchange.keeps_traffic = True
    answer = await ask(house, "GET", f"/v1/leads/{name}/traffic{REASON}")
    assert (answer.status, answer.json["calls"]) == (200, [])


async def test_weeks_of_traffic_are_emptied_when_their_days_are_over(told):
    house, _, _ = told
    connection = house.connection
    at_ms = 1_700_000_000_000
    await partitions.make_ahead(connection, at_ms, 0)
    week = partitions.start_of(partitions.WEEK_MS, at_ms)
    await connection.execute("insert into traffic values (0, $1, 1, $2)", first_of(at_ms), os.urandom(9))
    count = f"select count(*) from traffic_{week // 1000}"
    ended = week + partitions.WEEK_MS
    assert await partitions.empty_traffic(connection, ended + 30 * partitions.DAY_MS - 1, 30) == 0
    assert await connection.fetchval(count) == 1
    assert await partitions.empty_traffic(connection, ended + 30 * partitions.DAY_MS, 30) == 1
    assert await connection.fetchval(count) == 0
    assert await partitions.empty_traffic(connection, ended + 30 * partitions.DAY_MS, 30) == 0


async def test_the_record_is_small(told):
    house, _, name = told
    row = await house.connection.fetchrow("select sealed from traffic where lead_id = $1", parse(LEAD, name)[1])
    assert len(row["sealed"]) < 1200
    assert not re.search(rb"73301|zip|tok-1", row["sealed"])
