"""Deliveries sign in, go to a second address and fetch a token first: real HTTP, and no secret is kept anywhere."""

import base64
import hashlib
import hmac
import logging
import re
import socket
import time
from contextlib import asynccontextmanager

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.operator.asking import ask
from exchange.test_outbound_certificate import pem_of
from exchange.test_outbound_tls import Authority, certificate
from harness.buyers import ACCEPT, bid, http
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.shown.document import SECTIONS, write_document
from outbid.cli.shown.explain import explain_lead
from outbid.core.dialect.certificate import one_line
from outbid.core.ids import LEAD, parse
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.store import leads
from outbid.store import market as markets
from outbid.store.sealed import secrets
from sale.test_exposure import ledger

WORD = "planted-word-7"
CODED = base64.b64encode(f"ann:{WORD}".encode()).decode()
PASSWORD = {"user": "ann", "password": "{secret:crm}"}
GRANT = {"access_token": "granted-token-9", "token_type": "Bearer", "expires_in": 3600}


def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def market(port, *ports, **settings):
    """One offer whose delivery has these settings; `ports` are private ones that it may go to as well."""
    row = offer("a", port, delivery=settings)
    row["private_targets"] += [f"127.0.0.1:{other}" for other in ports]
    found = nouns([row])
    found["key"]["house"] = msgspec.convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    return found


@asynccontextmanager
async def house_of(urls, rows):
    async with open_house(*urls) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "crm", WORD, "t")
        await house.change(rows)
        yield house


@pytest.fixture
def urls(database_url, app_database_url):
    return database_url, app_database_url


async def everything(house, name, caplog):
    """All that is kept or told: the database, the log, the exported market, and what the API says."""
    tables = await house.connection.fetch(
        "select table_name from information_schema.tables where table_schema = current_schema()"
    )
    told = [
        row[0]
        for table in tables
        for row in await house.connection.fetch(f'select t::text from "{table["table_name"]}" t')
    ]
    _, now = await markets.load(house.connection)
    told.append(write_document({kind: [noun for _, noun in now[kind].values()] for kind in SECTIONS.values()}))
    told += [record.getMessage() for record in caplog.records]
    for path in ("market", "offers/a", f"leads/{name}", f"leads/{name}/log", f"leads/{name}/traffic?reason=case+7"):
        answer = await ask(house, "GET", f"/v1/{path}")
        assert answer.status == 200, path
        told.append(answer.body.decode())
    return "\n".join(told)


def echoing(answer):
    """A buyer that says again how we signed in."""

    def reply(got):
        seen = {name: value for name, value in got.headers.items() if name not in ("content-length", "host")}
        return http(200, msgspec.json.encode(answer | {"seen": seen, "path": got.path}))

    return reply


