"""The fast lane answers as the parser's way does, and takes only what the parser has judged before."""

import asyncio
import contextlib
import logging
import random
import socket

import msgspec
import pytest
import pytest_asyncio

from api.conftest import market
from api.lane import open_lane
from api.problems import assert_problem
from api.speak import Closed, Talk, head_of, whole
from api.test_bad_bodies import text
from harness.buyers import ACCEPT, bid
from harness.house import until
from harness.market import SECRET, lead
from outbid.api.hot import LONGEST_HEAD

NO_LEAD = b"[]"
WAIT_S = 0.003


@pytest_asyncio.fixture
async def lane(house):
    async with open_lane(house) as found:
        yield found


def slow_buyer(buyers, seconds=0.3):
    """A buyer who bids after a while; gives what tells that he was asked."""
    asked = asyncio.Event()

    async def ping(got):
        asked.set()
        await asyncio.sleep(seconds)
        return bid("10")

    buyers.on("a", ping=ping, post=ACCEPT)
    return asked


def same_length() -> bytes:
    """A lead of a new person; the bodies of all of them have one length."""
    found = lead()
    return msgspec.json.encode(found | {"email": found["email"].rjust(30, "x")})


async def hear_raw(talk: Talk) -> tuple[bytes, bytes]:
    head = await asyncio.wait_for(talk._reader.readuntil(b"\r\n\r\n"), 10)
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    return head, await talk._reader.readexactly(length)


# -- the same answers ------------------------------------------------------------------------------------------------


async def test_a_lead_in_the_lane_is_sold_and_answered_byte_by_byte_as_outside_of_it(lane):
    async with Talk(lane.port) as talk:
        heads, bodies = [], []
        for _ in range(3):
            await talk.say(whole(same_length()))
            head, body = await hear_raw(talk)
            heads.append(head)
            bodies.append(msgspec.json.decode(body) | {"lead": ""})
    assert (lane.intake.slow, lane.intake.fast) == (1, 2)
    assert heads[0] == heads[1] == heads[2]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["outcome"] == "sold"


async def test_a_head_with_a_trace_is_never_remembered(lane):
    traced = b"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
    async with Talk(lane.port) as talk:
        for with_trace in (True, True, False, False, True):
            request = whole(same_length())
            await talk.say(request.replace(b"\r\n", b"\r\n" + traced, 1) if with_trace else request)
            await hear_raw(talk)
    assert (lane.intake.slow, lane.intake.fast) == (4, 1)


async def test_what_uvicorn_adds_to_every_answer_is_added_in_the_lane_too(house):
    async with (
        open_lane(house, server_header=True, headers=[("x-more", "1")]) as lane,
        Talk(lane.port) as talk,
    ):
        found = []
        for _ in range(2):
            await talk.say(whole(NO_LEAD))
            found.append((await hear_raw(talk))[0])
    assert lane.intake.fast == 1
    assert found[0] == found[1]
    assert b"server: uvicorn\r\nx-more: 1\r\n" in found[1]


REFUSED = {
    "a body that is no lead": (whole(NO_LEAD), 400, "body_not_object"),
    "no key": (whole(NO_LEAD, key=None), 401, "key_missing"),
    "an unknown key": (whole(NO_LEAD, key="ob_nobody"), 401, "key_unknown"),
    "a buyer's key": (whole(NO_LEAD, key="ob_buyer"), 403, "key_not_allowed"),
    "another type": (whole(b"zip=78701", "Content-Type: text/plain"), 415, "media_type_unknown"),
    "another method": (whole(NO_LEAD, method="PUT"), 405, "method_not_allowed"),
    "a lead with faults": (whole(b"{}"), 422, None),
}


