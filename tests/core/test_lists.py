"""Lines of suppression lists: what a cell is taken for, and by which hashes a lead's person is looked for."""

from datetime import date
from functools import partial
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.person.lines import BadCell, hashes_in
from outbid.core.person.listed import sha256_forms
from outbid.plugins.fields import email, phone

READERS = {
    kind: partial(plugin.read, settings=plugin.Settings(), today=date(2026, 1, 1))
    for kind, plugin in (("phone", phone), ("email", email))
}


def hashed(*texts: str) -> list[str]:
    return [sha256(text.encode()).hexdigest() for text in texts]


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("(512) 555-0123", hashed("+15125550123")),
        ("512.555.0123 ext. 4", hashed("+15125550123")),
        (" Ann@Example.com ", hashed("ann@example.com")),
        ("5125550123,ann@example.com", hashed("+15125550123", "ann@example.com")),
        ('"5125550123";;ann@example.com', hashed("+15125550123", "ann@example.com")),
        ("5125550123\tann@example.com", hashed("+15125550123", "ann@example.com")),
        ("A" * 64, ["a" * 64]),
        ("", []),
        (" , ;", []),
    ],
)
def test_a_cell_is_a_phone_an_email_or_a_hash(line, means):
    assert hashes_in(line, 2, READERS) == (means, None)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("12", "phone.too_short"),
        ("ann@", "email.bad_domain"),
        ("(512) ***-****", "list_value_masked"),
        ("a**@example.com", "list_value_masked"),
        ("d" * 40, "list_hash_unknown"),
        ("x" * 1001, "list_line_too_long"),
        ("phone,email", "phone.not_a_phone"),
    ],
)
def test_what_is_none_of_them_is_told_by_a_reason(line, code):
    assert hashes_in(line, 2, READERS) == ([], BadCell(code))


def test_a_faulty_cell_does_not_take_the_good_ones_of_its_line_away():
    assert hashes_in("12,ann@example.com", 2, READERS) == (hashed("ann@example.com"), BadCell("phone.too_short"))


def test_only_the_first_line_may_be_a_heading():
    assert hashes_in("Phone;E-Mail", 1, READERS) == ([], None)
    assert hashes_in("ann@example.com", 1, READERS) == (hashed("ann@example.com"), None)


@given(st.text(), st.integers(1, 3))
def test_no_line_raises(line, number):
    found, bad = hashes_in(line, number, READERS)
    assert all(len(one) == 64 for one in found)
    assert bad is None or bad.code


def test_a_phone_is_looked_for_in_every_form_in_which_lists_hash_it():
    assert list(sha256_forms("+15125550123")) == hashed("+15125550123", "15125550123", "5125550123")
    assert list(sha256_forms("+442079460000")) == hashed("+442079460000", "442079460000")
    assert list(sha256_forms("ann@example.com")) == hashed("ann@example.com")
    assert sha256_forms("c" * 64) == ("c" * 64,)
    assert sha256_forms("c" * 40) == (), "no SHA-256 follows from another hash"
