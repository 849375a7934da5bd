import asyncio
import gzip
import json
import re
import socket
from hashlib import md5, sha256

import pytest
from msgspec.structs import replace

from exchange.test_outbound_rig import OK, failed, is_ok, on_both_loops
from outbid.core.dialect.wire import Digest, Failure, OAuth2, Response, Way
from outbid.exchange.outbound.errand import tokens
from outbid.exchange.outbound.errand.digest import authorization, challenge_of
from outbid.exchange.outbound.errand.tokens import grant_of

REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


def dead_port():
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def reply(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status} Any", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def by(http, **way):
    """The request in a way of its own."""
    return replace(http, way=Way(bare=http.target, **way))


def header(request, name):
    found = re.search(rb"(?im)^" + name.encode() + rb": (.*?)\r$", request)
    return found and found[1].decode()


class TokenServer:
    """A token server whose answers a test may change: real HTTP, every request kept."""

    def __init__(self):
        self.lives_s, self.given, self.broken, self.slow_s = 3600, 0, None, 0.0

    async def start(self, rig):
        self.peer = await rig.serve(self._script)
        return self

    async def _script(self, wire):
        while True:
            await wire.request()
            await asyncio.sleep(self.slow_s)
            if self.broken is not None:
                await wire.write(self.broken)
                continue
            self.given += 1
            told = {"access_token": f"token-{self.given}", "token_type": "bearer", "expires_in": self.lives_s}
            await wire.write(reply(200, json.dumps(told).encode()))

    def client(self, rig):
        return OAuth2(rig.http(self.peer, body=b"grant_type=client_credentials", path="/token"))


async def api(rig, accepts):
    """A server that takes requests whose token is good; `accepts` is asked for each."""

    async def script(wire):
        while True:
            request = await wire.request()
            token = (header(request, "Authorization") or "").removeprefix("Bearer ")
            await wire.write(OK if accepts(token) else REFUSED)

    return await rig.serve(script)


# -- tokens ----------------------------------------------------------------------------------------------------------


