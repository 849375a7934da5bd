import pytest

from exchange.test_outbound_rig import OK, failed, is_ok, on_both_loops
from outbid.core.dialect.wire import Http, Target
from outbid.recent import Recent


def lines_of(request):
    return request.partition(b"\r\n\r\n")[0].split(b"\r\n")


@on_both_loops
async def test_a_post_carries_host_length_identity_and_the_callers_headers(rig):
    peer = await rig.serve_replies(OK)
    http = rig.http(
        peer, headers=(("Content-Type", "application/json"), ("X-Name", "José")), body=b'{"a":1}', path="/p?q=1"
    )
    is_ok(await rig.ask(rig.outbound(), http))
    assert lines_of(peer.requests[0])[0] == b"POST /p?q=1 HTTP/1.1"
    assert set(lines_of(peer.requests[0])[1:]) == {
        b"Host: 127.0.0.1:%d" % peer.port,
        b"Accept-Encoding: identity",
        b"User-Agent: outbid",
        b"Content-Type: application/json",
        "X-Name: José".encode(),
        b"Content-Length: 7",
    }
    assert peer.requests[0].endswith(b'\r\n\r\n{"a":1}')


@on_both_loops
async def test_a_get_without_body_announces_no_length(rig):
    peer = await rig.serve_replies(OK)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer, method="GET", body=b"")))
    assert b"content-length" not in peer.requests[0].lower()


@on_both_loops
async def test_an_empty_post_announces_length_zero(rig):
    peer = await rig.serve_replies(OK)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer, body=b"")))
    assert b"Content-Length: 0\r\n" in peer.requests[0]


@on_both_loops
async def test_the_callers_user_agent_stands_instead_of_ours(rig):
    peer = await rig.serve_replies(OK)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer, headers=(("user-agent", "mine"),))))
    assert b"outbid" not in peer.requests[0]


@on_both_loops
async def test_a_path_beyond_ascii_is_percent_encoded(rig):
    peer = await rig.serve_replies(OK)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer, path="/é?a=%20")))
    assert lines_of(peer.requests[0])[0] == b"POST /%C3%A9?a=%20 HTTP/1.1"


@on_both_loops
async def test_the_host_of_an_international_name_is_encoded_by_idna(rig):
    peer = await rig.serve_replies(OK)
    asked = []

    async def resolve(host):
        asked.append(host)
        return ["127.0.0.1"]

    is_ok(await rig.ask(rig.outbound(resolve=resolve), rig.http(peer, host="bücher.example")))
    assert asked == ["xn--bcher-kva.example"]
    assert b"Host: xn--bcher-kva.example:%d" % peer.port in lines_of(peer.requests[0])


BAD_HEADERS = [
    ("X\r\nEvil", "1"),
    ("X\nEvil", "1"),
    ("X Y", "1"),
    ("X:", "1"),
    ("", "1"),
    ("X\0", "1"),
    ("é", "1"),
    ("X", "1\r\nEvil: 2"),
    ("X", "1\n"),
    ("X", "1\r"),
    ("X", "1\0"),
    ("X", "\ud800"),
    ("X", 5),
    ("X", None),
    ("Host", "elsewhere"),
    ("content-length", "3"),
    ("Transfer-Encoding", "chunked"),
    ("Connection", "close"),
    ("Expect", "100-continue"),
    ("Accept-Encoding", "gzip"),
]


@pytest.mark.parametrize("header", BAD_HEADERS, ids=repr)
@on_both_loops
async def test_a_header_that_could_smuggle_is_refused_before_anything_is_sent(rig, header):
    peer = await rig.serve_replies(OK)
    failed(await rig.ask(rig.outbound(), rig.http(peer, headers=(header,))), "bad_request", False, "refused")
    assert not peer.wires


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/a\n", "/\0", "", "a", "http://x/", "/a\x7f"], ids=repr)
@on_both_loops
async def test_a_path_with_a_forbidden_character_is_refused(rig, path):
    target = Target("http", "127.0.0.1", 80, path, frozenset({("127.0.0.1", 80)}))
    failed(await rig.ask(rig.outbound(), Http(target)), "bad_request", False, "refused")


@pytest.mark.parametrize("method", ["", "P OST", "POST\r\n", "GET\0", "HEAD", "CONNECT", None, "PÖST"], ids=repr)
@on_both_loops
async def test_a_method_that_is_no_token_or_not_spoken_is_refused(rig, method):
    failed(await rig.ask(rig.outbound(), Http(rig.http(80).target, method)), "bad_request", False, "refused")


@pytest.mark.parametrize("host", ["", "a b", "a\r\nb", "a/b", "a@b", "x" * 300, "é" * 80, "a%41", "[::1]"], ids=repr)
@on_both_loops
async def test_a_host_that_is_no_host_is_refused(rig, host):
    failed(await rig.ask(rig.outbound(), Http(Target("http", host, 80, "/"))), "bad_request", False, "refused")


@pytest.mark.parametrize(
    "http",
    [
        Http(Target("ftp", "a.example", 80, "/")),
        Http(Target("http", "a.example", 80, "/"), body="text"),
        Http(Target("http", "a.example", 80, "/"), headers=[["A", "b"]]),
        Http(Target("http", "a.example", 80, "/"), headers=(("A",),)),
        Http(None),
    ],
    ids=["scheme", "text body", "lists", "half a header", "no target"],
)
@on_both_loops
async def test_values_of_a_wrong_type_are_a_failure_and_never_raise(rig, http):
    failed(await rig.ask(rig.outbound(), http), "bad_request", False, "refused")


@on_both_loops
async def test_headers_that_vary_with_each_call_do_not_fill_the_memory(rig):
    sender = rig.outbound()
    for number in range(3000):
        headers = (("Idempotency-Key", str(number)),)
        sender.send(rig.http(9, headers=headers), rig.loop.time() - 1, lambda answer: None)
        sender.send(rig.http(9), rig.loop.time() - 1, lambda answer: None)
    heads = sender._heads
    assert len(heads) <= 1024
    plain = rig.http(9)
    assert heads.get((plain.target, plain.method, plain.headers)) is not None


def test_what_is_used_all_the_time_stays_in_a_bounded_memory():
    memory = Recent(10)
    memory.put("often", 1)
    for number in range(1000):
        memory.put(number, number)
        assert memory.get("often") == 1
        assert len(memory) <= 20
    assert memory.get(0) is None


@on_both_loops
async def test_proxies_of_the_environment_are_ignored(rig):
    peer = await rig.serve_replies(OK)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            patch.setenv(name, "http://127.0.0.1:9")
        patch.delenv("no_proxy", raising=False)
        is_ok(await rig.ask(rig.outbound(), rig.http(peer)))
    assert peer.requests[0].startswith(b"POST /ping ")
