"""Fixed texts under keys that sound secret are hidden in what is kept, whatever the format."""

import msgspec
import pytest

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.wire import Response
from outbid.core.lead.traffic import Talk, pack, unpack
from outbid.plugins.registry import Registry


@pytest.mark.parametrize(
    ("plugin", "key"),
    [
        ("xml", "Login.Password"),
        ("xml", "Login@token"),
        ("multipart", "password"),
        ("form", "password"),
        ("json", "a.password"),
    ],
)
def test_a_fixed_secret_is_never_kept(plugin, key):
    module = Registry([]).get("deliveries", plugin)
    settings = module.Settings(post_url="https://b.example.com/", post={key: "=h&7"})
    bound = module.bind(settings, Binding({}))
    body = next(module.post(Ask({}, {}, lambda _: "r", 1, "USD"), bound)).body
    kept = module.secrets(bound).hide(body)
    assert b"_hidden_" in kept
    assert all(spelt not in kept for spelt in (b"h&7", b"h&amp;7", b"h%267"))


def test_a_mail_holds_no_password_and_what_the_server_says_of_it_is_hidden():
    module = Registry([]).get("deliveries", "email")
    settings = msgspec.convert(
        {"host": "m.example.com", "user": "ann", "password": "{secret:mail}", "from": "a@example.com",
         "to": ["b@example.com"], "subject": "x", "text": "y"}, module.Settings,
    )  # fmt: skip
    bound = module.bind(settings, Binding({}, secrets={"mail": "planted-word"}))
    mail = next(module.post(Ask({}, {}, lambda _: "r", 1, "USD", sale="sl_1"), bound))
    talk = Talk("post", (1,), "sl_1", 1, (mail,), (Response(535, (("stage", "auth"),), b"not planted-word"),))
    (said,) = unpack(pack([talk], lambda step, number: module.secrets(bound)))
    assert said.answered == b"not {secret:mail}"
    assert (said.head.method, said.head.url) == ("MAIL", "smtp://m.example.com:587")
    assert b"planted-word" not in repr(said).encode()