@on_both_loops
async def test_a_token_is_fetched_once_for_many_and_kept(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    server.slow_s = 0.05
    peer = await api(rig, lambda token: token == "token-1")
    http = by(rig.http(peer), sign_in=server.client(rig))
    for answer in await sender.round([http] * 5, rig.loop.time() + 5):
        is_ok(answer)
    is_ok(await rig.ask(sender, http, fresh=True))
    assert len(server.peer.requests) == 1
    assert len(peer.requests) == 6
    assert b"grant_type=client_credentials" in server.peer.requests[0]


@on_both_loops
async def test_without_a_token_nothing_is_sent_and_others_are_not_held_up(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    server.broken = reply(400, b'{"error": "invalid_client", "error_description": "hunter2"}')
    peer = await api(rig, lambda token: True)
    signed, plain = by(rig.http(peer), sign_in=server.client(rig)), rig.http(peer)
    for _ in range(3):
        ended, other = await sender.round([signed, plain], rig.loop.time() + 5)
        failed(ended, "no_token", False, "refused")
        assert ended.detail == "no token of 127.0.0.1: it answers 400 (invalid_client)"
        is_ok(other)
    assert len(server.peer.requests) == 1, "after a failure it waits before it asks again"
    assert len(peer.requests) == 3


@on_both_loops
async def test_after_a_pause_the_token_is_asked_for_again(rig):
    server, sender = await TokenServer().start(rig), rig.outbound(noise=lambda count: b"\xff" * count)
    server.broken = reply(500)
    peer = await api(rig, lambda token: True)
    http = by(rig.http(peer), sign_in=server.client(rig))
    failed(await rig.ask(sender, http), "no_token", False, "refused")
    server.broken = None
    await asyncio.sleep(tokens.FIRST_PAUSE_S * 0.6)  # the jitter of 255/256 leaves half of the pause
    is_ok(await rig.ask(sender, http))


@on_both_loops
async def test_a_token_server_that_is_gone_costs_nothing_while_the_token_holds(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    peer = await api(rig, lambda token: True)
    http = by(rig.http(peer), sign_in=server.client(rig))
    is_ok(await rig.ask(sender, http))
    server.peer.server.close()
    for wire in server.peer.wires:
        wire.abort()
    is_ok(await rig.ask(sender, http))


@on_both_loops
async def test_a_token_is_refreshed_before_its_end_while_it_is_used(rig):
    server, sender = await TokenServer().start(rig), rig.outbound(noise=lambda count: bytes(count))
    server.lives_s = 1
    peer = await api(rig, lambda token: True)
    http = by(rig.http(peer), sign_in=server.client(rig))
    is_ok(await rig.ask(sender, http))
    await rig.eventually(lambda: server.given == 2)
    requests = len(peer.requests)
    is_ok(await rig.ask(sender, http))
    assert header(peer.requests[requests], "Authorization") == "Bearer token-2"


@on_both_loops
async def test_a_token_that_nobody_uses_is_left_to_end(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    server.lives_s = 1
    peer = await api(rig, lambda token: True)
    is_ok(await rig.ask(sender, by(rig.http(peer), sign_in=server.client(rig))))
    await rig.eventually(lambda: server.given == 2)
    await asyncio.sleep(1.2)
    assert server.given == 2


@on_both_loops
async def test_a_token_that_is_refused_is_replaced_and_the_request_sent_once_more(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    good = {"token-1"}
    peer = await api(rig, lambda token: token in good)
    http = by(rig.http(peer), sign_in=server.client(rig))
    is_ok(await rig.ask(sender, http))
    good.clear()
    good.add("token-2")
    is_ok(await rig.ask(sender, http, fresh=True))
    assert (server.given, len(peer.requests)) == (2, 3)


@on_both_loops
async def test_a_new_token_that_is_refused_is_not_replaced_for_ever(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    peer = await api(rig, lambda token: False)
    http = by(rig.http(peer), sign_in=server.client(rig))
    for _ in range(3):
        assert (await rig.ask(sender, http)).status == 401
    assert server.given == 1
    assert len(peer.requests) == 3, "each request left once"


@on_both_loops
async def test_a_refusal_stands_where_no_other_token_can_be_had(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    good = {"token-1"}
    peer = await api(rig, lambda token: token in good)
    http = by(rig.http(peer), sign_in=server.client(rig))
    is_ok(await rig.ask(sender, http))
    good.clear()
    server.broken = reply(503)
    answer = await rig.ask(sender, http)
    assert (answer.status, len(peer.requests)) == (401, 2)


@on_both_loops
async def test_who_waits_for_a_token_waits_no_longer_than_his_deadline(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    server.slow_s = 30.0
    peer = await api(rig, lambda token: True)
    answer = await rig.ask(sender, by(rig.http(peer), sign_in=server.client(rig)), seconds=0.2)
    failed(answer, "no_token", False, "refused")
    assert not peer.requests


@on_both_loops
async def test_a_private_token_server_needs_an_exception(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    peer = await api(rig, lambda token: True)
    request = server.client(rig).request
    private = OAuth2(replace(request, target=replace(request.target, exceptions=frozenset())))
    answer = await rig.ask(sender, by(rig.http(peer), sign_in=private))
    failed(answer, "no_token", False, "refused")
    assert "address_refused" in answer.detail
    assert not server.peer.requests
    assert not peer.requests


@on_both_loops
async def test_a_token_that_is_repeated_in_an_answer_is_cut_out(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    echo = reply(200, b'{"you": "Bearer token-1"}', "X-You: token-1")
    peer = await rig.serve_replies(echo)
    answer = await rig.ask(sender, by(rig.http(peer), sign_in=server.client(rig)))
    assert answer.body == b'{"you": "Bearer _hidden_"}'
    assert ("x-you", "_hidden_") in answer.headers


@on_both_loops
async def test_a_token_that_is_repeated_in_a_refusal_is_cut_out(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    peer = await rig.serve_replies(reply(401, b"token-1 is not known here"))
    answer = await rig.ask(sender, by(rig.http(peer), sign_in=server.client(rig)))
    assert (answer.status, answer.body) == (401, b"_hidden_ is not known here")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Response(200, (), b'{"access_token": "a.b-c"}'), ("a.b-c", tokens.USUAL_S)),
        (Response(200, (), b'{"access_token": "a", "expires_in": "60"}'), ("a", 60.0)),
        (Response(200, (), b'{"access_token": "a", "expires_in": 0}'), ("a", 1.0)),
        (Response(200, (), b'{"access_token": "a", "expires_in": 1e12}'), ("a", tokens.MOST_S)),
        (Response(200, (), b'{"access_token": "a", "expires_in": null}'), ("a", tokens.USUAL_S)),
        (Response(200, (), b'{"access_token": "a b"}'), "its access_token cannot stand in a header"),
        (Response(200, (), b'{"access_token": ""}'), "its access_token cannot stand in a header"),
        (Response(200, (), b'{"access_token": "a", "token_type": "mac"}'), "its token is not of the type Bearer"),
        (Response(200, (), b"<html>"), "its answer holds no access_token"),
        (Response(200, (), b"\xff"), "its answer holds no access_token"),
        (Response(401, (), b'{"error": "Bad Word: hunter2"}'), "it answers 401"),
        (Failure("timed_out", True, "wait"), "timed_out"),
    ],
)
def test_a_grant_is_read_or_said_to_be_none(answer, expected):
    assert grant_of(answer) == expected


# -- digest ----------------------------------------------------------------------------------------------------------


class DigestServer:
    """A server that asks for a digest and checks it by itself, after RFC 7616."""

    def __init__(self, algorithm="SHA-256", password="open sesame"):
        self.algorithm, self.password, self.nonce, self.counts = algorithm, password, 0, []
        self.most_uses = 10**9
        self.names_next = False

    async def start(self, rig):
        self.peer = await rig.serve(self._script)
        return self

    async def _script(self, wire):
        while True:
            request = await wire.request()
            if not self._is_good(request):
                await wire.write(self._challenge())
            elif self.names_next:
                self.nonce += 1
                self.counts.clear()
                await wire.write(reply(200, b"ok", f'Authentication-Info: qop=auth, nextnonce="n{self.nonce}"'))
            else:
                await wire.write(OK)

    def _challenge(self):
        self.nonce += 1
        self.counts.clear()
        told = f'Digest realm="a \\"b\\"", qop="auth,auth-int", algorithm={self.algorithm}, nonce="n{self.nonce}"'
        return reply(401, b"", f'WWW-Authenticate: Basic realm="x", {told}, opaque="o"')

    def _is_good(self, request):
        told = header(request, "Authorization")
        if told is None:
            return False
        parts = dict(re.findall(r'(\w+)="?((?:[^",\\]|\\.)*)"?', told.removeprefix("Digest ")))
        digest = md5 if self.algorithm == "MD5" else sha256
        method, path, _ = request.split(b" ", 2)

        def hashed(text):
            return digest(text.encode()).hexdigest()

        who, what = hashed(f'ann:a "b":{self.password}'), hashed(f"{method.decode()}:{path.decode()}")
        wanted = hashed(f"{who}:{parts['nonce']}:{parts['nc']}:{parts['cnonce']}:auth:{what}")
        if parts["nonce"] != f"n{self.nonce}" or parts["response"] != wanted or parts["nc"] in self.counts:
            return False
        self.counts.append(parts["nc"])
        return len(self.counts) <= self.most_uses


USER = Digest("ann", "open sesame")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@on_both_loops
async def test_a_challenge_is_fetched_without_the_lead_and_answered_many_times(rig, algorithm):
    server, sender = await DigestServer(algorithm).start(rig), rig.outbound()
    http = by(rig.http(server.peer, body=b"the lead", path="/a?b=c"), sign_in=USER)
    for answer in await sender.round([http] * 3, rig.loop.time() + 5):
        is_ok(answer)
    is_ok(await rig.ask(sender, http))
    assert [request.endswith(b"the lead") for request in server.peer.requests] == [False] + [True] * 4
    assert sorted(server.counts) == ["00000001", "00000002", "00000003", "00000004"]


@on_both_loops
async def test_a_nonce_that_is_over_is_replaced_and_the_request_sent_once_more(rig):
    server, sender = await DigestServer().start(rig), rig.outbound()
    server.most_uses = 2
    http = by(rig.http(server.peer, body=b"the lead"), sign_in=USER)
    for _ in range(4):
        is_ok(await rig.ask(sender, http))
    assert server.nonce == 2


@on_both_loops
async def test_a_nonce_that_the_server_names_is_used_next(rig):
    server, sender = await DigestServer().start(rig), rig.outbound()
    server.names_next = True
    http = by(rig.http(server.peer, body=b"the lead"), sign_in=USER)
    for _ in range(3):
        is_ok(await rig.ask(sender, http))
    assert len(server.peer.requests) == 4, "one challenge for all"


@on_both_loops
async def test_a_password_that_is_wrong_is_not_tried_again(rig):
    server, sender = await DigestServer(password="another").start(rig), rig.outbound()
    http = by(rig.http(server.peer, body=b"the lead"), sign_in=USER)
    assert (await rig.ask(sender, http)).status == 401
    assert [request.endswith(b"the lead") for request in server.peer.requests] == [False, True]


@on_both_loops
async def test_a_server_that_asks_for_nothing_gets_the_request_as_it_is(rig):
    peer, sender = await rig.serve_replies(OK, OK, OK), rig.outbound()
    http = by(rig.http(peer, body=b"the lead"), sign_in=USER)
    is_ok(await rig.ask(sender, http))
    is_ok(await rig.ask(sender, http))
    assert [request.endswith(b"the lead") for request in peer.requests] == [False, True, True]
    assert not any(header(request, "Authorization") for request in peer.requests)


@pytest.mark.parametrize(
    "knocked",
    [
        reply(401, b""),
        reply(401, b"", 'WWW-Authenticate: Basic realm="x"'),
        reply(401, b"", 'WWW-Authenticate: Digest realm="x", nonce="n", algorithm=SHA-512-256'),
        reply(401, b"", "WWW-Authenticate: Digest , = nonsense"),
        reply(403, b""),
        reply(429, b""),
        reply(503, b""),
    ],
)
@on_both_loops
async def test_a_challenge_that_is_not_understood_leaves_the_lead_unsent(rig, knocked):
    peer, sender = await rig.serve_replies(knocked, knocked, OK, OK), rig.outbound()
    http = by(rig.http(peer, body=b"the lead"), sign_in=USER)
    for _ in range(2):
        answer = await rig.ask(sender, http)
        assert isinstance(answer, Failure), answer
        assert (answer.reason, answer.sent) == ("no_token", False)
    assert not any(request.endswith(b"the lead") for request in peer.requests)
    is_ok(await rig.ask(sender, http))
    assert [request.endswith(b"the lead") for request in peer.requests] == [False] * 3 + [True]


@on_both_loops
async def test_that_a_server_asks_for_nothing_is_forgotten_when_it_asks(rig):
    peer, sender = await rig.serve_replies(reply(405, b""), reply(401, b""), reply(401, b"")), rig.outbound()
    http = by(rig.http(peer, body=b"the lead"), sign_in=USER)
    assert (await rig.ask(sender, http)).status == 401
    assert (await rig.ask(sender, http)).reason == "no_token"
    assert [request.endswith(b"the lead") for request in peer.requests] == [False, True, False]


@on_both_loops
async def test_a_challenge_that_cannot_be_fetched_leaves_the_lead_unsent(rig):
    async def script(wire):
        await wire.request()
        wire.abort()

    peer, sender = await rig.serve(script), rig.outbound()
    answer = await rig.ask(sender, by(rig.http(peer, body=b"the lead"), sign_in=USER))
    assert (answer.reason, answer.sent) == ("cut_off", False)
    assert not any(request.endswith(b"the lead") for request in peer.requests)


def test_the_answer_to_a_challenge_is_that_of_the_standard():
    """RFC 7616, section 3.9.1."""
    user, cnonce = Digest("Mufasa", "Circle of Life"), "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    told = (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=%s, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )

    class Noise(bytes):
        def hex(self, *_):
            return cnonce

    for algorithm, response in (
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        asked = challenge_of((("www-authenticate", told % algorithm),))
        said = authorization(asked, user, "GET", "/dir/index.html", 1, Noise())
        assert f'response="{response}"' in said
        assert "nc=00000001" in said


@pytest.mark.parametrize(
    ("headers", "algorithm"),
    [
        ([], None),
        (['Basic realm="x"'], None),
        (["Negotiate"], None),
        (['Digest realm="x", nonce="n", algorithm=SHA-512-256'], None),
        (['Digest realm="x", nonce="n", qop="auth-int"'], None),
        (['Digest realm="x"'], None),
        (['Digest realm="x", nonce="n"'], ""),
        (['Digest nonce="n", algorithm=MD5', 'Digest nonce="n", algorithm=SHA-256'], "SHA-256"),
        (['Digest nonce="n", algorithm=MD5, Digest nonce="n", algorithm=SHA-256-sess'], "SHA-256-sess"),
    ],
)
def test_the_best_challenge_is_taken(headers, algorithm):
    asked = challenge_of(tuple(("www-authenticate", told) for told in headers))
    assert (asked and asked.algorithm) == algorithm


# -- a second address, times, gzip -----------------------------------------------------------------------------------


@on_both_loops
async def test_the_second_address_is_used_if_nobody_listens_at_the_first(rig):
    peer, sender = await rig.serve_replies(OK, OK), rig.outbound()
    second = rig.http(peer, path="/other?key=1").target
    answer = await rig.ask(sender, by(rig.http(dead_port()), second=second))
    is_ok(answer)
    assert answer.second
    http = rig.http(dead_port(), method="GET", path="/ping?zip=78701", body=b"")
    bare = replace(http.target, path="/ping")
    assert (await rig.ask(sender, replace(http, way=Way(bare=bare, second=second)))).second
    assert [request.split(b" ")[1] for request in peer.requests] == [b"/other?key=1", b"/other?key=1&zip=78701"]


@on_both_loops
async def test_the_second_address_is_not_used_once_a_byte_was_sent(rig):
    async def script(wire):
        await wire.request()
        wire.abort()

    first, second = await rig.serve(script), await rig.serve_replies(OK)
    answer = await rig.ask(rig.outbound(), by(rig.http(first), second=rig.http(second).target))
    assert (answer.reason, answer.sent, answer.second) == ("cut_off", True, False)
    assert not second.requests


@on_both_loops
async def test_the_second_address_is_checked_as_the_first_is(rig):
    peer = await rig.serve_replies(OK)
    private = replace(rig.http(peer).target, exceptions=frozenset())
    answer = await rig.ask(rig.outbound(), by(rig.http(dead_port()), second=private))
    assert (answer.reason, answer.sent, answer.second) == ("address_refused", False, True)
    assert not peer.requests


@on_both_loops
async def test_a_first_address_that_never_connects_leaves_time_for_the_second(rig):
    asked = []

    async def resolve(host):
        asked.append(host)
        await asyncio.sleep(30)

    peer = await rig.serve_replies(OK)
    http = by(rig.http(1, host="slow.example"), second=rig.http(peer).target)
    answer = await rig.ask(rig.outbound(resolve=resolve), http, seconds=1.0)
    is_ok(answer)
    assert answer.second
    assert asked == ["slow.example"]
    assert answer.timings.total_ms >= 400


@on_both_loops
async def test_each_phase_has_its_time(rig):
    async def slow(host):
        await asyncio.sleep(30)

    async def deaf(wire):
        await wire.request()

    async def slow_body(wire):
        await wire.request()
        await wire.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")

    sender, peer, body = rig.outbound(resolve=slow), await rig.serve(deaf), await rig.serve(slow_body)
    connect = await rig.ask(sender, by(rig.http(1, host="slow.example"), connect_ms=50))
    assert (connect.reason, connect.sent) == ("unreachable", False)
    first = await rig.ask(sender, by(rig.http(peer), first_byte_ms=50))
    assert (first.reason, first.sent, first.phase) == ("timed_out", True, "wait")
    whole = await rig.ask(sender, by(rig.http(body), first_byte_ms=200, whole_ms=300))
    assert (whole.reason, whole.sent, whole.phase) == ("timed_out", True, "body")
    assert all(answer.timings.total_ms < 1500 for answer in (connect, first, whole))


@on_both_loops
async def test_a_body_is_compressed_and_says_so(rig):
    peer = await rig.serve_replies(OK)
    is_ok(await rig.ask(rig.outbound(), by(rig.http(peer, body=b"lead " * 100), gzip=True)))
    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    assert gzip.decompress(body) == b"lead " * 100
    assert b"Content-Encoding: gzip" in head


@on_both_loops
async def test_an_errand_that_is_given_up_tells_nobody_and_closes_its_socket(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    peer = await rig.serve(lambda wire: wire.request())
    heard = []
    call = sender.send(by(rig.http(peer), sign_in=server.client(rig)), rig.loop.time() + 5, heard.append)
    await rig.eventually(lambda: peer.requests)
    assert call.sent
    call.cancel()
    await rig.eventually(lambda: peer.gone == 1)
    assert heard == []


@on_both_loops
async def test_at_the_deadline_of_a_round_an_errand_is_late(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    peer = await rig.serve(lambda wire: wire.request())
    http = by(rig.http(peer), sign_in=server.client(rig))
    (answer,) = await sender.round([http], rig.loop.time() + 0.3)
    assert (answer.reason, answer.sent) == ("timed_out", True)


@on_both_loops
async def test_what_closes_the_sender_ends_errands(rig):
    server, sender = await TokenServer().start(rig), rig.outbound()
    server.slow_s = 30.0
    peer = await api(rig, lambda token: True)
    asking = asyncio.ensure_future(rig.ask(sender, by(rig.http(peer), sign_in=server.client(rig)), seconds=30.0))
    await rig.eventually(lambda: server.peer.requests)
    await sender.close()
    failed(await asyncio.wait_for(asking, 2.0), "unreachable", False, "refused")
