"""Faults of a market name the setting at fault, and what would be right."""

import msgspec
import pytest

from outbid.api.said.faults import errors_of
from outbid.core.market.noun import KINDS
from outbid.core.market.problem import from_validation

OFFER = {
    "slug": "a", "buyer": "b", "campaign": "c", "tier": "t", "delivery": {"plugin": "json", "settings": {}},
}  # fmt: skip
CASES = [
    ({"share": "30"}, "/share", "no percent sign"),
    ({"caps": [{"window": "day", "money": "-1"}]}, "/caps/0/money", "may not be negative"),
    ({"caps": [{"window": "minute", "leads": 1, "paced": True}]}, "/caps/0/paced", "is paced over"),
    ({"order": {"from": "tomorrow"}}, "/order/from", "tomorrow"),
    ({"order": {"from": "2026-12-02", "to": "2026-12-01"}}, "/order/to", "lies before"),
    ({"order": {"money": "-3"}}, "/order/money", "may not be negative"),
    ({"prices": [{"name": "n", "price": "-1"}]}, "/prices/0/price", "may not be negative"),
    ({"breaker": {"first_s": 60, "most_s": 30}}, "/breaker/first_s", "more than its most_s"),
    ({"schedule": {"blocked": ["never"]}}, "/schedule/blocked", "never"),
    ({"caps": [{"window": "year", "leads": 1}]}, "/caps/0/window", "there are: day, hour, minute"),
    ({"source_caps": {"web": [{"window": "year", "leads": 1}]}}, "/source_caps/web/0/window", "there are: day"),
    ({"source_caps": {"web": [{"window": "day", "money": "-1"}]}}, "/source_caps/web/0/money", "negative"),
    ({"caps": [{"window": "day"}]}, "/caps/0", "either leads or money"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "pointer", "part"), CASES, ids=[case[1] for case in CASES])
def test_a_fault_is_told_of_the_setting_that_has_it(more, pointer, part):
    (error,) = errors_of(OFFER | more, KINDS["offer"])
    assert error.pointer == pointer
    assert part in error.detail
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(OFFER | more, KINDS["offer"], strict=False)
    sentence, path = from_validation(caught.value, OFFER | more, KINDS["offer"])
    assert "/" + "/".join(map(str, path)) == pointer
    assert part in sentence


def test_of_several_entries_the_checker_does_not_say_which_and_the_fault_is_told_of_all_of_them():
    bad = {"source_caps": {"web": [{"window": "day", "leads": 1}], "app": [{"window": "year", "leads": 1}]}}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(OFFER | bad, KINDS["offer"], strict=False)
    sentence, path = from_validation(caught.value, OFFER | bad, KINDS["offer"])
    assert path == ("source_caps",)
    assert "there are: day" in sentence


@pytest.mark.parametrize(
    ("more", "fix"),
    [
        ({"paused": "no"}, "Write true or false."),
        ({"priority": "high"}, "Write a whole number from 0 to 1000000."),
        ({"caps": {}}, "Write a list."),
        ({"caps": [{"window": "year", "leads": 1}]}, "Write one of: day, hour, minute, month, slot, total, week."),
        ({"source_caps": []}, "Write an object."),
        ({"schedule": 3}, "Write an object with settings as the detail names them."),
    ],
)
def test_what_would_be_right_is_told_as_an_order(more, fix):
    (error,) = errors_of(OFFER | more, KINDS["offer"])
    assert error.fix == fix
