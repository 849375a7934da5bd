"""Secrets go in and never come out: neither by the API nor in a dump, an export, the log, or traffic that is opened."""

import logging

import msgspec
import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask, version_of
from api.operator.test_session import PASSWORD, Browser, sign_in
from api.problems import assert_problem, pointers
from harness.buyers import ACCEPT, Buyers, bid, http
from harness.house import MASTER, House, open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.shown.document import SECTIONS, write_document
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.exchange.clock import noise_source
from outbid.store import market as markets
from outbid.store.people import users
from outbid.store.sealed import secrets
from outbid.store.vault import Vault

WORD = 'pl/nted+"wörd" 7'
SPELLINGS = ("pl/nted", "pl%2Fnted", "nted+%22w", "w%C3%B6rd", "nted%2B%22w", "wörd")
SETTINGS = {
    "headers": {"Authorization": "Bearer {secret:crm}", "X-Plain": "2"},
    "ping": {"zip": "zip", "login.code": "={secret:crm}"},
    "post": {"zip": "zip", "phone": "phone", "code": "=v1 {secret:crm}"},
}
ASCII = "planted-word-7"


def market(port: int) -> dict:
    row = offer("a", port, delivery=SETTINGS)
    settings = row["delivery"]["settings"]
    settings["post_url"] = f"http://127.0.0.1:{port}/a/post?id=1&w={{secret:crm}}"
    found = nouns([row])
    found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    return found


def _echoing(answer: dict):
    """A buyer that says again whatever he was told, in the body and in a header."""

    def reply(got):
        said = answer | {"reason": got.headers["authorization"], "echo": got.path}
        body = msgspec.json.encode(said | {"seen": got.body.decode()})
        return http(200, body, f"X-Echo: {got.path}")

    return reply


@pytest_asyncio.fixture
async def buyers():
    async with Buyers() as found:
        found.on("a", ping=_echoing(bid("10")), post=_echoing(ACCEPT))
        yield found


@pytest_asyncio.fixture
async def house(worker_database, buyers):
    await worker_database.empty()
    async with open_house(worker_database.url, worker_database.app_url) as found:
        await secrets.put(found.connection, Vault({1: MASTER}, noise_source()), "crm", ASCII, "test")
        await found.change(market(buyers.port))
        yield found


async def put(house: House, name: str, value: str, **more):
    return await ask(house, "PUT", f"/v1/secrets/{name}", {"value": value}, **more)


async def sent(buyers: Buyers, house: House) -> tuple:
    answer = await house.sell(lead())
    assert answer.json["outcome"] == "sold", answer
    return buyers.pings("a")[-1], buyers.posts("a")[-1], answer.json["lead"]


async def dump(house: House) -> str:
    """Everything that the database holds, as text."""
    tables = await house.connection.fetch(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    )
    rows = [
        row[0]
        for table in tables
        for row in await house.connection.fetch(f'select t::text from "{table["table_name"]}" t')
    ]
    return "\n".join(rows)


async def test_the_buyer_gets_the_value_and_nobody_else_sees_it(house, buyers, caplog):
    caplog.set_level(logging.DEBUG)
    assert (await put(house, "crm", WORD)).status == 204
    await until(lambda: house.process.exchange.market.secrets == {"crm": WORD})
    ping, post, name = await sent(buyers, house)
    assert ping.headers["authorization"].encode("latin-1").decode() == f"Bearer {WORD}"
    assert ping.json["login"]["code"] == WORD
    assert post.json["code"] == f"v1 {WORD}"
    assert post.path.endswith("/a/post?id=1&w=pl%2Fnted%2B%22w%C3%B6rd%22%207")
    _, nouns_now = await markets.load(house.connection)
    told = [
        await dump(house),
        write_document({kind: [n for _, n in nouns_now[kind].values()] for kind in SECTIONS.values()}),
        "\n".join(record.getMessage() for record in caplog.records),
    ]
    paths = [
        "secrets",
        "market",
        "versions",
        "changes?limit=500",
        "offers",
        "offers/a",
        f"leads/{name}/traffic?reason=case+7",
    ]
    paths += [f"leads/{name}", f"leads/{name}/log", "plugins", "jobs", "versions/1"]
    for path in paths:
        answer = await ask(house, "GET", f"/v1/{path}")
        assert answer.status == 200, path
        told.append(answer.body.decode())
    for text in told:
        assert [spelling for spelling in SPELLINGS if spelling in text] == []
    market_told, traffic = told[4], told[9]
    assert "Bearer {secret:crm}" in market_told
    for kept in ("Bearer {secret:crm}", '\\"code\\":\\"v1 {secret:crm}\\"', "/a/post?id=1&w={secret:crm}"):
        assert kept in traffic, kept


async def test_what_changed_shows_references_and_hides_what_stands_in_the_clear(house):
    changes = (await ask(house, "GET", "/v1/changes?kind=offer")).json["items"]
    assert changes[0]["after"]["delivery"]["settings"]["headers"]["Authorization"] == "Bearer {secret:crm}"


