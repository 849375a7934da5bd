"""Upgrades, garbage and half-closed connections: every whole request has its answer, and nothing else is one."""

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
import uvloop

from api.lane import open_lane
from api.problems import assert_problem
from api.speak import Talk, whole
from api.test_bad_bodies import text
from harness.buyers import ACCEPT, bid
from harness.house import Answer, request
from outbid.api.hot import MOST_HEADS, protocol_of
from outbid.api.intake import is_hot
from outbid.api.wire import Gone, Reply, read_body, send_reply
from outbid.recent import Recent

THINKS_S = 0.08
PAUSE_S = 0.03
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
H2C = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
)
CHUNKED = b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
CONNECT = b"CONNECT buyer.test:443 HTTP/1.1\r\nHost: buyer.test:443\r\n\r\n"
SMUGGLED = b"POST /v1/leads HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nbad"
GARBAGE = b"GARBAGE\r\n\r\n"


class Echo:
    """Thinks for a while and answers with the body; a PUT is answered before its body has come."""

    fast = 0
    hung_up = 0

    async def answer(self, _: Any, body: bytes | None) -> Reply:
        self.fast += 1
        return await self._think(body)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "PUT":
            await send_reply(send, Reply(405, b"no"))
            return
        try:
            body = await read_body(scope, receive)
        except Gone:
            self.hung_up += 1
            return
        await send_reply(send, await self._think(body) if is_hot(scope) else Reply(404, b"nowhere"))

    async def _think(self, body: bytes | None) -> Reply:
        await asyncio.sleep(THINKS_S)
        return Reply(200, body or b"")


