import asyncio
import select
import socket
import threading
import time

import pytest

from exchange.test_outbound_rig import OK, failed, is_ok, on_both_loops
from outbid.core.dialect.wire import Http, Target
from outbid.exchange.outbound.talk.silence import silence_check


def counts_of(sender):
    (counts,) = sender.stats().values()
    return tuple(counts)


def answering(headers=b""):
    return b"HTTP/1.1 200 OK\r\n" + headers + b"Content-Length: 2\r\n\r\nok"


async def answer_always(wire):
    while True:
        await wire.reply()


@on_both_loops
async def test_a_connection_is_used_again(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    for fresh in (False, True, False):
        is_ok(await rig.ask(sender, rig.http(peer), fresh=fresh))
    assert len(peer.wires) == 1
    assert counts_of(sender) == (1, 1, 0)


@on_both_loops
async def test_the_connection_used_last_is_used_first(rig):
    carried = []

    async def script(wire):
        number = len(wire.peer.wires)
        while True:
            request = await wire.request()
            carried.append((request[-1:], number))
            while request[-1:] == b"b" and len(carried) < 2:
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.03 if request[-1:] == b"b" else 0)
            await wire.write(OK)

    peer = await rig.serve(script)
    sender = rig.outbound()
    deadline = rig.loop.time() + 3
    await sender.round([rig.http(peer, body=b"a"), rig.http(peer, body=b"b")], deadline)
    slow = dict(carried)[b"b"]
    for _ in range(3):
        await rig.ask(sender, rig.http(peer, body=b"c"))
    assert {number for body, number in carried if body == b"c"} == {slow}
    assert counts_of(sender) == (2, 2, 0)


@on_both_loops
async def test_requests_are_never_pipelined(rig):
    at_once = []

    async def script(wire):
        while True:
            await wire.request()
            await asyncio.sleep(0.01)
            at_once.append(len(wire.reader._buffer))
            await wire.write(OK)

    peer = await rig.serve(script)
    sender = rig.outbound()
    for _ in range(3):
        for answer in await sender.round([rig.http(peer)] * 5, rig.loop.time() + 3):
            is_ok(answer)
    assert at_once == [0] * 15
    assert len(peer.wires) == 5


@on_both_loops
async def test_pools_differ_by_port_host_text_and_exceptions(rig):
    one, two = await rig.serve(answer_always), await rig.serve(answer_always)
    sender = rig.outbound(resolve=loopback)
    more = frozenset({("127.0.0.1", one.port), ("x.example", 443)})
    is_ok(await rig.ask(sender, rig.http(one)))
    is_ok(await rig.ask(sender, rig.http(two)))
    is_ok(await rig.ask(sender, rig.http(one, host="buyer.example")))
    is_ok(await rig.ask(sender, Http(Target("http", "127.0.0.1", one.port, "/", more))))
    is_ok(await rig.ask(sender, Http(Target("http", "127.0.0.1", one.port, "/other", more))))
    assert len(sender.stats()) == 4
    assert (len(one.wires), len(two.wires)) == (3, 1)


async def loopback(host):
    return ["127.0.0.1"]


@on_both_loops
async def test_bytes_that_nobody_asked_for_close_an_idle_connection(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)))
    await peer.wires[0].write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
    await rig.eventually(lambda: counts_of(sender) == (0, 0, 0))
    is_ok(await rig.ask(sender, rig.http(peer)))
    assert len(peer.wires) == 2


@on_both_loops
async def test_a_close_by_the_peer_takes_an_idle_connection_out_of_the_pool(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)))
    peer.wires[0].writer.close()
    await rig.eventually(lambda: counts_of(sender) == (0, 0, 0))


