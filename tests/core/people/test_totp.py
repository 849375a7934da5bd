"""Codes of an app: the RFC's own examples, and what is taken near now."""

import pytest

from outbid.core.people.totp import address_of, code_at, spelt, step_of

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_examples_of_rfc_6238_come_out(at_s, code):
    assert code_at(SECRET, at_s // 30, digits=8) == code
    assert code_at(SECRET, at_s // 30) == code[2:]


def test_the_code_before_and_the_code_after_are_taken_and_no_others():
    now_ms = 1_234_567_890_000
    now = now_ms // 30_000
    taken = [beside for beside in range(-5, 6) if step_of(SECRET, code_at(SECRET, now + beside), now_ms) is not None]
    assert taken == [-1, 0, 1]
    assert step_of(SECRET, code_at(SECRET, now - 1), now_ms) == now - 1
    for text in ("", "12345", "1234567", "abcdef", "１２３４５６", "é"):
        assert step_of(SECRET, text, now_ms) is None


def test_an_app_is_told_the_secret_in_base_32_and_the_house_by_its_name():
    assert spelt(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert address_of(SECRET, "Leads & Co", "ann@house.test") == (
        "otpauth://totp/Leads%20%26%20Co:ann%40house.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Leads%20%26%20Co"
    )
