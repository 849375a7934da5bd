"""Clients that do not behave: wrong addresses, hung-up connections, endless heads, all at once."""

import asyncio
import contextlib
import json
import logging

import pytest

from api.problems import assert_problem
from api.speak import Closed, Talk, head_of, whole
from api.test_bad_bodies import text
from harness.buyers import ACCEPT, bid
from harness.house import request, until
from harness.market import SECRET, lead

WRONG_METHODS = ["PUT", "PATCH", "DELETE"]


@pytest.mark.parametrize("method", WRONG_METHODS)
async def test_another_method_is_refused_and_the_right_one_named(house, method):
    answer = await request(house.port, method, "/v1/leads", b"{}")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"


async def test_who_looks_again_and_again_on_one_connection_is_never_taken_for_a_seller(house):
    head = f"GET /v1/leads HTTP/1.1\r\nHost: outbid.test\r\nAuthorization: Bearer {SECRET}\r\nContent-Length: 0\r\n\r\n"
    async with Talk(house.port) as talk:
        for _ in range(3):
            await talk.say(head.encode())
            assert_problem(await talk.hear(), 403, "key_not_allowed")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/reasons", "/healthz", "/v1/leads/ld_1"])
async def test_every_address_names_the_methods_it_knows(house, method, path):
    answer = await request(house.port, method, path, b"{}")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers.get("allow", "")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/lead",
        "/v2/leads",
        "/V1/LEADS",
        "/v1/leads/a/b",
        "/v1/leads%00",
        "/%2e%2e/etc/passwd",
        "/x" * 3000,
    ],
)
async def test_an_unknown_address_is_said_to_be_unknown(house, path):
    assert_problem(await request(house.port, "POST", path, text()), 404, "not_found")
    assert_problem(await request(house.port, "GET", path), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1/leads/", "//v1/leads", "/v1/leads//"])
async def test_an_address_with_a_slash_too_many_is_understood_or_unknown(house, path):
    answer = await request(house.port, "POST", path, text())
    assert answer.status in (200, 404), answer


@pytest.mark.parametrize("path", ["/v1/leads?source=mail", "/v1/leads?", "/v1/leads?a=%ff%00&a=[]"])
async def test_what_follows_a_question_mark_changes_nothing(house, path):
    assert (await request(house.port, "POST", path, text())).json["outcome"] == "sold"


NOT_HTTP = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "a greeting": b"EHLO example.test\r\n\r\n",
    "a length that is no number": b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
    "a negative length": b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and chunks": b"POST /v1/leads HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk of no length": b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n",
    "a header without a name": b"POST /v1/leads HTTP/1.1\r\n: x\r\n\r\n",
}


@pytest.mark.parametrize("said", NOT_HTTP.values(), ids=NOT_HTTP)
async def test_what_is_no_request_ends_with_a_refusal_and_a_closed_connection(house, said):
    async with Talk(house.port) as talk:
        await talk.say(said)
        try:
            assert (await talk.hear()).status in (400, 401)
        except Closed:
            return
        with pytest.raises((Closed, TimeoutError)):
            await asyncio.wait_for(talk.hear(), 0.5)