class BlockingPeer(threading.Thread):
    """A server on threads: it goes on while the test holds up the event loop."""

    def __init__(self, parting):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.parting, self.say_it, self.over = parting, threading.Event(), threading.Event()
        self.requests = 0
        self.start()

    def run(self):
        self.listener.settimeout(5)
        first, _ = self.listener.accept()
        self.answer(first)
        self.say_it.wait(5)
        first.sendall(self.parting) if self.parting else first.close()
        second, _ = self.listener.accept()
        self.answer(second)
        self.over.wait(5)
        for closing in (first, second, self.listener):
            closing.close()

    def answer(self, connection):
        connection.settimeout(5)
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        self.requests += 1
        connection.sendall(OK)


@pytest.mark.parametrize("parting", [b"", b"HTTP/1.1 408 No\r\nContent-Length: 0\r\n\r\n"], ids=["close", "bytes"])
@on_both_loops
async def test_what_the_kernel_knows_already_is_seen_before_reuse(rig, parting):
    peer = BlockingPeer(parting)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer, body=b"")))
    peer.say_it.set()
    time.sleep(0.1)  # the loop must not notice
    is_ok(await rig.ask(sender, rig.http(peer, body=b"")))
    assert peer.requests == 2
    peer.over.set()
    peer.join(5)


@pytest.mark.parametrize("with_poll", [True, False])
def test_a_socket_is_silent_until_data_or_an_end_arrives(monkeypatch, with_poll):
    if not with_poll:
        monkeypatch.delattr(select, "poll", raising=False)
    for speak in (lambda peer: peer.send(b"x"), lambda peer: peer.shutdown(socket.SHUT_WR), lambda peer: peer.close()):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            is_silent = silence_check(ours.fileno())
            assert is_silent()
            speak(theirs)
            assert not is_silent()


@on_both_loops
async def test_a_request_is_never_sent_twice_when_a_reused_connection_dies(rig):
    async def script(wire):
        await wire.reply()
        await wire.request()
        wire.abort()

    for method in ("POST", "GET", "PUT", "DELETE"):
        peer = await rig.serve(script)
        sender = rig.outbound()
        is_ok(await rig.ask(sender, rig.http(peer, method=method)))
        failed(await rig.ask(sender, rig.http(peer, method=method)), "cut_off", True, "wait")
        await asyncio.sleep(0.02)
        assert len(peer.requests) == 2
        assert len(peer.wires) == 1


@on_both_loops
async def test_a_fresh_request_takes_only_a_connection_that_answered_lately(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound(fresh_s=0.25)
    is_ok(await rig.ask(sender, rig.http(peer)))
    is_ok(await rig.ask(sender, rig.http(peer), fresh=True))
    assert len(peer.wires) == 1
    await asyncio.sleep(0.3)
    is_ok(await rig.ask(sender, rig.http(peer), fresh=True))
    assert len(peer.wires) == 2


@pytest.mark.parametrize(
    "reply",
    [
        answering(b"Connection: close\r\n"),
        answering(b"Connection: Keep-Alive, Close\r\n"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        answering(b"Keep-Alive: timeout=0\r\n"),
    ],
    ids=["close", "list", "1.0", "timeout=0"],
)
@on_both_loops
async def test_a_connection_that_the_peer_will_close_is_not_used_again(rig, reply):
    peer = await rig.serve_replies(reply, reply)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)))
    is_ok(await rig.ask(sender, rig.http(peer)))
    assert len(peer.wires) == 2


@on_both_loops
async def test_the_stated_keep_alive_timeout_is_obeyed_with_a_margin(rig):
    stated = answering(b"Connection: keep-alive\r\nKeep-Alive: max=9, timeout=1\r\n")
    peer = await rig.serve_replies(stated, stated, stated)
    sender = rig.outbound()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("outbid.exchange.outbound.talk.connection._KEEP_ALIVE_MARGIN_S", 0.75)
        is_ok(await rig.ask(sender, rig.http(peer)))
        is_ok(await rig.ask(sender, rig.http(peer)))
        assert len(peer.wires) == 1
        await asyncio.sleep(0.3)
        is_ok(await rig.ask(sender, rig.http(peer)))
        assert len(peer.wires) == 2


