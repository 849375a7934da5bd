"""Fixed texts under keys that sound secret are hidden in what is kept, whatever the format."""

import pytest

from outbid.core.contract import Ask, Binding
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
