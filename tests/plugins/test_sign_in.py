"""What a delivery leaves to the door outward, and that one without such settings leaves nothing to it."""

import msgspec
import pytest
from msgspec.structs import replace

from outbid.core.contract import Ask, Binding, PingReply, PostReply
from outbid.core.dialect.wire import Digest, Failure, OAuth2, Response, Way
from outbid.core.market.problem import SettingFault
from outbid.core.match.filter import Fact
from outbid.plugins.registry import Registry

WORDS = {"crm": "planted-word-7"}
ASK = Ask({"zip": "78701"}, {}, lambda _: "r", 1, "USD", sale="sl_1", now_ms=5)
URLS = {"ping_url": "https://b.example.com/ping", "post_url": "https://b.example.com/post"}
BINDING = Binding({"zip": True}, secrets=WORDS, facts={"zip": Fact("text")})


def bound(plugin="json", binding=BINDING, **settings):
    module = Registry([]).get("deliveries", plugin)
    return module, module.bind(msgspec.convert(URLS | settings, module.Settings), binding)


def requests(plugin="json", **settings):
    module, made = bound(plugin, **settings)
    return next(module.ping(ASK, made)), next(module.post(ASK, made))


@pytest.mark.parametrize("plugin", ["json", "form", "xml", "multipart"])
def test_a_delivery_without_more_leaves_nothing_to_the_door(plugin):
    _, made = bound(plugin)
    assert made.beyond is None
    assert [(http.way, http.more, http.has_lead) for http in requests(plugin)] == [(None, (), True)] * 2


def test_digest_and_tokens_are_left_to_the_door():
    user = {"type": "digest", "user": "ann", "password": "{secret:crm}"}
    ping, post = requests(auth=user)
    assert ping.way == Way(Digest("ann", WORDS["crm"]), ping.target)
    assert post.way.bare == post.target
    client = {
        "type": "oauth2",
        "token_url": "https://t.example.com/",
        "client_id": "us",
        "client_secret": "{secret:crm}",
    }
    ping, post = requests(auth=client | {"credentials": "body", "audience": "leads"})
    assert isinstance(ping.way.sign_in, OAuth2)
    assert ping.way.sign_in is post.way.sign_in, "one token for both"
    body = ping.way.sign_in.request.body
    assert body == b"grant_type=client_credentials&audience=leads&client_id=us&client_secret=planted-word-7"


def test_times_and_second_addresses_are_left_to_the_door():
    second = {"second_ping_url": "https://c.example.com/ping", "second_post_url": "https://c.example.com/post"}
    times = {"connect_ms": 100, "first_byte_ms": 200, "whole_ms": 300}
    ping, post = requests("form", method="GET", ping={"zip": "zip"}, post={"zip": "zip"}, timeouts=times, **second)
    assert (ping.target.path, ping.way.bare.path, ping.way.second.path) == ("/ping?zip=78701", "/ping", "/ping")
    assert (post.way.second.host, post.way.connect_ms, post.way.first_byte_ms) == ("c.example.com", 100, 200)


def test_a_status_query_signs_in_as_pings_and_posts_do():
    status = {"status": {"url": "https://b.example.com/status?sale={sale}"}}
    keyed = {"type": "key", "in": "query", "name": "k", "value": "{secret:crm}"}
    module, made = bound(auth=keyed, timeouts={"whole_ms": 300}, **status)
    http = next(module.ask_again(ASK, made))
    assert http.target.path == "/status?sale=sl_1&k=planted-word-7"
    assert http.way.whole_ms == 300
    signed = {"type": "hmac", "secret": "{secret:crm}"}
    module, made = bound(auth=signed, **status)
    assert [name for name, _ in next(module.ask_again(ASK, made)).more] == ["X-Signature"]


def test_a_sandbox_needs_nobody_to_sign_in():
    user = {"type": "digest", "user": "ann", "password": "{secret:crm}"}
    ping, post = requests(auth=user, ping_url="sandbox:accept?bid=5", timeouts={"whole_ms": 300})
    assert (ping.way, post.way.sign_in) == (None, Digest("ann", WORDS["crm"]))


def test_a_get_has_no_body_to_sign():
    with pytest.raises(SettingFault, match="no body") as fault:
        bound("form", method="GET", auth={"type": "hmac", "secret": "{secret:crm}"})
    assert fault.value.path == ("auth",)


FIRST = {"url": "https://b.example.com/begin?a=1", "reply": {"token": "key"}}


def test_the_first_call_may_be_a_get_with_facts_alone():
    module, made = bound(first=FIRST | {"method": "GET", "fields": {"z": "zip"}}, post={"t": "@first.token | upper"})
    talk = module.post(ASK, made)
    http = next(talk)
    assert (http.method, http.target.path, http.body, http.has_lead) == ("GET", "/begin?a=1&z=78701", b"", False)
    post = talk.send(Response(200, (), b'{"key": "abcdef"}'))
    assert (post.body, post.hidden, post.has_lead) == (b'{"t":"ABCDEF"}', ("abcdef",), True)
    assert module.reads(made).post == ("zip",)


@pytest.mark.parametrize(
    "answer",
    [
        Failure("unreachable", False, "connect"),
        Failure("timed_out", True, "wait"),
        Response(500, (), b'{"key": "abcdef"}'),
        Response(200, (), b'{"key": ""}'),
        Response(200, (), b'{"key": true}'),
        Response(200, (), b'{"key": "' + b"a" * 5000 + b'"}'),
    ],
)
def test_without_its_answer_there_is_no_post(answer):
    module, made = bound(first=FIRST)
    talk = module.post(ASK, made)
    next(talk)
    with pytest.raises(StopIteration) as stop:
        talk.send(answer)
    assert stop.value.value == PostReply("error", reason="first_failed", reached=False)


SIGNED = {"type": "bearer", "token": "{secret:crm}"}
YES = Response(401, (), b'{"accepted": true, "price": 25, "bid": true}')
RULES = {"ping_reply": {"accepted_path": "bid"}, "post_reply": {"accepted_path": "accepted"}}


def replies_to(answer, plugin="json", **settings):
    module, made = bound(plugin, **settings)
    for talk in (module.ping(ASK, made), module.post(ASK, made)):
        next(talk)
        with pytest.raises(StopIteration) as stop:
            talk.send(answer)
        yield stop.value.value


@pytest.mark.parametrize("plugin", ["json", "form", "xml", "multipart"])
def test_where_we_sign_in_a_401_is_no_word_whatever_its_body_says(plugin):
    words = YES.body.decode()
    for auth in (SIGNED, {"type": "digest", "user": "ann", "password": "{secret:crm}"}):
        ping, post = replies_to(YES, plugin, auth=auth, **RULES)
        assert ping == PingReply("error", reason="http_error", said=words)
        assert post == PostReply("error", reason="http_error", said=words, reached=True)
    ping, post = replies_to(replace(YES, status=200), plugin, auth=SIGNED, **RULES)
    assert (ping.outcome, ping.price_micros, post.outcome) == ("bid", 25_000_000, "accept")


def test_without_signing_in_the_word_of_a_401_counts():
    ping, post = replies_to(YES, **RULES)
    assert (ping.outcome, post.outcome) == ("bid", "accept")


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_reply_that_says_utf_16_is_read_as_it_is_written(coding):
    text = '<?xml version="1.0" encoding="utf-16"?><r><bid>yes</bid><price>25</price></r>'
    ping, _ = replies_to(Response(200, (), text.encode(coding)), "xml", **RULES)
    assert (ping.outcome, ping.price_micros) == ("bid", 25_000_000)
