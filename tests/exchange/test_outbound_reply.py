import asyncio
import gzip
import zlib
from itertools import pairwise
from random import Random

import pytest

from exchange.test_outbound_rig import OK, failed, is_ok, on_both_loops
from outbid.core.dialect.wire import Response, Timings
from outbid.exchange.outbound import Limits
from outbid.exchange.outbound.talk.reply import ReplyReader


async def answer_to(rig, *pieces, end=None, **limits):
    """Ask a server that writes these pieces, one after the other, and then ends as told."""

    async def script(wire):
        await wire.request()
        for piece in pieces:
            await wire.write(piece)
            await asyncio.sleep(0.002)
        if end:
            getattr(wire, end)()

    peer = await rig.serve(script)
    sender = rig.outbound(**limits)
    return await rig.ask(sender, rig.http(peer)), sender


def open_connections(sender):
    return sum(counts.open for counts in sender.stats().values())


@on_both_loops
async def test_an_answer_in_single_bytes_is_put_together(rig):
    whole = b"HTTP/1.1 201 Made\r\nX-A: 1\r\nX-a: \r\nContent-Length: 3\r\n\r\nabc"
    answer, _ = await answer_to(rig, *[whole[i : i + 1] for i in range(len(whole))])
    is_ok(answer, b"abc", 201)
    assert answer.headers == (("x-a", "1"), ("x-a", ""), ("content-length", "3"))


@on_both_loops
async def test_a_chunked_body_is_joined_and_its_trailers_are_dropped(rig):
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: t\r\n\r\n"
    peer = await rig.serve_replies(reply, OK)
    sender = rig.outbound()
    first = await rig.ask(sender, rig.http(peer))
    is_ok(first, b"abc")
    second = await rig.ask(sender, rig.http(peer))
    assert second.headers == (("content-length", "2"),)
    assert first.headers == (("transfer-encoding", "chunked"),)
    assert len(peer.wires) == 1


@pytest.mark.parametrize("end", ["half_close", "close"])
@on_both_loops
async def test_a_body_without_length_ends_with_the_stream(rig, end):
    async def script(wire):
        await wire.request()
        await wire.write(b"HTTP/1.1 200 OK\r\n\r\nhel")
        await asyncio.sleep(0.01)
        await wire.write(b"lo")
        wire.half_close() if end == "half_close" else wire.writer.close()

    peer = await rig.serve(script)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)), b"hello")
    assert open_connections(sender) == 0


@on_both_loops
async def test_a_body_without_length_that_ends_in_a_reset_is_cut_off(rig):
    async def script(wire):
        await wire.request()
        await wire.write(b"HTTP/1.1 200 OK\r\n\r\nhel")
        await asyncio.sleep(0.02)
        wire.writer.get_extra_info("socket").setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER 0: close sends RST
        wire.abort()

    peer = await rig.serve(script)
    failed(await rig.ask(rig.outbound(), rig.http(peer)), "cut_off", True, "body")


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
@pytest.mark.parametrize("header", [b"", b"Content-Length: 5\r\n"])
@on_both_loops
async def test_204_and_304_have_no_body_whatever_they_announce(rig, status, header):
    peer = await rig.serve_replies(b"HTTP/1.1 " + status + b"\r\n" + header + b"\r\n", OK)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)), b"", int(status[:3]))
    is_ok(await rig.ask(sender, rig.http(peer)))


@on_both_loops
async def test_interim_answers_are_skipped(rig):
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    answer, _ = await answer_to(rig, b"HTTP/1.1 100 Continue\r\n\r\n" + interim, interim, OK)
    is_ok(answer)
    assert answer.headers == (("content-length", "2"),)


@on_both_loops
async def test_endless_interim_answers_are_too_large(rig):
    answer, _ = await answer_to(rig, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 300)
    failed(answer, "too_large", True)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc",
        b"complete garbage\r\n\r\n",
        b"\0\1\2\3",
        b"RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 700 What\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 20 What\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
    ],
    ids=lambda reply: reply[:40].decode("latin-1"),
)
@on_both_loops
async def test_what_is_not_http_is_told_as_sent_and_closes_the_connection(rig, reply):
    answer, sender = await answer_to(rig, reply)
    failed(answer, "not_http", True)
    assert open_connections(sender) == 0


@pytest.mark.parametrize("end", ["abort", "half_close"])
@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
    ids=["nothing", "status", "header", "body", "chunks", "interim"],
)
@on_both_loops
async def test_half_an_answer_is_cut_off_and_sent(rig, part, end):
    answer, sender = await answer_to(rig, *([part] if part else []), end=end)
    failed(answer, "cut_off", True, "body" if part else "wait")
    assert open_connections(sender) == 0


@on_both_loops
async def test_a_whole_answer_followed_by_a_close_is_an_answer(rig):
    async def script(wire):
        await wire.request()
        wire.writer.write(OK)
        wire.writer.close()

    peer = await rig.serve(script)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer)))


@on_both_loops
async def test_junk_after_an_answer_keeps_the_answer_and_closes_the_connection(rig):
    for junk in (b"JUNK", OK, b"H"):
        answer, sender = await answer_to(rig, OK + junk)
        is_ok(answer)
        assert open_connections(sender) == 0


@on_both_loops
async def test_a_body_over_the_cap_is_too_large_by_length_by_chunks_and_by_stream(rig):
    by_length = b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"
    by_chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"19\r\n" + b"x" * 25 + b"\r\n") * 5
    by_stream = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101
    for reply in (by_length, by_chunks, by_stream):
        answer, sender = await answer_to(rig, reply, body_bytes=100)
        failed(answer, "too_large", True)
        assert open_connections(sender) == 0


