import asyncio
import gzip
from random import Random

import pytest

from exchange.test_outbound_rig import OK, is_ok, on_both_loops
from outbid.core.dialect.wire import Timings
from outbid.exchange.outbound import Limits
from outbid.exchange.outbound.talk import reply as reply_module
from outbid.exchange.outbound.talk.plain import PlainHeads
from outbid.exchange.outbound.talk.reply import ReplyReader

LIMITS = Limits(body_bytes=1000, head_bytes=1000, header_count=9)


def counts_of(sender):
    (counts,) = sender.stats().values()
    return tuple(counts)


@pytest.fixture
def parsers(monkeypatch):
    """The parsers that are made from here on."""
    made = []

    def make(reader, make=reply_module.HttpResponseParser):
        made.append(make(reader))
        return made[-1]

    monkeypatch.setattr(reply_module, "HttpResponseParser", make)
    return made


async def answers_to(rig, *replies):
    """Ask one sender for these replies, one after the other, on one connection if it lasts."""
    peer = await rig.serve_replies(*replies)
    sender = rig.outbound()
    return [await rig.ask(sender, rig.http(peer)) for _ in replies], sender, peer


@on_both_loops
async def test_a_head_seen_before_is_not_parsed_again(rig, parsers):
    head = b"HTTP/1.1 201 Made\r\nX-A: 1\r\nContent-Length: 3\r\n\r\n"
    (one, two, three), sender, _ = await answers_to(rig, head + b"abc", head + b"def", head + b"\r\n\0")
    assert len(parsers) == 1
    for answer, body in ((one, b"abc"), (two, b"def"), (three, b"\r\n\0")):
        is_ok(answer, body, 201)
        assert answer.headers == (("x-a", "1"), ("content-length", "3"))
    assert (two.timings.dns_ms, two.timings.connect_ms) == (None, None)
    assert 0 < two.timings.first_byte_ms == two.timings.total_ms
    assert counts_of(sender) == (1, 1, 0)


@on_both_loops
async def test_a_head_learned_from_one_buyer_serves_for_another(rig, parsers):
    one, two = await rig.serve_replies(OK), await rig.serve_replies(OK)
    sender = rig.outbound()
    for peer in (one, two):
        is_ok(await rig.ask(sender, rig.http(peer)))
    assert len(parsers) == 1


@on_both_loops
async def test_a_head_that_differs_in_one_byte_is_parsed(rig, parsers):
    other_length = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok!"
    other_status = OK.replace(b"200", b"500")
    (_, longer, _, worse), _, peer = await answers_to(rig, OK, other_length, OK, other_status)
    is_ok(longer, b"ok!")
    is_ok(worse, b"ok", 500)
    assert len(parsers) == 3
    assert len(peer.wires) == 1


@on_both_loops
async def test_a_known_reply_reads_the_same_wherever_it_is_cut(rig):
    async def script(wire):
        await wire.reply()
        for place in range(1, len(OK)):
            await wire.request()
            await wire.write(OK[:place])
            await asyncio.sleep(0.002)
            await wire.write(OK[place:])

    peer = await rig.serve(script)
    sender = rig.outbound()
    first = await rig.ask(sender, rig.http(peer))
    for _ in range(1, len(OK)):
        answer = await rig.ask(sender, rig.http(peer))
        is_ok(answer)
        assert answer.headers == first.headers
    assert len(peer.wires) == 1


@pytest.mark.parametrize("reply", [OK, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], ids=["body", "empty"])
@pytest.mark.parametrize("extra", [OK, b"x"], ids=["another reply", "stray"])
@pytest.mark.parametrize("known", [True, False])
@on_both_loops
async def test_bytes_after_the_body_end_the_connection(rig, reply, extra, known):
    replies = [reply, reply + extra, reply] if known else [reply + extra, reply]
    peer = await rig.serve_replies(*replies)
    sender = rig.outbound()
    body = reply.partition(b"\r\n\r\n")[2]
    for _ in replies[1:]:
        is_ok(await rig.ask(sender, rig.http(peer)), body)
    assert len(peer.wires) == 1
    assert counts_of(sender) == (0, 0, 0)


