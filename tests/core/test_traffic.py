"""Traffic in few bytes: back as it was, bodies once, cut where they are long, secrets never in it."""

import pytest
from zstandard import ZstdDecompressor

from outbid.core.contract import Binding
from outbid.core.dialect.secrets import MARK, NO_SECRETS, Secrets
from outbid.core.dialect.wire import Failure, Http, Response, Target, Timings
from outbid.core.lead.traffic import MOST_BODY_BYTES, MOST_BYTES, Talk, pack, unpack
from outbid.plugins.deliveries import form, json

TARGET = Target("https", "a.example", 443, "/ping?v=2")
HEADERS = (("Content-Type", "application/json"), ("X-Api-Key", "k-123456"))


def call(body: bytes, answer: bytes = b'{"ok":1}', offer: int = 1, target: Target = TARGET) -> Talk:
    response = Response(200, (("set-cookie", "s=1"), ("server", "x")), answer, Timings(None, 3.4, 20.6, 21.5))
    return Talk("ping", (offer,), "", 1_790_000_000_000, (Http(target, "POST", HEADERS, body),), (response,))


def test_what_was_said_comes_back_as_it_was():
    failure = Failure("timed_out", True, "wait", "the deadline came", Timings(total_ms=400.2))
    post = Talk("post", (2,), "sl_1", 5, (Http(TARGET, "POST", HEADERS, b"\xff\x00"),), (failure,))
    first, second = unpack(pack([call(b'{"zip":"78701"}'), post], lambda *_: NO_SECRETS))
    assert (first.head.url, first.body, first.answered) == (
        "https://a.example:443/ping?v=2",
        b'{"zip":"78701"}',
        b'{"ok":1}',
    )
    assert first.head.headers == HEADERS
    assert (first.row.status, first.row.ms, first.row.connect_ms) == (200, 22, 3)
    assert first.answer_headers == (("set-cookie", MARK), ("server", "x"))
    assert (second.row.step, second.row.sale, second.body, second.answered) == ("post", "sl_1", b"\xff\x00", b"")
    assert (second.row.status, second.row.reason, second.row.sent, second.row.phase) == (0, "timed_out", True, "wait")


def test_a_body_that_all_of_a_round_share_is_kept_once():
    body = bytes(range(256)) * 20
    one = pack([call(body)], lambda *_: NO_SECRETS)
    ten = pack([call(body, offer=n) for n in range(10)], lambda *_: NO_SECRETS)
    assert len(ten) < len(one) + 200


def test_long_bodies_are_cut_and_told_to_be():
    long = b"x" * (MOST_BODY_BYTES + 1)
    (said,) = unpack(pack([call(long, long)], lambda *_: NO_SECRETS))
    assert (len(said.body), said.row.body_bytes) == (MOST_BODY_BYTES, MOST_BODY_BYTES + 1)
    assert (len(said.answered), said.row.answered_bytes) == (MOST_BODY_BYTES, MOST_BODY_BYTES + 1)


def test_all_bodies_together_are_bounded():
    calls = [call(b"%05d" % n * 3000, b"", offer=n) for n in range(100)]
    said = unpack(pack(calls, lambda *_: NO_SECRETS))
    assert sum(len(each.body) for each in said) <= MOST_BYTES
    assert (said[0].body, said[-1].body, said[-1].row.body_bytes) == (b"00000" * 3000, b"", 15_000)


@pytest.mark.parametrize(
    "http",
    [
        Http(TARGET, "POST", (("X-Name", "\ud800"),), b"{}"),
        Http(TARGET, "POST", HEADERS, "a text"),
        Http(None, "POST", HEADERS, b"{}"),
        Http(TARGET, "POST", (("X-Name",),), b"{}"),
        Http(TARGET, "GET", [("X-List", "1")], b""),
    ],
)
def test_what_no_wire_could_take_does_not_harm_the_rest(http):
    refused = Failure("bad_request", False, "refused", "the request cannot be written")
    talk = Talk("ping", (1, 2), "", 5, (http, Http(TARGET, "POST", HEADERS, b"{}")), (refused, refused))
    said = unpack(pack([talk], lambda *_: NO_SECRETS))
    assert [each.row.offer for each in said][-1] == 2


def secrets_of(module, **settings) -> tuple[Secrets, object]:
    given = {"post_url": "https://a.example/post"} | settings
    made = module.Settings(**given)
    bound = module.bind(made, Binding({"zip": True}))
    return module.secrets(bound), bound


def packed_by(secrets: Secrets, **more) -> bytes:
    return ZstdDecompressor().decompress(pack([call(**more)], lambda *_: secrets))


def test_secret_headers_are_known_by_their_names_or_declared():
    secrets, _ = secrets_of(
        json, headers={"X-Api-Key": "k-123456", "X-Partner": "p-777777", "X-Version": "2"}, secrets=("x-partner",)
    )
    assert secrets.headers == {"x-api-key", "x-partner"}
    plain = packed_by(secrets, body=b"{}", answer=b"the key k-123456 is not known")
    assert b"k-123456" not in plain


def test_the_key_of_a_post_is_no_secret():
    secrets, _ = secrets_of(json)
    assert secrets == NO_SECRETS


@pytest.mark.parametrize("module", [json, form])
@pytest.mark.parametrize("key", ["api_key", "auth.password", "login.user.token"])
def test_fixed_texts_in_bodies_are_hidden_under_their_keys(module, key):
    for more in ({}, {"nesting": "brackets"}) if module is form else ({},):
        secrets, bound = secrets_of(module, post={"zip": "zip", key: "=hush&hush", "country": "=US"}, **more)
        body = bound.write({"zip": "78701", **nested(key, "hush&hush"), "country": "US"})
        hidden = secrets.hide(body)
        assert b"hush" not in hidden
        assert hidden == bound.write({"zip": "78701", **nested(key, MARK), "country": "US"})


def nested(key: str, text: str) -> dict:
    made: object = text
    for part in reversed(key.split(".")):
        made = {part: made}
    return made


def test_secret_parameters_of_an_address_are_hidden():
    secrets, _ = secrets_of(json, ping_url="https://a.example/p?v=2&apikey=abc%2Fdef&src=9")
    target = Target("https", "a.example", 443, "/p?v=2&apikey=abc%2Fdef&src=9")
    plain = packed_by(secrets, body=b"{}", target=target)
    assert b"abc%2Fdef" not in plain
    assert b"/p?v=2&apikey=_hidden_&src=9" in plain


def test_a_secret_that_names_nothing_is_told():
    with pytest.raises(
        ValueError, match="'pin' is no header, query parameter or key with a fixed text; there are: X-A"
    ):
        secrets_of(json, headers={"X-A": "1"}, secrets=("pin",))