async def test_a_body_may_come_in_chunks(house):
    head = head_of(0, "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    body = text()
    parts = [body[at : at + 7] for at in range(0, len(body), 7)]
    async with Talk(house.port) as talk:
        await talk.say(head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n")
        assert (await talk.hear()).json["outcome"] == "sold"


async def test_a_body_in_chunks_is_bounded_too(house):
    head = head_of(0, "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
    async with Talk(house.port) as talk:
        await talk.say(head)
        for _ in range(48):
            await talk.say(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await talk.say(b"0\r\n\r\n")
        assert_problem(await talk.hear(), 413, "body_too_large")


async def test_a_client_that_expects_a_continue_gets_one(house):
    body = text()
    async with Talk(house.port) as talk:
        await talk.say(head_of(len(body), "Expect: 100-continue"))
        await asyncio.sleep(0.05)
        await talk.say(body)
        answer = await asyncio.wait_for(talk._reader.readuntil(b"}"), 10)
        assert b"HTTP/1.1 100" in answer
        assert b'"outcome":"sold"' in answer


async def test_several_leads_on_one_connection_at_once_are_each_answered(house):
    async with Talk(house.port) as talk:
        await talk.say(whole(text()) + whole(b"[]") + whole(text()) + whole(b"{}", key=None))
        answers = [await talk.hear() for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 400, 200, 401]


@pytest.mark.parametrize("key", [SECRET, "ob_nobody"])
@pytest.mark.parametrize("part", [0, 1, 40])
async def test_a_client_that_hangs_up_in_the_middle_of_a_body_leaves_nothing_behind(
    house, shared_buyers, caplog, key, part
):
    body = text()
    before = await house.connection.fetchval("select count(*) from lead")
    with caplog.at_level(logging.WARNING):
        async with Talk(house.port) as talk:
            await talk.say(head_of(len(body), key=key) + body[:part])
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
    assert await house.connection.fetchval("select count(*) from lead") == before
    assert shared_buyers.pings("a") == []
    assert house.process.exchange.in_flight == {}
    assert caplog.records == []


async def test_a_client_that_hangs_up_after_the_body_has_still_sold_his_lead(house, shared_buyers):
    async def slow(got):
        await asyncio.sleep(0.2)
        return bid("10")

    shared_buyers.on("a", ping=slow, post=ACCEPT)
    async with Talk(house.port) as talk:
        await talk.say(whole(text()))
        await until(lambda: shared_buyers.pings("a"))
    await until(lambda: shared_buyers.posts("a"))
    await until(lambda: not house.process.exchange.in_flight)
    row = await house.connection.fetchrow(
        "select s.status from lead_status s join lead l on l.id = s.lead_id order by l.id desc limit 1"
    )
    assert row["status"] == "sold"


async def test_a_hundred_connections_that_say_nothing_keep_nobody_out(house):
    talks = [Talk(house.port) for _ in range(100)]
    for talk in talks:
        await talk.__aenter__()
        await talk.say(b"POST /v1/leads HTTP/1.1\r\nHost: a\r\n")
    try:
        assert (await house.sell(lead())).json["outcome"] == "sold"
    finally:
        for talk in talks:
            await talk.__aexit__()


BOMBS = {
    "one header of a megabyte": b"X-Bomb: " + b"x" * (1 << 20) + b"\r\n",
    "fifty thousand headers": b"".join(b"X-%d: x\r\n" % n for n in range(50_000)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
async def test_a_head_beyond_all_measure_is_refused(house, bomb):
    body = text()
    said = whole(body).replace(b"Host:", bomb + b"Host:")
    async with Talk(house.port) as talk:
        await talk.say(said)
        with contextlib.suppress(Closed):
            assert (await talk.hear()).status in (400, 414, 431)


async def test_an_address_of_a_megabyte_is_refused(house):
    async with Talk(house.port) as talk:
        await talk.say(whole(text(), path="/v1/leads?" + "x" * (1 << 20)))
        with contextlib.suppress(Closed):
            assert (await talk.hear()).status in (400, 414, 431)


async def test_a_head_that_never_ends_is_cut_off(house):
    async with Talk(house.port) as talk:
        await talk.say(b"POST /v1/leads HTTP/1.1\r\nHost: a\r\n")
        line = b"X-Bomb: " + b"x" * 65_000 + b"\r\n"
        for _ in range(1000):
            await talk.say(line)
        with contextlib.suppress(Closed):
            assert_problem(await talk.hear(), 431, "head_too_large")
        with pytest.raises(Closed):
            await talk.hear()


@pytest.mark.parametrize("size", [1000, 100_000])
async def test_a_small_head_that_comes_with_the_end_of_a_large_body_is_no_large_head(house, size):
    large = text(notes="x" * size)
    async with Talk(house.port) as talk:
        await talk.say(whole(large) + b"GET /heal")
        await asyncio.sleep(0.2)
        await talk.say(b"thz HTTP/1.1\r\nHost: a\r\n\r\n")
        first = await talk.hear()
        assert first.status == 200, first
        assert (await talk.hear()).status == 200


async def test_trailers_that_never_end_are_cut_off(house):
    async with Talk(house.port) as talk:
        head = f"POST /v1/leads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer {SECRET}\r\n\r\n"
        await talk.say(head.encode() + b"2\r\n{}\r\n0\r\n")
        line = b"X-Bomb: " + b"x" * 65_000 + b"\r\n"
        for _ in range(1000):
            await talk.say(line)
        with contextlib.suppress(Closed):
            await talk.hear()
        with pytest.raises(Closed):
            await asyncio.wait_for(talk._hear(), 3)


async def test_the_same_lead_on_two_connections_at_once_is_sold_once(house, shared_buyers):
    async def slow(got):
        await asyncio.sleep(0.1)
        return bid("10")

    shared_buyers.on("a", ping=slow, post=ACCEPT)
    person = lead()
    bodies = [json.dumps(person | {"take": n}).encode() for n in range(2)]
    async with Talk(house.port) as one, Talk(house.port) as other:
        await asyncio.gather(one.say(whole(bodies[0])), other.say(whole(bodies[1])))
        answers = sorted([await one.hear(), await other.hear()], key=lambda answer: answer.status)
    assert answers[0].json["outcome"] == "sold"
    found = assert_problem(answers[1], 422, "duplicate_in_flight")
    assert {error["pointer"] for error in found["errors"]} == {"/phone", "/email"}
    assert len(shared_buyers.posts("a")) == 1