@on_both_loops
async def test_a_known_head_that_closes_closes_again(rig, parsers):
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    answers, sender, peer = await answers_to(rig, closing, closing, closing)
    for answer in answers:
        is_ok(answer)
    assert len(parsers) == 1
    assert len(peer.wires) == 3
    assert counts_of(sender) == (0, 0, 0)


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("header", [b"", b"Content-Length: 5\r\n"])
@on_both_loops
async def test_204_and_304_are_known_to_have_no_body(rig, parsers, status, header):
    empty = b"HTTP/1.1 %d X\r\n%b\r\n" % (status, header)
    (one, two, _), _, peer = await answers_to(rig, empty, empty, OK)
    is_ok(one, b"", status)
    is_ok(two, b"", status)
    assert len(parsers) == 2
    assert len(peer.wires) == 1


@on_both_loops
async def test_a_known_reply_before_the_request_was_wholly_written_ends_the_connection(rig):
    async def script(wire):
        await wire.reply()
        await wire.reader.readuntil(b"\r\n\r\n")
        wire.writer.transport.pause_reading()
        await wire.write(OK)

    peer = await rig.serve(script)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)))
    is_ok(await rig.ask(sender, rig.http(peer, body=b"x" * 16_000_000)))
    assert counts_of(sender) == (0, 0, 0)


def test_a_stated_keep_alive_time_is_remembered_with_the_head():
    heads = PlainHeads(LIMITS)
    data = b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=7, max=9\r\nContent-Length: 2\r\n\r\nok"
    reader = heads.read(data)
    head = heads.of_whole(data)
    assert (head.keeps_alive, head.keep_alive_s) == (reader.keeps_alive, reader.keep_alive_s) == (True, 7.0)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 22\r\n\r\n" + gzip.compress(b"ok", mtime=0),
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9 + b"Content-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000 + b"\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        b"HTT",
    ],
    ids=["chunks", "coded empty", "gzip", "interim", "no length", "two", "big", "many", "long", "part", "few bytes"],
)
def test_only_plain_heads_are_remembered(data):
    heads = PlainHeads(LIMITS)
    heads.read(data)
    assert not len(heads)
    assert heads.of_whole(data) is None


def test_a_plain_head_is_learned_even_if_the_body_comes_later():
    heads = PlainHeads(LIMITS)
    heads.read(OK[:-1])
    assert heads.of_whole(OK) is not None
    assert heads.of_whole(OK[:-1]) is None
    assert heads.of_whole(OK + b"x") is None


def test_a_head_of_more_than_a_kilobyte_is_read_and_not_remembered():
    heads = PlainHeads(Limits())
    data = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1100 + b"\r\nContent-Length: 2\r\n\r\nok"
    reader = heads.read(data)
    assert reader.complete
    assert reader.keeps_alive
    assert not len(heads)


def test_heads_that_never_repeat_stay_bounded_and_push_out_none_in_use():
    heads = PlainHeads(LIMITS)
    heads.read(OK)
    for number in range(3000):
        heads.read(b"HTTP/1.1 200 OK\r\nX-Request-Id: %d\r\nContent-Length: 2\r\n\r\nok" % number)
        assert heads.of_whole(OK) is not None
    assert len(heads) <= 1024


def test_what_is_known_by_heart_is_what_the_strict_reader_says():
    replies = [
        OK,
        b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.0 404 No\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\n\r\n\r\n",
        b"HTTP/1.1 503 Later\r\nConnection: close\r\nKeep-Alive: timeout=3\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ]
    random = Random(13)
    heads = PlainHeads(LIMITS)
    by_heart = 0
    for _ in range(6000):
        data = bytearray(random.choice(replies))
        for _ in range(random.randrange(3)):
            data[random.randrange(len(data))] = random.choice(b"\r\n\0:;0129 \xffHx")
        if random.random() < 0.2:
            data += random.choice(replies)
        by_heart += agrees_with_the_strict_reader(heads, bytes(data))
    assert by_heart > 500


def agrees_with_the_strict_reader(heads, data):
    """Compare what is known, else what is read in two pieces, with a reader that gets all at once."""
    strict = ReplyReader(LIMITS)
    strict.feed(data)
    head = heads.of_whole(data)
    if head is None:
        reader = heads.read(data)
        assert (reader.complete, reader.fault and reader.fault[0]) == (
            strict.complete,
            strict.fault and strict.fault[0],
        )
        assert reader.keeps_alive == strict.keeps_alive
        if reader.complete and reader.fault is None:
            assert reader.response(Timings()) == strict.response(Timings())
        return False
    said = strict.response(Timings())
    assert strict.complete
    assert strict.fault is None
    assert (head.status, head.headers, data[head.head_bytes :]) == (said.status, said.headers, said.body)
    assert (head.keeps_alive, head.keep_alive_s) == (strict.keeps_alive, strict.keep_alive_s)
    return True