WAYS = {
    "basic": ({"type": "basic"} | PASSWORD, "authorization", f"Basic {CODED}"),
    "bearer": ({"type": "bearer", "token": "{secret:crm}"}, "authorization", f"Bearer {WORD}"),
    "key": ({"type": "key", "name": "X-Who", "value": "Token {secret:crm}"}, "x-who", f"Token {WORD}"),
    "oauth2": (
        {"type": "oauth2", "client_id": "us", "client_secret": "{secret:crm}"},
        "authorization",
        "Bearer granted-token-9",
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_he_sees_who_asks_and_nothing_of_it_is_kept(urls, buyers, caplog, way):
    caplog.set_level(logging.DEBUG)
    auth, header, value = WAYS[way]
    if way == "oauth2":
        auth = auth | {"token_url": f"http://127.0.0.1:{buyers.port}/auth/token", "scope": "leads"}
        buyers.replies["auth", "token"] = GRANT
    buyers.on("a", ping=echoing(bid("10")), post=echoing(ACCEPT))
    async with house_of(urls, market(buyers.port, auth=auth)) as house:
        sold = (await house.sell(lead())).json
        assert sold["outcome"] == "sold"
        assert [got.headers[header] for got in (*buyers.pings("a"), *buyers.posts("a"))] == [value] * 2
        told = await everything(house, sold["lead"], caplog)
        basic = base64.b64encode(f"us:{WORD}".encode()).decode()
        assert [word for word in (WORD, CODED, basic, "granted-token-9") if word in told] == []
        if way == "oauth2":
            (got,) = buyers.got["auth", "token"]
            assert got.headers["authorization"] == f"Basic {basic}"
            assert got.body == b"grant_type=client_credentials&scope=leads"


async def test_a_key_may_stand_in_the_query(urls, buyers, caplog):
    auth = {"type": "key", "in": "query", "name": "api key", "value": "{secret:crm}"}
    buyers.on("a", ping=echoing(bid("10")), post=echoing(ACCEPT))
    async with house_of(urls, market(buyers.port, auth=auth)) as house:
        sold = (await house.sell(lead())).json
        assert buyers.pings("a")[0].path == f"/a/ping?api+key={WORD}"
        assert buyers.posts("a")[0].path == f"/a/post?api+key={WORD}"
        told = await everything(house, sold["lead"], caplog)
        assert WORD not in told
        assert "/a/post?api+key={secret:crm}" in told


async def test_every_body_is_signed_at_its_own_instant(urls, buyers, caplog):
    auth = {"type": "hmac", "secret": "{secret:crm}", "signed": "timestamp.body", "prefix": "sha256="}
    buyers.on("a", ping=echoing(bid("10")), post=echoing(ACCEPT))
    async with house_of(urls, market(buyers.port, auth=auth, gzip=False)) as house:
        sold = (await house.sell(lead())).json
        for got in (*buyers.pings("a"), *buyers.posts("a")):
            seconds = got.headers["x-timestamp"]
            made = hmac.new(WORD.encode(), seconds.encode() + b"." + got.body, hashlib.sha256).hexdigest()
            assert got.headers["x-signature"] == f"sha256={made}"
            assert abs(int(seconds) - time.time()) < 60
        assert WORD not in await everything(house, sold["lead"], caplog)


async def test_without_a_token_his_offer_is_passed_and_others_buy(urls, buyers, caplog):
    auth = WAYS["oauth2"][0] | {"token_url": f"http://127.0.0.1:{buyers.port}/auth/token"}
    buyers.replies["auth", "token"] = http(401, b'{"error": "invalid_client"}')
    buyers.on("b", ping=bid("5"), post=ACCEPT)
    rows = nouns([offer("a", buyers.port, delivery={"auth": auth}), offer("b", buyers.port)])
    async with house_of(urls, rows) as house:
        sold = (await house.sell(lead())).json
        assert (sold["outcome"], buyers.pings("a")) == ("sold", [])
        (pinged,) = [event for event in await house.events(sold["lead"]) if isinstance(event, ev.Pinged)]
        assert {(line.outcome, line.reason, line.sent) for line in pinged.bids} == {
            ("unreachable", "no_token", False),
            ("bid", "", True),
        }
        assert "no token of 127.0.0.1: it answers 401 (invalid_client)" in caplog.text


async def test_a_post_that_gets_no_token_was_certainly_not_bought(urls, buyers):
    auth = WAYS["oauth2"][0] | {"token_url": f"http://127.0.0.1:{buyers.port}/auth/token"}
    buyers.replies["auth", "token"] = http(503, b"")
    row = offer("a", buyers.port, price="10", delivery={"auth": auth})
    async with house_of(urls, nouns([row])) as house:
        told = (await house.sell(lead())).json
        assert told["outcome"] == "unsold"
        (rejected,) = [event for event in await house.events(told["lead"]) if isinstance(event, ev.Rejected)]
        assert (rejected.reason, rejected.reached) == ("no_token", False)
        assert (await house.balance()).faults == ()


async def test_a_refused_post_is_sent_once_more_with_a_new_token_and_bought_once(urls, buyers):
    auth = WAYS["oauth2"][0] | {"token_url": f"http://127.0.0.1:{buyers.port}/auth/token"}
    grants = iter(range(1, 100))
    buyers.replies["auth", "token"] = lambda got: GRANT | {"access_token": f"token-{next(grants)}"}
    buyers.on(
        "a",
        ping=bid("10"),
        post=lambda got: ACCEPT if got.headers["authorization"] == "Bearer token-2" else http(401, b"{}"),
    )
    async with house_of(urls, market(buyers.port, auth=auth)) as house:
        assert (await house.sell(lead())).json["outcome"] == "sold"
        first, second = buyers.posts("a")
        assert first.body == second.body
        assert (await house.balance()).faults == ()


async def test_the_second_address_buys_and_the_story_says_so(urls, buyers):
    dead = dead_port()
    second = {name: f"http://127.0.0.1:{buyers.port}/a/{name}" for name in ("ping", "post")}
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    rows = market(
        dead,
        buyers.port,
        second_ping_url=second["ping"],
        second_post_url=second["post"],
    )
    async with house_of(urls, rows) as house:
        sold = (await house.sell(lead())).json
        assert sold["outcome"] == "sold"
        events = await house.events(sold["lead"])
        (pinged,) = [event for event in events if isinstance(event, ev.Pinged)]
        (ended,) = [event for event in events if isinstance(event, ev.Sold)]
        assert pinged.bids[0].second
        assert ended.second
        record = await leads.read(house.connection, HOUSE, *parse(LEAD, sold["lead"]))
        exchange = house.process.exchange
        story = explain_lead(record, exchange.market, exchange.vault, []).text
        assert "1 pinged side by side, 1 bid, 1 at the second address; the round took" in story
        assert re.search(r"accepted at the second address after \d+ ms: captured 10\.00 USD", story)
        assert [line["second"] for line in (await ask(house, "GET", f"/v1/leads/{sold['lead']}/log")).json["bids"]] == [
            True
        ]
        traffic = (await ask(house, "GET", f"/v1/leads/{sold['lead']}/traffic?reason=case+7")).body.decode()
        assert second["post"] in traffic
        assert f":{dead}/" not in traffic
        assert {step for _, step, _, _ in await ledger(house, sold["lead"])} == {"ping", "post"}


FIRST = {
    "fields": {"zip": "zip", "code": "={secret:crm}"},
    "reply": {"token": "session.key", "id": "header: X-Session"},
    "post_headers": {"X-Ticket": "ticket {token}"},
}
POST = {"post": {"key": "@first.token", "session": "@first.id", "phone": "phone"}}


async def test_a_call_before_the_post_gives_what_the_post_tells(urls, buyers, caplog):
    buyers.replies["a", "begin"] = http(200, b'{"session": {"key": "ticket-key-1"}}', "X-Session: session-22")
    buyers.on("a", ping=bid("10"), post=echoing(ACCEPT))
    first = FIRST | {"url": f"http://127.0.0.1:{buyers.port}/a/begin"}
    async with house_of(urls, market(buyers.port, first=first, **POST)) as house:
        given = lead()
        sold = (await house.sell(given)).json
        assert sold["outcome"] == "sold"
        (begun,), (post,) = buyers.got["a", "begin"], buyers.posts("a")
        assert begun.json == {"zip": given["zip"], "code": WORD}
        assert (post.json["key"], post.json["session"]) == ("ticket-key-1", "session-22")
        assert post.headers["x-ticket"] == "ticket ticket-key-1"
        told = await everything(house, sold["lead"], caplog)
        assert [word for word in (WORD, "ticket-key-1", "session-22") if word in told] == []
        [fields] = [told for _, step, told, _ in await ledger(house, sold["lead"]) if step == "post"]
        assert fields >= {"zip", "phone"}


@pytest.mark.parametrize("answer", [http(500, b"{}"), http(200, b'{"session": {}}'), http(200, b"<html>")])
async def test_where_it_gives_nothing_the_lead_is_not_sent(urls, buyers, answer):
    buyers.replies["a", "begin"] = answer
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    first = FIRST | {"url": f"http://127.0.0.1:{buyers.port}/a/begin"}
    async with house_of(urls, market(buyers.port, first=first, **POST)) as house:
        told = (await house.sell(lead())).json
        assert (told["outcome"], buyers.posts("a")) == ("unsold", [])
        (rejected,) = [event for event in await house.events(told["lead"]) if isinstance(event, ev.Rejected)]
        assert (rejected.reason, rejected.reached) == ("first_failed", False)


@pytest.mark.parametrize(
    ("settings", "where", "why"),
    [
        ({"auth": {"type": "basic", "user": "a", "password": "plain"}}, "auth/password", "a reference to a secret"),
        ({"auth": {"type": "basic", "user": "a:b", "password": "{secret:crm}"}}, "auth/user", "a colon"),
        ({"auth": {"type": "bearer"}}, "auth", "token"),
        ({"auth": {"type": "kerberos"}}, "auth/type", "kerberos"),
        ({"auth": {"type": "key", "name": "Host", "value": "{secret:crm}"}}, "auth/name", "cannot be a header"),
        ({"auth": {"type": "key", "name": "X-A", "value": "plain"}}, "auth/value", "refers to a secret"),
        (
            {"auth": {"type": "hmac", "secret": "{secret:crm}", "header": "X-Timestamp", "signed": "timestamp.body"}},
            "auth/timestamp_header",
            "of their own",
        ),
        (
            {"auth": {"type": "bearer", "token": "{secret:crm}"}, "headers": {"authorization": "x"}},
            "auth",
            "stands in headers as well",
        ),
        (
            {"auth": WAYS["oauth2"][0] | {"token_url": "sandbox:accept"}},
            "auth/token_url",
            "a sandbox asks for none",
        ),
        ({"auth": WAYS["oauth2"][0] | {"token_url": "ftp://a.test"}}, "auth/token_url", "http:// or https://"),
        (
            {"auth": WAYS["oauth2"][0] | {"token_url": "https://a.test", "scope": "{secret:crm}"}},
            "auth/scope",
            "cannot refer to a secret",
        ),
        ({"timeouts": {"connect_ms": 500, "whole_ms": 400}}, "timeouts/connect_ms", "more than whole_ms"),
        ({"timeouts": {"connect_ms": 1}}, "timeouts/connect_ms", "10 or more"),
        ({"second_post_url": "sandbox:accept"}, "second_post_url", "neither is a sandbox"),
        ({"certificate": {"certificate": "x", "key": "{secret:crm}"}}, "certificate/certificate", "cannot be read"),
        ({"first": {"url": "https://a.test", "reply": {}}}, "first/reply", "name what is taken"),
        (
            {"first": {"url": "https://a.test", "reply": {"t": "t"}, "fields": {"p": "phone | last 4"}}},
            "first/fields",
            "'phone' is personal: only the post may tell it",
        ),
        ({"first": {"url": "https://a.test", "reply": {"t": "t["}}}, "first/reply/t", ""),
        (
            {"first": {"url": "https://a.test", "reply": {"t": "t"}, "post_headers": {"X-A": "{u}"}}},
            "first/post_headers/X-A",
            "the reply gives no 'u'",
        ),
        ({"post": {"a": "@first.t"}}, "", "there is no system value '@first.t'"),
    ],
)
async def test_a_setting_that_cannot_be_is_told_where_it_stands(urls, settings, where, why):
    async with house_of(urls, market(1)) as house:
        delivery = {"plugin": "json", "settings": {"post_url": "https://a.test/", "ping_url": "https://a.test/"}}
        delivery["settings"] |= settings
        wish = {"buyer": "a", "campaign": "auto", "tier": "main", "delivery": delivery}
        answer = await ask(house, "PUT", "/v1/offers/b", wish, if_none_match="*")
        assert answer.status == 422, answer
        (error,) = answer.json["errors"]
        assert error["pointer"] == "/delivery/settings" + (f"/{where}" if where else "")
        assert why in error["detail"]


async def test_a_key_that_does_not_fit_its_certificate_is_told_when_it_is_saved(urls, tmp_path):
    authority = Authority(tmp_path)
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    made = certificate("our house", key, authority.root.subject, authority.key, [])
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    delivery = {"post_url": "https://a.test/", "ping_url": "https://a.test/"}
    delivery["certificate"] = {"certificate": pem, "key": "{secret:our-key}"}
    wish = {"buyer": "a", "campaign": "auto", "tier": "main", "delivery": {"plugin": "json", "settings": delivery}}
    async with house_of(urls, market(1)) as house:
        for kept, fault in (("hunter2", "cannot be read"), (pem_of(other), "does not fit"), (pem_of(key), "")):
            assert (await ask(house, "PUT", "/v1/secrets/our-key", {"value": kept})).status == 204
            answer = await ask(house, "PUT", "/v1/offers/b", wish, if_none_match="*")
            assert answer.status == (422 if fault else 201), answer
            if fault:
                (error,) = answer.json["errors"]
                assert error["pointer"] == "/delivery/settings/certificate/key"
                assert fault in error["detail"]
        assert (await ask(house, "PUT", "/v1/secrets/our-key", {"value": pem_of(other)})).status == 204
        await until(lambda: house.process.exchange.market.secrets["our-key"] != one_line(pem_of(key)))