async def test_a_secret_that_is_set_anew_is_sent_from_then_on_and_stands_on_record(house, buyers):
    ping, _, _ = await sent(buyers, house)
    assert ping.headers["authorization"] == f"Bearer {ASCII}"
    before = house.process.exchange.market.version
    assert (await put(house, "crm", "another-word", content_type="application/json")).status == 204
    await until(lambda: house.process.exchange.market.version > before)
    ping, post, _ = await sent(buyers, house)
    assert ping.headers["authorization"] == "Bearer another-word"
    assert post.json["code"] == "v1 another-word"
    newest = (await ask(house, "GET", "/v1/versions")).json["items"][0]
    assert (newest["by"], newest["note"]) == ("key house", "secret crm set")
    await ask(house, "PUT", "/v1/secrets/crm?note=yearly", {"value": "a-third-word"})
    assert (await ask(house, "GET", "/v1/versions")).json["items"][0]["note"] == "secret crm set: yearly"


async def test_a_lead_that_waited_under_an_old_version_is_sent_with_the_new_value(house, buyers):
    old = house.process.exchange.market.version
    await house.process._market_for(old)
    await put(house, "crm", "another-word")
    await until(lambda: house.process.exchange.market.version > old)
    again = await house.process._market_for(old)
    assert (again.version, again.secrets) == (old, {"crm": "another-word"})
    assert await house.process._market_for(old) is again, "compiled once"


async def test_a_secret_that_is_not_there_cannot_be_referred_to(house):
    tag = await version_of(house)
    settings = SETTINGS | {"post_url": "https://buyer.example/{secret:none}", "ping_url": "https://buyer.example/"}
    wish = {"buyer": "a", "campaign": "auto", "tier": "main", "delivery": {"plugin": "json", "settings": settings}}
    answer = await ask(house, "PUT", "/v1/offers/b", wish, if_none_match="*")
    found = assert_problem(answer, 422, "market_faulty")
    assert pointers(found) == ["/delivery/settings/post_url"]
    assert "there is no secret 'none'" in found["errors"][0]["detail"]
    assert await version_of(house) == tag


async def test_a_secret_in_use_stays_and_one_that_is_not_goes(house):
    found = assert_problem(await ask(house, "DELETE", "/v1/secrets/crm"), 409, "secret_in_use")
    assert "offer a /delivery/settings/headers/Authorization" in found["detail"]
    assert (await put(house, "idle", "some-word")).status == 204
    rows = (await ask(house, "GET", "/v1/secrets")).json["items"]
    assert [(row["name"], bool(row["used_at"])) for row in rows] == [("crm", True), ("idle", False)]
    assert {"kind": "offer", "slug": "a", "pointer": "/delivery/settings/post/code"} in rows[0]["used_at"]
    assert (await ask(house, "DELETE", "/v1/secrets/idle")).status == 204
    assert_problem(await ask(house, "DELETE", "/v1/secrets/idle"), 404, "secret_unknown")


async def test_the_word_that_proves_the_master_key_is_no_secret_of_the_market(house):
    assert_problem(await ask(house, "DELETE", "/v1/secrets/master%20key%20check"), 404, "secret_unknown")
    assert_problem(await put(house, "master%20key%20check", "x"), 400, "secret_name_faulty")
    assert await secrets.names(house.connection, HOUSE) == {"crm": await set_at(house)}


async def set_at(house: House) -> int:
    return await house.connection.fetchval("select at from secret where name = 'crm'")


@pytest.mark.parametrize("value", ["", "a\nb", "a\0b", "x" * 4001, "\x7f", 7, None])
async def test_a_value_that_cannot_be_is_refused_and_not_repeated(house, value):
    answer = await ask(house, "PUT", "/v1/secrets/crm", {"value": value})
    assert pointers(assert_problem(answer, 422, "body_faulty")) == ["/value"]
    assert "xxxx" not in answer.body.decode()


async def test_a_reader_sees_names_and_sets_nothing(house):
    await users.create(house.connection, "rita", PASSWORD, "viewer")
    browser = Browser(house, await sign_in(house, "rita"))
    assert (await browser.ask("GET", "/v1/secrets")).status == 200
    assert_problem(await browser.ask("PUT", "/v1/secrets/crm", {"value": "w"}), 403, "role_not_allowed")
    assert_problem(await browser.ask("DELETE", "/v1/secrets/crm"), 403, "role_not_allowed")


async def test_an_offer_whose_secret_is_gone_sends_nothing_and_the_others_go_on(house, buyers, caplog):
    found = market(buyers.port)
    found["offer"]["b"] = convert(offer("b", buyers.port, buyer="a"), type(found["offer"]["a"]))
    await house.change(found)
    await house.connection.execute("delete from secret where name = 'crm'")  # as no command of ours would
    buyers.on("a", ping=lambda got: bid("7"), post=lambda got: ACCEPT)
    await markets.write_bare(house.connection, "test", "")
    await until(lambda: house.process.exchange.market.lacks)
    assert "offer a delivery/settings/headers/Authorization: there is no secret 'crm'" in caplog.text
    answer = await house.sell(lead())
    assert answer.json["outcome"] == "sold"
    pinged = next(event for event in await house.events(answer.json["lead"]) if type(event).__name__ == "Pinged")
    by_outcome = {line.outcome: (line.reason, line.sent) for line in pinged.bids}
    assert by_outcome["unreachable"] == ("secret_missing", False)
    assert len(buyers.pings("a")) == 1, "the one without references alone"