@on_both_loops
async def test_http_1_0_with_keep_alive_is_used_again(rig):
    peer = await rig.serve_replies(*[b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok"] * 2)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)))
    is_ok(await rig.ask(sender, rig.http(peer)))
    assert len(peer.wires) == 1


@on_both_loops
async def test_idle_connections_of_all_pools_are_closed_by_one_timer(rig):
    peers = [await rig.serve(answer_always) for _ in range(3)]
    sender = rig.outbound(idle_s=0.25)
    timers = []
    call_later = rig.loop.call_later
    with pytest.MonkeyPatch.context() as patch:
        try:
            patch.setattr(rig.loop, "call_later", lambda *a, **k: timers.append(a) or call_later(*a, **k))
        except AttributeError:
            timers = None  # uvloop's loop cannot be patched
        await sender.round([rig.http(peer) for peer in peers for _ in range(3)], rig.loop.time() + 3)
        if timers is not None:
            assert len([timer for timer in timers if timer[1] == sender._sweep]) == 1
    assert sum(counts.idle for counts in sender.stats().values()) == 9
    await rig.eventually(lambda: not any(counts.open for counts in sender.stats().values()))
    await rig.eventually(lambda: all(peer.gone == 3 for peer in peers))
    await rig.eventually(lambda: sender._sweeper is None)


async def never_answer(wire):
    await wire.request()
    await wire.closed()


@pytest.mark.parametrize("limits", [{"pool_connections": 3}, {"connections": 3}], ids=["pool", "process"])
@on_both_loops
async def test_above_the_limit_of_connections_a_send_fails_at_once(rig, limits):
    peer = await rig.serve(never_answer)
    sender = rig.outbound(**limits)
    hanging = [sender.send(rig.http(peer), rig.loop.time() + 9, lambda answer: None) for _ in range(3)]
    answer = await rig.ask(sender, rig.http(peer))
    failed(answer, "unreachable", False, "connect")
    assert "limit" in answer.detail
    assert answer.timings.total_ms < 1000
    hanging[0].cancel()
    failed(await rig.ask(sender, rig.http(peer), 0.2), "timed_out", True, "wait")


@on_both_loops
async def test_an_idle_connection_makes_room_for_a_needed_one(rig):
    one, two = await rig.serve(answer_always), await rig.serve(answer_always)
    sender = rig.outbound(connections=1, fresh_s=-1)
    is_ok(await rig.ask(sender, rig.http(one)))
    is_ok(await rig.ask(sender, rig.http(one), fresh=True))
    is_ok(await rig.ask(sender, rig.http(two)))
    assert sum(counts.open for counts in sender.stats().values()) == 1


@on_both_loops
async def test_stats_tell_open_idle_and_in_flight(rig):
    async def script(wire):
        request = await wire.request()
        if request.endswith(b"now"):
            await wire.write(OK)
        await wire.closed()

    peer = await rig.serve(script)
    sender = rig.outbound()
    assert sender.stats() == {}
    await sender.round([rig.http(peer, body=b"now"), rig.http(peer, body=b"now")], rig.loop.time() + 3)
    calls = [sender.send(rig.http(peer), rig.loop.time() + 3, lambda answer: None) for _ in range(3)]
    assert counts_of(sender) == (3, 0, 3)
    for call in calls:
        call.cancel()
    assert counts_of(sender) == (0, 0, 0)
    ((scheme, host, port, exceptions, _),) = sender.stats()
    assert (scheme, host, port, exceptions) == ("http", "127.0.0.1", peer.port, rig.http(peer).target.exceptions)


@on_both_loops
async def test_destinations_of_the_past_are_forgotten_when_there_are_very_many(rig):
    sender = rig.outbound(idle_s=0.04)
    for number in range(1100):
        sender.send(rig.http(9, host=f"b{number}.example"), rig.loop.time() - 1, lambda answer: None)
    peer = await rig.serve(answer_always)
    is_ok(await rig.ask(sender, rig.http(peer)))
    await rig.eventually(lambda: len(sender.stats()) <= 1)
    is_ok(await rig.ask(sender, rig.http(peer)))
