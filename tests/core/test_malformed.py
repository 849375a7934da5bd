"""What is said of a text that is no JSON."""

import msgspec
import pytest

from outbid.core.dialect.malformed import why_not_json


@pytest.mark.parametrize(
    ("body", "is_half"),
    [
        (rb'{"a": "\ud800"}', True),
        (rb'{"a": "\udc00 after"}', True),
        (rb'{"a": "\\\ud83d and more"}', True),
        (rb'{"a": "\\ud800", }', False),
        (rb'{"a": "\ud83d\ude00", }', False),
        (b"{", False),
    ],
)
def test_half_of_a_surrogate_pair_is_told_as_such_and_nothing_else_is(body, is_half):
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(body)
    said = why_not_json(body, caught.value)
    assert said.startswith("half of a surrogate pair") is is_half
    assert is_half or said == str(caught.value)
