"""What a phone number itself tells of its line, and that it tells nothing where nobody can know."""

import datetime

import pytest

from outbid.plugins.fields import phone

TODAY = datetime.date(2026, 1, 1)


def parts(text: str) -> dict:
    return dict(phone.read(text, phone.Settings(), TODAY).parts)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("(800) 555-0199", "toll_free"),
        ("+1 833 555 0123", "toll_free"),
        ("900 555 0123", "premium"),
        ("+49 151 23456789", "mobile"),
        ("+44 20 7946 0958", "fixed"),
    ],
)
def test_the_kind_of_line_is_a_part_where_the_number_tells_it(text, line):
    assert parts(text)["line"] == line


@pytest.mark.parametrize("text", ["(512) 555-0123", "+1 512 555 0123", "(512) ***-****"])
def test_numbers_of_an_area_tell_no_line_for_mobile_and_fixed_share_them(text):
    assert "line" not in parts(text)


def test_a_line_is_a_fact_that_filters_may_read():
    assert phone.PARTS["line"] == "text"