class Served:
    """The echo behind the exchange's protocol."""

    def __init__(self, echo: Echo, port: int, protocol: Any) -> None:
        self.echo, self.port, self.protocol = echo, port, protocol

    @contextlib.contextmanager
    def talk(self) -> Iterator[socket.socket]:
        """A connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as made:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield made


@pytest.fixture(scope="module", params=LOOPS)
def server(request):
    echo, loop = Echo(), LOOPS[request.param]
    listener = socket.create_server(("127.0.0.1", 0))
    given = {"log_config": None, "lifespan": "off", "access_log": False, "server_header": False, "date_header": False}
    protocol = protocol_of(echo)
    config = uvicorn.Config(echo, http=protocol, timeout_graceful_shutdown=1, **given)
    server = uvicorn.Server(config)

    def run():
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(server.serve([listener]))

    thread = threading.Thread(target=run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield Served(echo, listener.getsockname()[1], protocol)
    server.should_exit = True
    thread.join()


@pytest.fixture
def served(server):
    """The server as it began: no head is known."""
    server.protocol.heads = Recent(MOST_HEADS)
    server.echo.fast = server.echo.hung_up = 0
    return server


def say(talk: socket.socket, *parts: bytes) -> None:
    """Send pieces that arrive one by one."""
    for n, part in enumerate(parts):
        if n:
            time.sleep(PAUSE_S)
        talk.sendall(part)


def hear(talk: socket.socket, count: int) -> list[Answer]:
    """So many answers."""
    return [_hear(talk) for _ in range(count)]


def _hear(talk: socket.socket) -> Answer:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = talk.recv(1)
        assert byte, f"closed after {head!r}"
        head += byte
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = b""
    while len(body) < int(headers["content-length"]):
        body += talk.recv(int(headers["content-length"]) - len(body))
    return Answer(int(first.split(" ")[1]), headers, body)


def rest(talk: socket.socket) -> bytes:
    """What comes until the exchange closes the connection."""
    found = b""
    while part := talk.recv(65536):
        found += part
    return found


def know(served: Served, talk: socket.socket, said: bytes, lane: str) -> None:
    """Make the head of a request known, if it is to take the fast lane."""
    if lane == "fast":
        say(talk, said)
        hear(talk, 1)
        assert served.echo.fast == 0


def assert_malformed(answer: Answer) -> None:
    """The last answer of a connection to what is no request."""
    assert_problem(answer, 400, "request_malformed")
    assert answer.headers["connection"] == "close"


# -- an upgrade is ignored -------------------------------------------------------------------------------------------


def upgrading(body: bytes, *more: str) -> bytes:
    return whole(body, *H2C, *more)


def test_a_request_that_asks_for_an_upgrade_is_served_as_if_it_did_not(served, caplog):
    with caplog.at_level(logging.DEBUG, logger="uvicorn"), served.talk() as talk:
        for _ in range(2):
            say(talk, upgrading(SMUGGLED))
            (answer,) = hear(talk, 1)
            assert (answer.status, answer.body) == (200, SMUGGLED)
            assert "connection" not in answer.headers
        talk.shutdown(socket.SHUT_WR)
        assert rest(talk) == b""
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


def test_the_body_under_an_upgrade_is_a_body_wherever_it_is_cut(served):
    said = upgrading(SMUGGLED)
    end = said.index(b"\r\n\r\n") + 4
    with served.talk() as talk:
        for cut in (1, 30, end - 60, end - 3, end - 1, end, end + 1, end + 40, len(said) - 1):
            say(talk, said[:cut], said[cut:])
            assert [answer.body for answer in hear(talk, 1)] == [SMUGGLED]
        talk.shutdown(socket.SHUT_WR)
        assert rest(talk) == b""


def test_a_body_in_chunks_under_an_upgrade_is_a_body(served):
    said = CHUNKED.replace(b"Host: a\r\n", b"Host: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n")
    with served.talk() as talk:
        say(talk, said + b"%x\r\n" % len(SMUGGLED), SMUGGLED + b"\r\n0\r\n", b"\r\n" + whole(b"next"))
        assert [answer.body for answer in hear(talk, 2)] == [SMUGGLED, b"next"]


def test_requests_before_and_behind_an_upgrade_are_answered_in_order(served):
    said = [whole(b"1"), upgrading(SMUGGLED), upgrading(b"3"), whole(b"4"), upgrading(b""), whole(b"6")]
    expected = [b"1", SMUGGLED, b"3", b"4", b"", b"6"]
    with served.talk() as talk:
        say(talk, b"".join(said))
        assert [answer.body for answer in hear(talk, 6)] == expected
        say(talk, *said)
        assert [answer.body for answer in hear(talk, 6)] == expected


@pytest.mark.parametrize(
    "more", ["Upgrade: websocket", "UPGRADE: a/1, b", "Upgrade: h2c\r\nUpgrade: TLS/1.0", "upgrade:"]
)
def test_every_kind_of_upgrade_is_ignored(served, more):
    with served.talk() as talk:
        say(talk, whole(b"[]", "Connection: upgrade", more, "X-Last:") + whole(b"next"))
        assert [answer.body for answer in hear(talk, 2)] == [b"[]", b"next"]


def test_a_close_beside_an_upgrade_still_closes(served):
    with served.talk() as talk:
        say(talk, whole(b"[]", "Connection: close, Upgrade", "Upgrade: h2c") + whole(b"late"))
        (answer,) = hear(talk, 1)
        assert (answer.body, answer.headers["connection"]) == (b"[]", "close")
        assert rest(talk) == b""
    with served.talk() as talk:
        say(talk, upgrading(b"[]").replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert hear(talk, 1)[0].body == b"[]"
        assert rest(talk) == b""


def test_two_lengths_under_an_upgrade_are_refused(served):
    for more in ("Content-Length: 3", "Transfer-Encoding: chunked"):
        with served.talk() as talk:
            say(talk, upgrading(b"[]", more))
            assert_malformed(hear(talk, 1)[0])
            assert rest(talk) == b""


@pytest.mark.parametrize("more", [b"", SMUGGLED])
def test_a_tunnel_is_refused_and_what_would_go_through_it_is_not_read(served, more):
    with served.talk() as talk:
        say(talk, CONNECT + more)
        assert_malformed(hear(talk, 1)[0])
        assert rest(talk) == b""
    assert served.echo.fast == 0


# -- garbage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lane", ["slow", "fast"])
@pytest.mark.parametrize("pieces", [(GARBAGE,), (b"\x16\x03", b"\x01\x00"), (CONNECT,), (GARBAGE, whole(b"late"))])
def test_garbage_behind_a_request_is_refused_after_its_answer(served, lane, pieces):
    with served.talk() as talk:
        know(served, talk, whole(b"good"), lane)
        say(talk, whole(b"good"), *pieces)
        good, bad = hear(talk, 2)
        assert (good.status, good.body) == (200, b"good")
        assert "connection" not in good.headers
        assert_malformed(bad)
        assert rest(talk) == b""
    assert served.echo.fast == (lane == "fast")


def test_garbage_behind_several_requests_is_refused_after_all_answers(served):
    with served.talk() as talk:
        say(talk, whole(b"1") + whole(b"2") + upgrading(b"3") + GARBAGE)
        *good, bad = hear(talk, 4)
        assert [answer.body for answer in good] == [b"1", b"2", b"3"]
        assert_malformed(bad)
        assert rest(talk) == b""


def test_a_broken_body_is_refused_and_its_request_is_not_served(served):
    with served.talk() as talk:
        say(talk, CHUNKED + b"2\r\n[]\r\n", b"no length\r\n")
        assert_malformed(hear(talk, 1)[0])
        assert rest(talk) == b""
    deadline = time.monotonic() + 5
    while served.echo.hung_up == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert served.echo.hung_up == 1


@pytest.mark.parametrize("before", [1, 2])
def test_a_broken_body_behind_requests_is_refused_after_their_answers(served, before):
    with served.talk() as talk:
        say(talk, whole(b"good") * before + CHUNKED + b"2\r\n[]\r\nno length\r\n")
        *good, bad = hear(talk, before + 1)
        assert [answer.body for answer in good] == [b"good"] * before
        assert_malformed(bad)
        assert rest(talk) == b""


def test_a_request_that_was_answered_before_its_body_broke_is_not_answered_twice(served):
    with served.talk() as talk:
        say(talk, CHUNKED.replace(b"POST", b"PUT"))
        assert hear(talk, 1)[0].status == 405
        say(talk, b"no length\r\n")
        assert rest(talk) == b""


def test_a_head_without_end_behind_a_request_is_refused_after_its_answer(served):
    with served.talk() as talk:
        say(talk, whole(b"good"), b"POST /v1/leads HTTP/1.1\r\n", b"X-Bomb: " + b"x" * 70_000 + b"\r\n")
        good, bad = hear(talk, 2)
        assert good.body == b"good"
        assert_problem(bad, 431, "head_too_large")
        assert rest(talk) == b""


def test_a_refused_client_who_sends_on_is_not_heeded_and_soon_closed(served):
    with served.talk() as talk:
        know(served, talk, whole(b"good"), "fast")
        say(talk, GARBAGE, whole(b"good"), whole(b"good"))
        assert_malformed(hear(talk, 1)[0])
        assert rest(talk) == b""
        with pytest.raises(ConnectionError):
            say(talk, *[whole(b"good")] * 100)
    assert served.echo.fast == 0


# -- the sending side is closed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lane", ["slow", "fast"])
@pytest.mark.parametrize("pause_s", [0, PAUSE_S])
def test_a_client_who_closes_his_sending_side_hears_his_answer(served, lane, pause_s):
    with served.talk() as talk:
        know(served, talk, whole(b"good"), lane)
        say(talk, whole(b"good"))
        time.sleep(pause_s)
        talk.shutdown(socket.SHUT_WR)
        (answer,) = hear(talk, 1)
        assert (answer.status, answer.body, answer.headers.get("connection")) == (200, b"good", "close")
        assert rest(talk) == b""
    assert served.echo.fast == (lane == "fast")


@pytest.mark.parametrize("lane", ["slow", "fast"])
@pytest.mark.parametrize("together", [True, False])
def test_all_whole_requests_before_the_end_are_answered(served, lane, together):
    said = [whole(b"good"), whole(b"2"), whole(b"good"), upgrading(b"4")]
    with served.talk() as talk:
        know(served, talk, whole(b"good"), lane)
        say(talk, *([b"".join(said)] if together else said))
        talk.shutdown(socket.SHUT_WR)
        answers = hear(talk, 4)
        assert [answer.body for answer in answers] == [b"good", b"2", b"good", b"4"]
        assert [answer.headers.get("connection") for answer in answers] == [None, None, None, "close"]
        assert rest(talk) == b""


@pytest.mark.parametrize("lane", ["slow", "fast"])
@pytest.mark.parametrize("half", [b"PO", whole(b"half")[:-1], CHUNKED + b"4\r\nhalf\r\n", upgrading(b"half")[:-1]])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_half_a_request_before_the_end_is_dropped_and_the_whole_ones_are_answered(served, lane, half, before):
    with served.talk() as talk:
        know(served, talk, whole(b"good"), lane)
        say(talk, *[whole(b"good")] * before, half)
        talk.shutdown(socket.SHUT_WR)
        assert [answer.body for answer in hear(talk, before)] == [b"good"] * before
        begun = time.monotonic()
        assert rest(talk) == b""
        assert time.monotonic() - begun < 1


@pytest.mark.parametrize("lane", ["slow", "fast"])
def test_garbage_before_the_end_is_refused_after_the_answer(served, lane):
    with served.talk() as talk:
        know(served, talk, whole(b"good"), lane)
        say(talk, whole(b"good"), GARBAGE)
        talk.shutdown(socket.SHUT_WR)
        good, bad = hear(talk, 2)
        assert good.body == b"good"
        assert_malformed(bad)
        assert rest(talk) == b""


@pytest.mark.parametrize("lane", ["slow", "fast"])
def test_an_end_with_nothing_owed_closes_at_once(served, lane):
    with served.talk() as talk:
        know(served, talk, whole(b"good"), lane)
        talk.shutdown(socket.SHUT_WR)
        begun = time.monotonic()
        assert rest(talk) == b""
        assert time.monotonic() - begun < THINKS_S


# -- on the exchange -------------------------------------------------------------------------------------------------


async def test_a_lead_under_an_upgrade_is_sold(house):
    body = text()
    said = upgrading(body)
    async with Talk(house.port) as talk:
        await talk.say(said[: -len(body)])
        await asyncio.sleep(PAUSE_S)
        await talk.say(body + upgrading(text()))
        assert [(await talk.hear()).json["outcome"] for _ in range(2)] == ["sold", "sold"]


async def test_a_lead_with_garbage_behind_it_is_sold_and_its_seller_told(house, shared_buyers):
    async def ping(_):
        await asyncio.sleep(THINKS_S)
        return bid("10")

    shared_buyers.on("a", ping=ping, post=ACCEPT)
    async with open_lane(house) as lane, Talk(lane.port) as talk:
        await talk.say(whole(text(), "X-New: garbage"))
        await asyncio.sleep(PAUSE_S)
        await talk.say(GARBAGE)
        assert (await talk.hear()).json["outcome"] == "sold"
        assert_malformed(await talk.hear())


async def test_a_process_that_lost_its_lane_takes_no_leads(house):
    exchange = house.process.exchange
    async with open_lane(house) as lane, Talk(lane.port) as talk:
        await lane.taken(talk, whole(b"[]"))
        exchange.fenced = True
        try:
            for said in (whole(b"[]"), whole(text(), "X-New: fenced")):
                await talk.say(said)
                answer = await talk.hear()
                assert_problem(answer, 503, "overloaded")
                assert "lead" not in json.loads(answer.body)
            assert (await request(lane.port, "GET", "/readyz")).status == 503
        finally:
            exchange.fenced = False
        assert (await request(lane.port, "GET", "/readyz")).status == 200