@pytest.mark.parametrize(("request_", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_in_the_lane_is_the_same_refusal(lane, request_, status, code):
    async with Talk(lane.port) as talk:
        await talk.say(request_)
        outside = await talk.hear()
        inside = await lane.taken(talk, request_)
    assert_problem(inside, status, code or outside.json["code"])
    assert (inside.headers, inside.json | {"lead": ""}) == (outside.headers, outside.json | {"lead": ""})


async def test_a_process_that_takes_no_leads_says_so_in_the_lane(lane):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        lane.intake.open = False
        answer = await lane.taken(talk, whole(NO_LEAD))
    assert_problem(answer, 503, "overloaded")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("place", ["arrive", "reply_json"])
async def test_a_fault_of_the_intake_is_a_problem_in_the_lane_and_outside(lane, monkeypatch, caplog, place):
    def broken(*_, **__):
        raise ZeroDivisionError

    async with Talk(lane.port) as talk:
        await talk.say(whole(same_length()))
        assert (await talk.hear()).status == 200
        with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
            patched.setattr(f"outbid.api.intake.{place}", broken)
            for more in ((), ("X-New: 1",)):
                await talk.say(whole(same_length(), *more))
                assert_problem(await talk.hear(), 500, "fault")
        assert (lane.intake.slow, lane.intake.fast) == (2, 1)
        assert (await lane.taken(talk, whole(NO_LEAD))).status == 400
    assert any(record.exc_info for record in caplog.records)


async def test_a_key_that_is_revoked_is_refused_in_the_lane_at_once(lane, house, shared_buyers):
    good = market(shared_buyers.port)
    bad = market(shared_buyers.port)
    bad["key"]["k"] = msgspec.structs.replace(bad["key"]["k"], revoked=True)
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        await house.change(bad)
        assert_problem(await lane.taken(talk, whole(NO_LEAD)), 401, "key_unknown")
        await house.change(good)
        assert_problem(await lane.taken(talk, whole(NO_LEAD)), 400, "body_not_object")


async def test_requests_are_counted_in_the_lane_too(lane):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
    assert lane.server.server_state.total_requests == 2


# -- what may take the lane ------------------------------------------------------------------------------------------

NOT_PLAIN = {
    "a close": whole(NO_LEAD, "Connection: close"),
    "an expectation": whole(NO_LEAD, "Expect: 100-continue"),
    "an upgrade": whole(NO_LEAD, "Connection: upgrade", "Upgrade: h2c"),
    "HTTP/1.0": whole(NO_LEAD, "Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "chunks": b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
    "no length": b"POST /v1/leads HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length with noughts": whole(NO_LEAD).replace(b"Length: 2", b"Length: 02"),
    "a long head": whole(NO_LEAD, "X-Long: " + "x" * LONGEST_HEAD),
    "a body beyond the bound": whole(b" " * 262_145),
    "another route": whole(NO_LEAD, path="/v1/reasons"),
}


@pytest.mark.parametrize("said", NOT_PLAIN.values(), ids=NOT_PLAIN)
async def test_what_is_not_plain_never_takes_the_lane(lane, said):
    statuses = []
    for _ in range(3):
        async with Talk(lane.port) as talk:
            await talk.say(said)
            head = await talk._reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"HTTP/1.1 100 "):
                head = await talk._reader.readuntil(b"\r\n\r\n")
            statuses.append(int(head.split(b" ")[1]))
    assert lane.intake.fast == 0
    assert statuses[0] == statuses[1] == statuses[2] != 200


async def test_a_body_beyond_the_bound_is_refused_after_requests_in_the_lane(lane):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        await talk.say(whole(b" " * 300_000))
        assert_problem(await talk.hear(), 413, "body_too_large")
        await lane.taken(talk, whole(NO_LEAD))


async def test_a_head_that_never_ends_is_cut_off_after_requests_in_the_lane(lane):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        await talk.say(b"POST /v1/leads HTTP/1.1\r\n")
        await talk.say(b"X-Bomb: " + b"x" * 65_530 + b"\r\n")
        assert_problem(await talk.hear(), 431, "head_too_large")
        with pytest.raises(Closed):
            await talk.hear()


async def test_a_known_head_before_nonsense_is_known_and_the_nonsense_is_not(lane):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        await talk.say(whole(NO_LEAD) + b"\x16\x03\x01")
        assert_problem(await talk.hear(), 400, "body_not_object")
        assert_problem(await talk.hear(), 400, "request_malformed")
        with pytest.raises(Closed):
            await talk.hear()
    assert lane.intake.fast == 1


async def test_line_ends_between_requests_are_no_requests_and_do_not_add_up(lane):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        lane.connections[0]._quiet_bytes = 65_530
        for _ in range(8):
            await talk.say(b"\r\n")
            await asyncio.sleep(WAIT_S)
            await talk.say(whole(NO_LEAD))
            assert (await talk.hear()).status == 400
    assert lane.intake.slow == 1


async def test_a_seller_whose_heads_always_change_is_always_answered_right(lane):
    chance = random.Random(7)
    kinds = [(NO_LEAD, 400), (b"{}", 422), (b"\x00", 415), (b"", 415), (b" " * 999 + b"7", 400)]
    async with Talk(lane.port) as talk:
        for n in range(400):
            body, status = chance.choice(kinds)
            key = chance.choice([SECRET, SECRET, "ob_nobody", "ob_buyer", None])
            more = [f"X-Request: {n}"] if chance.random() < 0.2 else []
            await talk.say(whole(body, "Content-Type: a/b", *more, key=key))
            expected = {SECRET: status, "ob_nobody": 401, None: 401, "ob_buyer": 403}[key]
            assert (await talk.hear()).status == expected
    assert lane.intake.fast > 250


@pytest.mark.parametrize("config", [{"access_log": True}, {"limit_concurrency": 1000}], ids=["a log", "a limit"])
async def test_where_the_server_looks_at_each_request_there_is_no_lane(house, caplog, config):
    async with open_lane(house, **config) as lane, Talk(lane.port) as talk:
        with caplog.at_level(logging.INFO, logger="uvicorn.access"):
            for _ in range(3):
                await talk.say(whole(NO_LEAD))
                assert (await talk.hear()).status == 400
    assert lane.intake.fast == 0


# -- order and pieces ------------------------------------------------------------------------------------------------


async def test_a_request_that_comes_while_another_is_in_the_lane_is_answered_after_it(lane, shared_buyers):
    async with Talk(lane.port) as talk:
        await talk.say(whole(same_length()))
        await talk.hear()
        await lane.taken(talk, whole(NO_LEAD))
        asked = slow_buyer(shared_buyers)
        await talk.say(whole(same_length()))
        await asked.wait()
        await talk.say(whole(NO_LEAD))
        await asyncio.sleep(WAIT_S)
        await talk.say(whole(NO_LEAD, key=None) + whole(same_length())[:50])
        assert [(await talk.hear()).status for _ in range(3)] == [200, 400, 401]
    assert lane.intake.fast >= 3


async def test_requests_in_one_piece_are_answered_in_order_whoever_is_known(lane, shared_buyers):
    slow_buyer(shared_buyers, 0.05)
    async with Talk(lane.port) as talk:
        for _ in range(3):
            await talk.say(whole(same_length()) + whole(NO_LEAD) + whole(same_length()) + whole(NO_LEAD, key=None))
            assert [(await talk.hear()).status for _ in range(4)] == [200, 400, 200, 401]
            await talk.say(whole(NO_LEAD))
            assert (await talk.hear()).status == 400


async def test_a_request_that_comes_in_two_pieces_is_one_request_wherever_it_is_cut(lane):
    request = whole(b'["a"]')
    async with Talk(lane.port) as talk:
        await lane.taken(talk, request)
        for cut in range(1, len(request)):
            await talk.say(request[:cut])
            await asyncio.sleep(WAIT_S)
            await talk.say(request[cut:])
            assert_problem(await talk.hear(), 400, "body_not_object")
    assert lane.intake.fast == 1


async def test_a_request_and_a_piece_of_the_next_are_two_requests_wherever_that_is_cut(lane):
    request = whole(b'["a"]')
    async with Talk(lane.port) as talk:
        await lane.taken(talk, request)
        for cut in range(1, len(request)):
            await talk.say(request + request[:cut])
            await asyncio.sleep(WAIT_S)
            await talk.say(request[cut:])
            assert [(await talk.hear()).status for _ in range(2)] == [400, 400]


# -- ends ------------------------------------------------------------------------------------------------------------


async def test_a_client_who_hangs_up_gets_his_lead_sold_and_troubles_nobody(lane, house, shared_buyers, caplog):
    async with Talk(lane.port) as talk:
        await talk.say(whole(same_length()))
        await talk.hear()
        asked = slow_buyer(shared_buyers)
        with caplog.at_level(logging.WARNING):
            await talk.say(whole(same_length()))
            await asked.wait()
            talk._writer.transport.abort()
            await until(lambda: shared_buyers.posts("a"))
            await until(lambda: not house.process.exchange.in_flight)
            await until(lambda: not lane.server.server_state.tasks)
    assert lane.intake.fast == 1
    assert caplog.records == []
    status = await house.connection.fetchval("select status from lead_status order by lead_id desc limit 1")
    assert status == "sold"


async def test_the_end_of_the_server_waits_for_the_lane_and_closes_what_rests(lane, shared_buyers):
    async with Talk(lane.port) as talk, Talk(lane.port) as idle:
        await talk.say(whole(same_length()))
        await talk.hear()
        await lane.taken(idle, whole(NO_LEAD))
        asked = slow_buyer(shared_buyers, 0.5)
        await talk.say(whole(same_length()))
        await asked.wait()
        lane.server.should_exit = True
        with pytest.raises(Closed):
            await idle.hear()
        assert not lane.serving.done()
        answer = await talk.hear()
        assert (answer.status, answer.headers.get("connection")) == (200, "close")
        with pytest.raises(Closed):
            await talk.hear()
        await asyncio.wait_for(asyncio.shield(lane.serving), 5)
    assert lane.intake.fast == 2


@pytest.mark.parametrize("more", [whole(NO_LEAD), whole(NO_LEAD) + whole(NO_LEAD), whole(NO_LEAD) + b"POST"])
async def test_what_had_come_before_the_end_of_the_server_is_answered(lane, shared_buyers, more):
    async with Talk(lane.port) as talk:
        await lane.taken(talk, whole(NO_LEAD))
        await talk.say(whole(same_length()))
        await talk.hear()
        asked = slow_buyer(shared_buyers)
        await talk.say(whole(same_length()))
        await asked.wait()
        await talk.say(more)
        await asyncio.sleep(0.05)
        lane.server.should_exit = True
        answers = [await talk.hear() for _ in range(1 + more.count(b"[]"))]
        assert [answer.status for answer in answers] == [200, *[400] * more.count(b"[]")]
        with pytest.raises(Closed):
            await talk.hear()
        await asyncio.wait_for(asyncio.shield(lane.serving), 5)


async def test_a_lead_that_outlasts_the_end_of_the_server_is_to_be_sent_again(house, monkeypatch):
    begun = asyncio.Event()

    async def endless(*_):
        begun.set()
        await asyncio.sleep(60)

    async with open_lane(house, timeout_graceful_shutdown=1) as lane, Talk(lane.port) as talk:
        await talk.say(whole(same_length()))
        await talk.hear()
        with monkeypatch.context() as patched:
            patched.setattr("outbid.api.intake.distribute", endless)
            await talk.say(whole(same_length()))
            await begun.wait()
            lane.server.should_exit = True
            answer = await talk.hear()
    assert_problem(answer, 503, "not_recorded")
    assert answer.json["lead"].startswith("ld_")
    assert (answer.headers["retry-after"], answer.headers["connection"]) == ("1", "close")
    assert lane.intake.fast == 1


async def test_an_idle_connection_is_closed_and_one_with_a_lead_is_not(house, shared_buyers):
    async with open_lane(house, keep_alive_s=0.2) as lane, Talk(lane.port) as talk:
        await talk.say(whole(same_length()))
        await talk.hear()
        slow_buyer(shared_buyers, 0.38)
        await talk.say(whole(same_length()))
        assert (await talk.hear()).json["outcome"] == "sold"
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Closed):
            await talk.hear()
        assert 0.15 < asyncio.get_running_loop().time() - begun < 1
    assert lane.intake.fast == 1


async def test_a_client_who_never_reads_is_not_read_from_either(lane):
    loop, request = asyncio.get_running_loop(), whole(NO_LEAD)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await loop.sock_connect(client, ("127.0.0.1", lane.port))
        for _ in range(3000):
            with contextlib.suppress(BlockingIOError):
                client.send(request)
            await asyncio.sleep(0.0005)
            if lane.connections[0].flow.read_paused:
                break
        with contextlib.suppress(BlockingIOError):
            client.send(request * 1000)
        await asyncio.sleep(0.1)
        (connection,) = lane.connections
        assert connection.flow.write_paused
        assert connection.transport.get_write_buffer_size() < 100_000
        assert len(connection._held) < 300_000
        assert 100 < lane.intake.fast < 3000
        tasks = list(lane.server.server_state.tasks)
        assert len(tasks) == 1
    await asyncio.wait_for(tasks[0], 5)


# -- requests that do not become whole -------------------------------------------------------------------------------

HALVES = {
    "a word": b"PO",
    "half a head": head_of(9)[:60],
    "a head": head_of(9),
    "half a body": head_of(9) + b"{}",
    "half a body in chunks": b"POST /v1/leads HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    "half a body of an unknown key": head_of(9, key="ob_nobody") + b"{}",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
@pytest.mark.parametrize("before", [0, 2])
async def test_a_request_that_is_not_whole_in_time_is_refused_and_its_connection_closed(house, caplog, half, before):
    async with open_lane(house, whole_s=0.2) as lane, Talk(lane.port) as talk:
        with caplog.at_level(logging.WARNING):
            for _ in range(before):
                await talk.say(whole(NO_LEAD))
                await talk.hear()
            await talk.say(half)
            answer = await talk.hear()
            assert (answer.status, answer.json["code"]) == (408, "request_late")
            assert answer.headers["connection"] == "close"
            with pytest.raises(Closed):
                await talk.hear()
            await until(lambda: not lane.server.server_state.tasks)
    assert caplog.records == []


async def test_a_request_that_trickles_in_is_late_all_the_same(house):
    async with open_lane(house, whole_s=0.3) as lane, Talk(lane.port) as talk:
        await talk.say(head_of(1000))
        for _ in range(100):
            await talk.say(b" ")
            await asyncio.sleep(0.02)
            if not lane.connections:
                break
        assert (await talk.hear()).status == 408


async def test_a_request_that_was_answered_before_it_was_whole_is_not_answered_twice(house):
    async with open_lane(house, whole_s=0.2) as lane, Talk(lane.port) as talk:
        await talk.say(head_of(9, method="PUT") + b"{}")
        assert_problem(await talk.hear(), 405, "method_not_allowed")
        with pytest.raises(Closed):
            await talk.hear()


async def test_half_a_request_behind_a_slow_one_is_late_only_after_the_slow_one_is_answered(house, shared_buyers):
    async with open_lane(house, whole_s=0.1) as lane, Talk(lane.port) as talk:
        slow_buyer(shared_buyers, 0.35)
        await talk.say(whole(text()) + head_of(9)[:40])
        assert (await talk.hear()).json["outcome"] == "sold"
        assert (await talk.hear()).status == 408


async def test_a_slow_answer_is_nobodys_late_request(house, shared_buyers):
    async with open_lane(house, whole_s=0.1) as lane, Talk(lane.port) as talk:
        slow_buyer(shared_buyers, 0.35)
        for _ in range(2):
            await talk.say(whole(same_length()))
            assert (await talk.hear()).json["outcome"] == "sold"
    assert lane.intake.fast == 1


async def test_a_connection_that_says_nothing_is_closed(house):
    async with open_lane(house, keep_alive_s=0.2) as lane, Talk(lane.port) as talk:
        with pytest.raises(Closed):
            await talk.hear()