@on_both_loops
async def test_a_body_exactly_at_the_cap_is_fine(rig):
    answer, _ = await answer_to(rig, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100, body_bytes=100)
    is_ok(answer, b"x" * 100)


@on_both_loops
async def test_a_header_without_end_is_too_large(rig):
    answer, _ = await answer_to(rig, b"HTTP/1.1 200 OK\r\nX: ", *[b"x" * 30_000] * 3)
    failed(answer, "too_large", True)


@on_both_loops
async def test_whole_header_lines_over_the_cap_are_too_large_even_in_one_piece(rig):
    lines = b"".join(b"X-%d: %s\r\n" % (i, b"y" * 500) for i in range(150))
    answer, _ = await answer_to(rig, b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 0\r\n\r\n")
    failed(answer, "too_large", True)


@on_both_loops
async def test_more_than_two_hundred_header_lines_are_too_large(rig):
    answer, _ = await answer_to(rig, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 201 + b"Content-Length: 0\r\n\r\n")
    failed(answer, "too_large", True)
    answer, _ = await answer_to(rig, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 199 + b"Content-Length: 0\r\n\r\n")
    assert isinstance(answer, Response)


@on_both_loops
async def test_a_body_wrapped_into_endless_chunk_framing_is_too_large(rig):
    framing = b"1;" + b"e" * 200 + b"\r\nx\r\n"
    answer, _ = await answer_to(
        rig, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framing * 90, body_bytes=100, head_bytes=10_000
    )
    failed(answer, "too_large", True)


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        (b"gzip", gzip.compress),
        (b"x-gzip", gzip.compress),
        (b"deflate", zlib.compress),
        (b"Deflate", raw_deflate),
        (b"gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    ],
    ids=["gzip", "x-gzip", "zlib", "raw", "two parts"],
)
@on_both_loops
async def test_a_compressed_answer_is_inflated_although_nobody_asked(rig, coding, pack):
    packed = pack(b'{"accepted": true}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\nX: y\r\n\r\n" % (coding, len(packed))
    answer, sender = await answer_to(rig, head + packed)
    is_ok(answer, b'{"accepted": true}')
    assert answer.headers == (("x", "y"),)
    assert open_connections(sender) == 1


@on_both_loops
async def test_a_bomb_is_too_large_and_broken_compression_is_not_http(rig):
    def reply(packed):
        return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed

    answer, _ = await answer_to(rig, reply(gzip.compress(b"\0" * 5_000_000)), body_bytes=100_000)
    failed(answer, "too_large", True)
    answer, _ = await answer_to(rig, reply(gzip.compress(b"abc")[:-9]))
    failed(answer, "not_http", True)
    answer, _ = await answer_to(rig, reply(b"not gzip"))
    failed(answer, "not_http", True)


@on_both_loops
async def test_a_redirect_is_an_answer_and_not_followed(rig):
    peer = await rig.serve_replies(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    answer = await rig.ask(rig.outbound(), rig.http(peer))
    is_ok(answer, b"", 302)
    assert len(peer.requests) == 1


@on_both_loops
async def test_an_answer_before_the_request_was_wholly_written_counts_but_ends_the_connection(rig):
    async def script(wire):
        await wire.reader.readuntil(b"\r\n\r\n")
        wire.writer.transport.pause_reading()
        await wire.write(OK)

    peer = await rig.serve(script)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer, body=b"x" * 16_000_000)))
    assert open_connections(sender) == 0


@on_both_loops
async def test_the_phases_are_timed_in_order(rig):
    async def script(wire):
        await wire.request()
        await asyncio.sleep(0.02)
        await wire.write(OK[:-1])
        await asyncio.sleep(0.02)
        await wire.write(OK[-1:])
        await wire.reply()

    peer = await rig.serve(script)
    sender = rig.outbound()
    first = (await rig.ask(sender, rig.http(peer))).timings
    assert 0 <= first.dns_ms <= first.connect_ms <= first.first_byte_ms - 15 <= first.total_ms - 30
    second = (await rig.ask(sender, rig.http(peer))).timings
    assert second.dns_ms is None
    assert second.connect_ms is None
    assert second.first_byte_ms <= second.total_ms


WHOLE = [
    OK,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: u\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Later\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.0 404 No\r\nX:\r\n\r\nuntil the end",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"packed", mtime=0),
]


def read(pieces):
    """What a reader makes of a stream in these pieces, and of its end."""
    reader = ReplyReader(Limits(body_bytes=1000, head_bytes=1000, header_count=9))
    for piece in pieces:
        if not reader.complete and reader.fault is None:
            reader.feed(piece)
    if not reader.complete and reader.fault is None:
        reader.end_of_stream()
    assert reader.complete or reader.fault is not None
    if reader.fault is not None:
        return reader.fault[0]
    answer = reader.response(Timings())
    return (answer.status, answer.headers, answer.body)


def cut(data, random):
    places = sorted(random.randrange(len(data)) for _ in range(random.randrange(6)))
    return [data[a:b] for a, b in pairwise([0, *places, len(data)]) if a < b]


@pytest.mark.parametrize("whole", WHOLE, ids=["length", "chunks", "interim", "stream", "gzip"])
def test_an_answer_reads_the_same_however_it_is_cut(whole):
    random = Random(7)
    expected = read([whole])
    assert isinstance(expected, tuple)
    for _ in range(200):
        assert read(cut(whole, random)) == expected


def test_damaged_answers_never_raise():
    random = Random(11)
    for _ in range(4000):
        data = bytearray(random.choice(WHOLE))
        for _ in range(random.randrange(1, 5)):
            data[random.randrange(len(data))] = random.choice(b"\r\n\0:;0 9\xffH" + random.randbytes(1))
        read(cut(bytes(data), random))
